"""Reads a `Reading` through the ports: what is there, what is not, what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Final

from spaces_sync.engine import concurrency
from spaces_sync.engine.concurrency import Count, uncounted
from spaces_sync.engine.objects import Absent, Failure, Found, items_of, read_node, read_room
from spaces_sync.engine.offer import may_create, pubsub_services, server_of
from spaces_sync.engine.ownership import read_ownership
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of, node_uri
from spaces_sync.model.children import decode, rooms_among
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import (
    Address,
    Node,
    Ownership,
    Reading,
    Room,
    Service,
    State,
    values_of,
)
from spaces_sync.plan.actions import subject, to_be_read
from spaces_sync.plan.doubt import settled_by
from spaces_sync.plan.ownership import recorded_on
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import (
    MalformedAnswerError,
    NoServiceError,
    Reader,
    ServiceError,
    UnansweredError,
    UnusableAnswerError,
    together,
)
from spaces_sync.profile import PARENT, PUBSUB

# Each node is asked four questions at once, so that this many nodes fill any window.
_NODES_AT_ONCE: Final = 256
# Of rooms that a file only lists, no plan depends on whether they are there: so many are asked for.
_ROOMS_ASKED_FOR: Final = 256


async def read(
    declaration: Declaration, reader: Reader, *, partial: bool = False, count: Count = uncounted
) -> Reading:
    """All that planning `declaration` needs to know: what it declares, and what its source owns.

    `partial`: what is on a service that is down has failed. `count`: of nodes and rooms. Raises
    `NoServiceError` unless `partial` and, where the stream itself is lost, `NoAnswerError`.
    """
    known = declaration.addresses
    source = declaration.source
    home = declaration.home or reader.account
    homes = {recorded_on(address, home) for address in known}
    listed = _listed_only(declaration)
    asked, unasked = listed[:_ROOMS_ASKED_FOR], frozenset(listed[_ROOMS_ASKED_FOR:])
    reading, ownership, hosts, listings, unmade = await together(
        read_addresses(known, reader, declaration.services, partial=partial, count=count),
        read_ownership(reader, source, {*homes, *declaration.services}, declaration.operators),
        room_services(reader, known),
        _listings(reader, _parents(declaration) - frozenset(known)),
        _unmade(reader, asked, count),
    )
    services = {**hosts, **reading.services}
    reading = replace(reading, services=services, listings=listings, unmade=unmade, unasked=unasked)
    left = declaration.left(ownership.addresses) - frozenset(known)
    unread = _pointers(declaration, reading, ownership) - {*known, *left} - listings.keys()
    later, creates, more = await together(
        read_addresses(sorted(left, key=str), reader, partial=partial, count=count),
        _creates(reader, declaration, reading),
        _listings(reader, unread),
    )
    reading = replace(merged(reading, later), creates=creates, listings={**listings, **more})
    return replace(reading, ownership=settled_by(ownership, reading.state))


async def read_planned(
    plan: Plan, reader: Reader, *, partial: bool = False, count: Count = uncounted
) -> Reading:
    """All that `plan` is about, and what its source owns.

    `partial`, `count`, and what it raises: `read`.
    """
    addresses = tuple(dict.fromkeys(map(subject, plan.actions)))
    copied = (each.address for each in plan.originals.values())
    wanted = chain(chain.from_iterable(map(to_be_read, plan.actions)), copied)
    source = plan.source
    home = (source.home if source else None) or reader.account
    known = (recorded_on(address, home) for address in addresses)
    recorded = {*source.services, *known} if source else ()
    name, operators = (source.name, source.operators) if source else (None, ())
    reading, ownership, hosts = await together(
        read_addresses(wanted, reader, partial=partial, count=count),
        read_ownership(reader, name, recorded, operators),
        room_services(reader, addresses),
    )
    ownership = settled_by(ownership, reading.state)
    return replace(reading, ownership=ownership, services={**hosts, **reading.services})


async def read_addresses(
    addresses: Iterable[Address],
    reader: Reader,
    services: Iterable[Jid] = (),
    *,
    expected: bool = False,
    partial: bool = False,
    count: Count = uncounted,
) -> Reading:
    """Everything about the given nodes and rooms, and each service that they are on.

    Of a service that answers nothing, all nodes have failed. `expected`: the nodes are there, if
    nothing went wrong, so that nothing is asked in vain where all is asked at once. `partial`,
    `count`, and what it raises: `read`.
    """
    wanted = tuple(dict.fromkeys(addresses))
    nodes = [address for address in wanted if isinstance(address, NodeAddress)]
    rooms = [address for address in wanted if not isinstance(address, NodeAddress)]
    hosts = sorted({*services, *(node.service for node in nodes)})
    found_services, found_nodes, found_rooms = await together(
        concurrency.each(lambda jid: _service_or_failure(reader, jid, partial=partial), hosts),
        concurrency.each(
            lambda node: read_node(reader, node, expected=expected),
            nodes,
            workers=_NODES_AT_ONCE,
            count=count,
        ),
        concurrency.each(
            lambda room: read_room(reader, room), rooms, workers=_NODES_AT_ONCE, count=count
        ),
    )
    down = {
        jid: found
        for jid, found in zip(hosts, found_services, strict=True)
        if isinstance(found, Failure)
    }
    node_pairs = [
        (node, down.get(node.service, found))
        for node, found in zip(nodes, found_nodes, strict=True)
    ]
    room_pairs = list(zip(rooms, found_rooms, strict=True))
    pairs: list[tuple[Address, Found]] = [*node_pairs, *room_pairs]
    failures = {address: found for address, found in pairs if isinstance(found, Failure)}
    return Reading(
        account=reader.account,
        state=State(
            {address: found for address, found in node_pairs if isinstance(found, Node)},
            {address: found for address, found in room_pairs if isinstance(found, Room)},
        ),
        absent=frozenset(address for address, found in pairs if isinstance(found, Absent)),
        failed={address: failure.reason for address, failure in failures.items()},
        destroyed=frozenset(a for a, failure in failures.items() if failure.destroyed),
        services={s.jid: s for s in found_services if isinstance(s, Service)},
    )


def merged(reading: Reading, later: Reading) -> Reading:
    """`reading` with everything that `later` knows about put in its place."""
    known = {*later.state.nodes, *later.state.rooms, *later.absent, *later.failed}
    nodes = {a: node for a, node in reading.state.nodes.items() if a not in known}
    rooms = {a: room for a, room in reading.state.rooms.items() if a not in known}
    failed = {a: reason for a, reason in reading.failed.items() if a not in known}
    return Reading(
        account=reading.account,
        state=State({**nodes, **later.state.nodes}, {**rooms, **later.state.rooms}),
        absent=(reading.absent - known) | later.absent,
        failed={**failed, **later.failed},
        destroyed=(reading.destroyed - known) | later.destroyed,
        services={**reading.services, **later.services},
        ownership=reading.ownership,
        overruled={**reading.overruled, **later.overruled},
        creates={**reading.creates, **later.creates},
        listings={**reading.listings, **later.listings},
        unmade=reading.unmade | later.unmade,
        unasked=reading.unasked | later.unasked,
    )


async def _service_or_failure(reader: Reader, jid: Jid, *, partial: bool) -> Service | Failure:
    """Raises `NoServiceError` for one that is down, unless `partial`, and `NoAnswerError`."""
    try:
        return await read_service(reader, jid)
    except UnansweredError as error:
        return Failure(f"cannot be read: {error}")
    except NoServiceError as error:
        if not partial:
            raise
        return Failure(f"cannot be read: {error}")


async def read_service(reader: Reader, jid: Jid) -> Service:
    """What a pubsub service says that it is. Raises `NoServiceError`, `UnansweredError`."""
    try:
        service = await reader.service(jid)
    except ServiceError as error:
        text = f"no pubsub service answers at {jid}: {error}{await _offered(reader, jid)}"
        raise NoServiceError(jid, text) from None
    except MalformedAnswerError as error:
        text = f"{jid} does not answer as a service does: {error}{await _offered(reader, jid)}"
        raise NoServiceError(jid, text) from None
    if service.server:
        there = ", ".join(await pubsub_services(reader, jid))
        hint = f"; it lists {there}" if there else ", and lists none"
        raise NoServiceError(jid, f"{jid} is no pubsub service, but the server itself{hint}")
    if not any(feature.startswith(PUBSUB) for feature in service.features):
        says = f" (it says that it is {service.name!r})" if service.name else ""
        text = f"{jid} is no pubsub service{says}{await _offered(reader, jid)}"
        raise NoServiceError(jid, text)
    return service


async def _offered(reader: Reader, instead_of: Jid) -> str:
    """The end of a message that names the pubsub services of the account's own server."""
    there = await pubsub_services(reader, server_of(reader.account))
    offers = ", ".join(each for each in there if each != instead_of)
    return f"; your server offers {offers}" if offers else ""


