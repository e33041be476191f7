"""`spaces-sync apply`: plans or takes a saved plan, asks, sends, reads back and plans again."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.documents import FILES, declared
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.options import Command, Options
from spaces_sync.cli.plan import FULL, LIVE, read
from spaces_sync.cli.show import saved

if TYPE_CHECKING:
    from spaces_sync.model.state import Reading
    from spaces_sync.plan.actions import Action
    from spaces_sync.plan.outcome import Outcome
    from spaces_sync.plan.plan import Plan
    from spaces_sync.service import Reader, Writer


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, the reading that it fits, and what would be left to do after another reading."""

    plan: Plan
    reading: Reading
    left: Callable[[Reading], tuple[Action, ...]]


Propose: TypeAlias = Callable[["Reader"], Awaitable[Proposal]]


@click.command(cls=Command)
@FILES
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@LIVE
@FULL
def apply(
    files: tuple[Path, ...],
    yes: bool,
    form: str,
    live: Path | None,
    full: bool,
    options: Options,
) -> None:
    """Make the services what FILES say, or carry out a saved PLAN.json."""
    propose = _from_plan(files) if _is_plan(files) else _from_files(files)

    async def work() -> tuple[Plan, Outcome | None]:
        async with connecting.writer(options, live) as writer:
            proposal = await propose(writer)
            if form == "text":
                printing.show(proposal.plan, form, options, full=full)
            if proposal.plan.obstacles:
                raise Stop(Exit.UNAVAILABLE, "nothing was sent: the plan has obstacles")
            if not proposal.plan.changes:
                return proposal.plan, None
            if not yes:
                _ask()
                await _refuse_stale(proposal.plan, writer)
            return proposal.plan, await _carried_out(proposal, writer)

    plan, outcome = connecting.run(work)
    if outcome is None:
        if form == "json":
            printing.show(plan, form, options, full=full)
        return
    printing.outcome(outcome, plan, form, options)
    if not outcome.succeeded:
        raise Stop(Exit.PARTLY)


def _is_plan(files: tuple[Path, ...]) -> bool:
    plans = [file for file in files if file.suffix == ".json"]
    if plans and len(files) > 1:
        raise Stop(Exit.USAGE, f"{plans[0]}: a saved plan is applied alone, without other files")
    return bool(plans)


def _from_files(files: tuple[Path, ...]) -> Propose:
    from spaces_sync.plan.planner import plan

    declaration = declared(files)

    async def propose(reader: Reader) -> Proposal:
        reading = await read(declaration, reader)
        made = plan(declaration, reading)
        return Proposal(made, reading, lambda after: plan(declaration, after).actions)

    return propose


def _from_plan(files: tuple[Path, ...]) -> Propose:
    """A saved plan is sent as it is, or not at all: the objects must be what it was made for."""
    from spaces_sync.plan.check import effects

    plan = _with_secrets(saved(files[0]))

    async def propose(reader: Reader) -> Proposal:
        reading = await _touched(plan, reader)
        if not any(effects(plan.actions, reading)):
            click.echo(f"{files[0]} has been applied already.", err=True)
            return Proposal(replace(plan, actions=()), reading, lambda _: ())
        _stop_if_moved(plan, reading)
        return Proposal(plan, reading, lambda _: ())

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


async def _touched(plan: Plan, reader: Reader) -> Reading:
    from spaces_sync import live
    from spaces_sync.model.addresses import NodeAddress
    from spaces_sync.plan.actions import subject

    touched = dict.fromkeys(map(subject, plan.actions))
    nodes = [address for address in touched if isinstance(address, NodeAddress)]
    rooms = [address for address in touched if not isinstance(address, NodeAddress)]
    return await live.read(reader, nodes, rooms)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise Stop(Exit.REFUSED, "nothing was sent: no terminal to ask on, and no --yes")
    if not click.confirm("Apply this?", default=False, err=True):
        raise Stop(Exit.REFUSED, "nothing was sent")


async def _refuse_stale(plan: Plan, reader: Reader) -> None:
    """While somebody thought about the question, somebody else may have changed things."""
    _stop_if_moved(plan, await _touched(plan, reader))


def _stop_if_moved(plan: Plan, reading: Reading) -> None:
    from spaces_sync.plan.actions import subject
    from spaces_sync.plan.check import moved
    from spaces_sync.report.visible import visible

    stale = [
        f"  {visible(str(subject(action)))}: {visible(how)}"
        for action, how in zip(plan.actions, moved(plan.actions, reading), strict=True)
        if how
    ]
    if stale:
        head = "nothing was sent: the plan is stale, plan again"
        raise Stop(Exit.STALE, "\n".join([head, *dict.fromkeys(stale)]))


async def _carried_out(proposal: Proposal, writer: Writer) -> Outcome:
    from spaces_sync.apply import read_back, send
    from spaces_sync.live import NoService, merged
    from spaces_sync.plan.outcome import Outcome
    from spaces_sync.service import NoAnswer

    with printing.progress(len(proposal.plan.actions)) as advance:
        results = await send(proposal.plan, writer, advance)
    try:
        results, after = await read_back(results, writer)
    except (NoAnswer, NoService) as error:
        click.echo(f"could not be read back: {error}", err=True)
        return Outcome(tuple(results), ())
    return Outcome(tuple(results), proposal.left(merged(proposal.reading, after)))
