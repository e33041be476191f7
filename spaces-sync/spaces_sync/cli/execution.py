"""What commands that change something share: the question, the sending, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from spaces_sync.cli import connecting, interrupting, printing
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.guarding import stop_if_refused
from spaces_sync.cli.plan import stop_if_blocked

if TYPE_CHECKING:
    from spaces_sync.cli.options import Options
    from spaces_sync.engine import Approval, Connect, Execution
    from spaces_sync.model.state import Reading
    from spaces_sync.plan.actions import Action
    from spaces_sync.plan.guards import Allowed
    from spaces_sync.plan.outcome import Outcome, Result, Step
    from spaces_sync.plan.plan import Plan
    from spaces_sync.ports import Reader, Writer


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, the reading that it fits, and what would be left to do after another reading.

    `steps` are its actions, or of a saved plan what has become of some of them before.
    """

    plan: Plan
    steps: Sequence[Step]
    reading: Reading
    left: Callable[[Reading], tuple[Action, ...]]

    @property
    def due(self) -> tuple[Action, ...]:
        from spaces_sync.plan.outcome import pending

        return tuple(action for step in self.steps if (action := pending(step)) is not None)


Propose: TypeAlias = Callable[["Reader"], Awaitable[Proposal]]


@dataclass(frozen=True, slots=True)
class How:
    """`yes`: nobody is asked. `partial`: leave out what has changed. `lock`: take leases.

    `allowed`: what the guards let pass. `form` and `full` are how all of it is shown.
    """

    yes: bool
    partial: bool
    lock: bool
    allowed: Allowed
    form: str
    full: bool


def carry(propose: Propose, how: How, options: Options, live: Path | None) -> None:
    """Shows what is proposed, carries it out if it may be, and shows what came of it."""

    async def work() -> None:
        async with AsyncExitStack() as stack:

            async def connect() -> Writer:
                await stack.aclose()
                return await stack.enter_async_context(connecting.writer(options, live))

            with interrupting.before_sending():
                writer = await connect()
                proposal = await propose(writer)
            # Told before the connection ends: what that may come to must not hide what was done.
            await _carried_out(proposal, how, options, writer, connect)

    connecting.run(work)


async def _carried_out(
    proposal: Proposal, how: How, options: Options, writer: Writer, connect: Connect
) -> None:
    """Raises `Stop` where not all was done."""
    try:
        proposal = _fitting(proposal, partial=how.partial)
        approval = await _approved(proposal, how, options)
        execution = await _sent(proposal.plan, approval, options, writer, connect)
        outcome = _outcome(proposal, execution)
    except Stop as stop:
        if how.form == "json":
            _tell(_refused(proposal, stop), proposal, how, options)
        raise
    _tell(outcome, proposal, how, options)
    if not outcome.succeeded:
        raise Stop(_code(outcome))


def _fitting(proposal: Proposal, *, partial: bool) -> Proposal:
    """Without what has changed since it was planned, if that may be left out."""
    from spaces_sync.plan.outcome import Result

    beyond = [s for s in proposal.steps if isinstance(s, Result) and s.status == "failed"]
    if beyond and not partial:
        raise stale(beyond)

    def left_out(step: Step) -> Step:
        if isinstance(step, Result) and step.status == "failed":
            return replace(step, status="skipped")
        return step

    return replace(proposal, steps=list(map(left_out, proposal.steps)))


async def _approved(proposal: Proposal, how: How, options: Options) -> Approval:
    """Raises `Stop` where a guard or a person is against it."""
    due = proposal.due
    plan = proposal.plan if due else replace(proposal.plan, actions=())
    with interrupting.before_sending():
        if how.form == "text":
            printing.show(plan, "text", options, full=how.full)
        elif not how.yes:
            printing.show_aside(plan, options, full=how.full)
        stop_if_blocked(plan, "nothing was sent")
        stop_if_refused(plan, how.allowed)
        if due and not how.yes:
            await interrupting.take_effect()
            _ask()
        return _approval(proposal, due, how)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise Stop(Exit.REFUSED, "nothing was sent: no terminal to ask on, and no --yes")
    with interrupting.asking():
        try:
            yes = click.confirm("Apply this?", default=False, err=True)
        except (click.Abort, KeyboardInterrupt):
            printing.say("")  # the line of the question has no end
            raise
    if not yes:
        raise Stop(Exit.REFUSED, "nothing was sent")


