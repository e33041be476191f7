"""What a space lists: its entries under `rooms`, `nodes`, `links` and `items`, and its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from spaces_sync.document.keys import CHILD_KINDS
from spaces_sync.document.notes import Entry, Notes
from spaces_sync.document.payloads import extensions, payload
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import check_renames, earlier
from spaces_sync.document.tree import Map, Seq, place_of
from spaces_sync.document.values import check_id, heeded, heeded_jids, node_address, room_jid
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, decode, image, link, node, opaque, reserved, room
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Child, Fields, Item, Key
from spaces_sync.model.xml import Xml


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
            for key, value, mark, _ in heeded_jids(entry.file, body, notes):
                _add(made, kind, (key, value, place_of(entry.file, mark)), address, notes)
    for name in image.NAMES:
        if name in entry.body:
            made.sections.add(image.KIND.name)
            _add_image(made, name, entry, address, notes)
    for child in made.found.values():
        jid = Jid(child.key.target)
        if child.key.kind == room.KIND.name and jid in room_names and "name" not in child.fields:
            # Takes the place of the same key, which an iteration bears.
            made.found[child.key] = Child(child.key, {**child.fields, "name": room_names[jid]})
    check_renames(made.moves, (address,), notes)
    return made


def _add(
    made: Children, kind: Kind, row: tuple[str, Any, Place], address: NodeAddress, notes: Notes
) -> None:
    """All that is wrong is told, in the key and in what it says."""
    text, value, place = row
    key = _key(made, kind, text, place, address, notes)
    fields = _fields(kind, text, value, place, notes)
    listed = value.get("previously") if isinstance(value, Map) else None
    named = partial(_named, kind, address=address, notes=notes)
    before = earlier(listed, place.file, named, (address, key or text), notes)
    if key is None or fields is None:
        return
    if "nick" in fields:
        words = f"'nick' gives everyone who joins the nickname {shown(fields['nick'])}"
        notes.warn(place, words, "advice")
    made.found[key] = Child(key, fields)
    if before:
        made.moves[key] = before


def _key(
    made: Children, kind: Kind, text: str, place: Place, address: NodeAddress, notes: Notes
) -> Key | None:
    try:
        key = _named(kind, text, address, notes)
    except ValueError as error:
        notes.refuse(place, error)
        return None
    item_id = kind.item_id(key.target)
    if reserved(item_id):
        message = f"{shown(item_id)} is reserved and cannot be declared as an item"
        notes.problem(place, message, "address")
        return None
    if item_id in made.items:
        message = f"{shown(text)} names the same thing as the entry at {made.items[item_id]}"
        notes.problem(place, message, "duplicate")
        return None
    made.items[item_id] = notes.places[address, key] = place
    return key


def _named(kind: Kind, text: str, address: NodeAddress, notes: Notes) -> Key:
    """What a key, or a name under `previously`, points at. Raises `ValueError`."""
    key = Key(kind.name, _target(kind, text, address, notes))
    check_id(kind.item_id(key.target), "item id")
    return key


def _target(kind: Kind, text: str, address: NodeAddress, notes: Notes) -> str:
    if kind is room.KIND:
        return room_jid(text, notes.environment)
    if kind is node.KIND:
        return node_address(text, address.service).uri
    return link.url(text) if kind is link.KIND else text


def _fields(kind: Kind, text: str, value: Any, place: Place, notes: Notes) -> Fields | None:
    """What the entry says of itself; None where its XML is a problem, which is told."""
    short = kind.short if isinstance(value, str) else None
    said: dict[str, Any] = {short: value} if short else _said(value)
    said.pop("previously", None)
    if kind is opaque.KIND:
        where = place_of(place.file, value.value_mark("xml"))
        said["xml"] = payload(said["xml"], where, notes)
        if said["xml"] is None or not _is_opaque(text, said["xml"], where, notes):
            return None
    if kind is room.KIND and "extensions" in said:
        said["extensions"] = extensions(said["extensions"], place.file, notes)
    return kind.from_yaml(said)


def _is_opaque(item_id: str, xml: Xml, place: Place, notes: Notes) -> bool:
    """Whether it is of no kind that has keys of its own; else that is told."""
    kinds = {key.kind for key in decode([Item(item_id, (xml,))])} - {opaque.KIND.name}
    for kind in kinds:
        section = BY_NAME[kind].section or "avatar"
        message = f"<{xml.name}> is what '{section}' stands for; declare it there"
        notes.problem(place, message, "xml")
    return not kinds


def _said(body: Map) -> dict[str, Any]:
    return {key: value for key, value, *_ in heeded(body)}


def _add_image(made: Children, name: str, entry: Entry, address: NodeAddress, notes: Notes) -> None:
    value: Map | Seq = entry.body[name]
    variants = [_said(each) for each in (value if isinstance(value, Seq) else (value,))]
    key = Key(image.KIND.name, name)
    made.found[key] = Child(key, image.KIND.from_yaml({"variants": variants}))
    made.items[image.KIND.item_id(name)] = notes.places[address, key] = entry.place_of(name)
    if all(each["type"] != "image/png" for each in variants):
        words = f"no variant of the {name} is image/png, which XEP-0084 wants every client to have"
        notes.warn(entry.place_of(name), words, "advice")
