"""`spaces-sync apply`: plans or takes a saved plan, asks, sends, reads back and plans again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from spaces_sync.cli import printing
from spaces_sync.cli.applying import ApplyOptions, Prepare, Prepared, apply_plan
from spaces_sync.cli.display import Display, displays, end_if_clash
from spaces_sync.cli.documents import FILES, declared, is_plan, password_files
from spaces_sync.cli.events import EVENTS
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.files import end_if_input
from spaces_sync.cli.guarding import ALLOW, TAKE_OVER, removals
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.plan_files import (
    load_plan,
    password_files_of,
    refused_account,
    refused_services,
)
from spaces_sync.cli.reading import read_declared, read_planned
from spaces_sync.cli.selecting import end_if_nothing, selected, selects
from spaces_sync.document import SecretError, secret
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Reading
from spaces_sync.plan.actions import (
    Action,
    ConfigureRoom,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    subject,
)
from spaces_sync.plan.allowable import Allowed
from spaces_sync.plan.compare import planner
from spaces_sync.plan.file import digest
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.plan.removals import NO_REMOVALS, Removals
from spaces_sync.ports import Reader
from spaces_sync.report import formats


@click.command("apply")
@FILES
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--partial",
    is_flag=True,
    help="Leave out what has changed since it was planned, and what cannot be read or planned.",
)
@displays(formats.OUTCOMES)
@selects(sections=True)
@ALLOW
@TAKE_OVER
@EVENTS
@LIVE
@connects
def command(
    files: tuple[Path, ...],
    yes: bool,
    partial: bool,
    selection: Selection,
    allowed: Allowed,
    take_over: bool,
    events: Path | None,
    live_file: Path | None,
    display: Display,
    connection: ConnectionOptions,
) -> None:
    """Make the services what FILES say, or carry out a saved PLAN.json."""
    end_if_input(events, (*files, live_file), connection, "--events")
    end_if_clash(display, (*files, live_file), connection, [events])
    options = ApplyOptions(yes, partial, allowed, display, connection.talk, events=events)
    if _is_plan(files):
        if selection != EVERYTHING:
            text = f"{files[0]}: a saved plan is applied as it is; select when you plan"
            raise CommandEnd(Exit.USAGE, text)
        saved = load_plan(files[0])
        secrets = tuple(password_files_of(saved))
        prepare = _from_plan(files[0], saved, options)
    else:
        declaration = declared(files)
        secrets = tuple(password_files(declaration))
        prepare = _from_files(declaration, selection, options, take_over=take_over)

    end_if_input(events, secrets, connection, "--events")
    end_if_clash(display, secrets, connection)
    apply_plan(prepare, options, connection, live_file)


def _is_plan(files: tuple[Path, ...]) -> bool:
    plans = [file for file in files if file.suffix == ".json" or is_plan(file)]
    if plans and len(files) > 1:
        raise CommandEnd(
            Exit.USAGE, f"{plans[0]}: a saved plan is applied alone, without other files"
        )
    return bool(plans)


def _from_files(
    declaration: Declaration, selection: Selection, options: ApplyOptions, *, take_over: bool
) -> Prepare:
    declaration = selected(declaration, selection)
    allowed = removals(options.allowed)

    def plan(reading: Reading, asked: Declaration, removals: Removals) -> Plan:
        return planner.plan(asked, reading, take_over=take_over, removals=removals)

    async def prepare(reader: Reader) -> Prepared:
        reading, seconds = await read_declared(
            declaration, reader, options.talk, partial=options.partial
        )
        end_if_nothing(declaration, reading.ownership.addresses)
        first = plan(reading, declaration, allowed)
        # What shall be absent and is copied by this apply is removed by the next one.
        removed = {
            subject(each) for each in first.actions if isinstance(each, DeleteNode | DestroyRoom)
        }
        left = {
            each: section
            for each, section in declaration.absent.items()
            if each in removed or reading.state.get(each) is None
        }
        rest = replace(declaration, absent=left)
        return Prepared(
            first,
            digest(first),
            first.actions,
            reading,
            lambda after: plan(after, rest, NO_REMOVALS).actions,
            seconds,
        )

    return prepare


def _from_plan(file: Path, saved: Plan, options: ApplyOptions) -> Prepare:
    """What of a saved plan is still to be sent: each object is as planned for, or done."""
    plan = _with_secrets(saved)

    async def prepare(reader: Reader) -> Prepared:
        again = "plan again with this account"
        if refusal := refused_account(file, plan, reader.account, again):
            return _refused(plan, Reading(reader.account), refusal)
        reading, seconds = await read_planned(plan, reader, options.talk, partial=options.partial)
        if refusal := refused_services(file, plan, reading):
            return _refused(plan, reading, refusal)
        steps = resumed(plan.actions, reading, plan.preconditions, plan.originals)
        done = sum(isinstance(step, Result) and step.status == "done" for step in steps)
        if not steps:
            printing.remark(options.talk, f"{file}: there is nothing to do.")
        elif done == len(steps):
            printing.remark(options.talk, f"{file} has been applied already.")
        elif done:
            text = f"{done} of {plural(len(steps), 'change')} already made."
            printing.remark(options.talk, text)
        return Prepared(plan, digest(plan), steps, reading, lambda _: (), seconds)

    return prepare


def _refused(plan: Plan, reading: Reading, refusal: CommandEnd) -> Prepared:
    return Prepared(plan, digest(plan), plan.actions, reading, lambda _: (), refusal=refusal)


def _with_secrets(plan: Plan) -> Plan:
    """The plan with the passwords that its file only names.

    Raises `CommandEnd` where one cannot be had.
    """

    def resolved(action: Action) -> Action:
        if isinstance(action, CreateRoom | ConfigureRoom) and action.password is not None:
            return replace(action, password=secret(action.password.origin, os.environ))
        return action

    try:
        return replace(plan, actions=tuple(map(resolved, plan.actions)))
    except SecretError as error:
        raise CommandEnd(Exit.INVALID, str(error)) from None
