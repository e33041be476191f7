"""Reads a `Reading` through the ports: what is there, what is not, what could not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from spaces_sync.engine import concurrency
from spaces_sync.engine.ownership import read_ownership
from spaces_sync.model import marker, servers
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import (
    FROM_SERVICE,
    NO_PASSWORD,
    Address,
    Form,
    Node,
    Reading,
    Room,
    Secret,
    Service,
    State,
)
from spaces_sync.plan.actions import subject
from spaces_sync.plan.ownership import recorded_on, settled_by
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import (
    ItemList,
    MalformedAnswerError,
    NodeEntry,
    NoServiceError,
    Reader,
    ServiceError,
    UnusableAnswerError,
)
from spaces_sync.profile import PUBSUB, SECRET, is_space

# Each node is asked four questions at once, so that this many nodes fill any window.
_NODES_AT_ONCE: Final = 256


class _Absent:
    """disco#info answered `item-not-found`."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an object could not be read, for people."""

    reason: str
    destroyed: bool = False  # a room whose service keeps the name from being used again


_Found = Node | Room | _Absent | _Failure


async def read(declaration: Declaration, reader: Reader) -> Reading:
    """All that planning `declaration` needs to know: what it declares, and what its source owns.

    Raises `NoServiceError` and, where the stream itself is lost, `NoAnswerError`.
    """
    known = declaration.addresses
    source = declaration.source
    home = declaration.home or reader.account
    homes = {recorded_on(address, home) for address in known}
    reading, ownership, hosts = await asyncio.gather(
        read_addresses(known, reader, declaration.services),
        read_ownership(reader, source, {*homes, *declaration.services}, declaration.operators),
        _room_services(reader, known),
    )
    reading = replace(reading, services={**hosts, **reading.services})
    if left := ownership.addresses - frozenset(known):
        reading = merged(reading, await read_addresses(sorted(left, key=str), reader))
    return replace(reading, ownership=settled_by(ownership, reading.state))


async def read_planned(plan: Plan, reader: Reader) -> Reading:
    """All that `plan` is about, and what its source owns. Raises as `read`."""
    addresses = tuple(dict.fromkeys(map(subject, plan.actions)))
    source = plan.source
    home = (source.home if source else None) or reader.account
    recorded = {recorded_on(address, home) for address in addresses} if source else ()
    name, operators = (source.name, source.operators) if source else (None, ())
    reading, ownership, hosts = await asyncio.gather(
        read_addresses(addresses, reader),
        read_ownership(reader, name, recorded, operators),
        _room_services(reader, addresses),
    )
    ownership = settled_by(ownership, reading.state)
    return replace(reading, ownership=ownership, services={**hosts, **reading.services})


async def read_addresses(
    addresses: Iterable[Address],
    reader: Reader,
    services: Iterable[Jid] = (),
    *,
    expected: bool = False,
) -> Reading:
    """Everything about the given nodes and rooms, and each service that they are on.

    `expected`: the nodes are there, if nothing went wrong, so that nothing is asked in vain where
    all is asked at once. Raises as `read`.
    """
    wanted = tuple(dict.fromkeys(addresses))
    nodes = [address for address in wanted if isinstance(address, NodeAddress)]
    rooms = [address for address in wanted if not isinstance(address, NodeAddress)]
    hosts = sorted({*services, *(node.service for node in nodes)})
    ask = _expected_node if expected else _node
    found_services, found_nodes, found_rooms = await asyncio.gather(
        concurrency.each(lambda jid: _service(reader, jid), hosts),
        concurrency.each(partial(ask, reader), nodes, workers=_NODES_AT_ONCE),
        concurrency.each(lambda r: _room(reader, r), rooms, workers=_NODES_AT_ONCE),
    )
    node_pairs = list(zip(nodes, found_nodes, strict=True))
    room_pairs = list(zip(rooms, found_rooms, strict=True))
    pairs: list[tuple[Address, _Found]] = [*node_pairs, *room_pairs]
    failures = {address: found for address, found in pairs if isinstance(found, _Failure)}
    return Reading(
        account=reader.account,
        state=State(
            {address: found for address, found in node_pairs if isinstance(found, Node)},
            {address: found for address, found in room_pairs if isinstance(found, Room)},
        ),
        absent=frozenset(address for address, found in pairs if isinstance(found, _Absent)),
        failed={address: failure.reason for address, failure in failures.items()},
        destroyed=frozenset(a for a, failure in failures.items() if failure.destroyed),
        services={service.jid: service for service in found_services},
    )


async def list_spaces(
    reader: Reader, service: Jid
) -> tuple[Sequence[NodeEntry], dict[NodeAddress, Form]]:
    """The service's node list, and the metadata of each of its nodes that is a space.

    A node that does not tell us what it is, is no space to us. Raises `NoServiceError`.
    """
    await _service(reader, service)
    entries = await reader.node_list(service)

    async def metadata(entry: NodeEntry) -> Form | None:
        try:
            return (await reader.node_info(entry.address)).metadata
        except UnusableAnswerError:
            return None

    found = await concurrency.each(metadata, entries)
    spaces = {
        entry.address: form
        for entry, form in zip(entries, found, strict=True)
        if form is not None and is_space(form)
    }
    return entries, spaces


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
    )


