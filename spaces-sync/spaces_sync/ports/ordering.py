"""What the order of requests is worth: a question right behind a change sees what it made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

R = TypeVar("R")
S = TypeVar("S")


async def in_order(first: Awaitable[R], second: Awaitable[S]) -> tuple[R, S]:
    """Both results in one round trip. Raises what `first` raises, else what `second` does.

    `second` is sent right behind `first`, where each begins with its request. A server does what
    a stream asks of one addressee in the order of asking (RFC 6120 10.1), so that a question sees
    the change before it; whoever relies on that looks whether it did.
    """
    behind = asyncio.ensure_future(second)  # begins once `first` waits for its answer
    try:
        return await first, await behind
    finally:
        behind.cancel()
        await asyncio.gather(behind, return_exceptions=True)
