"""`spaces-sync plan`: what would change; it reads and cannot write."""

from __future__ import annotations

from pathlib import Path

import click

from spaces_sync.cli import connecting
from spaces_sync.cli.display import Display, displays, end_if_clash, show
from spaces_sync.cli.documents import FILES, declared, password_files
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.files import end_if_input
from spaces_sync.cli.guarding import (
    ALLOW,
    TAKE_OVER,
    check_names,
    end_if_blocked,
    removals,
    shown,
    warn_of,
)
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.paths import FILE
from spaces_sync.cli.picturing import pictured
from spaces_sync.cli.plan_files import save_plan
from spaces_sync.cli.reading import read_declared
from spaces_sync.cli.selecting import end_if_nothing, selected, selects
from spaces_sync.model.selection import Selection
from spaces_sync.plan.allowable import Allowed
from spaces_sync.plan.compare import planner
from spaces_sync.report import formats
from spaces_sync.report.reportable import ShownPlan


@click.command("plan")
@FILES
@click.option("-o", "output", type=FILE, help="Save the plan here; - is stdout.")
@displays(formats.PLANS)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where there are changes, with 4 where apply would refuse them.",
)
@selects(sections=True)
@ALLOW
@TAKE_OVER
@LIVE
@connects
def command(
    files: tuple[Path, ...],
    output: Path | None,
    detailed_exitcode: bool,
    selection: Selection,
    allowed: Allowed,
    take_over: bool,
    live_file: Path | None,
    display: Display,
    connection: ConnectionOptions,
) -> None:
    """Show what would change on the services. Changes nothing."""
    inputs = (*files, live_file)
    end_if_input(output, inputs, connection)
    end_if_clash(display, inputs, connection, [output])
    declaration = declared(files, secrets=live_file is None)  # a snapshot holds none
    secret = tuple(password_files(declaration))
    end_if_input(output, secret, connection)
    end_if_clash(display, secret, connection)
    declaration = selected(declaration, selection)

    async def work() -> ShownPlan:
        async with connecting.reader(connection, live_file) as reader:
            reading, seconds = await read_declared(declaration, reader, connection.talk)
            end_if_nothing(declaration, reading.ownership.addresses)
            plan = planner.plan(
                declaration, reading, take_over=take_over, removals=removals(allowed)
            )
            found = shown(plan, allowed, seconds)
            if not display.draws:
                return found
            return found._replace(picture=await pictured(reading, plan, reader, selection))

    found = connecting.run(work)
    plan = found.plan
    if output is None:
        show(formats.PLANS, found, display)
    else:
        save_plan(found, output, display)
    end_if_blocked(plan, "this cannot be applied")
    check_names(plan, allowed, "this cannot be applied")
    if output is not None or not display.for_people:  # else the plan has said so
        warn_of(found.refusals)
    if plan.changes and detailed_exitcode:
        raise CommandEnd(Exit.REFUSED if found.refusals else Exit.CHANGES)
