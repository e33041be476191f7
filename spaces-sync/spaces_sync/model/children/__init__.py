"""The kinds of children that a space can list: a module each, and the tuple that names them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.children import opaque
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.marker import MARKER_ID, OWN_PREFIX
from spaces_sync.model.state import EMPTY, Address, Child, Item, Key, live_item
from spaces_sync.model.xml import Name, Xml

# All that it takes to add a kind is a line here and the module that it names, which has a `KIND`.
MODULES: Final = (
    "room",
    "node",
    "link",
    "image",
    "opaque",
)

KINDS: Final[tuple[Kind, ...]] = tuple(import_module(f"{__name__}.{m}").KIND for m in MODULES)
"""All kinds, in the order of reports."""

BY_NAME: Final = {kind.name: kind for kind in KINDS}
_BY_ELEMENT: Final = {kind.element: kind for kind in KINDS if kind.element}
_RESERVED_IDS: Final = frozenset[str]().union(*(kind.reserved_ids for kind in KINDS))

SECTIONS: Final = {
    section: kind
    for kind in sorted(KINDS, key=lambda kind: not kind.keys)  # single children last
    for section in kind.sections
}
"""The keys of a space under which children stand, each with their kind."""

_MOVIMS_AVATAR: Final = "urn:xmpp:avatar:metadata"  # from before XEP-0503 0.3.0


SECRETS: Final[Mapping[Name, str]] = {
    name: why for kind in KINDS for name, why in kind.secrets.items()
}
"""Elements that hold a password, which everybody reads who may read the space, and why not."""


def without_secrets(payload: Xml, instead: str = "") -> Xml:
    """`payload` with `instead` in place of what elements hold that are secret, at any depth.

    It is the very same object where it has none.
    """
    if (payload.ns, payload.name) in SECRETS:
        return payload.with_children((instead,) if instead else ())
    children = tuple(
        without_secrets(each, instead) if isinstance(each, Xml) else each
        for each in payload.children
    )
    same = all(one is other for one, other in zip(children, payload.children, strict=True))
    return payload if same else payload.with_children(children)


def is_reserved(item_id: str) -> bool:
    """Whether a plan removes an item with this id only if the file has it under `absent_items`."""
    known = item_id in _RESERVED_IDS or item_id == _MOVIMS_AVATAR
    return known or item_id.startswith((OWN_PREFIX, "urn:xmpp:spaces:"))


def address_of(key: Key) -> Address | None:
    """The room or node that a child is; None where it is neither, or of no known kind.

    Raises `ValueError` where the target of `key` is none of its kind.
    """
    kind = BY_NAME.get(key.kind)
    return kind.address(key.target) if kind is not None else None


def rooms_among(keys: Iterable[Key]) -> frozenset[Jid]:
    """The rooms that children with these keys are."""
    return frozenset(found for found in map(address_of, keys) if isinstance(found, str))


def decode(items: Iterable[Item]) -> dict[Key, Child]:
    """The children that the items of a node are, by what they point at; the marker is none.

    Where two items point at the same thing, the one with the id that we would give it counts,
    else the first by id. The other is kept as an item of its own, like all that is malformed.
    """
    children: dict[Key, Child] = {}
    spare: list[Item] = []
    others = (item for item in items if item.id != MARKER_ID)
    for item in sorted(others, key=lambda item: item.id):
        key, kind = _identify(item)
        earlier = children.get(key)
        if earlier is not None:
            if item.id != kind.item_id(key.target):
                spare.append(item)
                continue
            spare.append(live_item(earlier))
        payload = item.payloads[0] if len(item.payloads) == 1 else None
        fields = EMPTY if payload is None else kind.fields(payload)
        children[key] = Child(key, fields, item)
    for item in spare:
        key = Key(opaque.KIND.name, item.id)
        fields = opaque.KIND.fields(item.payloads[0]) if len(item.payloads) == 1 else EMPTY
        children[key] = Child(key, fields, item)
    return children


def _identify(item: Item) -> tuple[Key, Kind]:
    if len(item.payloads) >= 1 and (item.id in _RESERVED_IDS or not is_reserved(item.id)):
        payload = item.payloads[0]
        kind = _BY_ELEMENT.get((payload.ns, payload.name), opaque.KIND)
        if len(item.payloads) == 1 or kind.reserved_ids:
            target = kind.target(item.id, payload)
            if target is not None:
                return Key(kind.name, target), kind
    return Key(opaque.KIND.name, item.id), opaque.KIND


__all__ = [
    "BY_NAME",
    "KINDS",
    "SECTIONS",
    "Kind",
    "address_of",
    "decode",
    "is_reserved",
    "rooms_among",
]
