"""What commands that change something share: the question, the sending, and what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Final, TypeAlias

from spaces_sync.cli import asking, connecting, events, interrupting, printing
from spaces_sync.cli.display import Display, show, show_on_stdout, write_reports
from spaces_sync.cli.events import EventLog
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.guarding import check_names, end_if_blocked, end_if_refused
from spaces_sync.cli.lock_holder import holder
from spaces_sync.cli.options import ConnectionOptions, Talk
from spaces_sync.cli.progress import progress
from spaces_sync.engine import (
    INTERRUPTED,
    Approval,
    Connect,
    Execution,
    LimitError,
    SendContext,
    StalePlanError,
    execute,
    merged,
    with_people,
)
from spaces_sync.engine.intents import LockedError
from spaces_sync.model.ledger import LedgerError
from spaces_sync.model.state import Reading
from spaces_sync.plan import dependence
from spaces_sync.plan.actions import Action, subject
from spaces_sync.plan.allowable import Allowed
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.codec import Digest
from spaces_sync.plan.dependence import awaited
from spaces_sync.plan.guards import objections
from spaces_sync.plan.outcome import Outcome, Result, Step, as_results, pending
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import NoAnswerError, Reader, Writer
from spaces_sync.report import formats, plan_text
from spaces_sync.report.causes import causes_text
from spaces_sync.report.naming import action_name
from spaces_sync.report.reportable import PlanOutcome, ShownPlan


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan as it can be approved, and the reading that it was held against.

    `called` is its digest. `steps` are its actions; of a saved plan some are the results of what
    was done before.
    `remaining` makes, from a later reading, the actions that are left to do. `seconds`: how long
    reading took. `refusal`: why none of it may be sent here, whatever is allowed.
    """

    plan: Plan
    called: Digest
    steps: Sequence[Step]
    reading: Reading
    remaining: Callable[[Reading], tuple[Action, ...]]
    seconds: float | None = None
    refusal: CommandEnd | None = None

    @property
    def pending(self) -> tuple[Action, ...]:
        """The actions that are still to be sent, in the order of sending."""
        return tuple(action for step in self.steps if (action := pending(step)) is not None)


_LEFT_OUT_SHOWN: Final = 20

Prepare: TypeAlias = Callable[[Reader], Awaitable[Prepared]]


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """`yes`: nobody is asked. `partial`: leave out what has changed since it was planned, and what
    cannot be planned.

    `allowed`: what the guards let pass. `talk`: what is told meanwhile. `command`: what sends it,
    and does what is left.
    """

    yes: bool
    partial: bool
    allowed: Allowed
    display: Display
    talk: Talk
    command: str = "apply"
    events: Path | None = None


def apply_plan(
    prepare: Prepare, options: ApplyOptions, connection: ConnectionOptions, live_file: Path | None
) -> None:
    """Shows what `prepare` makes, sends it if that is approved, and shows what came of it.

    Raises `CommandEnd` where not all of it was done.
    """

    async def work(log: EventLog) -> None:
        async with AsyncExitStack() as stack:

            async def connect() -> Writer:
                await stack.aclose()
                return await stack.enter_async_context(connecting.writer(connection, live_file))

            with interrupting.before_sending():
                writer = await connect()
                prepared = await prepare(writer)
            # Shown before the connection ends: an error at its end must not hide what was done.
            await _approve_and_send(prepared, options, writer, connect, log)

    with events.logging(options.events) as log:
        connecting.run(partial(work, log))