async def _service(reader: Reader, jid: Jid) -> Service:
    try:
        service = await reader.service(jid)
    except ServiceError as error:
        raise NoServiceError(f"no pubsub service answers at {jid}: {error}") from None
    except MalformedAnswerError as error:
        raise NoServiceError(f"{jid} does not answer as a service does: {error}") from None
    if not any(feature.startswith(PUBSUB) for feature in service.features):
        says = f" (it says that it is {service.name!r})" if service.name else ""
        raise NoServiceError(f"{jid} is no pubsub service{says}")
    return service


async def _room_services(reader: Reader, addresses: Iterable[Address]) -> Mapping[Jid, Service]:
    """What the services of the rooms among `addresses` say that they are, by their domain.

    Without one that does not tell: what that means, its rooms say.
    """
    rooms = (address for address in addresses if not isinstance(address, NodeAddress))
    hosts = sorted({Jid(room.rpartition("@")[2]) for room in rooms})

    async def service(jid: Jid) -> Service | None:
        try:
            info = await reader.room_info(jid)
        except UnusableAnswerError:
            return None
        return Service(jid, info.name, info.features)

    found = await concurrency.each(service, hosts)
    return {each.jid: each for each in found if each is not None}


async def _expected_node(reader: Reader, address: NodeAddress) -> Node | _Absent | _Failure:
    missing, found = await concurrency.in_order(
        _missing(reader, address), _node_there(reader, address)
    )
    return missing or found


async def _node(reader: Reader, address: NodeAddress) -> Node | _Absent | _Failure:
    return await _missing(reader, address) or await _node_there(reader, address)


async def _missing(reader: Reader, address: NodeAddress) -> _Absent | _Failure | None:
    """None where the node is there."""
    try:
        await reader.node_info(address)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return _Absent()
        return _Failure(f"cannot be read: {error}")
    except MalformedAnswerError as error:
        return _Failure(f"cannot be read: {error}")
    return None


async def _node_there(reader: Reader, address: NodeAddress) -> Node | _Failure:
    try:
        config, items, affiliations, subscriptions = await asyncio.gather(
            reader.node_config(address),
            _items(reader, address),
            reader.affiliations(address),
            reader.subscriptions(address),
        )
    except ServiceError as error:
        if error.condition in ("forbidden", "not-allowed"):
            return _Failure(f"exists, but {reader.account} is not among its owners ({error})")
        return _Failure(f"exists, but cannot be read: {error}")
    except MalformedAnswerError as error:
        return _Failure(f"exists, but cannot be read: {error}")
    return Node(
        config=config,
        children=decode(items.items),
        affiliations=affiliations,
        subscriptions=subscriptions,
        complete=items.complete,
        marker=marker.find(items.items),
    )


async def _items(reader: Reader, address: NodeAddress) -> ItemList:
    """A node that stores nothing says so instead of an empty list (XEP-0060 6.5.9.4)."""
    try:
        return await reader.items(address)
    except ServiceError as error:
        if error.detail != "persistent-items":
            raise
        return ItemList(())


# COMPAT(prosody 13.0.1): admins of a service do not own its rooms.
# Shown by test_compat_prosody_service_admins_do_not_own_rooms.
_ROOM_ADMINS: Final = (
    "; its owners can, and on this Prosody the component's admins only where "
    "'component_admins_as_room_owners = true' says so"
)


async def _room(reader: Reader, room: Jid) -> Room | _Absent | _Failure:
    try:
        info = await reader.room_info(room)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return _Absent()
        if error.condition == "gone":
            reason = f"was destroyed, and its name is still blocked: {error}"
            return _Failure(reason, destroyed=True)
        return _Failure(f"cannot be read: {error}")
    except MalformedAnswerError as error:
        return _Failure(f"cannot be read: {error}")
    try:
        config, affiliations = await asyncio.gather(
            reader.room_config(room), reader.room_affiliations(room)
        )
    except ServiceError as error:
        hint = _ROOM_ADMINS if servers.is_prosody_13(info.features) else ""
        return _Failure(f"exists, but {reader.account} cannot configure it: {error}{hint}")
    except MalformedAnswerError as error:
        return _Failure(f"exists, but cannot be read: {error}")
    protected = "muc_passwordprotected" in info.features
    return _with_secret_apart(Room(config, affiliations), protected=protected)


def _with_secret_apart(room: Room, *, protected: bool) -> Room:
    """The password leaves the form, which is shown and saved, for a value that is neither.

    None where the room has one that its service, or a snapshot of it, does not tell.
    """
    config = dict(room.config)
    field = config.pop(SECRET, None)
    if field is None:
        return room
    config[SECRET] = replace(field, values=())
    value = "".join(field.values)
    if value:
        return replace(room, config=config, password=Secret(value, FROM_SERVICE))
    return replace(room, config=config, password=None if protected else NO_PASSWORD)
