"""Gathers what a check goes by: reads alone, as many at once as the session lets through."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping
from typing import Final, TypeVar

from spaces_sync.check.claims import claims
from spaces_sync.check.evidence import (
    NOT_ALL,
    Answer,
    Evidence,
    Refusal,
    ServiceAnswers,
    SpaceAnswers,
    is_local,
)
from spaces_sync.engine import concurrency
from spaces_sync.engine.concurrency import Count, uncounted
from spaces_sync.engine.objects import items_of
from spaces_sync.engine.reading import read_service
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.children import address_of, decode, rooms_among
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Address
from spaces_sync.ports import (
    NodeInfo,
    Reader,
    RoomInfo,
    RoomList,
    ServiceError,
    UnusableAnswerError,
    together,
)
from spaces_sync.profile import is_space

T = TypeVar("T")

# Each is asked four questions at once, so that this many fill any window.
_SPACES_AT_ONCE: Final = 256
_NOT_THERE: Final = ("item-not-found", "remote-server-not-found")


async def gather(
    reader: Reader,
    services: Collection[Jid],
    declaration: Declaration | None = None,
    selection: Selection = EVERYTHING,
    count: Count = uncounted,
) -> Evidence:
    """What `services` hold, and what is declared. Raises `NoServiceError`, `NoAnswerError`.

    Of services all spaces are checked that are selected; of a declaration, which is narrowed to
    what is selected, its services, and the spaces that it names. `count`: of what is asked about.
    """
    declared = _declared(declaration)
    of_files = declaration.services if declaration else ()
    all_services = sorted({*services, *of_files, *(each.service for each in declared)})
    answers = await concurrency.each(lambda jid: _service(reader, jid), all_services)
    found = {each.service.jid: each for each in answers}
    there = (node for jid in services for node in _nodes(found[jid]))
    wanted = sorted({*declared, *(node for node in there if selection.selects(node))})
    infos = await concurrency.each(lambda node: _asked(reader.node_info(node)), wanted, count=count)
    told = dict(zip(wanted, infos, strict=True))
    chosen = [node for node, info in told.items() if node in declared or _may_be_space(info)]
    spaces = await concurrency.each(
        lambda node: _space(reader, node, told[node]),
        chosen,
        workers=_SPACES_AT_ONCE,
        count=count,
    )
    by_address = {each.address: each for each in spaces}
    return await _behind(
        reader,
        Evidence(reader.account, found, by_address, declaration=declaration),
        selection,
        count,
    )


def _declared(declaration: Declaration | None) -> frozenset[NodeAddress]:
    policies = declaration.policies.items() if declaration else ()
    return frozenset(a for a, p in policies if p.is_space and isinstance(a, NodeAddress))


async def _asked(question: Awaitable[T]) -> Answer[T]:
    """An answer, or why there is none. Raises `NoAnswerError`."""
    try:
        return await question
    except ServiceError as error:
        return Refusal(str(error), error.condition)
    except UnusableAnswerError as error:
        return Refusal(str(error))


async def _service(reader: Reader, jid: Jid) -> ServiceAnswers:
    service = await read_service(reader, jid)
    listed, own = await together(
        _asked(reader.node_list(service)), _asked(reader.own_affiliations(jid))
    )
    return ServiceAnswers(service, listed, own)


def _nodes(answers: ServiceAnswers) -> Collection[NodeAddress]:
    """What a service lists, and what the account has a part in, which a cut list may lack."""
    listed = () if isinstance(answers.listed, Refusal) else answers.listed.entries
    own = () if isinstance(answers.own, Refusal) else answers.own
    return dict.fromkeys((*(entry.address for entry in listed), *own))


def named(evidence: Evidence) -> frozenset[Address]:
    """What the services and spaces of the evidence name, also what is not selected."""
    spaces = evidence.spaces.values()
    listed = {address_of(key) for each in spaces for key in each.children} - {None}
    nodes = (node for answers in evidence.services.values() for node in _nodes(answers))
    known = (*nodes, *evidence.spaces, *evidence.rooms, *(each for each in listed if each))
    return frozenset(known)


def _may_be_space(info: Answer[NodeInfo]) -> bool:
    """A node that refuses to tell us what it is, is none to us; one whose answer is missing, or
    makes no sense, may be.
    """
    if isinstance(info, Refusal):
        return not info.condition
    return is_space(info.metadata)


async def _space(reader: Reader, node: NodeAddress, info: Answer[NodeInfo]) -> SpaceAnswers:
    """Nothing more is asked of what is not there."""
    if isinstance(info, Refusal):
        return SpaceAnswers(node, info, info, info, info, info)
    config, items, affiliations, subscriptions = await together(
        _asked(reader.node_config(node)),
        _asked(items_of(reader, node)),
        _asked(reader.affiliations(node)),
        _asked(reader.subscriptions(node)),
    )
    children = {} if isinstance(items, Refusal) else decode(items.items)
    return SpaceAnswers(node, info, config, items, affiliations, subscriptions, children)


async def _behind(reader: Reader, spaces: Evidence, selection: Selection, count: Count) -> Evidence:
    """With what the rooms and nodes say that are listed, and the rooms beside them."""
    keys = {key for each in spaces.spaces.values() for key in each.children}
    listed = {room for room in rooms_among(keys) if "@" in room}  # of the others says D1
    declared = spaces.declaration.state.rooms if spaces.declaration else ()
    nodes = sorted(a for key in keys if isinstance(a := address_of(key), NodeAddress))
    hosts = sorted({domain_of(room) for room in listed.union(declared)})
    local = [Jid(host) for host in hosts if is_local(host, spaces.account, spaces.services)]
    lists = await concurrency.each(lambda host: _asked(reader.room_list(host)), local)
    found = (each.rooms for each in lists if isinstance(each, RoomList))
    beside = {room for rooms in found for room in rooms if selection.selects(room)}
    rooms = sorted({room for room in listed if not selection.excludes(room)} | {*declared} | beside)
    room_infos, node_infos = await together(
        concurrency.each(lambda room: _asked(reader.room_info(room)), rooms, count=count),
        concurrency.each(lambda node: _asked(reader.node_info(node)), nodes, count=count),
    )
    told: Mapping[Jid, Answer[RoomInfo]] = dict(zip(rooms, room_infos, strict=True))
    return Evidence(
        spaces.account,
        spaces.services,
        spaces.spaces,
        told,
        dict(zip(nodes, node_infos, strict=True)),
        await _claimed(reader, {room: told[room] for room in listed if room in told}, spaces),
        spaces.declaration,
        tuple(host for host, each in zip(local, lists, strict=True) if _may_lack(each)),
    )


def _may_lack(found: Answer[RoomList]) -> bool:
    """Whether a service may have rooms that it did not list; of one that is not there says X7."""
    if isinstance(found, Refusal):
        return found.condition not in _NOT_THERE
    return not found.complete


async def _claimed(
    reader: Reader, rooms: Mapping[Jid, Answer[RoomInfo]], known: Evidence
) -> Mapping[NodeAddress, Answer[frozenset[Jid]]]:
    """What those spaces list that rooms name and that are not checked themselves.

    Not of services far away: who runs a room could have us ask, and so be seen by, any of them.
    """
    named = (claims(info).spaces for info in rooms.values() if isinstance(info, RoomInfo))
    wanted = sorted(
        node
        for node in {node for each in named for node in each}
        if node not in known.spaces
        and is_local(domain_of(node.service), known.account, known.services)
    )

    async def listed(node: NodeAddress) -> Answer[frozenset[Jid]]:
        items = await _asked(items_of(reader, node))
        if isinstance(items, Refusal):
            return items
        if not items.complete:
            return Refusal(NOT_ALL)
        return rooms_among(decode(items.items))

    return dict(zip(wanted, await concurrency.each(listed, wanted), strict=True))
