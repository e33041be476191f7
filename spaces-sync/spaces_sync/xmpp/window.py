"""Admits requests to a stream, as many at a time as the pace of the answers allows (pace.py)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from math import inf

from spaces_sync.xmpp.pace import FIRST, adapted


class Window:
    """Admits requests in the order in which they came; `fixed` is a limit that stays."""

    def __init__(self, fixed: int | None = None) -> None:
        self.limit: float = fixed or FIRST
        self.in_flight = 0
        self._most = 0  # that were in flight since none was
        self._shortest: dict[str, float] = {}  # seconds until an answer, by who gave it
        self._adapts = fixed is None
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Returns when the request may be sent; each is followed by one `leave`."""
        if self.in_flight < self.limit and not self._waiting:
            self._admit()
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self.leave()  # it had just been let in
            raise

    def leave(self, seconds: float | None = None, addressee: str = "") -> None:
        """A request is done; `seconds` is how long its answer took, None without an answer."""
        if self._adapts and seconds is not None:
            self._adapt(seconds, addressee)
        self.in_flight -= 1
        while self._waiting and self.in_flight < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._admit()
                turn.set_result(None)
        if not self.in_flight:
            self._most = 0

    def _admit(self) -> None:
        self.in_flight += 1
        self._most = max(self._most, self.in_flight)

    def _adapt(self, seconds: float, addressee: str) -> None:
        """One addressee may be further away than another, over a link between servers."""
        shortest = min(seconds, self._shortest.get(addressee, inf))
        self._shortest[addressee] = shortest
        limit = adapted(self.limit, seconds, shortest)
        if limit < self.limit or 2 * self._most >= self.limit:  # else nothing is known of more
            self.limit = limit

    def close(self, error: Callable[[], Exception]) -> None:
        """Fails each request that waits, with an error of its own."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error())
