"""A new connection in place of one that was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

from spaces_sync.engine import retry
from spaces_sync.engine.attempts import SendContext
from spaces_sync.ports import NoAnswerError, Writer

Connect: TypeAlias = Callable[[], Awaitable[Writer]]
"""Leaves the connection that there was for a new one. Raises `NoAnswerError`."""


async def reconnected(
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
