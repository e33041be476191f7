"""Plans one room that the file runs: its creation or configuration, and its affiliations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.servers import SPACE_PARENT
from spaces_sync.model.state import (
    EMPTY,
    NO_PASSWORD,
    Reading,
    Room,
    Secret,
    Values,
    same_values,
    values_of,
)
from spaces_sync.plan.actions import (
    Action,
    ConfigureRoom,
    CreateRoom,
    Reason,
    SetAffiliation,
    Why,
)
from spaces_sync.plan.compare.context import with_operators
from spaces_sync.plan.compare.recording import owned_by_another, plan_record
from spaces_sync.plan.compare.rename import (
    NOTHING_THERE,
    half_copied,
    is_copied,
    not_copied,
    uri_of,
)
from spaces_sync.plan.compare.room_hosts import not_kept
from spaces_sync.plan.compare.room_people import Left, kept_by_a_space, plan_people
from spaces_sync.plan.compare.room_rename import (
    FormerRoom,
    former_room,
    offered_to,
    openings,
    password_missing,
    stays_behind,
    what_is_copied,
    with_copied_config,
)
from spaces_sync.plan.configs import former_values
from spaces_sync.plan.copies import CopyOf
from spaces_sync.plan.drift import explained
from spaces_sync.plan.ownership import other_owner
from spaces_sync.plan.plan import Note, Obstacle, Part
from spaces_sync.plan.requirements import is_met_by_password, is_off
from spaces_sync.plan.turns import in_turns
from spaces_sync.profile import PARENT, PERSISTENT, SECRET

_FILE: Final[Reason] = "file"
_RENAME: Final[Reason] = "rename"
_MADE_BY_OTHERS: Final = (
    "is not there, and with 'persistent: false' would go as soon as it is made: who joins it makes "
    "it, and owns it (XEP-0045 10.1)"
)


def plan_room(
    declaration: Declaration,
    reading: Reading,
    jid: Jid,
    leaving: Collection[Jid] = (),
    left: Left = EMPTY,
    *,
    take_over: bool,
) -> Iterator[Part]:
    """What one declared room needs. It is in `reading.state`, or proved absent.

    leaving, left: as `plan_people`.
    """
    foreign = owned_by_another(declaration, jid, reading, take_over=take_over)
    if obstacle := foreign or half_copied(declaration, reading, jid):
        yield obstacle
        return
    if _is_made_by_others(declaration, reading, jid):
        place = declaration.place(jid, "config", PERSISTENT)
        yield Note(jid, "advice", _MADE_BY_OTHERS, place)
        return
    owned, wanted = reading.ownership.owned(jid), declaration.state.rooms[jid]
    people = with_operators(declaration, wanted.affiliations)
    wanted = replace(wanted, affiliations=people)
    former = former_room(declaration, reading, jid)
    live = reading.state.rooms.get(jid) or Room(EMPTY, {reading.account: "owner"})
    now = live.affiliations or EMPTY
    if former is not None:
        yield CopyOf(jid, former.jid)
    people_parts = list(plan_people(declaration, reading, jid, now, leaving, left, former))
    parts = [*_room(declaration, reading, jid, wanted, former, people_parts), *people_parts]
    yield from (explained(part, owned) if isinstance(part, Action) else part for part in parts)
    source = declaration.source
    if source is None or any(isinstance(part, Obstacle) for part in parts):
        return
    actions = [part for part in parts if isinstance(part, Action)]
    yield from plan_record(
        jid,
        wanted,
        live,
        reading,
        actions,
        protect=declaration.policies[jid].protect,
        copies=uri_of(former.jid) if former is not None and actions else "",
        taken_from=other_owner(jid, reading, source),
        invited=kept_by_a_space(declaration, jid, now),
        place=declaration.place(jid),
    )


def _room(
    declaration: Declaration,
    reading: Reading,
    jid: Jid,
    wanted: Room,
    former: FormerRoom | None,
    people: Iterable[Part],
) -> Iterator[Part]:
    """The room itself. `people`: what is planned for the rights in it."""
    live, place = reading.state.rooms.get(jid), declaration.place(jid)
    offered = live.config if live else former and offered_to(jid, former, reading)
    made = with_copied_config(wanted, former, offered)
    if text := password_missing(wanted, former, live):
        yield Obstacle(jid, text, place)
    if live is not None:
        if former is None:
            yield from _adopted(declaration, reading, jid)
        yield from _configuration(declaration, jid, made, live, made.config.keys() - wanted.config)
        return
    if jid in reading.destroyed:
        yield Note(jid, "stays", reading.failed[jid], place)
    if _does_not_stay(wanted):
        text = "would vanish as soon as it is made, with what is copied: take 'persistent' out"
        yield Obstacle(jid, text, declaration.place(jid, "config", PERSISTENT))
    elif found := not_kept(reading, jid, place):
        yield found
    why, opens = Why("file", place), tuple[str, ...]()
    olds = declaration.policies[jid].previously
    there = next((old for old in olds if old in reading.state.rooms), None)
    if former is not None:
        rights = sum(isinstance(p, SetAffiliation) and p.why.reason == "rename" for p in people)
        opens = tuple(dict.fromkeys(openings(former, wanted)))
        why = Why("rename", place, (*what_is_copied(former, jid, rights), *opens))
        yield from not_copied(declaration, reading, jid, former.jid)
    elif there is not None:
        words = (stays_behind(str(there)), "only a file with a 'source' copies what it is like")
        why = Why("rename", place, words)
    elif olds:
        yield Note(jid, "by default", NOTHING_THERE, place)
    config = {var: field.values for var, field in sorted(made.config.items())}
    password = None if wanted.password == NO_PASSWORD else wanted.password
    old = former.room.config if former is not None else EMPTY
    yield CreateRoom(
        jid,
        config,
        password,
        why,
        opens=opens,
        former=former.jid if former is not None else None,
        formerly=former_values(old, config),
    )


def _is_made_by_others(declaration: Declaration, reading: Reading, jid: Jid) -> bool:
    """Whether a room that is not there is not made, since it would go at once.

    Where it is to be a copy of another room that is an obstacle: that room must not go first.
    """
    olds = declaration.policies[jid].previously
    copied = any(old in reading.state.rooms or old in reading.failed for old in olds)
    there = jid in reading.state.rooms
    return not (there or copied) and _does_not_stay(declaration.state.rooms[jid])


def _does_not_stay(wanted: Room) -> bool:
    return same_values(values_of(wanted.config, PERSISTENT), ("false",))


def _adopted(declaration: Declaration, reading: Reading, jid: Jid) -> Iterator[Note]:
    """That a room which is not the source's yet stays like it is, whatever it was before."""
    olds = (old for old in declaration.policies[jid].previously if old in reading.state.rooms)
    if (old := next(olds, None)) and is_copied(declaration) and not reading.ownership.owned(jid):
        text = f"is there already, made by others, so that nothing of {old} is copied to it"
        yield Note(jid, "stays", text, declaration.place(jid))


