"""What a space lists: each entry of its sections, as its kind understands it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from spaces_sync.document.notes import DocumentEntry, Notes
from spaces_sync.document.payloads import payload
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import check_renames, earlier
from spaces_sync.document.tree import Map, Seq, marks, place_of
from spaces_sync.document.values import check_id, heeded, heeded_jids, node_address, room_jid
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, SECTIONS, decode, reserved
from spaces_sync.model.children.kind import Around, At, Kind
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Child, Fields, Item, Key


@dataclass(slots=True)
class Children:
    """The children of one space, the kinds that it speaks of, and what each was before."""

    found: dict[Key, Child] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    moves: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    items: dict[str, Place] = field(default_factory=dict)  # the ids that we would give them


@dataclass(frozen=True, slots=True)
class _Space:
    """The space whose entries are read, and where what is found in them goes."""

    file: str
    address: NodeAddress
    around: Around
    notes: Notes
    made: Children


def children(
    entry: DocumentEntry, address: NodeAddress, room_names: Mapping[Jid, str], notes: Notes
) -> Children:
    """What the space at `address` lists. `room_names`: of the rooms that the document runs."""
    around = Around(
        partial(room_jid, environment=notes.environment),
        partial(node_address, service=address.service),
        room_names,
    )
    space = _Space(entry.file, address, around, notes, Children())
    for section, kind in SECTIONS.items():
        if section in entry.body:
            space.made.sections.add(kind.name)
            for key, value, mark in _entries(entry, section, kind, notes):
                _add(space, kind, key, value, mark)
    check_renames(space.made.moves, (address,), notes)
    return space.made


def _entries(
    entry: DocumentEntry, section: str, kind: Kind, notes: Notes
) -> Iterator[tuple[str, Any, int]]:
    """Of a section: each key, its value and its mark."""
    value = entry.body[section]
    if not kind.keys:
        yield section, value, entry.body.key_mark(section)
        return
    for key, each, mark, _ in heeded_jids(entry.file, value, notes):
        yield key, each, mark


def _add(space: _Space, kind: Kind, text: str, value: Any, mark: int) -> None:
    """All that is wrong is told, in the key and in what stands under it."""

    def at(*path: str | int) -> Place:
        return place_of(space.file, marks(value, path)[1] if path else mark)

    key = _key(space, kind, text, at())
    fields = _fields(space, kind, key.target if key else text, _said(kind, value), at)
    listed = value.get("previously") if isinstance(value, Map) else None
    path = (space.address, key or text)
    before = earlier(listed, space.file, partial(_named, space, kind), path, space.notes)
    if key is None:
        return
    if before:
        space.made.moves[key] = before
    if fields is not None:
        space.made.found[key] = Child(key, fields)


def _key(space: _Space, kind: Kind, text: str, place: Place) -> Key | None:
    """What an entry's key points at; None where that is a problem, which is told."""
    try:
        key = _named(space, kind, text)
    except ValueError as error:
        space.notes.refuse(place, error)
        return None
    item_id, items = kind.item_id(key.target), space.made.items
    if reserved(item_id) and item_id not in kind.reserved_ids:
        message = f"{shown(item_id)} is reserved and cannot be declared as an item"
        space.notes.problem(place, message, "address")
        return None
    if item_id in items:
        message = f"{shown(text)} names the same thing as the entry at {items[item_id]}"
        space.notes.problem(place, message, "duplicate")
        return None
    items[item_id] = space.notes.places[space.address, key] = place
    return key


def _named(space: _Space, kind: Kind, text: str) -> Key:
    """What a key, or a name under `previously`, points at. Raises `ValueError`."""
    key = Key(kind.name, kind.identify(text, space.around))
    check_id(kind.item_id(key.target), "item id")
    return key


def _fields(space: _Space, kind: Kind, target: str, said: Any, at: At) -> Fields | None:
    """What the entry says of itself; None where its XML is a problem, which is told."""
    whole = True
    for name in kind.xml:
        if name in said:
            whole &= _read_xml(name, said, at, space.notes)
    space.notes.problems.extend(kind.check(target, said, at))
    if not whole:
        return None
    fields = kind.from_yaml(said, target, space.around)
    if kind.element is None and not _is_its_own(kind, target, fields, at, space.notes):
        return None
    return fields


def _said(kind: Kind, value: Any) -> Any:
    """An entry, or a list of entries, as plain dicts without what is not for the kind."""
    if isinstance(value, str):
        return {kind.short: value}
    if isinstance(value, Seq):
        return [_said(kind, each) for each in value]
    return {key: each for key, each, *_ in heeded(value) if key != "previously"}


def _read_xml(name: str, said: dict[str, Any], at: At, notes: Notes) -> bool:
    """Reads the XML under `name`. False where that is a problem, which is told."""
    texts = said[name]
    if isinstance(texts, str):
        said[name] = payload(texts, at(name), notes)
        return said[name] is not None
    found = [payload(text, at(name, index), notes) for index, text in enumerate(texts)]
    said[name] = tuple(found)
    return None not in found


def _is_its_own(kind: Kind, item_id: str, fields: Fields, at: At, notes: Notes) -> bool:
    """Whether a payload of any kind is of none that has a section of its own; else that is told."""
    xml = kind.overlay(None, item_id, fields)
    others = {key.kind for key in decode([Item(item_id, (xml,))])} - {kind.name}
    for other in others:
        section = next(iter(BY_NAME[other].sections))
        message = f"<{xml.name}> is what '{section}' stands for; declare it there"
        notes.problem(at(*kind.xml), message, "xml")
    return not others
