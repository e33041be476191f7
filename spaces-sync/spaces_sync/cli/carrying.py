"""What commands that change something share: the question, the sending, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from spaces_sync.cli import connecting, interrupting, printing
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.guarding import stop_if_refused
from spaces_sync.cli.plan import stop_if_blocked

if TYPE_CHECKING:
    from spaces_sync.carry import Approved, Carried, Connect
    from spaces_sync.cli.options import Options
    from spaces_sync.model.state import Reading
    from spaces_sync.plan.actions import Action
    from spaces_sync.plan.guards import Allowed
    from spaces_sync.plan.outcome import Outcome, Result, Step
    from spaces_sync.plan.plan import Plan
    from spaces_sync.service import Reader, Writer


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, the reading that it fits, and what would be left to do after another reading.

    `steps` are its actions, or of a saved plan what has become of some of them before.
    """

    plan: Plan
    steps: Sequence[Step]
    reading: Reading
    left: Callable[[Reading], tuple[Action, ...]]


Propose: TypeAlias = Callable[["Reader"], Awaitable[Proposal]]


@dataclass(frozen=True, slots=True)
class How:
    """`yes`: nobody is asked. `partial`: leave out what has changed. `lock`: take leases.

    `allowed`: what the guards let pass.
    """

    yes: bool
    partial: bool
    lock: bool
    allowed: Allowed


def carry(
    propose: Propose, how: How, options: Options, live: Path | None, *, form: str, full: bool
) -> None:
    """Shows what is proposed, carries it out if it may be, and shows what came of it."""

    def accept(plan: Plan) -> None:
        if form == "text":
            printing.show(plan, form, options, full=full)
        stop_if_blocked(plan)
        stop_if_refused(plan, how.allowed)

    plan, outcome = carried_out(propose, accept, how, options, live)
    if outcome is not None:
        report(outcome, plan, form, options)
    elif form == "json":
        printing.show(plan, form, options, full=full)


def carried_out(
    propose: Propose,
    accept: Callable[[Plan], None],
    how: How,
    options: Options,
    live: Path | None,
) -> tuple[Plan, Outcome | None]:
    """What was proposed and what came of it; None where there was nothing to do.

    `accept` shows the plan, and raises `Stop` where it must not be carried out.
    """

    async def work() -> tuple[Plan, Outcome | None]:
        async with AsyncExitStack() as stack:

            async def connect() -> Writer:
                await stack.aclose()
                return await stack.enter_async_context(connecting.writer(options, live))

            writer = await connect()
            proposal = await propose(writer)
            accept(proposal.plan)
            if not proposal.plan.changes:
                return proposal.plan, None
            if not how.yes:
                _ask()
            carried = await _carried(_approved(proposal, how), writer, connect)
            return proposal.plan, _outcome(proposal, carried)

    return connecting.run(work)


def report(outcome: Outcome, plan: Plan, form: str, options: Options) -> None:
    """Raises `Stop` where not all was done."""
    printing.outcome(outcome, plan, form, options)
    if not outcome.succeeded:
        raise Stop(_code(outcome))


def _code(outcome: Outcome) -> Exit:
    from spaces_sync.carry import INTERRUPTED

    if outcome.halted == INTERRUPTED:
        return Exit.INTERRUPTED
    return Exit.UNAVAILABLE if outcome.halted and outcome.untouched else Exit.PARTLY


def _ask() -> None:
    if not sys.stdin.isatty():
        raise Stop(Exit.REFUSED, "nothing was sent: no terminal to ask on, and no --yes")
    with interrupting.asking():
        if not click.confirm("Apply this?", default=False, err=True):
            raise Stop(Exit.REFUSED, "nothing was sent")


def _approved(proposal: Proposal, how: How) -> Approved:
    from spaces_sync import lease
    from spaces_sync.carry import Approved
    from spaces_sync.cli.holder import holder
    from spaces_sync.plan.outcome import pending

    actions = [action for step in proposal.steps if (action := pending(step))]
    taken, full = lease.wanted(
        actions if how.lock else (), proposal.reading, holder(proposal.plan.account)
    )
    for node in full:
        click.echo(f"warning: {node.node} is not locked: it has no place for a lock", err=True)
    return Approved(proposal.steps, taken, fresh=how.yes, partial=how.partial)


async def _carried(approved: Approved, writer: Writer, connect: Connect) -> Carried:
    from spaces_sync.apply import Means
    from spaces_sync.carry import Stale, carry_out
    from spaces_sync.lease import Held
    from spaces_sync.service import NoAnswer

    async def reconnect() -> Writer:
        try:
            return await connect()
        except Stop as stop:
            raise NoAnswer(stop.message) from None

    try:
        with printing.progress(len(approved.steps)) as advance, interrupting.stopping() as stop:
            means = Means(advance, printing.once(), stop)
            return await carry_out(approved, writer, reconnect, means)
    except Stale as refused:
        raise stale(refused.beyond) from None
    except Held as held:
        text = f"nothing was sent: {held}. Apply again then, or give --no-lock if nobody is at work"
        raise Stop(Exit.STALE, text) from None


def stale(beyond: Iterable[Result]) -> Stop:
    from spaces_sync.plan.actions import subject
    from spaces_sync.report.visible import visible

    lines = [f"  {visible(str(subject(r.action)))}: {visible(r.cause)}" for r in beyond]
    head = "nothing was sent: the plan is stale; plan again, or leave this out with --partial:"
    return Stop(Exit.STALE, "\n".join([head, *dict.fromkeys(lines)]))


def _outcome(proposal: Proposal, carried: Carried) -> Outcome:
    from spaces_sync.live import merged
    from spaces_sync.plan.outcome import Outcome

    if carried.reading is None:
        return Outcome(carried.results, (), carried.halted)
    left = proposal.left(merged(proposal.reading, carried.reading))
    return Outcome(carried.results, left, carried.halted)
