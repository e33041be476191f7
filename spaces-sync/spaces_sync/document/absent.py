"""`absent: true`: entries whose object must not exist, and what of a document contradicts them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from spaces_sync.document.context import Context, DocumentEntry
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import place_of
from spaces_sync.document.values import entries_of
from spaces_sync.model.addresses import Jid, NodeAddress, node_uri
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.state import Address, Node, Room, values_of
from spaces_sync.profile import NODE_PARENT, PARENT

_BESIDE: Final = frozenset({"absent", "service"})


def is_absent(entry: DocumentEntry) -> bool:
    """Whether an entry says that its object must not exist."""
    return entry.body.get("absent") is True


def check_alone(entry: DocumentEntry, context: Context) -> None:
    """Reports each key beside `absent: true` that says how the object shall be."""
    for key, _, mark, _ in entries_of(entry.body):
        if key not in _BESIDE:
            message = f"'{key}' contradicts 'absent: true', which stands alone in its entry"
            context.problem(place_of(entry.file, mark), message, "contradiction")


def check_nodes(
    nodes: Mapping[NodeAddress, Node], absent: Collection[Address], context: Context
) -> None:
    """Reports what `nodes` list of what must not exist, and such a parent of theirs."""
    for address, node in nodes.items():
        for key in node.children:
            target = BY_NAME[key.kind].address(key.target)
            if target is not None and target in absent:
                _contradict(target, "listed", (address, key), context)
        for parent in values_of(node.config, NODE_PARENT):
            if (target := NodeAddress(address.service, parent)) in absent:
                _contradict(target, "named as a parent", (address, "config", NODE_PARENT), context)


def check_rooms(rooms: Mapping[Jid, Room], absent: Collection[Address], context: Context) -> None:
    """Reports where rooms name as their parent a space that must not exist."""
    for jid, room in rooms.items():
        for uri in values_of(room.config, PARENT):
            if (target := node_uri(uri)) in absent:
                _contradict(target, "named as a parent", (jid, "config", PARENT), context)


def _contradict(
    target: Address, how: str, path: tuple[Address, *tuple[object, ...]], context: Context
) -> None:
    name = target.node if isinstance(target, NodeAddress) else target
    message = f"{shown(name)} is {how} here, and shall be absent by {context.places[target,]}"
    context.problem(context.places[path], message, "contradiction")
