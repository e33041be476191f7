"""`spaces-sync apply`: plans or takes a saved plan, asks, sends, reads back and plans again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import printing
from spaces_sync.cli.documents import FILES, declared, is_plan
from spaces_sync.cli.execution import How, Proposal, Propose, carry
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.guarding import ALLOW, TAKE_OVER
from spaces_sync.cli.options import FORMAT, Command, Options
from spaces_sync.cli.plan import FULL, LIVE
from spaces_sync.cli.show import saved

if TYPE_CHECKING:
    from spaces_sync.model.state import Reading
    from spaces_sync.plan.actions import Action
    from spaces_sync.plan.guards import Allowed
    from spaces_sync.plan.plan import Plan
    from spaces_sync.ports import Reader


@click.command(cls=Command, short_help="Make the services what the files say.")
@FILES
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--partial", is_flag=True, help="Leave out what has changed since it was planned.")
@click.option("--no-lock", is_flag=True, help="Do not keep other applies off the same spaces.")
@FORMAT
@ALLOW
@TAKE_OVER
@LIVE
@FULL
def apply(
    files: tuple[Path, ...],
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
    """Make the services what FILES say, or carry out a saved PLAN.json."""
    if _is_plan(files):
        propose = _from_plan(files[0])
    else:
        deletes = "delete-space" in allowed
        propose = _from_files(files, take_over=take_over, delete_spaces=deletes)

    lock = live is None and not no_lock
    carry(propose, How(yes, partial, lock, allowed, form, full), options, live)


def _is_plan(files: tuple[Path, ...]) -> bool:
    plans = [file for file in files if file.suffix == ".json" or is_plan(file)]
    if plans and len(files) > 1:
        raise Stop(Exit.USAGE, f"{plans[0]}: a saved plan is applied alone, without other files")
    return bool(plans)


def _from_files(files: tuple[Path, ...], *, take_over: bool, delete_spaces: bool) -> Propose:
    from spaces_sync import engine
    from spaces_sync.plan.compare.planner import plan

    declaration = declared(files)

    def made(reading: Reading, *, deletes: bool = delete_spaces) -> Plan:
        return plan(declaration, reading, take_over=take_over, delete_spaces=deletes)

    async def propose(reader: Reader) -> Proposal:
        reading = await engine.read(declaration, reader)
        first = made(reading)
        # A space that this apply has copied is removed by the next one.
        return Proposal(
            first, first.actions, reading, lambda after: made(after, deletes=False).actions
        )

    return propose


def _from_plan(file: Path) -> Propose:
    """Of a saved plan goes on what is left: each object is as it was planned for, or done."""
    from spaces_sync import engine
    from spaces_sync.model.counting import plural
    from spaces_sync.plan.actions import subject
    from spaces_sync.plan.outcome import Result
    from spaces_sync.plan.standing import settled

    plan = _with_secrets(saved(file))

    async def propose(reader: Reader) -> Proposal:
        reading = await engine.read_addresses(map(subject, plan.actions), reader)
        steps = settled(plan.actions, reading, plan.preconditions)
        done = sum(isinstance(step, Result) and step.status == "done" for step in steps)
        if not steps:
            printing.say(f"{file}: there is nothing to do.")
        elif done == len(steps):
            printing.say(f"{file} has been applied already.")
        elif done:
            printing.say(f"{done} of {plural(len(steps), 'change')} already made.")
        return Proposal(plan, steps, reading, lambda _: ())

    return propose


def _with_secrets(plan: Plan) -> Plan:
    """The plan with the passwords that its file only names."""
    from spaces_sync.document import SecretError, secret
    from spaces_sync.plan.actions import ConfigureRoom, CreateRoom

    def resolved(action: Action) -> Action:
        if isinstance(action, CreateRoom | ConfigureRoom) and action.password is not None:
            return replace(action, password=secret(action.password.origin, os.environ))
        return action

    try:
        return replace(plan, actions=tuple(map(resolved, plan.actions)))
    except SecretError as error:
        raise Stop(Exit.INVALID, str(error)) from None
