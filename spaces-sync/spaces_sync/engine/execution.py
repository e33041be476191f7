"""Carries out an approved plan, over as many connections as it takes, and nothing beyond it.

`execute` is the one way in which a plan is carried out, by commands and by tests. It says in the
source's ledger what it is about to do, which keeps other applies off; holds what was approved
against the services where time has passed since it was read; sends it stage by stage (sending.py);
reads back what became of it, and records that. After a lost connection it reads the objects again:
what is in effect is done, what still fits is sent, and what does neither has failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final, TypeAlias

from spaces_sync.engine import intents, limits, records, retry
from spaces_sync.engine.intents import NOBODY, Claim, Held, Holder, LockedError
from spaces_sync.engine.last_check import NOTHING, Approved
from spaces_sync.engine.ownership import read_others
from spaces_sync.engine.reading import read_addresses
from spaces_sync.engine.sending import SendContext, read_back, send
from spaces_sync.model.addresses import Jid
from spaces_sync.model.ledger import LedgerError
from spaces_sync.model.state import EMPTY, Address, Owned, Ownership, Reading
from spaces_sync.plan.actions import RecordOwnership, subject, to_be_read
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.doubt import is_doubtful
from spaces_sync.plan.intended import all_given, intended
from spaces_sync.plan.outcome import Result, Step, as_results, pending
from spaces_sync.plan.ownership import is_recorded, recorded_on
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import (
    NoAnswerError,
    NoServiceError,
    NotSentError,
    PortError,
    UnusableAnswerError,
    Writer,
)

Connect: TypeAlias = Callable[[], Awaitable[Writer]]
"""Leaves the connection that there was for a new one. Raises `NoAnswerError`."""

INTERRUPTED: Final = Cause("interrupted")


class StalePlanError(Exception):
    """Objects are neither what was planned for nor what the plan makes of them."""

    def __init__(self, stale_results: Sequence[Result]) -> None:
        super().__init__("the plan is stale")
        self.stale_results = stale_results


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody said yes to.

    `steps`: what has become of the plan's actions by then; None where nothing has. `holder`: who
    carries it out. `fresh`: nobody had the time to change anything since it was read, but for
    another apply of the same source, which leaves ledgers other than they were `known` then.
    `partial`: what has changed since is left out, where else nothing would be sent.
    """

    steps: Sequence[Step] | None = None
    holder: Holder = NOBODY
    fresh: bool = False
    known: Ownership = NOTHING.ownership
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Execution:
    """What became of each action, in the plan's order.

    `reading` is None where nothing was to be sent, or where the end could not be read; `halted`
    is why that was the end. `records`: what the ledger says by now of what it was to record.
    """

    results: tuple[Result, ...]
    reading: Reading | None = None
    halted: Cause | None = None
    records: Mapping[Address, Owned | None] = field(default_factory=lambda: EMPTY)


async def execute(
    plan: Plan,
    writer: Writer,
    approval: Approval = Approval(),
    *,
    reconnect: Connect | None = None,
    context: SendContext | None = None,
) -> Execution:
    """Sends what is approved of `plan`, reads back what became of it, and records that.

    `reconnect`: None for one connection only. Raises `StalePlanError`, `LockedError`, `LimitError`,
    `LedgerError`, then nothing was sent; `NoAnswerError` and `NoServiceError`, where there was no
    beginning.
    """
    context = context or SendContext()
    steps: list[Step] = list(plan.actions if approval.steps is None else approval.steps)
    if not any(map(pending, steps)):
        return Execution(as_results(steps))
    run = _Run(steps, approval.fresh, _claim(plan, steps, approval, writer))
    pauses, left = retry.before_next_connection(), len(steps)
    while True:
        try:
            return await _on_one_connection(run, plan, writer, approval, context)
        except NotSentError as error:
            return _cut_short(run.steps, str(error), context)
        except (LockedError, LedgerError) as error:
            if not run.begun:
                raise
            return _cut_short(run.steps, str(error), context)
        except (NoAnswerError, NoServiceError) as error:
            if not run.begun and isinstance(error, NoServiceError):
                raise
            now = sum(pending(step) is not None for step in run.steps)
            if now < left:
                pauses, left = retry.before_next_connection(), now
            newer = reconnect and await _reconnected(str(error), reconnect, context, pauses)
            if newer is None and not run.begun:
                raise
            if newer is None:
                if run.execution is not None:
                    return _unrecorded(run.execution, str(error))
                return _cut_short(run.steps, str(error), context)
            writer, run.fresh = newer, False


