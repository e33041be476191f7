"""`spaces-sync map`: a picture of services, their spaces and what is in them; reads alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from spaces_sync import engine
from spaces_sync.cli import connecting, files
from spaces_sync.cli.display import format_option
from spaces_sync.cli.documents import declared, password_files
from spaces_sync.cli.file_or_service import SUBJECTS, Subject, files_of, services_of
from spaces_sync.cli.options import LIVE, ConnectionOptions, Talk, connects
from spaces_sync.cli.paths import FILE
from spaces_sync.cli.picturing import pictured
from spaces_sync.cli.progress import READING, progress
from spaces_sync.cli.reading import read_declared
from spaces_sync.cli.selecting import end_if_unmatched, selects
from spaces_sync.cli.service_argument import warn_of_short_list
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.narrowing import narrowed
from spaces_sync.model.selection import Selection
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.compare import planner
from spaces_sync.ports import Reader
from spaces_sync.report import formats
from spaces_sync.report.picture import Picture
from spaces_sync.report.style import Style

_STDOUT: Final = Path("-")


@click.command("map")
@SUBJECTS
@click.option(
    "-o",
    "output",
    type=FILE,
    default=_STDOUT,
    show_default=True,
    help="Where to write it; - is stdout.",
)
@format_option(formats.MAPS, "html")
@selects(sections=False)
@LIVE
@connects
def command(
    subjects: tuple[Subject, ...],
    output: Path,
    output_format: str,
    selection: Selection,
    live_file: Path | None,
    connection: ConnectionOptions,
) -> None:
    """Draw services, their spaces, rooms, nodes, links and people. Changes nothing.

    A SERVICE is drawn as it is, with all of its spaces; of a FILE what it declares, with what a
    plan of it would change. What is there, ends in .yaml or .yml, or has a slash in its name is a
    FILE.
    """
    paths, services = files_of(subjects), services_of(subjects)
    files.end_if_input(output, (*paths, live_file), connection)
    # Without its passwords nothing tells whether a plan changes them; a snapshot holds none.
    declaration = declared(paths, secrets=live_file is None) if paths else None
    if declaration is not None:
        files.end_if_input(output, password_files(declaration), connection)
        declaration = narrowed(declaration, selection)

    async def work() -> Picture:
        async with connecting.reader(connection, live_file) as reader:
            return await _picture(services, declaration, reader, selection, connection.talk)

    found = connecting.run(work)
    files.save(formats.MAPS[output_format](found, Style()), output)


async def _picture(
    services: Sequence[Jid],
    declaration: Declaration | None,
    reader: Reader,
    selection: Selection,
    talk: Talk,
) -> Picture:
    reading, there = Reading(reader.account), set[Address]()
    with progress(READING, talk) as shown:
        for service in services:
            found = await engine.discover(reader, service, selection, shown.count)
            shown.erase()
            warn_of_short_list(service, found)
            there.update(found.nodes)
            selected = (each for each in found.nodes if selection.selects(each))
            nodes = [each for each in selected if not ledger.is_ledger(each.node)]
            on_it = await engine.read_addresses(nodes, reader, [service], count=shown.count)
            reading = engine.merged(reading, on_it)
    if declaration is None:
        drawn = await pictured(reading, None, reader, selection)
    else:
        known, _ = await read_declared(declaration, reader, talk, command="")
        there.update((*declaration.whole.spoken_of, *known.ownership.addresses))
        plan = planner.plan(declaration, known)
        drawn = await pictured(engine.merged(reading, known), plan, reader, selection)
    there.update(each.address for each in drawn.objects)
    end_if_unmatched(selection, there, "that is declared or found")
    return drawn