async def _approve_and_send(
    prepared: Prepared, options: ApplyOptions, writer: Writer, connect: Connect, log: EventLog
) -> None:
    """Raises `CommandEnd` where not all was done."""
    try:
        if prepared.refusal is not None:
            raise prepared.refusal
        prepared = _without_stale(prepared, partial=options.partial)
        prepared = _without_blocked(prepared) if options.partial else prepared
        approval = await _approve(prepared, options)
        start = time.monotonic()
        execution = await _send(prepared, approval, options, writer, connect, log)
        seconds = time.monotonic() - start
        outcome = _outcome(prepared, execution)
    except CommandEnd as end:
        # What people are told of it follows on stderr.
        told = options.display.for_people
        _show(_nothing_sent(prepared, end), prepared, options, None, told=told)
        raise
    # Where nothing was to do, the plan said so.
    told = options.display.for_people and not prepared.pending and not _not_all(outcome, prepared)
    shown = _show(outcome, prepared, options, seconds, told=told)
    if _not_all(outcome, prepared):
        raise CommandEnd(_exit_code(outcome))
    if not shown:
        raise CommandEnd(Exit.UNEXPECTED)  # nothing else tells a pipeline


def _without_stale(prepared: Prepared, *, partial: bool) -> Prepared:
    """Leaves out what has changed since it was planned. Raises `CommandEnd` unless `partial`."""
    stale = [s for s in prepared.steps if isinstance(s, Result) and s.status == "failed"]
    if stale and not partial:
        raise _stale_plan(stale)

    def as_skipped(step: Step) -> Step:
        if isinstance(step, Result) and step.status == "failed":
            return replace(step, status="skipped")
        return step

    if stale:
        skipped = (s for s in prepared.steps if isinstance(s, Result) and s.status == "skipped")
        printing.say("left out, as it has changed since it was planned:")
        printing.say(*_first(stale_lines((*stale, *skipped))))
    return replace(prepared, steps=list(map(as_skipped, prepared.steps)))


def _first(lines: Sequence[str]) -> list[str]:
    """The outcome names them all."""
    more = len(lines) - _LEFT_OUT_SHOWN
    return [*lines[:_LEFT_OUT_SHOWN], *([f"  and {more} more"] if more > 0 else [])]


def _without_blocked(prepared: Prepared) -> Prepared:
    """Leaves out what is to be done to objects that could not be planned; the plan names them."""
    why = {each.about: Cause("obstacle", after=each.text) for each in prepared.plan.obstacles}

    actions = {n: action for n, s in enumerate(prepared.steps) if (action := pending(s))}
    blocked = {n: (why[subject(a)],) for n, a in actions.items() if subject(a) in why}
    waiting = {
        n: (why[new[0]],) for n, a in actions.items() if (new := awaited(a)) and new[0] in why
    }
    blocked.update(waiting)
    skipped = {**dependence.left_out(actions, blocked), **blocked}

    def as_skipped(n: int, step: Step) -> Step:
        action = pending(step)
        if action is None or n not in skipped:
            return step
        return Result(action, "skipped", skipped[n])

    return replace(prepared, steps=list(starmap(as_skipped, enumerate(prepared.steps))))


async def _approve(prepared: Prepared, options: ApplyOptions) -> Approval:
    """Raises `CommandEnd` where a guard or a person is against it."""
    actions = prepared.pending
    plan = replace(prepared.plan, actions=actions)
    partial = options.partial and bool(actions)
    rest = ShownPlan(
        plan,
        prepared.called,
        part=plan != prepared.plan,
        partial=partial,
        # Those of a guard end the command, and are told right below in full.
        refusals=() if options.display.for_people else objections(plan, options.allowed),
        seconds=prepared.seconds,
    )
    with interrupting.before_sending():
        if options.display.for_people:
            _show_plan(rest, options)
        elif not options.yes:
            # For whoever is asked, as stdout is for a program.
            style = options.display.style(sys.stderr)
            printing.write_stderr(plan_text.render(rest, style))
        if not rest.partial:
            end_if_blocked(plan, "nothing was sent", options.command)
        check_names(prepared.plan, options.allowed, "nothing was sent")
        end_if_refused(plan, options.allowed)
        if actions and not options.yes:
            await interrupting.raise_pending_interrupt()
            asking.end_unless_agreed("Apply this?")
        return _approval(prepared, options)


def _show_plan(shown: ShownPlan, options: ApplyOptions) -> None:
    """Raises `CommandEnd` where it is lost: nobody has seen what would be sent."""
    try:
        show_on_stdout(formats.PLANS, shown, options.display)
    except CommandEnd as lost:
        raise CommandEnd(lost.code, f"nothing was sent: {lost.lines[0]}") from None