async def _creates(
    reader: Reader, declaration: Declaration, reading: Reading
) -> Mapping[Jid, bool | None]:
    """As `Reading.creates`."""
    wanted = declaration.state.nodes.keys() & reading.absent
    hosts = sorted({each.service for each in wanted} & reading.services.keys())
    found = await concurrency.each(lambda jid: may_create(reader, reading.services[jid]), hosts)
    return dict(zip(hosts, found, strict=True))


def _parents(declaration: Declaration) -> frozenset[NodeAddress]:
    """The spaces that rooms are to advertise."""
    return _advertised(declaration.state.rooms.values())


def _pointers(
    declaration: Declaration, reading: Reading, ownership: Ownership
) -> frozenset[NodeAddress]:
    """The spaces that declared rooms advertise because the source had them do so: by now such a
    space may be gone, and nothing else asks for it.
    """
    name = ledger.config_name(PARENT)
    rooms = ((jid, reading.state.rooms.get(jid)) for jid in declaration.state.rooms)
    return _advertised(
        room
        for jid, room in rooms
        if room is not None and (owned := ownership.owned(jid)) and name in owned.applied
    )


def _advertised(rooms: Iterable[Room]) -> frozenset[NodeAddress]:
    fields = (values_of(room.config, PARENT) for room in rooms)
    found = set[NodeAddress]()
    for uri in chain.from_iterable(fields):
        with suppress(ValueError):
            found.add(node_uri(uri))
    return frozenset(found)


