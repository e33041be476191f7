"""Compares a `Declaration` with a `Reading` and yields the `Plan`: the one place that decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import DeleteNode, SetAffiliation, Why
from spaces_sync.plan.compare.context import NodeContext, node_context
from spaces_sync.plan.compare.node import plan_node
from spaces_sync.plan.compare.rename import copying
from spaces_sync.plan.compare.room import plan_room, staying
from spaces_sync.plan.finish import finish, title
from spaces_sync.plan.ownership import marker_of
from spaces_sync.plan.plan import Note, Obstacle, Part, Plan
from spaces_sync.profile import ROOM_NAME


def plan(
    declaration: Declaration,
    reading: Reading,
    *,
    take_over: bool = False,
    delete_spaces: bool = False,
) -> Plan:
    """What would make the live state what `declaration` says; empty where it already is.

    Pure: the same values give the same plan. Nothing follows from an object that could not be
    read but an obstacle. `take_over`: also what another source manages. `delete_spaces`: also
    the removal of spaces in `reading` that this source made and the file does not have any more.
    """
    parts: list[Part] = []
    contexts: list[NodeContext] = []
    for node in sorted(declaration.state.nodes):
        found: list[Part] = _unread(declaration, reading, node)
        if not found:
            context = node_context(declaration, reading, node)
            contexts.append(context)
            found = list(plan_node(context, reading, take_over=take_over))
        parts.extend((*found, *staying(declaration, reading, node, _leaving(found))))
    for room in sorted(declaration.state.rooms):
        parts.extend(_unread(declaration, reading, room) or plan_room(declaration, reading, room))
    copied = copying(contexts, reading)
    parts.extend(_left_the_file(declaration, reading, copied, delete=delete_spaces))
    places = {address: declaration.place(address) for address in declaration.policies}
    return finish(
        parts,
        reading,
        places={address: place for address, place in places.items() if place is not None},
        titles=_titles(declaration, reading),
        protected=frozenset(a for a, policy in declaration.policies.items() if policy.protect),
    )


def _leaving(parts: Iterable[Part]) -> frozenset[Jid]:
    changes = (part for part in parts if isinstance(part, SetAffiliation))
    return frozenset(each.jid for each in changes if each.after in ("none", "outcast"))


def _unread(declaration: Declaration, reading: Reading, address: Address) -> list[Part]:
    """An obstacle where nothing is known about a declared object."""
    state = reading.state
    if address in state.nodes or address in state.rooms:
        return []
    if address in reading.absent or address in reading.destroyed:
        return []
    reason = reading.failed.get(address, "was not read")
    return [Obstacle(address, reason, declaration.place(address))]


def _left_the_file(
    declaration: Declaration,
    reading: Reading,
    copied: frozenset[NodeAddress],
    *,
    delete: bool,
) -> Iterator[Part]:
    """Spaces that this source made and that the file does not declare any more.

    What is being copied is not removed by the same plan: of a copy that fails it is all there is.
    """
    for address, node in sorted(reading.state.nodes.items()):
        mark = marker_of(node)
        if address in declaration.state.nodes or mark is None:
            continue
        if mark.source != declaration.source:
            continue
        if address in copied:
            text = "stays until all of it has been copied; --allow delete-space removes it then"
            yield Note(address, "stays", text)
        elif delete:
            yield DeleteNode(address, node, Why("file"))
        else:
            text = "left the file and stays; --allow delete-space removes it"
            yield Note(address, "stays", text)


def _titles(declaration: Declaration, reading: Reading) -> Mapping[Address, str]:
    """Of each declared object: as declared, else as it is."""
    titles: dict[Address, str] = {}
    for address, node in declaration.state.nodes.items():
        live = reading.state.nodes.get(address)
        found = title(node) or (title(live) if live is not None else None)
        if found is not None:
            titles[address] = found
    for room, wanted in declaration.state.rooms.items():
        if name := wanted.config.get(ROOM_NAME):
            titles[room] = "".join(name.values)
    return titles
