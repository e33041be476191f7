"""Carries out an approved plan, over as many connections as it takes, and nothing beyond it.

`execute` is the one way in which a plan is carried out, by commands and by tests. It says in the
source's ledger what it is about to do, which keeps other applies off; holds what was approved
against the services where time has passed since it was read; sends it stage by stage (sending.py);
reads back what became of it, and records that. After a lost connection it reads the objects again:
what is in effect is done, what still fits is sent, and what does neither has failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from spaces_sync.engine import intents, limits, records, retry
from spaces_sync.engine.attempts import SendContext
from spaces_sync.engine.claiming import claim_of, not_granted
from spaces_sync.engine.intents import NOBODY, Claim, Held, Holder, LockedError
from spaces_sync.engine.last_check import Approved
from spaces_sync.engine.ownership import read_others
from spaces_sync.engine.reading import read_addresses
from spaces_sync.engine.reconnecting import Connect, reconnected
from spaces_sync.engine.sending import read_back, send
from spaces_sync.engine.upkeep import FormerOperatorsError
from spaces_sync.model.ledger import LedgerError
from spaces_sync.model.state import EMPTY, Address, Owned, Ownership, Reading
from spaces_sync.plan.actions import RecordOwnership, subject, to_be_read
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.doubt import is_doubtful
from spaces_sync.plan.intended import all_given
from spaces_sync.plan.outcome import Result, Step, as_results, is_lost, pending
from spaces_sync.plan.overruled import overruled_by, with_overruled
from spaces_sync.plan.ownership import is_recorded
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import (
    NoAnswerError,
    NoServiceError,
    NotSentError,
    PortError,
    UnusableAnswerError,
    Writer,
    together,
)

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
    known: Ownership = field(default_factory=Ownership)
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
    run = _Run(steps, approval.fresh, claim_of(plan, steps, approval.holder, writer.account))
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
        except UnusableAnswerError as error:  # of a ledger, or of what holds it
            if not run.begun:
                raise LedgerError(f"the ledger cannot be used ({error})") from None
            return _cut_short(run.steps, str(error), context)
        except (NoAnswerError, NoServiceError) as error:
            if not run.begun and isinstance(error, NoServiceError):
                raise
            now = sum(pending(step) is not None for step in run.steps)
            if now < left:
                pauses, left = retry.before_next_connection(), now
            newer = reconnect and await reconnected(str(error), reconnect, context, pauses)
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


async def _on_one_connection(
    run: _Run, plan: Plan, writer: Writer, approval: Approval, context: SendContext
) -> Execution:
    """Goes on where the connection before was lost. Raises as `execute`."""
    try:
        strict = not (run.begun or approval.partial)
        held = await _lock_ledgers(run, writer, context, strict=strict)
        if run.execution is None:
            # Where a service throttles, reading it again takes longer than an intent lasts.
            async with intents.renewing(held, writer):
                run.execution = await _carried_out(run, plan, held, writer, approval, context)
        return await _recorded(run.execution, run, held, writer, context)
    except NoAnswerError:
        raise
    except (PortError, LedgerError, LockedError, StalePlanError, limits.LimitError):
        if run.claim is not None and not run.begun:
            for text in await intents.abandon(run.claim, writer):
                context.say(text)
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
        partial = approval.partial
        run.steps = await _recheck_now(run, plan, writer, held, context, partial=partial)
    if not run.begun:
        await limits.prove(plan, run.steps, held, writer, context.stop.is_set)
        await limits.prove_ids(run.steps, writer, context.stop.is_set)
    run.begun = True
    owned = held.ownership if held else Ownership()
    approved = Approved(plan.preconditions, owned, plan.originals)
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


async def _lock_ledgers(
    run: _Run, writer: Writer, context: SendContext, *, strict: bool
) -> Held | None:
    """The ledgers, which say what is about to be done and are so locked; None: nothing is recorded.

    Who left the operators since it was planned gets none back: raises `StalePlanError`, if
    `strict`. Raises as `intents.take`.
    """
    while run.claim is not None:
        try:
            return await intents.take(
                run.claim,
                writer,
                wait=lambda seconds: context.wait(seconds, context.stop),
                say=context.say,
                stopped=lambda: context.stop.is_set() and not run.begun,
            )
        except FormerOperatorsError as error:
            if strict:
                raise StalePlanError(not_granted(error)) from None
            stay = tuple(jid for jid in run.claim.operators if jid not in error.people)
            run.claim = replace(run.claim, operators=stay)
    return None


async def _recheck_now(
    run: _Run,
    plan: Plan,
    writer: Writer,
    held: Held | None,
    context: SendContext,
    *,
    partial: bool,
) -> list[Step]:
    """The steps by what is there now.

    Raises `StalePlanError` for what is stale, unless something was sent or `partial`; only the
    latter leaves out what is on a service that is down.
    """
    due = [action for step in run.steps if (action := pending(step))]
    copied = (each.address for each in plan.originals.values())
    objects = (*chain.from_iterable(map(to_be_read, due)), *copied)
    may_fail = partial and not run.begun
    if held is None:
        reading = await read_addresses(objects, writer, partial=may_fail)
    else:
        reading, others = await together(
            read_addresses(objects, writer, partial=may_fail),
            read_others(writer, held.claim.source, held.ledgers),
        )
        reading = replace(reading, ownership=replace(held.ownership, others=others.named))
    found = resumed(run.steps, reading, plan.preconditions, plan.originals)
    known = {id(step) for step in run.steps}
    settled = [step for step in found if isinstance(step, Result) and id(step) not in known]
    stale_results = [result for result in settled if result.status == "failed"]
    if stale_results and not (run.begun or partial):
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
        if isinstance(step, Result) and is_lost(step) and not context.stop.is_set():
            raise NoAnswerError("; ".join(cause.after for cause in step.causes))
    unsent = not all(isinstance(step, Result | RecordOwnership) for step in steps)
    done = as_results(steps, INTERRUPTED)
    about = dict.fromkeys(subject(each.action) for each in done)
    doubtful = [a for a in about if (owned := ownership.owned(a)) and is_doubtful(owned)]
    results, reading = await read_back(done, writer, plan.preconditions, doubtful)
    reading = replace(reading, overruled=overruled_by(results, reading))
    return Execution(tuple(results), reading, INTERRUPTED if unsent else None)


# --- the records -----------------------------------------------------------------------------


async def _recorded(
    execution: Execution, run: _Run, held: Held | None, writer: Writer, context: SendContext
) -> Execution:
    """Records what was done, and reads that back."""
    if held is None:
        return execution
    reading = execution.reading or Reading(writer.account)
    overruled = reading.overruled
    full = [with_overruled(result, overruled) for result in execution.results]
    due = records.to_write(full, held, sent=run.sent, reading=reading)
    failed = records.first_causes(execution.results)
    refused: tuple[Cause, ...] = ()
    not_given: Mapping[Address, str] = EMPTY
    try:
        now = await records.settle(held, due, writer, failed)
    except records.NotGivenBackError as error:
        now, not_given = error.said, error.refused
    except (UnusableAnswerError, LedgerError) as error:
        now, refused = EMPTY, (Cause("refused", after=str(error)),)
        for found, _ in held.by_ledger():
            context.say(intents.left_locked(held.claim, found.node))

    def judged(result: Result) -> Result:
        action = with_overruled(result, overruled).action
        if not isinstance(action, RecordOwnership) or action.about not in due:
            return result
        if action.about in failed:
            return replace(result, status="skipped", causes=failed[action.about])
        if refused:
            return replace(result, status="failed", causes=refused)
        if action.about in not_given:
            why = Cause("refused", after=not_given[action.about])
            return replace(result, status="failed", causes=(why,))
        if not is_recorded(action, now.get(action.about)):
            return replace(result, status="failed", causes=(Cause("not-recorded"),))
        return replace(result, status="done", causes=())

    results = tuple(map(judged, execution.results))
    for each in results:
        if isinstance(each.action, RecordOwnership) and each.action.about in due:
            context.progress(each)
    known = {a: now.get(a) for a in (*due, *held.left_behind)} if not refused else EMPTY
    return replace(execution, results=results, records=known)
