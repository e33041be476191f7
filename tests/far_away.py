"""A simulator that is one second away, on a loop whose clock nobody has to wait for."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from spaces_sync.client import CarefulWriter
from spaces_sync.simulator import RawSimulator
from spaces_sync.xmpp.window import Window

T = TypeVar("T")


class _NoWaiting(selectors.DefaultSelector):
    """Instead of waiting it puts the clock forward."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found and timeout is None:
            raise RuntimeError("nothing would ever happen any more")
        self.now += 0 if found else timeout or 0
        return found


def round_trips(work: Callable[[], Awaitable[T]]) -> tuple[T, float]:
    """What `work` returns, and how many round trips to a `FarAway` it took in a row."""
    selector = _NoWaiting()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]  # that is what it is for

    async def timed() -> tuple[T, float]:
        began = loop.time()
        return await work(), loop.time() - began

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(timed())


class FarAway(CarefulWriter):
    """What is asked arrives in the order in which it was sent, half a second later.

    As many requests are in flight as a session has, and the simulator answers all at once.
    """

    raw: Any

    def __init__(self, simulator: RawSimulator) -> None:
        super().__init__(_Line(simulator))  # type: ignore[arg-type]  # it passes on all there is


class _Line:
    def __init__(self, simulator: RawSimulator) -> None:
        self._simulator = simulator
        self._window = Window()
        self._arrived = 0.0  # when the last request did
        self.account = simulator.account

    def __getattr__(self, name: str) -> Any:
        async def request(*given: Any, **named: Any) -> Any:
            loop = asyncio.get_running_loop()
            number, sent = await self._window.enter(), loop.time()
            # A loop may confuse what is due at the same moment.
            self._arrived = max(sent + 0.5, self._arrived + 1e-9)
            try:
                await asyncio.sleep(self._arrived - sent)
                return await _later(getattr(self._simulator, name)(*given, **named))
            finally:
                self._window.leave(number, loop.time() - sent)

        return request


async def _later(answer: Awaitable[object]) -> object:
    """Half a second, if it is a refusal too."""
    try:
        return await answer
    finally:
        await asyncio.sleep(0.5)
