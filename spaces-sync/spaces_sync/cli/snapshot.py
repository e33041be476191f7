"""`spaces-sync snapshot`: what a service holds, as a file for `--live`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from spaces_sync import engine
from spaces_sync.cli import connecting, files, printing
from spaces_sync.cli.options import ConnectionOptions, connects
from spaces_sync.cli.paths import FILE
from spaces_sync.cli.service_argument import SERVICE, warn_of_short_list
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import rooms_among
from spaces_sync.model.counting import plural
from spaces_sync.model.state import Reading
from spaces_sync.ports import MalformedAnswerError, NoServiceError, Reader, ServiceError
from spaces_sync.simulator.snapshot import dump, text_of


@click.command("snapshot")
@SERVICE
@click.option("-o", "output", type=FILE, required=True, help="Where to write it; - is stdout.")
@connects
def command(service: Jid, output: Path, connection: ConnectionOptions) -> None:
    """Save what a service holds, for --live: its spaces, their items and their rooms."""
    files.end_if_input(output, (), connection)

    async def work() -> Reading:
        async with connecting.reader(connection, None) as reader:
            return await _everything(service, reader)

    reading = connecting.run(work)
    # Whoever plans with the file has to know what is not in it.
    for address, reason in sorted(reading.failed.items(), key=str):
        printing.say(f"not readable: {address}: {reason}")
    files.save(text_of(dump(reading)), output)
    nodes = plural(len(reading.state.nodes), "node")
    printing.say(f"{output}: {nodes}, {plural(len(reading.state.rooms), 'room')}")


async def _own_nodes(service: Jid, reader: Reader) -> Sequence[NodeAddress]:
    """Empty where the service does not tell: what it lists is all that is known then."""
    try:
        return await reader.own_nodes(service)
    except (ServiceError, MalformedAnswerError):
        return ()


async def _everything(service: Jid, reader: Reader) -> Reading:
    """Each node that the service lists or that the account owns, and each room of its spaces."""
    listed, _, _ = await engine.list_spaces(reader, service)
    warn_of_short_list(service, listed)
    known = (entry.address for entry in listed.entries)
    nodes = await engine.read_addresses(
        [*known, *await _own_nodes(service, reader)], reader, [service]
    )
    if failed := nodes.services[service].default_failed:
        raise NoServiceError(f"{service} did not tell how it configures a new node: {failed}")
    keys = (key for node in nodes.state.nodes.values() for key in node.children)
    rooms = await engine.read_addresses(sorted(rooms_among(keys)), reader)
    return engine.merged(nodes, rooms)
