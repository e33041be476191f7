"""Plans one room that the file runs: its creation or configuration, and its affiliations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration, Place
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
from spaces_sync.plan.actions import Action, ConfigureRoom, CreateRoom, Why
from spaces_sync.plan.compare.context import with_operators
from spaces_sync.plan.compare.recording import owned_by_another, plan_record
from spaces_sync.plan.compare.rename import NOTHING_THERE
from spaces_sync.plan.compare.room_people import Left, kept_by_a_space, plan_people
from spaces_sync.plan.drift import explained
from spaces_sync.plan.ownership import other_owner
from spaces_sync.plan.plan import Note, Obstacle, Part
from spaces_sync.plan.requirements import is_met_by_password, is_off
from spaces_sync.plan.turns import in_turns
from spaces_sync.profile import PARENT, PERSISTENT, SECRET


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
    if obstacle := owned_by_another(declaration, jid, reading, take_over=take_over):
        yield obstacle
        return
    owned, wanted = reading.ownership.owned(jid), declaration.state.rooms[jid]
    people = with_operators(declaration, wanted.affiliations)
    wanted = replace(wanted, affiliations=people)
    parts = list(_room(declaration, reading, jid, wanted))
    live = reading.state.rooms.get(jid) or Room(EMPTY, {reading.account: "owner"})
    now = live.affiliations or EMPTY
    parts.extend(plan_people(declaration, reading, jid, now, leaving, left))
    yield from (explained(part, owned) if isinstance(part, Action) else part for part in parts)
    source = declaration.source
    if source is None or any(isinstance(part, Obstacle) for part in parts):
        return
    yield from plan_record(
        jid,
        wanted,
        live,
        reading,
        (part for part in parts if isinstance(part, Action)),
        protect=declaration.policies[jid].protect,
        taken_from=other_owner(jid, reading, source),
        invited=kept_by_a_space(declaration, jid, now),
        place=declaration.place(jid),
    )


def _room(declaration: Declaration, reading: Reading, jid: Jid, wanted: Room) -> Iterator[Part]:
    live = reading.state.rooms.get(jid)
    if live is not None:
        yield from _configuration(declaration, jid, wanted, live)
        return
    former = next(
        (old for old in declaration.policies[jid].previously if old in reading.state.rooms), None
    )
    place = declaration.place(jid)
    if jid in reading.destroyed:
        yield Note(jid, "stays", reading.failed[jid], place)
    for old in declaration.policies[jid].previously:
        if old in reading.failed:
            yield Obstacle(jid, f"{old}, which it was before: {reading.failed[old]}", place)
    if same_values(values_of(wanted.config, PERSISTENT), ("false",)):
        text = "is not there, and would vanish as soon as it is made: take 'persistent' out"
        yield Obstacle(jid, text, declaration.place(jid, "config", PERSISTENT))
    previously = declaration.policies[jid].previously
    if previously and all(old in reading.absent for old in previously):
        yield Note(jid, "by default", NOTHING_THERE, place)
    config = {var: field.values for var, field in sorted(wanted.config.items())}
    words = (f"{former} stays as it is: the people in it and its history do not move",)
    why = Why("rename", place, words) if former is not None else Why("file", place)
    password = None if wanted.password == NO_PASSWORD else wanted.password
    yield CreateRoom(jid, config, password, why)


def _configuration(declaration: Declaration, jid: Jid, wanted: Room, live: Room) -> Iterator[Part]:
    """Only what the room's own form offers; the parent is an action of its own, sent last."""
    differ: dict[str, Values] = {}
    for var, field in sorted(wanted.config.items()):
        place = declaration.place(jid, "config", var)
        offered = live.config.get(var)
        if offered is None:
            yield from _unheld(jid, var, field.values, wanted, place)
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
    if differ or password is not None:
        for part in in_turns(_configure(declaration, jid, live, differ, password)):
            yield _configure(declaration, jid, live, part.after, part.password)
    if parent:
        yield _configure(declaration, jid, live, parent, None)


def _new_password(wanted: Room, live: Room) -> Secret | None:
    """None where there is nothing to change, or nothing to compare with."""
    if wanted.password == NO_PASSWORD and live.password is None and SECRET in live.config:
        return NO_PASSWORD  # there is one, which need not be known to be taken away
    if wanted.password is None or live.password is None:
        return None
    known = wanted.password == NO_PASSWORD or wanted.password.value != ""
    return None if known and live.password.value == wanted.password.value else wanted.password


def _unheld(
    jid: Jid, var: str, values: Values, wanted: Room, place: Place | None
) -> Iterator[Note]:
    if is_met_by_password(var, values, wanted.password):
        return
    if var == PARENT and not any(values):
        return  # a room without the field advertises nothing
    if is_off(values):
        text = f"{var}: the service has no such field, so that it cannot be true"
        yield Note(jid, "by default", text, place)
    else:
        text = f"{var}: the service has no such field, so that it would be ignored"
        yield Note(jid, "impossible", text, place)


def _configure(
    declaration: Declaration,
    jid: Jid,
    live: Room,
    after: Mapping[str, Values],
    password: Secret | None,
) -> ConfigureRoom:
    before = {var: live.config[var].values for var in after}
    places = (declaration.place(jid, "config", var) for var in after)
    place = next((place for place in places if place), declaration.place(jid))
    return ConfigureRoom(jid, before, after, password, Why("file", place))
