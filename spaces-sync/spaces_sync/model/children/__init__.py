"""The kinds of children a space can list: one file each, and the tuple that names them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from spaces_sync.model.children import image, link, node, opaque, room
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.marker import OWN_PREFIX, is_own
from spaces_sync.model.state import EMPTY, Child, Item, Key

KINDS: Final[tuple[Kind, ...]] = (room.KIND, node.KIND, link.KIND, image.KIND, opaque.KIND)

BY_NAME: Final = {kind.name: kind for kind in KINDS}
_BY_ELEMENT: Final = {kind.element: kind for kind in KINDS if kind.element}

_MOVIMS_AVATAR: Final = "urn:xmpp:avatar:metadata"  # from before XEP-0503 0.3.0


def reserved(item_id: str) -> bool:
    """Items that a plan removes only when the file names their id under `absent`."""
    return item_id == _MOVIMS_AVATAR or item_id.startswith((OWN_PREFIX, "urn:xmpp:spaces:"))


def decode(items: Iterable[Item]) -> dict[Key, Child]:
    """The children that `items` stand for, by what they point at. Markers and locks are none.

    Where two items point at the same thing, the one with the id that we would give it counts,
    else the first by id. The other is kept as an item of its own, like all that is malformed.
    """
    children: dict[Key, Child] = {}
    spare: list[Item] = []
    others = (item for item in items if not is_own(item.id))
    for item in sorted(others, key=lambda item: item.id):
        key, kind = _identify(item)
        earlier = children.get(key)
        if earlier is not None and earlier.item is not None:
            if item.id != kind.item_id(key.target):
                spare.append(item)
                continue
            spare.append(earlier.item)
        payload = item.payloads[0] if len(item.payloads) == 1 else None
        fields = EMPTY if payload is None else kind.fields(payload)
        children[key] = Child(key, fields, item)
    for item in spare:
        key = Key(opaque.KIND.name, item.id)
        fields = opaque.KIND.fields(item.payloads[0]) if len(item.payloads) == 1 else EMPTY
        children[key] = Child(key, fields, item)
    return children


def _identify(item: Item) -> tuple[Key, Kind]:
    if len(item.payloads) >= 1 and not (reserved(item.id) and item.id not in image.ITEM_IDS):
        payload = item.payloads[0]
        kind = _BY_ELEMENT.get((payload.ns, payload.name), opaque.KIND)
        if len(item.payloads) == 1 or kind is image.KIND:
            target = kind.target(item.id, payload)
            if target is not None:
                return Key(kind.name, target), kind
    return Key(opaque.KIND.name, item.id), opaque.KIND


__all__ = ["BY_NAME", "KINDS", "Kind", "decode", "reserved"]
