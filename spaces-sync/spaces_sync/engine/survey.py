"""Looks at services without owning what is on them: what an owner would not be told is left open.

A plan must not be made of what this finds: what is missing in it need not be missing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from spaces_sync.engine import concurrency
from spaces_sync.engine.objects import items_of
from spaces_sync.engine.reading import merged, read_addresses, room_services
from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import address_of, decode
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Address, Field, Node, Reading, Room, State, boolean
from spaces_sync.ports import Reader, RoomInfo, UnusableAnswerError
from spaces_sync.profile import (
    KEPT,
    MEMBERS_ONLY,
    PARENT,
    PASSWORD_PROTECTED,
    PERSISTENT,
    ROOM_DESCRIPTION,
    ROOM_NAME,
    is_space,
)

_FEATURES: Final[Mapping[str, tuple[str, str]]] = {
    MEMBERS_ONLY: ("muc_membersonly", "muc_open"),
    PASSWORD_PROTECTED: ("muc_passwordprotected", "muc_unsecured"),
    PERSISTENT: (KEPT, "muc_temporary"),
}
"""What a room advertises where a field of its form is true, and where it is false."""
_ROOM_INFO_DESCRIPTION: Final = "muc#roominfo_description"


class Survey(NamedTuple):
    """`reading`: all that could be found. `outside`: why no more than what it tells everybody is
    known of an object, which is in the state of `reading` and not among its failures.
    """

    reading: Reading
    outside: Mapping[Address, str]


async def survey(
    reading: Reading,
    reader: Reader,
    also: Iterable[Address] = (),
    selection: Selection = EVERYTHING,
) -> Survey:
    """`reading` with the rooms and nodes that its spaces list, and with what is told of those that
    the account may not read as an owner. Raises as `read_addresses` does.

    also: what is looked at besides. Of what spaces list, all is but what `selection` excludes.
    """
    found, outside = await _from_outside(reading, reader)
    wanted = {each for each in (*_listed(found), *also) if not selection.excludes(each)}
    wanted -= _known(found)
    around = await read_addresses(sorted(wanted, key=str), reader, partial=True)
    around, more = await _from_outside(around, reader)
    everything = merged(found, around)
    hosts = await room_services(reader, _known(everything))
    everything = replace(everything, services={**hosts, **everything.services})
    return Survey(everything, {**outside, **more})


def _listed(reading: Reading) -> Iterator[Address]:
    """The rooms and nodes that spaces list."""
    for node in reading.state.nodes.values():
        found = map(address_of, node.children) if is_space(node.config) else ()
        yield from (each for each in found if each is not None)


def _known(reading: Reading) -> set[Address]:
    """What somebody has asked for."""
    state = reading.state
    return {*state.nodes, *state.rooms, *reading.absent, *reading.failed}


async def _from_outside(reading: Reading, reader: Reader) -> tuple[Reading, Mapping[Address, str]]:
    """`reading` with what its failed objects tell everybody, and why it is no more."""
    failed = [each for each in reading.failed if each not in reading.destroyed]
    told = await concurrency.each(lambda each: _told(reader, each), failed)
    found = {each: what for each, what in zip(failed, told, strict=True) if what is not None}
    nodes, rooms = dict(reading.state.nodes), dict(reading.state.rooms)
    for address, each in found.items():
        if isinstance(each, Node) and isinstance(address, NodeAddress):
            nodes[address] = each
        elif isinstance(each, Room) and not isinstance(address, NodeAddress):
            rooms[address] = each
    state = State(nodes, rooms)
    left = {each: why for each, why in reading.failed.items() if each not in found}
    return replace(reading, state=state, failed=left), {a: reading.failed[a] for a in found}


async def _told(reader: Reader, address: Address) -> Node | Room | None:
    """What an object tells everybody; None where it tells nothing."""
    try:
        if not isinstance(address, NodeAddress):
            return _room(await reader.room_info(address))
        metadata = (await reader.node_info(address)).metadata
    except UnusableAnswerError:
        return None
    try:
        items = await items_of(reader, address)
    except UnusableAnswerError:
        return Node(metadata, complete=False)
    kept = marker.find(items.items)
    return Node(metadata, decode(items.items), complete=items.complete, marker=kept)


def _room(info: RoomInfo) -> Room:
    """The fields of a room's form, as far as it says outside what is in them."""
    config = {ROOM_NAME: Field((info.name,))} if info.name else {}
    for var, (true, false) in _FEATURES.items():
        if {true, false} & info.features:
            config[var] = Field((boolean(true in info.features),))
    if _ROOM_INFO_DESCRIPTION in info.info:
        config[ROOM_DESCRIPTION] = info.info[_ROOM_INFO_DESCRIPTION]
    if PARENT in info.info:
        config[PARENT] = info.info[PARENT]
    return Room(config)