def _approval(proposal: Proposal, due: Sequence[Action], how: How) -> Approval:
    from spaces_sync.cli.lock_holder import holder
    from spaces_sync.engine import Approval, lock

    locks, full = lock.needed(
        due if how.lock else (), proposal.reading, holder(proposal.plan.account)
    )
    printing.say(
        *(f"warning: {node.node} is not locked: it has no place for a lock" for node in full)
    )
    return Approval(proposal.steps, locks, fresh=how.yes, partial=how.partial)


async def _sent(
    plan: Plan, approval: Approval, options: Options, writer: Writer, connect: Connect
) -> Execution:
    from spaces_sync.engine import SendContext, StalePlanError, execute
    from spaces_sync.engine.lock import HeldError
    from spaces_sync.ports import NoAnswerError

    async def reconnect() -> Writer:
        try:
            return await connect()
        except Stop as stop:
            raise NoAnswerError(" ".join(stop.lines)) from None

    steps = approval.steps or ()
    try:
        with (
            printing.progress(len(steps), options) as advance,
            interrupting.stopping() as stop,
        ):
            with interrupting.before_sending():
                await interrupting.take_effect()
            context = SendContext(advance, printing.once(), stop)
            return await execute(plan, writer, approval, reconnect=reconnect, context=context)
    except StalePlanError as refused:
        raise stale(refused.beyond) from None
    except HeldError as held:
        text = f"nothing was sent: {held}. Apply again then, or give --no-lock if nobody is at work"
        raise Stop(Exit.STALE, text) from None


def stale(beyond: Iterable[Result]) -> Stop:
    head = "nothing was sent: the plan is stale; plan again, or leave this out with --partial:"
    return Stop(Exit.STALE, head, *told(beyond))


def told(beyond: Iterable[Result]) -> list[str]:
    """What has changed since it was planned, a line for each thing."""
    from spaces_sync.report.causes import worded
    from spaces_sync.report.outcome import name

    return list(dict.fromkeys(f"  {name(each.action)}: {worded(each.causes)}" for each in beyond))


def _outcome(proposal: Proposal, execution: Execution) -> Outcome:
    from spaces_sync.engine import merged
    from spaces_sync.plan.outcome import Outcome

    if execution.reading is None:
        return Outcome(execution.results, (), execution.halted)
    left = proposal.left(merged(proposal.reading, execution.reading))
    return Outcome(execution.results, left, execution.halted)


def _refused(proposal: Proposal, stop: Stop) -> Outcome:
    """What a program is told where nothing was sent."""
    from spaces_sync.plan.causes import Cause
    from spaces_sync.plan.outcome import Outcome, closed

    results = closed(proposal.steps, Cause("not-sent", after=stop.lines[0]))
    return Outcome(results, proposal.due, Cause("not-sent", after="\n".join(stop.lines)))


def _tell(outcome: Outcome, proposal: Proposal, how: How, options: Options) -> None:
    if how.form == "text" and outcome.succeeded and not proposal.due:
        return  # the plan said so
    try:
        printing.outcome(outcome, proposal.plan, how.form, options, full=how.full)
    except Stop as lost:
        printing.say(*lost.lines)  # a full disk undoes nothing of what was done


def _code(outcome: Outcome) -> Exit:
    from spaces_sync.engine import INTERRUPTED

    if outcome.halted == INTERRUPTED:
        return Exit.INTERRUPTED
    return Exit.UNAVAILABLE if outcome.halted and outcome.untouched else Exit.PARTLY