@dataclass(slots=True)
class _Run:
    """How far one execution has come, over all of its connections."""

    steps: list[Step]
    fresh: bool  # no time has passed since the steps were held against the services
    claim: Claim | None  # None: nothing is recorded
    begun: bool = False  # something may have been sent
    sent: dict[Address, dict[str, str]] = field(default_factory=dict)  # to what, and what it gives
    execution: Execution | None = None  # all was read back; only the records may be left


def _claim(plan: Plan, steps: Sequence[Step], approval: Approval, writer: Writer) -> Claim | None:
    """What has to be said in ledgers before `steps` are sent."""
    if plan.source is None:
        return None
    due = [action for step in steps if (action := pending(step)) is not None]
    services: dict[Jid, dict[Address, Owned]] = {}
    names = intended(due)
    for address in dict.fromkeys(map(subject, due)):  # also where nothing new is recorded of it
        service = recorded_on(address, plan.source.home or writer.account)
        objects = services.setdefault(service, {})
        if address in names:
            objects[address] = names[address]
    for service in plan.source.services:  # of one source all are held together, and agree
        services.setdefault(service, {})
    taken = {
        each.about: each.taken_from
        for each in due
        if isinstance(each, RecordOwnership) and each.taken_from
    }
    return Claim(plan.source.name, services, plan.source.operators, approval.holder, taken)


async def _on_one_connection(
    run: _Run, plan: Plan, writer: Writer, approval: Approval, context: SendContext
) -> Execution:
    """Goes on where the connection before was lost. Raises as `execute`."""
    try:
        held = await _held(run, writer, context)
        if run.execution is None:
            # Where a service throttles, reading it again takes longer than an intent lasts.
            async with intents.renewing(held, writer):
                run.execution = await _carried_out(run, plan, held, writer, approval, context)
        return await _recorded(run.execution, run, held, writer)
    except NoAnswerError:
        raise
    except (PortError, LedgerError, LockedError, StalePlanError, limits.LimitError):
        if not run.begun:
            await intents.abandon(run.claim, writer)
        raise


async def _carried_out(
    run: _Run,
    plan: Plan,
    held: Held | None,
    writer: Writer,
    approval: Approval,
    context: SendContext,
) -> Execution:
    """Sends the steps of `run` as they stand now, and reads back what became of them."""
    if not run.fresh or not _as_known(held, approval, run.steps):
        strict = not (run.begun or approval.partial)
        run.steps = await _held_against_services(run, plan, writer, held, context, strict=strict)
    if not run.begun:
        await limits.prove(plan, run.steps, held, writer, context.stop.is_set)
    run.begun = True
    approved = Approved(plan.preconditions, held.ownership if held else Ownership())
    run.steps, sent = await send(run.steps, writer, context, approved)
    for about, names in all_given(sent, plan.actions).items():
        run.sent.setdefault(about, {}).update(names)
    return await _read_back(run.steps, plan, writer, context, approved.ownership)


def _as_known(held: Held | None, approval: Approval, steps: Iterable[Step]) -> bool:
    due = {subject(action) for step in steps if (action := pending(step))}
    return held is None or held.ownership.agrees(approval.known, due)


def _unrecorded(execution: Execution, why: str) -> Execution:
    """Of an execution that was lost while it was recorded."""
    cause = Cause("no-answer", after=why)

    def judged(result: Result) -> Result:
        if not isinstance(result.action, RecordOwnership) or result.status == "done":
            return result
        return replace(result, status="unknown", causes=(cause,))

    return replace(execution, results=tuple(map(judged, execution.results)))


def _cut_short(steps: Sequence[Step], why: str, context: SendContext) -> Execution:
    cause = INTERRUPTED if context.stop.is_set() else Cause("not-sent", after=why)
    return Execution(as_results(steps, cause), None, cause)