def _approval(prepared: Prepared, options: ApplyOptions) -> Approval:
    return Approval(
        prepared.steps,
        holder(),
        fresh=options.yes,
        known=prepared.reading.ownership,
        partial=options.partial,
    )


async def _send(
    prepared: Prepared,
    approval: Approval,
    options: ApplyOptions,
    writer: Writer,
    connect: Connect,
    log: EventLog,
) -> Execution:
    """Raises `CommandEnd` where nothing was sent."""

    async def reconnect() -> Writer:
        try:
            return await connect()
        except CommandEnd as end:
            raise NoAnswerError(" ".join(end.lines)) from None

    steps = approval.steps or ()
    try:
        with (
            progress("applying", options.talk) as shown,
            interrupting.stopping(shown.say) as stop,
        ):
            shown.count(0, len(steps))
            with interrupting.before_sending():
                await interrupting.raise_pending_interrupt()

            def tell(result: Result) -> None:
                shown.count(1, 0)
                log.step(result)

            log.begun(prepared.called, len(prepared.pending))
            context = SendContext(tell, printing.say_once(shown.say), stop)
            return await execute(
                prepared.plan, writer, approval, reconnect=reconnect, context=context
            )
    except StalePlanError as refused:
        raise _stale_plan(refused.stale_results) from None
    except LockedError as held:
        unlock = f"spaces-sync unlock {held.node.service} --source {held.source}"
        text = f"nothing was sent: {held}. Apply again later; if it hangs, end it, then {unlock}"
        raise CommandEnd(Exit.STALE, text) from None
    except (LedgerError, LimitError) as error:
        raise CommandEnd(Exit.UNAVAILABLE, f"nothing was sent: {error}") from None


def _stale_plan(stale: Iterable[Result]) -> CommandEnd:
    head = "nothing was sent: the plan is stale; plan again, or leave this out with --partial:"
    return CommandEnd(Exit.STALE, head, *stale_lines(stale))


def stale_lines(stale: Iterable[Result]) -> list[str]:
    """What has changed since it was planned, a line for each thing."""
    return list(
        dict.fromkeys(
            f"  {action_name(each.action)}: {causes_text(each.causes, subject(each.action))}"
            for each in stale
        )
    )


def _outcome(prepared: Prepared, execution: Execution) -> Outcome:
    if execution.reading is None:
        return Outcome(execution.results, (), execution.halted)
    after = merged(prepared.reading, execution.reading)
    ownership = with_people(after.ownership.updated(execution.records), after.state)
    remaining = prepared.remaining(replace(after, ownership=ownership))
    return Outcome(execution.results, remaining, execution.halted)


def _nothing_sent(prepared: Prepared, end: CommandEnd) -> Outcome:
    """For a program, which gets an outcome of every apply."""
    results = as_results(prepared.steps, Cause("not-sent", after=end.lines[0]))
    return Outcome(results, prepared.pending, Cause("not-begun", after="\n".join(end.lines)))


def _show(
    outcome: Outcome, prepared: Prepared, options: ApplyOptions, took: float | None, *, told: bool
) -> bool:
    """Into the reports, and on stdout unless it is `told` already; False where some is lost, which
    is said. `took`: seconds of sending.
    """
    done = PlanOutcome(outcome, prepared.plan, prepared.called, options.command, took)
    tell = write_reports if told else show
    try:
        tell(formats.OUTCOMES, done, options.display)
    except CommandEnd as lost:
        printing.fail(*lost.lines)  # a full disk undoes nothing of what was done
        return False
    return True


def _not_all(outcome: Outcome, prepared: Prepared) -> bool:
    return not PlanOutcome(outcome, prepared.plan, prepared.called).succeeded


def _exit_code(outcome: Outcome) -> Exit:
    if outcome.halted == INTERRUPTED:
        return Exit.INTERRUPTED
    return Exit.UNAVAILABLE if outcome.halted and outcome.nothing_sent else Exit.PARTLY
