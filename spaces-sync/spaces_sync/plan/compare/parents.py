"""Which space a room advertises (XEP-0503 5.5), where the file does not say so in as many words.

A pointer that this source set goes when the space lists the room no more, or goes itself: it would
lead people to where the room is not, for ever. What others had a room advertise stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of, node_uri
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.servers import SPACE_PARENT, is_prosody_rooms
from spaces_sync.model.state import Field, Key, Owned, Reading, Room, Values, may_be, values_of
from spaces_sync.plan.actions import (
    ConfigureRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    Why,
)
from spaces_sync.plan.compare.room_hosts import form_on
from spaces_sync.plan.ownership import other_owner
from spaces_sync.plan.plan import Note, Part
from spaces_sync.profile import PARENT, SPACE

_NAME = ledger.config_name(PARENT)


@dataclass(frozen=True, slots=True)
class Listings:
    """What spaces will list when a plan has been carried out."""

    reading: Reading
    added: frozenset[tuple[NodeAddress, Key]]
    removed: frozenset[tuple[NodeAddress, Key]]
    deleted: frozenset[NodeAddress]

    def is_gone(self, space: NodeAddress) -> bool:
        """Whether there will be no such node, as far as is known."""
        elsewhere = self.reading.listings.get(space, frozenset())
        return space in self.deleted or space in self.reading.absent or elsewhere is None

    def lists(self, space: NodeAddress, room: Jid) -> bool | None:
        """Whether `space` will list `room`; None where that is not known."""
        key = Key("room", room)
        if (space, key) in self.added:
            return True
        if space in self.deleted or space in self.reading.absent or (space, key) in self.removed:
            return False
        live = self.reading.state.nodes.get(space)
        if live is None and space in self.reading.listings:
            elsewhere = self.reading.listings[space]
            return None if isinstance(elsewhere, str) else room in (elsewhere or ())
        if live is None or (key not in live.children and not live.complete):
            return None
        return key in live.children


def listings_after(parts: Iterable[Part], reading: Reading) -> Listings:
    """`parts`: all that is planned for nodes."""
    added, removed = set[tuple[NodeAddress, Key]](), set[tuple[NodeAddress, Key]]()
    deleted = set[NodeAddress]()
    for part in parts:
        match part:
            case PublishItem(node=node, key=key, former=former):
                added.add((node, key))
                removed.update([(node, former)] if former is not None else [])
            case RetractItem(node=node, key=key):
                removed.add((node, key))
            case DeleteNode(node=node):
                deleted.add(node)
            case _:
                pass
    return Listings(reading, frozenset(added), frozenset(removed), frozenset(deleted))


def with_parents(declaration: Declaration, listings: Listings) -> Declaration:
    """`declaration`, where each room that is there says what it shall advertise.

    Where that is the same space as now, it says so as it is written now. Nothing is said where the
    service has no such field, or where neither the file nor the source's ledger speaks of it.
    """
    rooms = dict(declaration.state.rooms)
    for jid, wanted in rooms.items():
        live = listings.reading.state.rooms.get(jid)
        if live is not None and (values := _wanted_parent(jid, wanted, live, listings)) is not None:
            rooms[jid] = replace(wanted, config={**wanted.config, PARENT: Field(values)})
    return replace(declaration, state=replace(declaration.state, rooms=rooms))


def _wanted_parent(jid: Jid, wanted: Room, live: Room, listings: Listings) -> Values | None:
    if PARENT not in live.config:
        return None
    now = live.config[PARENT].values
    if PARENT in wanted.config:
        space = _space(wanted.config[PARENT].values)
        return now if space is not None and space == _space(now) else None
    return _still_wanted(jid, now, listings)


def _still_wanted(jid: Jid, now: Values, listings: Listings) -> Values | None:
    """What a room shall advertise where the file says nothing; None: what it does is not ours."""
    owned, space = listings.reading.ownership.owned(jid), _space(now)
    spellings = (now, (space.uri,)) if space is not None else (now,)
    if owned is None or _NAME not in owned.applied:
        return None
    known = owned.applied[_NAME]
    if not any(may_be(known, ledger.values_value(each)) for each in spellings):
        return None
    return () if space is not None and listings.lists(space, jid) is False else now


def unlisted(declaration: Declaration, listings: Listings) -> Iterator[Note]:
    """A note about each room that will advertise a space which does not list it, or may not.

    But for spaces of which the file says itself what rooms are in them: there `document/` warns.
    """
    for jid, room in sorted(declaration.state.rooms.items()):
        live = listings.reading.state.rooms.get(jid, room)
        held = PARENT in room.config and PARENT in live.config
        space = _space(room.config[PARENT].values) if held else None
        policy = declaration.whole.policies.get(space) if space is not None else None
        told = policy is not None and "room" in policy.sections
        if space is None or told:
            continue
        place = declaration.place(jid, "config", PARENT)
        unknown = listings.reading.listings.get(space)
        if listings.lists(space, jid) is False:
            why = "is not there" if listings.is_gone(space) else "does not list it"
            yield Note(jid, "stays", f"advertises {space}, which {why}", place)
        elif isinstance(unknown, str):
            text = f"advertises {space}, of which it is not known whether it lists it: {unknown}"
            yield Note(jid, "stays", text, place)


def perhaps_not_held(declaration: Declaration, reading: Reading) -> Iterator[Note]:
    """A note about one new room of each host that may have no field for the space of its rooms."""
    said = set[Jid]()
    for jid, room in sorted(declaration.state.rooms.items()):
        host = domain_of(jid)
        wanted = any(values_of(room.config, PARENT)) and jid in reading.absent
        if not wanted or host in said or not _may_lack_field(reading, host):
            continue
        said.add(host)
        text = f"{host} may have no field for the space that its rooms are in: {SPACE_PARENT}"
        yield Note(jid, "advice", text, declaration.place(jid, "config", PARENT))


def _may_lack_field(reading: Reading, host: Jid) -> bool:
    """By the form of another room, else by what the host says of itself."""
    if (form := form_on(reading, host)) is not None:
        return PARENT not in form
    service = reading.services.get(host)
    return service is not None and is_prosody_rooms(service) and SPACE not in service.features


def with_parents_of_left(
    left: Sequence[Part], declaration: Declaration, listings: Listings
) -> Iterator[Part]:
    """`left`, what is planned for what left the file, and no pointer of rooms that stay.

    A pointer stays as well where the space lists the room, or where that is not known.
    """
    cleared = dict(_left_rooms(left, declaration, listings))
    recorded = set[Jid]()
    for part in left:
        match part:
            case RecordOwnership(about=str() as jid) if jid in cleared:
                recorded.add(jid)
                yield replace(part, after=_without_parent(cleared[jid]))
            case _:
                yield part
    settled = listings.reading.ownership.settled
    for jid, owned in cleared.items():
        before = {PARENT: listings.reading.state.rooms[jid].config[PARENT].values}
        yield ConfigureRoom(jid, before, {PARENT: ()}, why=Why("file"))
        if jid not in recorded:
            yield RecordOwnership(jid, settled.get(jid), _without_parent(owned), why=Why("file"))


def _left_rooms(
    left: Iterable[Part], declaration: Declaration, listings: Listings
) -> Iterator[tuple[Jid, Owned]]:
    reading = listings.reading
    destroyed = {part.room for part in left if isinstance(part, DestroyRoom)}
    for jid, room in sorted(reading.state.rooms.items()):
        owned = reading.ownership.owned(jid)
        if owned is None or PARENT not in room.config or jid in declaration.spoken_of:
            continue
        if jid in destroyed or other_owner(jid, reading, declaration.source):
            continue
        now = room.config[PARENT].values
        if any(now) and _still_wanted(jid, now, listings) == ():
            yield jid, owned


def _without_parent(owned: Owned) -> Owned:
    applied = {name: value for name, value in owned.applied.items() if name != _NAME}
    return replace(owned, applied=applied, doubtful=owned.doubtful - {_NAME})


def _space(values: Values) -> NodeAddress | None:
    """The space that a pointer names; None where it names none."""
    with suppress(ValueError):
        return node_uri("".join(values))
    return None
