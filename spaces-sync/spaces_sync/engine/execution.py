"""Carries out an approved plan, over as many connections as it takes, and nothing beyond it.

`execute` is the one way in which a plan is carried out, by commands and by tests. It takes the
locks, holds what was approved against the services where time has passed since it was read,
sends it stage by stage (sending.py), and reads back what became of it. After a lost connection
it reads the objects again: what is in effect is done, what still fits is sent, and what does
neither has failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from spaces_sync.engine import lock, retry
from spaces_sync.engine.lock import NO_LOCKS, Locks
from spaces_sync.engine.reading import read_addresses
from spaces_sync.engine.sending import SendContext, read_back, send
from spaces_sync.model.state import Reading
from spaces_sync.plan.actions import subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.outcome import Result, Step, as_results, pending
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.preconditions import Preconditions
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import NoAnswerError, NoServiceError, Writer

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

    `steps`: what has become of the plan's actions by then; None where nothing has. `locks`: to
    be taken before anything is sent. `fresh`: nobody had the time to change anything since it
    was read. `partial`: what has changed since is left out, where else nothing would be sent.
    """

    steps: Sequence[Step] | None = None
    locks: Locks = NO_LOCKS
    fresh: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Execution:
    """What became of each action, in the plan's order.

    `reading` is None where nothing was to be sent, or where the end could not be read; `halted`
    is why that was the end.
    """

    results: tuple[Result, ...]
    reading: Reading | None = None
    halted: Cause | None = None


async def execute(
    plan: Plan,
    writer: Writer,
    approval: Approval = Approval(),
    *,
    reconnect: Connect | None = None,
    context: SendContext | None = None,
) -> Execution:
    """Sends what is approved of `plan` and reads back what became of it.

    `reconnect`: None for one connection only. Raises `StalePlanError` and `lock.LockedError`,
    then nothing was sent; `NoAnswerError` and `NoServiceError`, where there was no beginning.
    """
    context = context or SendContext()
    steps: list[Step] = list(plan.actions if approval.steps is None else approval.steps)
    if not any(map(pending, steps)):
        return Execution(as_results(steps))
    run = _Run(steps, approval.locks, approval.fresh and not approval.locks.watched)
    pauses, left = retry.before_next_connection(), len(steps)
    while True:
        try:
            return await _on_one_connection(run, plan, writer, approval, context)
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
                return run.execution or _cut_short(run.steps, str(error), context)
            writer, run.fresh = newer, False


@dataclass(slots=True)
class _Run:
    """How far one execution has come, over all of its connections."""

    steps: list[Step]
    locks: Locks
    fresh: bool  # no time has passed since the steps were held against the services
    locked: bool = False  # by `locks`
    begun: bool = False  # something may have been sent
    execution: Execution | None = None  # all was read back; only our locks may be left


async def _on_one_connection(
    run: _Run, plan: Plan, writer: Writer, approval: Approval, context: SendContext
) -> Execution:
    """Goes on where the connection before was lost. Raises as `execute`."""
    if run.execution is None:
        run.locks = await _with_locks(run, writer, context)
        run.locked = True
        if not run.fresh:
            strict = not (run.begun or approval.partial)
            run.steps = await _held_against_services(
                run, writer, plan.preconditions, context, strict=strict
            )
        run.begun = True
        async with lock.renewing(run.locks, writer):
            run.steps = await send(run.steps, writer, context)
            run.execution = await _read_back(run.steps, writer, context)
    await lock.release(run.locks, writer)
    return run.execution


def _cut_short(steps: Sequence[Step], why: str, context: SendContext) -> Execution:
    cause = INTERRUPTED if context.stop.is_set() else Cause("not-sent", after=why)
    return Execution(as_results(steps, cause), None, cause)


async def _with_locks(run: _Run, writer: Writer, context: SendContext) -> Locks:
    """The locks as they are held then: taken, or renewed. Raises as `lock.take`."""
    if run.locked:
        await lock.renew(run.locks, writer)
        return run.locks
    return await lock.take(
        run.locks,
        writer,
        wait=lambda seconds: context.wait(seconds, context.stop),
        warn=context.say,
        stopped=context.stop.is_set,
    )


async def _held_against_services(
    run: _Run,
    writer: Writer,
    planned: Preconditions,
    context: SendContext,
    *,
    strict: bool,
) -> list[Step]:
    """The steps by what is there now.

    Raises `StalePlanError`, if `strict`, for what does not fit it.
    """
    steps = run.steps
    actions = [action for step in steps if (action := pending(step))]
    found = resumed(steps, await read_addresses(map(subject, actions), writer), planned)
    new = [step for old, step in zip(steps, found, strict=True) if pending(old)]
    settled = [step for step in new if isinstance(step, Result)]
    stale_results = [result for result in settled if result.status == "failed"]
    if stale_results and strict:
        with suppress(NoAnswerError):
            await lock.release(run.locks, writer)
        raise StalePlanError(stale_results)
    for result in settled:
        context.progress(result)
    return found


async def _read_back(steps: list[Step], writer: Writer, context: SendContext) -> Execution:
    """Raises `NoAnswerError` where not all was answered, and as `read_back` does."""
    for step in steps:
        if isinstance(step, Result) and step.status == "unknown" and not context.stop.is_set():
            raise NoAnswerError("; ".join(cause.after for cause in step.causes))
    unsent = any(not isinstance(step, Result) for step in steps)
    results, reading = await read_back(as_results(steps, INTERRUPTED), writer)
    return Execution(tuple(results), reading, INTERRUPTED if unsent else None)


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
