"""Carries out what was approved, over as many connections as it takes, and nothing beyond it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from spaces_sync.engine import lock as leases
from spaces_sync.engine.lock import Lease
from spaces_sync.engine.retry import TOGETHER, before_next_connection
from spaces_sync.engine.sending import Means, advance, read_back, read_objects
from spaces_sync.model.state import Reading
from spaces_sync.plan.outcome import Result, Step, closed, pending
from spaces_sync.plan.preconditions import Grounds
from spaces_sync.plan.standing import settled
from spaces_sync.ports import NoAnswerError, NoServiceError, Writer

Connect: TypeAlias = Callable[[], Awaitable[Writer]]
"""Leaves the connection that there was for a new one. Raises `NoAnswerError`."""

INTERRUPTED: Final = "interrupted"


class Stale(Exception):  # noqa: N818 - it says what is the matter
    """Objects are neither what was planned for nor what the plan makes of them."""

    def __init__(self, beyond: Sequence[Result]) -> None:
        super().__init__("the plan is stale")
        self.beyond = beyond


@dataclass(frozen=True, slots=True)
class Approved:
    """What somebody said yes to, without what is in effect already.

    `fresh`: nobody had the time to change anything since it was read. `partial`: what has
    changed since is left out, where else nothing would be sent.
    """

    steps: Sequence[Step]
    lease: Lease
    grounds: Grounds
    fresh: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """`reading` is None where the end could not be read; `halted` is why that was the end."""

    results: tuple[Result, ...]
    reading: Reading | None = None
    halted: str = ""


async def carry_out(
    approved: Approved, writer: Writer, reconnect: Connect, means: Means
) -> Carried:
    """Sends what is approved and reads back what became of it, beyond lost connections.

    After one each action is held against the services again: what is in effect is done, what
    still fits is sent, and what does neither has failed. Raises `Stale` and `lease.Held`, then
    nothing was sent; `NoAnswerError` and `NoServiceError`, where there was no beginning.
    """
    steps: list[Step] = list(approved.steps)
    lease, fresh = approved.lease, approved.fresh and not approved.lease.watched
    taken = begun = False
    carried: Carried | None = None
    pauses, left = before_next_connection(), len(steps)
    while True:
        try:
            if carried is None:
                lease, taken = await _taken(lease, writer, means, renewed=taken), True
                if not fresh:
                    strict = not (begun or approved.partial)
                    steps = await _checked(steps, writer, lease, approved, means, strict=strict)
                begun = True
                async with leases.kept(lease, writer):
                    steps = await advance(steps, writer, means)
                    carried = await _read_back(steps, writer, means)
            await leases.release(lease, writer)
        except (NoAnswerError, NoServiceError) as error:
            if not begun and isinstance(error, NoServiceError):
                raise
            if (now := sum(pending(step) is not None for step in steps)) < left:
                pauses, left = before_next_connection(), now
            again = await _again(str(error), reconnect, means, pauses)
            if again is None and not begun:
                raise
            if again is None:
                return carried or _ended(steps, str(error), means)
            writer, fresh = again, False
        else:
            return carried


def _ended(steps: Sequence[Step], why: str, means: Means) -> Carried:
    why = INTERRUPTED if means.stop.is_set() else why
    return Carried(tuple(closed(steps, why)), None, why)


async def _taken(lease: Lease, writer: Writer, means: Means, *, renewed: bool) -> Lease:
    if renewed:
        await leases.renew(lease, writer)
        return lease
    return await leases.take(
        lease,
        writer,
        rest=lambda seconds: means.rest(seconds, means.stop),
        warn=means.say,
        stopped=means.stop.is_set,
    )


async def _checked(
    steps: list[Step],
    writer: Writer,
    lease: Lease,
    approved: Approved,
    means: Means,
    *,
    strict: bool,
) -> list[Step]:
    """The steps by what is there now. Raises `Stale`, if `strict`, for what does not fit it."""
    actions = [action for step in steps if (action := pending(step))]
    found = settled(steps, await read_objects(actions, writer), approved.grounds)
    new = [step for old, step in zip(steps, found, strict=True) if pending(old)]
    over = [step for step in new if isinstance(step, Result)]
    beyond = [result for result in over if result.status == "failed"]
    if beyond and strict:
        with suppress(NoAnswerError):
            await leases.release(lease, writer)
        raise Stale(beyond)
    for result in over:
        means.progress(result)
    return found


async def _read_back(steps: list[Step], writer: Writer, means: Means) -> Carried:
    """Raises `NoAnswerError` where not all was answered, and as `read_back` does."""
    for step in steps:
        if isinstance(step, Result) and step.status == "unknown" and not means.stop.is_set():
            raise NoAnswerError(step.cause)
    open_ones = any(not isinstance(step, Result) for step in steps)
    halted = INTERRUPTED if open_ones else ""
    results, reading = await read_back(closed(steps, halted), writer)
    return Carried(tuple(results), reading, halted)


async def _again(
    why: str, reconnect: Connect, means: Means, pauses: Iterator[float]
) -> Writer | None:
    """A new connection; None where there is none to be had in time, or nobody waits for it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(TOGETHER):
            while not means.stop.is_set() and (pause := next(pauses, None)) is not None:
                means.say(f"{why}; connecting again in {pause:.1f} s")
                await means.rest(pause, means.stop)
                try:
                    return None if means.stop.is_set() else await reconnect()
                except NoAnswerError as error:
                    why = str(error)
    return None
