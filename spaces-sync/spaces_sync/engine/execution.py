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

from spaces_sync.engine import lock as locks
from spaces_sync.engine import retry
from spaces_sync.engine.lock import NO_LOCKS, Locks
from spaces_sync.engine.reading import read_addresses
from spaces_sync.engine.sending import SendContext, read_back, send
from spaces_sync.model.state import Reading
from spaces_sync.plan.actions import subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.outcome import Result, Step, closed, pending
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.preconditions import Preconditions
from spaces_sync.plan.standing import resumed
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

    `reconnect`: None for one connection only. Raises `StalePlanError` and `locks.HeldError`,
    then nothing was sent; `NoAnswerError` and `NoServiceError`, where there was no beginning.
    """
    context = context or SendContext()
    steps: list[Step] = list(plan.actions if approval.steps is None else approval.steps)
    if not any(map(pending, steps)):
        return Execution(closed(steps))
    held, fresh = approval.locks, approval.fresh and not approval.locks.watched
    taken = begun = False
    execution: Execution | None = None
    pauses, left = retry.before_next_connection(), len(steps)
    while True:
        try:
            if execution is None:
                held, taken = await _taken(held, writer, context, renewed=taken), True
                if not fresh:
                    strict = not (begun or approval.partial)
                    steps = await _checked(
                        steps, writer, held, plan.preconditions, context, strict=strict
                    )
                begun = True
                async with locks.renewing(held, writer):
                    steps = await send(steps, writer, context)
                    execution = await _read_back(steps, writer, context)
            await locks.release(held, writer)
        except (NoAnswerError, NoServiceError) as error:
            if not begun and isinstance(error, NoServiceError):
                raise
            if (now := sum(pending(step) is not None for step in steps)) < left:
                pauses, left = retry.before_next_connection(), now
            again = await _again(str(error), reconnect, context, pauses) if reconnect else None
            if again is None and not begun:
                raise
            if again is None:
                return execution or _ended(steps, str(error), context)
            writer, fresh = again, False
        else:
            return execution


def _ended(steps: Sequence[Step], why: str, context: SendContext) -> Execution:
    cause = INTERRUPTED if context.stop.is_set() else Cause("not-sent", after=why)
    return Execution(closed(steps, cause), None, cause)


async def _taken(held: Locks, writer: Writer, context: SendContext, *, renewed: bool) -> Locks:
    if renewed:
        await locks.renew(held, writer)
        return held
    return await locks.take(
        held,
        writer,
        rest=lambda seconds: context.rest(seconds, context.stop),
        warn=context.say,
        stopped=context.stop.is_set,
    )


async def _checked(
    steps: list[Step],
    writer: Writer,
    held: Locks,
    planned: Preconditions,
    context: SendContext,
    *,
    strict: bool,
) -> list[Step]:
    """The steps by what is there now.

    Raises `StalePlanError`, if `strict`, for what does not fit it.
    """
    actions = [action for step in steps if (action := pending(step))]
    found = resumed(steps, await read_addresses(map(subject, actions), writer), planned)
    new = [step for old, step in zip(steps, found, strict=True) if pending(old)]
    over = [step for step in new if isinstance(step, Result)]
    stale_results = [result for result in over if result.status == "failed"]
    if stale_results and strict:
        with suppress(NoAnswerError):
            await locks.release(held, writer)
        raise StalePlanError(stale_results)
    for result in over:
        context.progress(result)
    return found


async def _read_back(steps: list[Step], writer: Writer, context: SendContext) -> Execution:
    """Raises `NoAnswerError` where not all was answered, and as `read_back` does."""
    for step in steps:
        if isinstance(step, Result) and step.status == "unknown" and not context.stop.is_set():
            raise NoAnswerError("; ".join(cause.after for cause in step.causes))
    unsent = any(not isinstance(step, Result) for step in steps)
    results, reading = await read_back(closed(steps, INTERRUPTED), writer)
    return Execution(tuple(results), reading, INTERRUPTED if unsent else None)


async def _again(
    why: str, reconnect: Connect, context: SendContext, pauses: Iterator[float]
) -> Writer | None:
    """A new connection; None where there is none to be had in time, or nobody waits for it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(retry.TOGETHER):
            while not context.stop.is_set() and (pause := next(pauses, None)) is not None:
                context.say(f"{why}; connecting again in {pause:.1f} s")
                await context.rest(pause, context.stop)
                try:
                    return None if context.stop.is_set() else await reconnect()
                except NoAnswerError as error:
                    why = str(error)
    return None
