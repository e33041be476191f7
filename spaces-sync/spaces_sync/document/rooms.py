"""Entries under `rooms`: rooms that must exist, their parent space and their members."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from spaces_sync.document.fields import ROOM_FIELDS, ROOM_FORM
from spaces_sync.document.nodes import warn_of_prune
from spaces_sync.document.notes import Entry, Listed, Notes
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import earlier
from spaces_sync.document.values import (
    config,
    is_uri,
    jids,
    node_address,
    password,
    room_jid,
    word,
)
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import Address, Field, Room
from spaces_sync.profile import PARENT

_PROTECTED: Final = ROOM_FIELDS["password_protected"]


def address_of(entry: Entry, notes: Notes) -> Jid | None:
    """The room that an entry is about; None where that is a problem, which is told."""
    try:
        return room_jid(entry.key, notes.environment)
    except ValueError as error:
        notes.refuse(entry.place, error)
        return None


def room(
    entry: Entry,
    address: Jid,
    spaces: Collection[Listed],
    known: Mapping[str, Sequence[NodeAddress]],
    notes: Notes,
) -> tuple[Room, Policy]:
    """`spaces` are all that list the room, `known` all of the document, by node id."""
    secret = password(entry, notes) if "password" in entry.body else None
    own = jids(entry, "affiliations", notes, address)
    invited = _invited(address, spaces, own or {}, notes)
    declared = Room(
        config=_config(entry, address, spaces, known, notes),
        affiliations={**dict.fromkeys(invited, "member"), **(own or {})} if invited else own,
        password=secret,
    )
    _check_password(entry, notes)
    warn_of_prune(entry, notes)
    policy = Policy(
        protect=entry.body.get("protect", False),
        previously=_earlier(entry, address, notes),
        invited=invited,
    )
    return declared, policy


def _config(
    entry: Entry,
    address: Jid,
    spaces: Collection[Listed],
    known: Mapping[str, Sequence[NodeAddress]],
    notes: Notes,
) -> dict[str, Field]:
    body = entry.body
    fields = {ROOM_FIELDS["persistent"]: Field(("true",))}
    for key, var in ROOM_FIELDS.items():
        if key in body:
            fields[var] = Field((word(body[key]),))
            notes.places[address, "config", var] = entry.place_of(key)
    if "password" in body:
        fields.setdefault(_PROTECTED, Field(("true",)))
        notes.places.setdefault((address, "config", _PROTECTED), entry.place_of("password"))
    parent = _parent(entry, spaces, known, notes)
    if parent is not None:
        fields[PARENT] = Field((parent.uri,))
        if "parent" in body:
            notes.places[address, "config", PARENT] = entry.place_of("parent")
    return {**fields, **config(entry, notes, address, ROOM_FORM)}


def _parent(
    entry: Entry,
    spaces: Collection[Listed],
    known: Mapping[str, Sequence[NodeAddress]],
    notes: Notes,
) -> NodeAddress | None:
    """The space that the room advertises; None: what it advertises is left as it is found."""
    if "parent" not in entry.body:
        return next(iter(spaces)).address if len(spaces) == 1 else None
    text = entry.body["parent"]
    if not text:
        return None
    found = known.get(text, ())
    if len(found) == 1:
        return found[0]
    try:
        return node_address(text, None)
    except ValueError as error:
        place = entry.value_of("parent")
        if is_uri(text):
            notes.refuse(place, error)
        elif found:
            message = f"several services have a space {shown(text)} here; write its XMPP URI"
            notes.problem(place, message, "reference")
        else:
            message = f"no space {shown(text)} is declared here; write a node id or an XMPP URI"
            notes.problem(place, message, "reference")
        return None


def _check_password(entry: Entry, notes: Notes) -> None:
    if "password" in entry.body and entry.body.get("password_protected") is False:
        message = "'password_protected: false' contradicts 'password'; remove one of them"
        notes.problem(entry.place_of("password_protected"), message, "contradiction")


def _invited(
    address: Jid, spaces: Iterable[Listed], own: Collection[Jid], notes: Notes
) -> frozenset[Jid]:
    """The people of spaces with `members_to_rooms` for whom the room says nothing itself."""
    people = {who: place for listed in spaces for who, place in listed.members.items()}
    for who, place in people.items():
        notes.places.setdefault((address, "affiliations", who), place)
    return frozenset(people) - frozenset(own)


def _earlier(entry: Entry, address: Jid, notes: Notes) -> tuple[Address, ...]:
    address_of = partial(room_jid, environment=notes.environment)
    return earlier(entry.body.get("previously"), entry.file, address_of, (address,), notes)