async def _held(run: _Run, writer: Writer, context: SendContext) -> Held | None:
    """The ledgers, in which stands what is about to be done. Raises as `intents.take`."""
    if run.claim is None:
        return None
    return await intents.take(
        run.claim,
        writer,
        wait=lambda seconds: context.wait(seconds, context.stop),
        say=context.say,
        stopped=lambda: context.stop.is_set() and not run.begun,
    )


async def _held_against_services(
    run: _Run,
    plan: Plan,
    writer: Writer,
    held: Held | None,
    context: SendContext,
    *,
    strict: bool,
) -> list[Step]:
    """The steps by what is there now. Raises `StalePlanError`, if `strict`, for what is stale."""
    due = [action for step in run.steps if (action := pending(step))]
    reading = await read_addresses(chain.from_iterable(map(to_be_read, due)), writer)
    if held is not None:
        others, _ = await read_others(writer, held.claim.source, held.ledgers)
        reading = replace(reading, ownership=replace(held.ownership, others=others))
    found = resumed(run.steps, reading, plan.preconditions)
    known = {id(step) for step in run.steps}
    settled = [step for step in found if isinstance(step, Result) and id(step) not in known]
    stale_results = [result for result in settled if result.status == "failed"]
    if stale_results and strict:
        raise StalePlanError(stale_results)
    for result in settled:
        context.progress(result)
    return found


async def _read_back(
    steps: list[Step], plan: Plan, writer: Writer, context: SendContext, ownership: Ownership
) -> Execution:
    """Without the records, for which what is doubtful by `ownership` is read, too.

    Raises as `read_back`; `NoAnswerError` where an answer is missing.
    """
    for step in steps:
        if isinstance(step, Result) and step.status == "unknown" and not context.stop.is_set():
            raise NoAnswerError("; ".join(cause.after for cause in step.causes))
    unsent = not all(isinstance(step, Result | RecordOwnership) for step in steps)
    done = as_results(steps, INTERRUPTED)
    about = dict.fromkeys(subject(each.action) for each in done)
    doubtful = [a for a in about if (owned := ownership.owned(a)) and is_doubtful(owned)]
    results, reading = await read_back(done, writer, plan.preconditions, doubtful)
    return Execution(tuple(results), reading, INTERRUPTED if unsent else None)


# --- the records -----------------------------------------------------------------------------


async def _recorded(
    execution: Execution, run: _Run, held: Held | None, writer: Writer
) -> Execution:
    """Records what was done, and reads that back."""
    if held is None:
        return execution
    reading = execution.reading or Reading(writer.account)
    due = records.to_write(execution.results, held, sent=run.sent, reading=reading)
    failed = records.first_causes(execution.results)
    refused: tuple[Cause, ...] = ()
    try:
        now = await records.settle(held, due, writer, failed)
    except (UnusableAnswerError, LedgerError) as error:
        now, refused = EMPTY, (Cause("refused", after=str(error)),)

    def judged(result: Result) -> Result:
        action = result.action
        if not isinstance(action, RecordOwnership) or action.about not in due:
            return result
        if action.about in failed:
            return replace(result, status="skipped", causes=failed[action.about])
        if refused:
            return replace(result, status="failed", causes=refused)
        if not is_recorded(action, now.get(action.about)):
            return replace(result, status="failed", causes=(Cause("not-recorded"),))
        return replace(result, status="done", causes=())

    results = tuple(map(judged, execution.results))
    known = {a: now.get(a) for a in (*due, *held.left_behind)} if not refused else EMPTY
    return replace(execution, results=results, records=known)


async def _reconnected(
    why: str, reconnect: Connect, context: SendContext, pauses: Iterator[float]
) -> Writer | None:
    """A new connection; None where there is none to be had in time, or nobody waits for it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(retry.LONGEST_TOTAL):
            while not context.stop.is_set() and (pause := next(pauses, None)) is not None:
                context.say(f"{why}; connecting again in {pause:.1f} s")
                await context.wait(pause, context.stop)
                try:
                    return None if context.stop.is_set() else await reconnect()
                except NoAnswerError as error:
                    why = str(error)
    return None
