"""`spaces-sync revert`: takes an applied plan back, as a plan that is shown, asked and applied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.applying import ApplyOptions, Prepare, Prepared, apply_plan, stale_lines
from spaces_sync.cli.display import Display, displays, end_if_clash
from spaces_sync.cli.events import EVENTS
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.files import end_if_input
from spaces_sync.cli.guarding import ALLOW, TAKE_OVER, end_if_blocked, shown
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.paths import FILE
from spaces_sync.cli.plan_files import (
    PLAN,
    load_plan,
    password_files_of,
    refused_account,
    save_plan,
)
from spaces_sync.cli.reading import read_planned
from spaces_sync.model.state import Reading
from spaces_sync.plan.allowable import Allowed
from spaces_sync.plan.file import digest
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import Reversion
from spaces_sync.plan.undo.revert import revert as plan_revert
from spaces_sync.ports import Reader
from spaces_sync.report import formats


@click.command("revert")
@PLAN
@click.option(
    "-o",
    "output",
    type=FILE,
    help="Save what would be sent as a plan of its own, and send nothing; - is stdout.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--partial",
    is_flag=True,
    help="Leave out what has changed since PLAN was applied, and what cannot be read.",
)
@displays(formats.OUTCOMES)
@ALLOW
@TAKE_OVER
@EVENTS
@LIVE
@connects
def command(
    file: Path,
    output: Path | None,
    yes: bool,
    partial: bool,
    allowed: Allowed,
    take_over: bool,
    events: Path | None,
    live_file: Path | None,
    display: Display,
    connection: ConnectionOptions,
) -> None:
    """Take back what an applied PLAN.json did, as far as nobody has changed it since."""
    end_if_input(output, (file, live_file), connection)
    end_if_input(events, (file, live_file), connection, "--events")
    end_if_clash(display, (file, live_file), connection, [output, events])
    _end_if_no_plan(display, output)
    options = ApplyOptions(
        yes, partial, allowed, display, connection.talk, command="revert", events=events
    )
    applied = load_plan(file)
    secrets = tuple(password_files_of(applied))
    end_if_input(output, secrets, connection)
    end_if_input(events, secrets, connection, "--events")
    end_if_clash(display, secrets, connection)
    prepare = _from_applied(file, applied, options, take_over=take_over, sends=output is None)
    if output is not None and events is not None:
        raise CommandEnd(Exit.USAGE, "-o sends nothing, so that there are no --events")
    if output is not None:
        _save(prepare, output, allowed, display, connection, live_file)
        return

    apply_plan(prepare, options, connection, live_file)


def _end_if_no_plan(display: Display, output: Path | None) -> None:
    """With -o a plan is shown, for which not every format of an outcome is."""
    asked = (display.output_format, *(each.output_format for each in display.reports))
    lacking = [each for each in asked if each not in formats.PLANS]
    if output is not None and lacking:
        text = f"{lacking[0]} shows what became of a plan, and with -o nothing is sent"
        raise CommandEnd(Exit.USAGE, f"{text}; name one of {', '.join(formats.PLANS)}")


def _from_applied(
    file: Path, applied: Plan, options: ApplyOptions, *, take_over: bool, sends: bool
) -> Prepare:
    save = f"spaces-sync revert {file} -o UNDO.json makes a plan of this account"

    async def prepare(reader: Reader) -> Prepared:
        refusal = refused_account(file, applied, reader.account, save)
        if refusal is not None and sends:
            none = Plan(reader.account)
            reading = Reading(reader.account)
            return Prepared(none, digest(none), (), reading, lambda _: (), refusal=refusal)
        reading, seconds = await read_planned(
            applied, reader, options.talk, partial=options.partial, command="revert"
        )
        found = plan_revert(applied, reading, take_over=take_over)
        _say_changed(found, partial=options.partial)
        if not (found.plan.actions or found.plan.obstacles or found.not_reverted):
            text = f"{file}: nothing to take back: {_why_not(applied)}."
            printing.remark(options.talk, text)
        return Prepared(
            found.plan,
            digest(found.plan),
            (
                *found.plan.actions,
                *(replace(each, status="skipped") for each in found.not_reverted),
            ),
            reading,
            remaining=lambda after: plan_revert(applied, after, take_over=take_over).plan.actions,
            seconds=seconds,
        )

    return prepare


def _why_not(applied: Plan) -> str:
    """The services look the same before a plan and after it was taken back."""
    if not applied.changes:
        return "it changes nothing"
    return "the plan has not been applied, or was taken back since"


def _say_changed(found: Reversion, *, partial: bool) -> None:
    """What cannot be taken back any more. Raises `CommandEnd` unless `partial`."""
    lines = stale_lines(found.not_reverted)
    if lines and not partial:
        head = "nothing was sent: changed since the plan; leave this out with --partial:"
        raise CommandEnd(Exit.STALE, head, *lines)
    if lines:
        printing.say("left out, as it has changed since the plan:", *lines)


def _save(
    prepare: Prepare,
    output: Path,
    allowed: Allowed,
    display: Display,
    connection: ConnectionOptions,
    live_file: Path | None,
) -> None:
    async def work() -> Plan:
        async with connecting.reader(connection, live_file) as reader:
            return (await prepare(reader)).plan

    plan = connecting.run(work)
    save_plan(shown(plan, allowed), output, display)
    end_if_blocked(plan, "this cannot be applied", "revert")
