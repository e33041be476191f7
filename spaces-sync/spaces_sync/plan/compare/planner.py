"""Compares a `Declaration` with a `Reading` and yields the `Plan`: the one place that decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import rooms_among
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.ranks import rank
from spaces_sync.model.state import Address, Node, Ownership, Reading, Room
from spaces_sync.plan.actions import SetAffiliation
from spaces_sync.plan.compare.arrival import late_source
from spaces_sync.plan.compare.context import NodeContext, node_context
from spaces_sync.plan.compare.creating import may_not_create, perhaps_not_created
from spaces_sync.plan.compare.leaving import former_of_others, left, left_the_file, plan_absent
from spaces_sync.plan.compare.ledgers import ledgers_to_make, plan_ledgers
from spaces_sync.plan.compare.moves import with_moves
from spaces_sync.plan.compare.node import plan_node
from spaces_sync.plan.compare.parents import (
    listings_after,
    perhaps_not_held,
    unlisted,
    with_parents,
    with_parents_of_left,
)
from spaces_sync.plan.compare.rename import copied_from, copying
from spaces_sync.plan.compare.room import plan_room
from spaces_sync.plan.compare.room_people import (
    Left,
    RoomSuccessor,
    room_successors,
    spaces_that_stay,
)
from spaces_sync.plan.compare.unmade import unmade_rooms
from spaces_sync.plan.finish import finish, title
from spaces_sync.plan.ownership import home_of, recorded_on
from spaces_sync.plan.plan import Obstacle, Part, Plan, SourceRecord
from spaces_sync.plan.removals import NO_REMOVALS, Removals, whole_addresses, with_absent
from spaces_sync.profile import ROOM_NAME


def plan(
    declaration: Declaration,
    reading: Reading,
    *,
    take_over: bool = False,
    removals: Removals = NO_REMOVALS,
) -> Plan:
    """What would make the live state what `declaration` says; empty where it already is.

    Pure: the same values give the same plan. Nothing follows from an object that could not be
    read but an obstacle. `take_over`: also what another source manages. `removals`: which objects
    that this source owns and the file does not have any more are to be removed.
    """
    removals = whole_addresses(removals, _left(declaration, reading))
    removals = with_absent(removals, declaration.absent)
    unread = {node: _unread(declaration, reading, node) for node in declaration.state.nodes}
    readable = (node_context(declaration, reading, n) for n in sorted(unread) if not unread[n])
    contexts = with_moves(declaration, list(readable), reading)
    staying = set(copying(declaration.policies, declaration, reading))
    ends = partial(_ends, declaration, reading, removals, _became(declaration, reading, contexts))
    nodes = {**unread, **_nodes(contexts, reading, removals, staying, take_over=take_over)}
    staying.update(_not_to_go(nodes.items(), declaration))
    gone = ends(staying, rooms=False, take_over=take_over)
    node_parts = [part for _, found in sorted(nodes.items()) for part in found]
    listings = listings_after((*node_parts, *gone), reading)
    declaration = with_parents(declaration, listings)
    left_spaces = spaces_that_stay(declaration, reading, listings.deleted)
    rooms = _rooms(declaration, reading, node_parts, left_spaces, take_over=take_over)
    staying.update(_not_to_go(rooms.items(), declaration))
    gone.extend(ends(staying, rooms=True, take_over=take_over))
    parts = [
        *node_parts,
        *chain.from_iterable(rooms.values()),
        *unlisted(declaration, listings),
        *perhaps_not_held(declaration, reading),
        *with_parents_of_left(gone, declaration, listings),
        *plan_ledgers(declaration, reading),
        *former_of_others(declaration, reading),
        *unmade_rooms(declaration, reading),
        *perhaps_not_created(declaration, reading),
    ]
    return finish(
        [*parts, *ledgers_to_make(declaration, reading, parts)],
        reading,
        places=dict(_places(declaration)),
        titles=_titles(declaration, reading),
        protected=_protected(declaration, reading),
        source=source_record(declaration, reading.ownership),
        selection=str(declaration.selection),
    )


def _nodes(
    contexts: Iterable[NodeContext],
    reading: Reading,
    removals: Removals,
    staying: set[Address],
    *,
    take_over: bool,
) -> Mapping[NodeAddress, list[Part]]:
    """What each declared node that could be read needs. What is still copied joins `staying`."""
    found = {}
    for context in contexts:
        late = late_source(context, reading, removals)
        staying.update((late.address,) if late is not None else ())
        found[context.address] = list(plan_node(context, reading, late, take_over=take_over))
    return found


def _rooms(
    declaration: Declaration,
    reading: Reading,
    node_parts: Sequence[Part],
    left_spaces: Left,
    *,
    take_over: bool,
) -> Mapping[Jid, list[Part]]:
    """What each declared room needs. node_parts: what is planned for nodes."""
    leaving = _leaving(declaration, node_parts)

    def parts(room: Jid) -> list[Part]:
        if unread := _unread(declaration, reading, room):
            return unread
        leave = leaving.get(room, ())
        found = plan_room(declaration, reading, room, leave, left_spaces, take_over=take_over)
        return list(found)

    return {room: parts(room) for room in sorted(declaration.state.rooms)}


def _became(
    declaration: Declaration, reading: Reading, contexts: Iterable[NodeContext]
) -> Mapping[Address, NodeContext | RoomSuccessor]:
    """What the earlier names of declared nodes and rooms are now."""
    nodes = ((old, each) for each in contexts for old in each.policy.previously)
    return {**dict(nodes), **dict(room_successors(declaration, reading))}


def _places(declaration: Declaration) -> Iterator[tuple[Address, Place]]:
    for address in declaration.spoken_of:
        if (place := declaration.place(address)) is not None:
            yield address, place


def _not_to_go(
    parts: Iterable[tuple[Address, Iterable[Part]]], declaration: Declaration
) -> Iterator[Address]:
    """The earlier names of objects that cannot be planned: what they were is all there is of them.

    `parts`: what each needs.
    """
    for address, found in parts:
        if any(isinstance(part, Obstacle) for part in found):
            yield from declaration.policies[address].previously


def _ends(
    declaration: Declaration,
    reading: Reading,
    removals: Removals,
    became: Mapping[Address, NodeContext | RoomSuccessor],
    staying: Collection[Address],
    *,
    rooms: bool,
    take_over: bool,
) -> list[Part]:
    """What becomes of whole objects: of those that left the file, and that must not exist by it.

    `became`: as `_became`. `staying`: what must not go yet. `rooms`: whether it is about rooms,
    else about nodes: whom rooms let in follows from what becomes of spaces.
    """
    policies = declaration.policies.items()
    unmade = (
        each.previously for new, each in policies if _is_to_be_made(declaration, reading, new)
    )
    around = reading, {*staying, *chain.from_iterable(unmade)}, removals, became
    found = list(left_the_file(declaration, *around, rooms=rooms, take_over=take_over))
    for each in sorted(declaration.absent, key=str):
        if rooms != isinstance(each, NodeAddress):
            found += _unread(declaration, reading, each) or plan_absent(
                declaration, each, *around, take_over=take_over
            )
    return found


def _is_to_be_made(declaration: Declaration, reading: Reading, new: Address) -> bool:
    """Whether an object is not there, or not all of what is copied to it."""
    copied = copied_from(declaration, reading, new)
    return copied is not None or reading.state.get(new) is None


def _left(declaration: Declaration, reading: Reading) -> Mapping[Address, Node | Room | None]:
    """What the source owns and `declaration` does not have, as far as it could be read."""
    gone = left(declaration, reading) - reading.absent - reading.destroyed
    return {address: reading.state.get(address) for address in gone}


def source_record(declaration: Declaration, ownership: Ownership) -> SourceRecord | None:
    """Where what `declaration` owns is recorded; None where it has no source."""
    if declaration.source is None:
        return None
    services = tuple(sorted(ownership.ledgers))
    return SourceRecord(declaration.source, declaration.home, declaration.operators, services)


def _protected(declaration: Declaration, reading: Reading) -> frozenset[Address]:
    """What the file protects, and of what has left it, what it protected last."""
    declared = (a for a, policy in declaration.policies.items() if policy.protect)
    ownership = reading.ownership
    left = (a for a in ownership.addresses if a not in declaration.policies)
    kept = (a for a in left if (owned := ownership.owned(a)) is not None and owned.protect)
    return frozenset((*declared, *kept))


def _leaving(declaration: Declaration, parts: Iterable[Part]) -> Mapping[Jid, set[Jid]]:
    """Of each room that a space lists, who leaves that space."""
    found: dict[Jid, set[Jid]] = {}
    for part in parts:
        if isinstance(part, SetAffiliation) and isinstance(part.target, NodeAddress):
            space = declaration.state.nodes.get(part.target)
            for room in rooms_among(space.children) if space and rank(part.after) <= 0 else ():
                found.setdefault(room, set()).add(part.jid)
    return found


def _unread(declaration: Declaration, reading: Reading, address: Address) -> list[Part]:
    """An obstacle where nothing is known about a declared object, or about what is owned of it."""
    if isinstance(address, NodeAddress) and address.service not in reading.services:
        reason = reading.failed.get(address, "was not read")
        return [Obstacle(address, reason, declaration.place(address))]
    service = recorded_on(address, home_of(declaration.home, reading.account))
    if service in reading.ownership.unusable:
        text = reading.ownership.unusable[service]
        return [Obstacle(address, text, declaration.place(address))]
    known = reading.state.get(address) is not None
    if known or address in reading.absent or address in reading.destroyed:
        return list(may_not_create(declaration, reading, address))
    reason = reading.failed.get(address, "was not read")
    return [Obstacle(address, reason, declaration.place(address))]


def _titles(declaration: Declaration, reading: Reading) -> Mapping[Address, str]:
    """Of each declared object: as declared, else as it is."""
    titles: dict[Address, str] = {}
    for address, node in declaration.state.nodes.items():
        live = reading.state.nodes.get(address)
        found = title(node) or (title(live) if live is not None else None)
        if found is not None:
            titles[address] = found
    for room, wanted in declaration.state.rooms.items():
        if name := wanted.config.get(ROOM_NAME):
            titles[room] = "".join(name.values)
    return titles
