"""`spaces-sync snapshot`: what a service holds, as a file for `--live`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from spaces_sync import engine
from spaces_sync.cli import connecting, files, printing
from spaces_sync.cli.documents import declared
from spaces_sync.cli.options import ConnectionOptions, connects
from spaces_sync.cli.paths import FILE, NamedPath
from spaces_sync.cli.progress import READING, progress
from spaces_sync.cli.reading import read_declared
from spaces_sync.cli.service_argument import SERVICE, warn_of_short_list
from spaces_sync.engine import Discovery
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid
from spaces_sync.model.children import rooms_among
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address, Reading
from spaces_sync.ports import NoServiceError, Reader
from spaces_sync.simulator.snapshot import dump, text_of


@click.command("snapshot")
@click.argument("paths", nargs=-1, metavar="[FILE|DIRECTORY...]", type=NamedPath(folders=True))
@SERVICE
@click.option("-o", "output", type=FILE, required=True, help="Where to write it; - is stdout.")
@connects
def command(
    paths: tuple[Path, ...], service: Jid, output: Path, connection: ConnectionOptions
) -> None:
    """Save what a service holds, for --live: its spaces, their items and their rooms.

    With FILEs also all that they declare, and what their source owns, on any service.
    """
    files.end_if_input(output, paths, connection)
    declaration = declared(paths, secrets=False) if paths else None

    async def work() -> tuple[Reading, bool]:
        async with connecting.reader(connection, None) as reader:
            with progress(READING, connection.talk) as shown:
                found = await engine.discover(reader, service, count=shown.count)
                shown.erase()
                warn_of_short_list(service, found)
                reading = await _everything(found, service, declaration, reader, shown.count)
            return reading, found.complete

    reading, complete = connecting.run(work)
    # Whoever plans with the file has to know what is not in it.
    for address, reason in sorted(reading.failed.items(), key=str):
        printing.warn(f"not readable: {address}: {reason}")
    files.save(text_of(dump(reading, () if complete else (service,))), output)
    nodes = plural(len(reading.state.nodes), "node")
    rooms = plural(len(reading.state.rooms), "room")
    printing.remark(connection.talk, f"{output}: {nodes}, {rooms}")


async def _everything(
    found: Discovery,
    service: Jid,
    declaration: Declaration | None,
    reader: Reader,
    count: engine.Count,
) -> Reading:
    """Each node that was found, each room of its spaces, what ledgers on it name, and what
    `declaration` is about.
    """
    nodes = await engine.read_addresses(found.nodes, reader, [service], count=count)
    if failed := nodes.services[service].default_failed:
        raise NoServiceError(
            service, f"{service} did not tell how it configures a new node: {failed}"
        )
    keys = (key for node in nodes.state.nodes.values() for key in node.children)
    more = {*rooms_among(keys), *_recorded(nodes)} - nodes.state.nodes.keys() - nodes.absent
    around = await engine.read_addresses(sorted(more, key=str), reader, partial=True, count=count)
    reading = engine.merged(nodes, around)
    if declaration is None:
        return reading
    known, _ = await read_declared(declaration, reader, "quiet", command="")
    return engine.merged(reading, known)


def _recorded(reading: Reading) -> Iterator[Address]:
    """What the ledgers among the nodes name, which whoever plans with the snapshot looks for."""
    for address, node in reading.state.nodes.items():
        if ledger.is_ledger(address.node):
            with suppress(ledger.LedgerError):  # whoever plans with it is told so
                found = ledger.decode(address, node.items)
                yield from (*found.recorded, *found.intended)
