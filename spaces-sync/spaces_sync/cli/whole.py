"""Reads all spaces of services, and what they list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from spaces_sync import engine
from spaces_sync.cli.service_argument import warn_of_short_list
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import address_of
from spaces_sync.model.state import Reading
from spaces_sync.ports import Reader
from spaces_sync.profile import is_space


async def everything(
    services: Collection[Jid],
    source: str | None,
    reader: Reader,
    *,
    rooms: bool,
    nodes: bool,
) -> tuple[Reading, Sequence[NodeAddress]]:
    """What the spaces of the services are and hold, and which nodes are spaces."""
    known: dict[NodeAddress, None] = {}
    for service in services:
        found = await engine.discover(reader, service)
        warn_of_short_list(service, found)
        known.update(dict.fromkeys((*found.spaces, *found.unknown)))
    reading = await engine.read_addresses(known, reader, services)
    ownership = await engine.read_ownership(reader, source, services)
    reading = replace(reading, ownership=ownership)
    state = reading.state.nodes
    spaces = [node for node in known if node not in state or is_space(state[node].config)]
    rest = [
        each
        for each in behind(reading, spaces)
        if (nodes if isinstance(each, NodeAddress) else rooms)
    ]
    more = await engine.read_addresses(rest, reader, partial=True)  # far ones may be down
    return replace(engine.merged(reading, more), ownership=ownership), spaces


def behind(reading: Reading, spaces: Sequence[NodeAddress]) -> Sequence[NodeAddress | Jid]:
    """The rooms, and the nodes that are no spaces, which spaces list."""
    found = (reading.state.nodes[each] for each in spaces if each in reading.state.nodes)
    listed = {address_of(key) for node in found for key in node.children}
    return sorted((each for each in listed - {None, *spaces} if each is not None), key=str)
