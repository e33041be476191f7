"""How many requests are in flight at a time, by how quickly the server answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

FIRST: Final = 16
FEWEST: Final = 4
MOST: Final = 96
QUICK: Final = 0.1  # seconds; answers that take less invite one more request
SLOW: Final = 1.0  # answers that take more ask for one fewer


def adapted(limit: int, seconds: float) -> int:
    """The next limit after an answer that took `seconds`.

    A server that reads 10 kB/s (stock Prosody) or 3 kB/s (stock ejabberd) says nothing, it only
    answers later the more we have sent; what is not sent yet cannot run into a timeout.
    """
    if seconds < QUICK:
        return min(limit + 1, MOST)
    if seconds > SLOW:
        return max(limit - 1, FEWEST)
    return limit


class Window:
    """Admits requests in the order in which they came; `fixed` is a limit that stays."""

    def __init__(self, fixed: int | None = None) -> None:
        self.limit = fixed or FIRST
        self.in_flight = 0
        self._adapts = fixed is None
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Returns when the request may be sent; each is followed by one `leave`."""
        if self.in_flight < self.limit and not self._waiting:
            self.in_flight += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self.leave()  # it had just been let in
            raise

    def leave(self, seconds: float | None = None) -> None:
        """A request is done; `seconds` is how long its answer took, None without an answer."""
        if self._adapts and seconds is not None:
            self.limit = adapted(self.limit, seconds)
        self.in_flight -= 1
        while self._waiting and self.in_flight < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)

    def close(self, error: Callable[[], Exception]) -> None:
        """Fails each request that waits, with an error of its own."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error())
