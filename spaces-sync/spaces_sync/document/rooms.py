"""Entries under `rooms`: rooms that must exist, their parent space and their members."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from spaces_sync.document.config import keyed_fields, raw_fields, warn_of_ignored
from spaces_sync.document.context import Context, DocumentEntry, SpaceRooms
from spaces_sync.document.parents import DeclaredSpaces, parent
from spaces_sync.document.renames import previous_names
from spaces_sync.document.secrets import SecretError, secret
from spaces_sync.document.tree import Map, place_of
from spaces_sync.document.values import declared_room, entries_of, jids, room_jid
from spaces_sync.fields import ROOMS
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import NO_PASSWORD, Address, Field, Room, Secret, boolean
from spaces_sync.profile import PARENT, PASSWORD_PROTECTED, SECRET


def address_of(entry: DocumentEntry, context: Context) -> Jid | None:
    """The room that an entry is about; None where that is a problem, which is reported."""
    try:
        return declared_room(entry.key, context.environment)
    except ValueError as error:
        context.reject(entry.place, error)
        return None


def room(
    entry: DocumentEntry,
    address: Jid,
    spaces: Collection[SpaceRooms],
    declared_spaces: DeclaredSpaces,
    context: Context,
) -> tuple[Room, Policy]:
    """What an entry declares, without what is a problem, which is reported.

    spaces: those that list the room. declared_spaces: those that a room may name as its parent.
    """
    values = {**ROOMS.defaults, **entry.body}
    own = jids(entry, "affiliations", context, address)
    invited = _invited(address, spaces, context)
    pointer = parent(entry, spaces, declared_spaces, context)
    declared = Room(
        config=_config(entry, address, values, pointer, context),
        affiliations=own,
        password=_password(entry, context),
    )
    _check_password(entry, context)
    warn_of_ignored(ROOMS, entry, context)
    policy = Policy(
        prune=values["prune"],
        protect=values["protect"],
        previously=_previous_rooms(entry, address, context),
        invited=invited,
    )
    return declared, policy


def _config(
    entry: DocumentEntry,
    address: Jid,
    values: Mapping[str, Any],
    pointer: Field | None,
    context: Context,
) -> dict[str, Field]:
    fields = keyed_fields(ROOMS, entry, values, address, context)
    for key in ("password", "password_protected"):
        if key in entry.body:
            context.places.setdefault((address, "config", SECRET), entry.place_of(key))
    if "password" in entry.body:
        fields.setdefault(PASSWORD_PROTECTED, Field((boolean(True),)))
        path = (address, "config", PASSWORD_PROTECTED)
        context.places.setdefault(path, entry.place_of("password"))
    if pointer is not None:
        fields[PARENT] = pointer
        if "parent" in entry.body:
            context.places[address, "config", PARENT] = entry.place_of("parent")
    return {**fields, **raw_fields(ROOMS, entry, address, context)}


def _password(entry: DocumentEntry, context: Context) -> Secret | None:
    """The room's password, `NO_PASSWORD` where it shall have none; None: it is left as it is.

    None also where it cannot be had, which is reported. Without its value where none are asked for.
    """
    if "password" not in entry.body:
        return NO_PASSWORD if entry.body.get("password_protected") is False else None
    body: Map = entry.body["password"]
    ((holder, name),) = ((key, value) for key, value, *_ in entries_of(body))
    path = Path(entry.file).parent / name  # of a file
    # A saved plan may be applied from another folder, where another file has the name.
    origin = f"file:{path.absolute()}" if holder == "file" else f"{holder}:{name}"
    if not context.secrets:
        return Secret("", origin)
    try:
        if holder == "file":
            return Secret(secret(f"file:{path}", {}).value, origin)
        return secret(origin, context.environment)
    except SecretError as error:
        context.reject(place_of(entry.file, body.mark), error, "secret")
        return None


def _check_password(entry: DocumentEntry, context: Context) -> None:
    if entry.body.get("password_protected") is True and "password" not in entry.body:
        # Without a password Prosody protects nothing, and ejabberd takes an empty one.
        message = "'password_protected: true' needs a 'password'; without one anybody walks in"
        context.problem(entry.place_of("password_protected"), message, "contradiction")
    if "password" in entry.body and entry.body.get("password_protected") is False:
        message = "'password_protected: false' contradicts 'password'; remove one of them"
        context.problem(entry.place_of("password_protected"), message, "contradiction")


def _invited(address: Jid, spaces: Iterable[SpaceRooms], context: Context) -> frozenset[Jid] | None:
    """The people whom `spaces` make members of the room; None: they do so with nobody."""
    members = [space.members for space in spaces if space.members is not None]
    people = {who: place for each in members for who, place in each.items()}
    for who, place in people.items():
        context.places.setdefault((address, "affiliations", who), place)
    return frozenset(people) if members else None


def _previous_rooms(entry: DocumentEntry, address: Jid, context: Context) -> tuple[Address, ...]:
    address_of = partial(room_jid, environment=context.environment)
    return previous_names(entry.body.get("previously"), entry.file, address_of, (address,), context)