def _configuration(
    declaration: Declaration, jid: Jid, wanted: Room, live: Room, copied: Collection[str]
) -> Iterator[Part]:
    """Only what the room's own form offers; the parent is an action of its own, sent last.

    copied: the fields that are wanted as they are in the room that it was before.
    """
    differ: dict[str, Values] = {}
    for var, field in sorted(wanted.config.items()):
        place = declaration.place(jid, "config", var)
        offered = live.config.get(var)
        if offered is None:
            yield from _unheld(jid, var, field.values, wanted, live, place)
        elif not same_values(field.values, offered.values):
            if offered.options and not set(field.values) <= set(offered.options):
                options = ", ".join(offered.options)
                text = f"{var} cannot be {', '.join(field.values)}: the service takes {options}"
                yield Obstacle(jid, text, place)
            else:
                differ[var] = field.values
    password = _new_password(wanted, live)
    if wanted.password not in (None, NO_PASSWORD) and live.password is None:
        untold = "there is one, and the service does not tell it, so that it stays"
        text = f"password: {untold if SECRET in live.config else 'the service has no such field'}"
        yield Note(jid, "impossible", text, declaration.place(jid))
    parent = {PARENT: differ.pop(PARENT)} if PARENT in differ else {}
    taken = {var: differ.pop(var) for var in copied if var in differ}
    for fields, secret, reason in ((differ, password, _FILE), (taken, None, _RENAME)):
        if fields or secret is not None:
            for part in in_turns(_configure(declaration, jid, live, fields, secret, reason)):
                yield _configure(declaration, jid, live, part.after, part.password, reason)
    if parent:
        yield _configure(declaration, jid, live, parent, None, _FILE)


def _new_password(wanted: Room, live: Room) -> Secret | None:
    """None where there is nothing to change, or nothing to compare with."""
    if wanted.password == NO_PASSWORD and live.password is None and SECRET in live.config:
        return NO_PASSWORD  # there is one, which need not be known to be taken away
    if wanted.password is None or live.password is None:
        return None
    known = wanted.password == NO_PASSWORD or wanted.password.value != ""
    return None if known and live.password.value == wanted.password.value else wanted.password


def _unheld(
    jid: Jid, var: str, values: Values, wanted: Room, live: Room, place: Place | None
) -> Iterator[Note]:
    if is_met_by_password(var, values, wanted.password):
        return
    if var == PERSISTENT and live.stays:
        if is_off(values):
            text = f"{var}: is true, and this account may not change it"
            yield Note(jid, "impossible", text, place)
        return
    if var == PARENT and not any(values):
        return  # a room without the field advertises nothing
    if is_off(values):
        text = f"{var}: the service has no such field, so that it cannot be true"
        yield Note(jid, "by default", text, place)
    else:
        text = f"{var}: the service has no such field, so that it would be ignored"
        text = f"{text}; {SPACE_PARENT}" if var == PARENT else text
        yield Note(jid, "impossible", text, place)


def _configure(
    declaration: Declaration,
    jid: Jid,
    live: Room,
    after: Mapping[str, Values],
    password: Secret | None,
    reason: Reason,
) -> ConfigureRoom:
    before = {var: live.config[var].values for var in after}
    fields = (*after, SECRET) if password is not None else (*after,)
    found = {var: declaration.place(jid, "config", var) for var in fields}
    places = {var: place for var, place in found.items() if place is not None}
    place = next(iter(places.values()), declaration.place(jid))
    return ConfigureRoom(jid, before, after, password, Why(reason, place), places=places)
