"""What a space lists: the entries of its sections, each read as its kind says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from spaces_sync.document.context import Context, DocumentEntry
from spaces_sync.document.payloads import payload
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import check_renames, previous_names
from spaces_sync.document.tree import Map, Seq, marks, place_of
from spaces_sync.document.values import check_id, entries_of, jid_entries_of, node_address, room_jid
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, SECTIONS, decode, is_reserved
from spaces_sync.model.children.kind import Kind, Names, PlaceAt
from spaces_sync.model.declaration import Place
from spaces_sync.model.preparation import AddressError
from spaces_sync.model.state import Child, Fields, Item, Key


@dataclass(slots=True)
class Children:
    """The children of one space.

    sections: the names of the kinds whose sections it has, empty ones too.
    former_keys: what a child was before (`previously`).
    items: the place of each child by the item id that we would give it.
    """

    found: dict[Key, Child] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    former_keys: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    items: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Space:
    """The space whose entries are read; what is found in them is added to `made`."""

    file: str
    address: NodeAddress
    names: Names
    context: Context
    made: Children


def children(
    entry: DocumentEntry, address: NodeAddress, room_names: Mapping[Jid, str], context: Context
) -> Children:
    """What the space at `address` lists, without what is a problem, which is reported.

    room_names: the names of the rooms that the document runs.
    """
    names = Names(
        partial(room_jid, environment=context.environment),
        partial(node_address, service=address.service),
        room_names,
    )
    space = _Space(entry.file, address, names, context, Children())
    for section, kind in SECTIONS.items():
        if section in entry.body:
            space.made.sections.add(kind.name)
            for key, value, mark in _entries(entry, section, kind, context):
                _add(space, kind, key, value, mark)
    check_renames(space.made.former_keys, (address,), context)
    return space.made


def _entries(
    entry: DocumentEntry, section: str, kind: Kind, context: Context
) -> Iterator[tuple[str, Any, int]]:
    """The key, value and mark of each child in `section`."""
    value = entry.body[section]
    if not kind.keys:
        yield section, value, entry.body.key_mark(section)
        return
    for key, each, mark, _ in jid_entries_of(entry.file, value, context):
        yield key, each, mark


def _add(space: _Space, kind: Kind, text: str, value: Any, mark: int) -> None:
    """Reports all that is wrong, in the key as in the entry; adds the child where nothing is."""

    def at(*path: str | int) -> Place:
        return place_of(space.file, marks(value, path)[1] if path else mark)

    key = _key(space, kind, text, at())
    fields = _fields(space, kind, key.target if key else text, _as_dicts(kind, value), at)
    listed = value.get("previously") if isinstance(value, Map) else None
    path = (space.address, key or text)
    before = previous_names(listed, space.file, partial(_named, space, kind), path, space.context)
    if key is None:
        return
    if before:
        space.made.former_keys[key] = before
    if fields is not None:
        space.made.found[key] = Child(key, fields)


def _key(space: _Space, kind: Kind, text: str, place: Place) -> Key | None:
    """What an entry's key points at; None where that is a problem, which is reported."""
    try:
        key = _named(space, kind, text)
    except ValueError as error:
        space.context.reject(place, error)
        return None
    item_id, items = kind.item_id(key.target), space.made.items
    if item_id in items:
        message = f"{shown(text)} names the same thing as the entry at {items[item_id]}"
        space.context.problem(place, message, "duplicate")
        return None
    items[item_id] = space.context.places[space.address, key] = place
    return key


def _named(space: _Space, kind: Kind, text: str) -> Key:
    """What a key, or a name under `previously`, points at.

    Raises `ValueError` for what is no target of `kind`.
    """
    key = Key(kind.name, kind.identify(text, space.names))
    item_id = kind.item_id(key.target)
    check_id(item_id, "item id")
    if is_reserved(item_id) and item_id not in kind.reserved_ids:
        raise AddressError(f"{shown(item_id)} is reserved and cannot be declared as an item", text)
    return key


def _fields(space: _Space, kind: Kind, target: str, plain: Any, at: PlaceAt) -> Fields | None:
    """The fields of an entry; None where its XML is a problem, which is reported.

    plain: the entry as `_as_dicts` makes it.
    """
    whole = True
    for name in kind.xml:
        if name in plain:
            whole &= _read_xml(name, plain, at, space.context)
    space.context.problems.extend(kind.check(target, plain, at))
    if not whole:
        return None
    fields = kind.from_yaml(plain, target, space.names)
    if kind.element is None and not _is_its_own(kind, target, fields, at, space.context):
        return None
    return fields


def _as_dicts(kind: Kind, value: Any) -> Any:
    """An entry, or a list of entries, as new dicts without `previously` and `x-` keys."""
    if isinstance(value, str):
        return {kind.short: value}
    if isinstance(value, Seq):
        return [_as_dicts(kind, each) for each in value]
    return {key: each for key, each, *_ in entries_of(value) if key != "previously"}


def _read_xml(name: str, plain: dict[str, Any], at: PlaceAt, context: Context) -> bool:
    """Replaces the text or texts under `name` by elements; None stands for what is a problem.

    False where there is one, which is reported.
    """
    texts = plain[name]
    if isinstance(texts, str):
        plain[name] = payload(texts, at(name), context)
        return plain[name] is not None
    found = [payload(text, at(name, index), context) for index, text in enumerate(texts)]
    plain[name] = tuple(found)
    return None not in found


def _is_its_own(kind: Kind, item_id: str, fields: Fields, at: PlaceAt, context: Context) -> bool:
    """Whether an item of any payload is of no kind that has a section of its own.

    False is reported.
    """
    xml = kind.overlay(None, item_id, fields)
    others = {key.kind for key in decode([Item(item_id, (xml,))])} - {kind.name}
    for other in others:
        section = next(iter(BY_NAME[other].sections))
        message = f"<{xml.name}> is what '{section}' stands for; declare it there"
        context.problem(at(*kind.xml), message, "xml")
    return not others
