"""`spaces-sync check`: how far services, spaces and what they list meet XEP-0503; reads alone."""

from __future__ import annotations

from pathlib import Path

import click

from spaces_sync.check.evidence import Evidence
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather, named
from spaces_sync.cli import connecting
from spaces_sync.cli.display import Display, displays, end_if_clash, show
from spaces_sync.cli.documents import declared
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.file_or_service import SUBJECTS, Subject, files_of, services_of
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.progress import READING, progress
from spaces_sync.cli.selecting import end_if_unmatched, selects
from spaces_sync.model.narrowing import narrowed
from spaces_sync.model.selection import Selection
from spaces_sync.report import formats


@click.command("check")
@SUBJECTS
@displays(formats.CHECKS)
@selects(sections=False)
@click.option(
    "--strict",
    is_flag=True,
    help="What is only recommended counts, too, and what works and is not advertised.",
)
@LIVE
@connects
def command(
    subjects: tuple[Subject, ...],
    strict: bool,
    selection: Selection,
    live_file: Path | None,
    display: Display,
    connection: ConnectionOptions,
) -> None:
    """Hold services, spaces and what they list against XEP-0503, rule by rule. Changes nothing.

    A SERVICE is checked with all of its spaces, a FILE's services with the spaces that it declares.
    What is there, ends in .yaml or .yml, or has a slash in its name is a FILE.

    Exit code 2: something does not conform. That is where a MUST fails; with --strict whatever
    fails, and what a service MUST advertise and does not.
    """
    files, services = files_of(subjects), services_of(subjects)
    end_if_clash(display, (*files, live_file), connection)
    declaration = narrowed(declared(files, secrets=False), selection) if files else None

    async def work() -> Evidence:
        async with connecting.reader(connection, live_file) as reader:
            with progress(READING, connection.talk) as shown:
                return await gather(reader, services, declaration, selection, shown.count)

    evidence = connecting.run(work)
    declares = declaration.whole.spoken_of if declaration is not None else ()
    known = {*declares, *named(evidence)}
    end_if_unmatched(selection, known, "that is declared or found")
    found = checked(evidence, strict=strict)
    show(formats.CHECKS, found, display)
    if not found.conforms:
        raise CommandEnd(Exit.CHANGES)
