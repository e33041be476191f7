"""`spaces-sync revert`: takes an applied plan back, as a plan that is shown, asked and applied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.carrying import How, Proposal, Propose, carry
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.guarding import ALLOW, TAKE_OVER
from spaces_sync.cli.options import Command, Options
from spaces_sync.cli.plan import FULL, LIVE, stop_if_blocked
from spaces_sync.cli.show import saved

if TYPE_CHECKING:
    from spaces_sync.plan.guards import Allowed
    from spaces_sync.plan.plan import Plan
    from spaces_sync.plan.reverting import Reversion
    from spaces_sync.service import Reader


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN.json")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save what would be sent as a plan of its own, and send nothing.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--partial", is_flag=True, help="Leave out what has changed since PLAN was applied.")
@click.option("--no-lock", is_flag=True, help="Do not keep other applies off the same spaces.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@ALLOW
@TAKE_OVER
@LIVE
@FULL
def revert(
    file: Path,
    output: Path | None,
    yes: bool,
    partial: bool,
    no_lock: bool,
    form: str,
    allowed: Allowed,
    take_over: bool,
    live: Path | None,
    full: bool,
    options: Options,
) -> None:
    """Take back what an applied PLAN.json did, as far as nobody has changed it since."""
    propose = _proposing(file, partial=partial, take_over=take_over)
    if output is not None:
        _save(propose, output, form, options, live=live, full=full)
        return

    how = How(yes=yes, partial=False, lock=live is None and not no_lock, allowed=allowed)
    carry(propose, how, options, live, form=form, full=full)


def _proposing(file: Path, *, partial: bool, take_over: bool) -> Propose:
    from spaces_sync.apply import read_objects
    from spaces_sync.plan.reverting import reverting

    applied = saved(file)

    async def propose(reader: Reader) -> Proposal:
        reading = await read_objects(applied.actions, reader)
        found = reverting(applied, reading, take_over=take_over)
        _tell_beyond(found, partial=partial)
        if not found.plan.actions and not found.plan.obstacles:
            click.echo(f"{file}: nothing to take back.", err=True)
        return Proposal(
            found.plan,
            found.plan.actions,
            reading,
            left=lambda after: reverting(applied, after, take_over=take_over).plan.actions,
        )

    return propose


def _tell_beyond(found: Reversion, *, partial: bool) -> None:
    from spaces_sync.plan.actions import subject
    from spaces_sync.report.visible import visible
    from spaces_sync.report.words import named

    lines = [f"  {visible(f'{named(subject(r.action))}: {r.cause}')}" for r in found.beyond]
    if lines and not partial:
        head = "nothing was sent: changed since the plan; leave this out with --partial:"
        raise Stop(Exit.STALE, "\n".join([head, *dict.fromkeys(lines)]))
    if lines:
        head = "left out, as it has changed since the plan:"
        click.echo("\n".join([head, *dict.fromkeys(lines)]), err=True)


def _save(
    propose: Propose, output: Path, form: str, options: Options, *, live: Path | None, full: bool
) -> None:
    async def work() -> Plan:
        async with connecting.reader(options, live) as reader:
            return (await propose(reader)).plan

    plan = connecting.run(work)
    printing.save(plan, output)
    printing.show(plan, form, options, full=full)
    stop_if_blocked(plan)
