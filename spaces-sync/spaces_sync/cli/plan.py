"""`spaces-sync plan`: what would change; it reads and cannot write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.documents import FILES, declared
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.files import FILE, stop_if_input
from spaces_sync.cli.guarding import ALLOW, TAKE_OVER, warn_if_refused
from spaces_sync.cli.options import FORMAT, Command, Options

if TYPE_CHECKING:
    from spaces_sync.model.state import Reading
    from spaces_sync.plan.guards import Allowed
    from spaces_sync.plan.plan import Plan

LIVE = click.option(
    "--live",
    type=FILE,
    help="A snapshot that stands in for the services; a new file is an empty service.",
)
FULL = click.option(
    "--full", is_flag=True, help="Show long values, and each of what is counted otherwise."
)


@click.command(cls=Command, short_help="Show what would change on the services.")
@FILES
@click.option("-o", "output", type=FILE, help="Save the plan here; - is stdout.")
@FORMAT
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@ALLOW
@TAKE_OVER
@LIVE
@FULL
def plan(
    files: tuple[Path, ...],
    output: Path | None,
    form: str,
    detailed_exitcode: bool,
    allowed: Allowed,
    take_over: bool,
    live: Path | None,
    full: bool,
    options: Options,
) -> None:
    """Show what would change on the services. Changes nothing."""
    from spaces_sync import engine
    from spaces_sync.plan.compare.planner import plan as make

    stop_if_input(output, (*files, live))
    declaration = declared(files)

    async def work() -> Reading:
        async with connecting.reader(options, live) as reader:
            return await engine.read(declaration, reader)

    deletes = "delete-space" in allowed
    made = make(declaration, connecting.run(work), take_over=take_over, delete_spaces=deletes)
    show_or_save(made, output, form, options, full=full)
    stop_if_blocked(made, "this cannot be applied")
    warn_if_refused(made, allowed)
    if made.changes and detailed_exitcode:
        raise Stop(Exit.CHANGES)


def show_or_save(
    plan: Plan, output: Path | None, form: str, options: Options, *, full: bool
) -> None:
    if output is None:
        printing.show(plan, form, options, full=full)
    else:
        printing.save_plan(plan, output, form, options, full=full)


def stop_if_blocked(plan: Plan, so: str) -> None:
    """Raises `Stop` where an object of the plan cannot be planned; the plan shows which."""
    if any(obstacle.owner for obstacle in plan.obstacles):
        raise Stop(Exit.STALE, f"{so}: another source manages what the plan touches")
    if plan.obstacles:
        raise Stop(Exit.UNAVAILABLE, f"{so}: not everything can be planned")
