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
        self._adapts = fixed is None
        self._shortest: dict[str, float] = {}  # seconds until an answer, by who gave it
        self._admitted = 0
        self._round = 0  # the first request that was admitted in this round trip
        self._most = self._most_before = 0  # in flight at a time in it, and in the one before
        self._waiting: deque[asyncio.Future[int]] = deque()

    async def enter(self) -> int:
        """Returns when the request may be sent, with its number, for the one `leave` after it."""
        if self.in_flight < self.limit and not self._waiting:
            return self._admit()
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self.leave(turn.result())  # it had just been let in
            raise

    def leave(self, number: int, seconds: float | None = None, addressee: str = "") -> None:
        """A request is done; `seconds` is how long its answer took, None without an answer."""
        if number >= self._round:  # it was admitted in this round trip, which thereby ends
            self._round = self._admitted
            self._most_before, self._most = self._most, self.in_flight
        if self._adapts and seconds is not None:
            self._adapt(seconds, addressee)
        self.in_flight -= 1
        while self._waiting and self.in_flight < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(self._admit())

    def _admit(self) -> int:
        self.in_flight += 1
        self._most = max(self._most, self.in_flight)
        self._admitted += 1
        return self._admitted - 1

    def _adapt(self, seconds: float, addressee: str) -> None:
        """One addressee may be further away than another, over a link between servers."""
        shortest = min(seconds, self._shortest.get(addressee, inf))
        self._shortest[addressee] = shortest
        limit = adapted(self.limit, seconds, shortest)
        used = max(self._most, self._most_before)
        if limit < self.limit or 2 * used >= self.limit:  # else nothing is known of more
            self.limit = limit

    def close(self, error: Callable[[], Exception]) -> None:
        """Fails each request that waits, with an error of its own."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error())
