"""`spaces-sync revert`: takes an applied plan back, as a plan that is shown, asked and applied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.execution import How, Proposal, Propose, carry, told
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.files import FILE, stop_if_input
from spaces_sync.cli.guarding import ALLOW, TAKE_OVER
from spaces_sync.cli.options import FORMAT, Command, Options
from spaces_sync.cli.plan import FULL, LIVE, stop_if_blocked
from spaces_sync.cli.show import PLAN, saved

if TYPE_CHECKING:
    from spaces_sync.plan.guards import Allowed
    from spaces_sync.plan.plan import Plan
    from spaces_sync.plan.undo.revert import Reversion
    from spaces_sync.ports import Reader


@click.command(cls=Command, short_help="Take an applied plan back.")
@PLAN
@click.option(
    "-o",
    "output",
    type=FILE,
    help="Save what would be sent as a plan of its own, and send nothing; - is stdout.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--partial", is_flag=True, help="Leave out what has changed since PLAN was applied.")
@click.option("--no-lock", is_flag=True, help="Do not keep other applies off the same spaces.")
@FORMAT
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
    stop_if_input(output, (file, live))
    propose = _proposing(file, partial=partial, take_over=take_over)
    if output is not None:
        _save(propose, output, form, options, live=live, full=full)
        return

    how = How(yes, False, live is None and not no_lock, allowed, form, full)
    carry(propose, how, options, live)


def _proposing(file: Path, *, partial: bool, take_over: bool) -> Propose:
    from spaces_sync import engine
    from spaces_sync.plan.actions import subject
    from spaces_sync.plan.undo.revert import revert as plan_revert

    applied = saved(file)

    async def propose(reader: Reader) -> Proposal:
        reading = await engine.read_addresses(map(subject, applied.actions), reader)
        found = plan_revert(applied, reading, take_over=take_over)
        _tell_beyond(found, partial=partial)
        if not (found.plan.actions or found.plan.obstacles or found.beyond):
            printing.say(f"{file}: nothing to take back: {_why_not(applied)}.")
        return Proposal(
            found.plan,
            found.plan.actions,
            reading,
            left=lambda after: plan_revert(applied, after, take_over=take_over).plan.actions,
        )

    return propose


def _why_not(applied: Plan) -> str:
    """The services look the same before a plan and after it was taken back."""
    if not applied.changes:
        return "it changes nothing"
    return "the plan has not been applied, or was taken back since"


def _tell_beyond(found: Reversion, *, partial: bool) -> None:
    lines = told(found.beyond)
    if lines and not partial:
        head = "nothing was sent: changed since the plan; leave this out with --partial:"
        raise Stop(Exit.STALE, head, *lines)
    if lines:
        printing.say("left out, as it has changed since the plan:", *lines)


def _save(
    propose: Propose, output: Path, form: str, options: Options, *, live: Path | None, full: bool
) -> None:
    async def work() -> Plan:
        async with connecting.reader(options, live) as reader:
            return (await propose(reader)).plan

    plan = connecting.run(work)
    printing.save_plan(plan, output, form, options, full=full)
    stop_if_blocked(plan, "this cannot be applied")
