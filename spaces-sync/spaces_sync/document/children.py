"""What a space lists: its entries under `rooms`, `nodes`, `links` and `items`, and its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spaces_sync.document.keys import CHILD_KINDS
from spaces_sync.document.notes import Entry, Notes
from spaces_sync.document.problems import reason, shown
from spaces_sync.document.tree import Map, Seq, place_of
from spaces_sync.document.values import check_id, node_address, room_jid, told, told_jids
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, decode, image, node, opaque, reserved, room
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Child, Item, Key
from spaces_sync.model.xml import Xml, XmlError


@dataclass(slots=True)
class Children:
    """The children of one space, the kinds that it speaks of, and what each was before."""

    found: dict[Key, Child] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    moves: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    items: dict[str, Place] = field(default_factory=dict)  # the ids that we would give them


def children(
    entry: Entry, address: NodeAddress, room_names: Mapping[Jid, str], notes: Notes
) -> Children:
    made = Children()
    for kind in CHILD_KINDS:
        if kind.section in entry.body:
            made.sections.add(kind.name)
            body = entry.body[kind.section]
            for key, value, mark, _ in told_jids(entry.file, body, notes):
                place = place_of(entry.file, mark)
                _add(made, kind, (key, value), place, address, notes)
    for name in image.NAMES:
        if name in entry.body:
            made.sections.add(image.KIND.name)
            _add_image(made, name, entry, address, notes)
    for child in made.found.values():
        jid = Jid(child.key.target)
        if child.key.kind == room.KIND.name and jid in room_names and "name" not in child.fields:
            # Takes the place of the same key, which an iteration bears.
            made.found[child.key] = Child(child.key, {**child.fields, "name": room_names[jid]})
    _check_moves(made, address, notes)
    return made


def _add(
    made: Children,
    kind: Kind,
    pair: tuple[str, Any],
    place: Place,
    address: NodeAddress,
    notes: Notes,
) -> None:
    text, value = pair
    said = {kind.short: value} if kind.short and isinstance(value, str) else _said(value)
    earlier = said.pop("previously", ())
    try:
        key = Key(kind.name, _target(kind, text, address, notes))
        item_id = kind.item_id(key.target)
        _check_item_id(item_id)
    except ValueError as error:
        notes.refuse(place, error)
        return
    if item_id in made.items:
        first = made.items[item_id]
        message = f"{shown(text)} names the same thing as the entry at {first}"
        notes.problem(place, message, "duplicate")
        return
    made.items[item_id] = place
    notes.places[address, key] = place
    try:
        fields = kind.from_yaml(said)
        _check_xml(kind, text, fields)
    except XmlError as error:
        message = f"no well-formed XML element: {reason(error)} (its line {error.line})"
        notes.problem(place, message, "xml")
        return
    except ValueError as error:
        notes.refuse(place, error, "xml")
        return
    if "nick" in fields:
        notes.warn(place, f"'nick' gives everyone who joins the nickname {shown(fields['nick'])}")
    made.found[key] = Child(key, fields)
    if earlier:
        made.moves[key] = tuple(_earlier(kind, earlier, address, place, notes))


def _said(body: Map) -> dict[str, Any]:
    return {key: value for key, value, *_ in told(body)}


def _target(kind: Kind, text: str, address: NodeAddress, notes: Notes) -> str:
    """What a key points at. Raises `ValueError`."""
    if kind is room.KIND:
        return room_jid(text, notes.environment)
    if kind is node.KIND:
        return node_address(text, address.service).uri
    return kind.from_key(text, address.service)


def _check_item_id(item_id: str) -> None:
    check_id(item_id, "item id")
    if reserved(item_id):
        raise ValueError(f"{shown(item_id)} is reserved and cannot be declared as an item")


def _check_xml(kind: Kind, text: str, fields: Mapping[str, Any]) -> None:
    """Payloads and extensions: in a namespace, and of no kind that has keys of its own.

    Raises `ValueError`.
    """
    given: tuple[Xml, ...] = ()
    if kind is opaque.KIND:
        given = (fields["xml"],)
    elif kind is room.KIND:
        given = fields.get("extensions", ())
    for xml in given:
        if not xml.ns:
            raise ValueError(f"<{xml.name}> needs a namespace of its own (xmlns='…')")
    if kind is opaque.KIND:
        (key,) = decode([Item(text, given)])
        if key.kind != opaque.KIND.name:
            section = BY_NAME[key.kind].section or "avatar"
            raise ValueError(f"<{given[0].name}> is what '{section}' stands for; declare it there")


def _add_image(made: Children, name: str, entry: Entry, address: NodeAddress, notes: Notes) -> None:
    value: Map | Seq = entry.body[name]
    variants = [_said(each) for each in (value if isinstance(value, Seq) else (value,))]
    key = Key(image.KIND.name, name)
    made.found[key] = Child(key, image.KIND.from_yaml({"variants": variants}))
    made.items[image.KIND.item_id(name)] = notes.places[address, key] = entry.place_of(name)
    if all(each["type"] != "image/png" for each in variants):
        words = f"no variant of the {name} is image/png, which XEP-0084 wants every client to have"
        notes.warn(entry.place_of(name), words)


def _earlier(
    kind: Kind, texts: Any, address: NodeAddress, place: Place, notes: Notes
) -> Iterator[Key]:
    for text, mark in zip(texts, texts.marks, strict=True):
        try:
            target = _target(kind, text, address, notes)
            check_id(kind.item_id(target), "item id")
            yield Key(kind.name, target)
        except ValueError as error:
            notes.refuse(place_of(place.file, mark), error)


def _check_moves(made: Children, address: NodeAddress, notes: Notes) -> None:
    """Nothing can have become something else and still be there, or have become two things."""
    claimed: dict[Key, Place] = {}
    for key, earlier in made.moves.items():
        place = notes.places[address, key]
        for old in earlier:
            if old in made.found:
                where = notes.places[address, old]
                message = f"'previously' names {shown(old.target)}, still listed at {where}"
                notes.problem(place, message, "contradiction")
            elif old in claimed:
                where = claimed[old]
                message = f"'previously' names {shown(old.target)}, as the entry at {where} does"
                notes.problem(place, message, "contradiction")
            claimed.setdefault(old, place)
