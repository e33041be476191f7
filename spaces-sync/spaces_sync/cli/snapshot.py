"""`spaces-sync snapshot`: the live state of a service as a file for `--live`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.files import FILE
from spaces_sync.cli.list import SERVICE, warn_of_short_list
from spaces_sync.cli.options import Command, Options

if TYPE_CHECKING:
    from spaces_sync.model.addresses import Jid
    from spaces_sync.model.state import Reading
    from spaces_sync.ports import Reader


@click.command(cls=Command, short_help="Save what a service holds, for --live.")
@SERVICE
@click.option("-o", "output", type=FILE, required=True, help="Where to write it; - is stdout.")
def snapshot(service: Jid, output: Path, options: Options) -> None:
    """Save what a service holds, for --live: its spaces, their items and their rooms."""

    async def work() -> Reading:
        async with connecting.reader(options, None) as reader:
            return await _everything(service, reader)

    reading = connecting.run(work)
    _report(reading)
    from spaces_sync.model.counting import plural
    from spaces_sync.simulator import snapshot as file

    printing.save(json.dumps(file.dump(reading), indent=2, ensure_ascii=False) + "\n", output)
    nodes = plural(len(reading.state.nodes), "node")
    printing.say(f"{output}: {nodes}, {plural(len(reading.state.rooms), 'room')}")


async def _everything(service: Jid, reader: Reader) -> Reading:
    """Each node that the service lists, and each room that a space of it lists."""
    from spaces_sync import engine
    from spaces_sync.model.addresses import Jid

    entries, _ = await engine.list_spaces(reader, service)
    warn_of_short_list(service, entries)
    nodes = await engine.read_addresses((entry.address for entry in entries), reader, [service])
    keys = (key for node in nodes.state.nodes.values() for key in node.children)
    rooms = await engine.read_addresses(
        sorted({Jid(key.target) for key in keys if key.kind == "room"}), reader
    )
    return engine.merged(nodes, rooms)


def _report(reading: Reading) -> None:
    """What could not be read is not in the file, and whoever plans with it has to know."""
    for address, reason in sorted(reading.failed.items(), key=str):
        printing.say(f"not readable: {address}: {reason}")
