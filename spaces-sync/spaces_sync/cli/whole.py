"""Reads all spaces of services, and what they list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from spaces_sync import engine
from spaces_sync.cli.options import Talk
from spaces_sync.cli.progress import READING, Progress, progress
from spaces_sync.cli.selecting import end_if_unmatched
from spaces_sync.cli.service_argument import warn_of_short_list
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import address_of
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Reading
from spaces_sync.ports import Reader
from spaces_sync.profile import is_space


async def everything(
    services: Collection[Jid],
    source: str | None,
    reader: Reader,
    selection: Selection = EVERYTHING,
    *,
    rooms: bool,
    nodes: bool,
    talk: Talk = "quiet",
) -> tuple[Reading, Sequence[NodeAddress]]:
    """What the spaces of the services are and hold, and which nodes are spaces.

    Tells how far it is, unless `talk` is quiet.
    """
    with progress(READING, talk) as shown:
        return await _everything(
            services, source, reader, selection, shown, rooms=rooms, nodes=nodes
        )


async def _everything(
    services: Collection[Jid],
    source: str | None,
    reader: Reader,
    selection: Selection,
    shown: Progress,
    *,
    rooms: bool,
    nodes: bool,
) -> tuple[Reading, Sequence[NodeAddress]]:
    known: dict[NodeAddress, None] = {}
    named: list[NodeAddress] = []
    for service in services:
        found = await engine.discover(reader, service, selection, shown.count)
        shown.erase()
        warn_of_short_list(service, found)
        named.extend(found.nodes)
        known.update(dict.fromkeys((*found.spaces, *found.unknown)))
    end_if_unmatched(selection, named, f"on {', '.join(services)}")
    reading = await engine.read_addresses(known, reader, services, count=shown.count)
    ownership = await engine.read_ownership(reader, source, services)
    reading = replace(reading, ownership=ownership)
    state = reading.state.nodes
    spaces = [node for node in known if node not in state or is_space(state[node].config)]
    rest = [
        each
        for each in behind(reading, spaces, selection)
        if (nodes if isinstance(each, NodeAddress) else rooms)
    ]
    # Far ones may be down.
    more = await engine.read_addresses(rest, reader, partial=True, count=shown.count)
    return replace(engine.merged(reading, more), ownership=ownership), spaces


def behind(
    reading: Reading, spaces: Sequence[NodeAddress], selection: Selection = EVERYTHING
) -> Sequence[NodeAddress | Jid]:
    """The rooms, and the nodes that are no spaces, which spaces list, but for excluded ones."""
    nodes = (reading.state.nodes[each] for each in spaces if each in reading.state.nodes)
    listed = {address_of(key) for node in nodes for key in node.children}
    found = (each for each in listed - {None, *spaces} if each is not None)
    return sorted((each for each in found if not selection.excludes(each)), key=str)