async def _listings(
    reader: Reader, spaces: Iterable[NodeAddress]
) -> Mapping[NodeAddress, frozenset[Jid] | str | None]:
    """As `Reading.listings`. Who does not own a space may be let see what is in it."""

    async def listing(space: NodeAddress) -> frozenset[Jid] | str | None:
        try:
            found = await items_of(reader, space)
        except ServiceError as error:
            return None if error.condition == "item-not-found" else str(error)
        except UnusableAnswerError as error:
            return str(error)
        return rooms_among(decode(found.items)) if found.complete else "not all of it could be read"

    wanted = sorted(spaces)
    return dict(zip(wanted, await concurrency.each(listing, wanted), strict=True))


def _listed_only(declaration: Declaration) -> Sequence[Jid]:
    """The rooms that spaces list on hosts on which the file runs others, in order."""
    nodes, run = declaration.state.nodes.values(), declaration.state.rooms
    hosts = {domain_of(room) for room in run}
    made = declaration.whole.state.rooms.keys()
    listed = frozenset[Jid]().union(*(rooms_among(node.children) for node in nodes)) - made
    return sorted(room for room in listed if domain_of(room) in hosts)


async def _unmade(reader: Reader, rooms: Iterable[Jid], count: Count) -> frozenset[Jid]:
    """Those of which their service says that they are not there."""

    async def is_unmade(room: Jid) -> bool:
        try:
            await reader.room_info(room)
        except ServiceError as error:
            return error.condition == "item-not-found"
        except UnusableAnswerError:
            pass
        return False

    wanted = tuple(rooms)
    found = await concurrency.each(is_unmade, wanted, workers=_NODES_AT_ONCE, count=count)
    return frozenset(room for room, missing in zip(wanted, found, strict=True) if missing)


async def room_services(reader: Reader, addresses: Iterable[Address]) -> Mapping[Jid, Service]:
    """What the services of the rooms among `addresses` say that they are, by their domain.

    Without one that does not tell: what that means, its rooms say.
    """
    rooms = (address for address in addresses if not isinstance(address, NodeAddress))
    hosts = sorted({domain_of(room) for room in rooms})

    async def service(jid: Jid) -> Service | None:
        try:
            info = await reader.room_info(jid)
        except UnusableAnswerError:
            return None
        return Service(jid, info.name, info.features)

    found = await concurrency.each(service, hosts)
    return {each.jid: each for each in found if each is not None}
