"""The key `parent` of an entry under `rooms`: the one space that the room advertises."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spaces_sync.document.context import Context, DocumentEntry, SpaceRooms
from spaces_sync.document.problems import shown
from spaces_sync.document.values import node_address
from spaces_sync.model.addresses import NodeAddress, is_uri
from spaces_sync.model.state import Field

NONE: Final = "none"
"""The word for no space; a space with this node id is named by its URI."""


@dataclass(frozen=True, slots=True)
class DeclaredSpaces:
    """The spaces of a document: all by node id, and those of which it says what rooms they list."""

    by_id: Mapping[str, Sequence[NodeAddress]]
    listing: Collection[NodeAddress]


def parent(
    entry: DocumentEntry,
    listed_in: Collection[SpaceRooms],
    spaces: DeclaredSpaces,
    context: Context,
) -> Field | None:
    """The field that points at the space; None: it is left as it is found. Problems are reported.

    listed_in: the spaces of the document that list the room.
    """
    if "parent" not in entry.body:
        if len(listed_in) > 1:
            names = ", ".join(sorted(each.address.node for each in listed_in))
            message = (
                f"is listed in several spaces ({names}); 'parent' says which one it advertises"
            )
            context.warn(entry.place, f"{shown(entry.key)} {message}", "advice")
        return Field((next(iter(listed_in)).address.uri,)) if len(listed_in) == 1 else None
    text = entry.body["parent"]
    if text == NONE:
        return Field(())
    found = _named(entry, spaces.by_id, context) if text else None
    if found is None:
        return None
    if found in spaces.listing and all(each.address != found for each in listed_in):
        message = f"the space {shown(found.node)} does not list {shown(entry.key)}"
        context.warn(entry.value_of("parent"), message, "advice")
    return Field((found.uri,))


def _named(
    entry: DocumentEntry, by_id: Mapping[str, Sequence[NodeAddress]], context: Context
) -> NodeAddress | None:
    text, place = entry.body["parent"], entry.value_of("parent")
    found = by_id.get(text, ())
    if len(found) == 1:
        return found[0]
    try:
        return node_address(text, None)
    except ValueError as error:
        if is_uri(text):
            context.reject(place, error)
        elif found:
            message = f"several services have a space {shown(text)} here; write its XMPP URI"
            context.problem(place, message, "reference")
        else:
            message = f"no space {shown(text)} is declared here; write a node id or an XMPP URI"
            context.problem(place, message, "reference")
        return None
