"""The room that a renamed one was, whose configuration and people it takes along.

Its history and who is in it do not move: XMPP has no request for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, NamedTuple

from spaces_sync.fields import ROOMS, effects
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import (
    NO_PASSWORD,
    Field,
    Form,
    Owned,
    Reading,
    Room,
)
from spaces_sync.plan.compare.rename import copied_from, takes
from spaces_sync.plan.compare.room_hosts import form_on
from spaces_sync.profile import PARENT, PASSWORD_PROTECTED, PERSISTENT, SECRET, has_password

_NOT_COPIED: Final = frozenset(
    (
        SECRET,  # is in no plan
        PASSWORD_PROTECTED,  # goes with it: a password has to be said
        PARENT,  # what lists the former room need not list this one
        PERSISTENT,  # a room that is not would end before it is anything
        *chain.from_iterable(row.others for row in ROOMS.rows if row.key == "affiliations"),
    )
)
"""Fields of a room's form that say nothing of what it is like, or what must not be guessed."""
_SHOWN: Final = ("fixed", "hidden")  # types of fields that nobody sets (XEP-0004 3.3)


class FormerRoom(NamedTuple):
    """The room that another one was before, and what its source owns of it."""

    jid: Jid
    room: Room
    owned: Owned | None


def former_room(declaration: Declaration, reading: Reading, jid: Jid) -> FormerRoom | None:
    """The room that a declared one was before, as `copied_from`."""
    old = copied_from(declaration, reading, jid)
    if old is None or isinstance(old, NodeAddress):
        return None
    return FormerRoom(old, reading.state.rooms[old], reading.ownership.owned(old))


def with_copied_config(
    wanted: Room, former: FormerRoom | None, offered: Form | None = None
) -> Room:
    """What the file wants, laid over what the former room is like.

    `offered`: the form that the room has, or is to have; None: it has what the former one has. A
    value that it does not take is not copied, nor a field without one.
    """
    if former is None:
        return wanted
    copied = {
        var: Field(field.values)
        for var, field in former.room.config.items()
        if any(field.values) and var not in _NOT_COPIED and field.type not in _SHOWN
        if offered is None or takes(offered.get(var), field.values)
    }
    return replace(wanted, config={**copied, **wanted.config})


def offered_to(room: Jid, former: FormerRoom, reading: Reading) -> Form | None:
    """The form that a copy which is to be made will have; None: that of the former room.

    Another host may lack what it has, and refuse all for a value that it does not know. Of one of
    which no room was read, only the fields of the language are known, which every host may have.
    """
    if domain_of(room) == domain_of(former.jid):
        return None
    shown = form_on(reading, domain_of(room))
    return {row.var: Field(()) for row in ROOMS.rows if row.var} if shown is None else shown


def password_missing(wanted: Room, former: FormerRoom | None, live: Room | None) -> str:
    """Why a copy without a password is refused; empty: it is not."""
    if former is None or wanted.password is not None or not has_password(former.room):
        return ""
    if live is not None and has_password(live):
        return ""
    return (
        f"{former.jid}, which it was before, has a password, which is not copied, so that its copy "
        "would have none: name one under 'password', or say 'password_protected: false'"
    )


def what_is_copied(former: FormerRoom, room: Jid, people: int) -> Iterator[str]:
    """The consequences of creating `room` as a copy. `people`: how many rights are copied."""
    rights = f" and {plural(people, 'affiliation')}" if people else ""
    host = domain_of(room)
    same = host == domain_of(former.jid)
    far = "" if same else f", as far as rooms of {host} are known to have it"
    yield f"copies the configuration{rights} of {former.jid}{far}"
    yield stays_behind(former.jid)


def stays_behind(former: str) -> str:
    """What a rename of a room leaves where it is."""
    return f"{former} stays: the people in it and its history do not move"


def openings(former: FormerRoom, wanted: Room) -> Iterator[str]:
    """How more people can enter, find or see it than the former room, by the file's words."""
    changes = [
        (var, former.room.config[var].values, field.values)
        for var, field in sorted(wanted.config.items())
        if var in former.room.config and var not in _NOT_COPIED
    ]
    if wanted.password == NO_PASSWORD and has_password(former.room):
        changes.append((SECRET, ("set",), ()))
    for var, before, after in changes:
        found = effects(var, before, after)
        yield from (each.words for each in found if each.effect == "opens" and each.words)
