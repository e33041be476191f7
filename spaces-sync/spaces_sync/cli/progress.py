"""How far a command is, on stderr: a line that is written over on a terminal, and lines in a log.

What takes no time shows nothing: a terminal waits for one second, a log for ten.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from spaces_sync.cli import printing
from spaces_sync.cli.options import Talk
from spaces_sync.model.counting import duration

Clock: TypeAlias = Callable[[], float]
Repeat: TypeAlias = Callable[[float, Callable[[], None]], Callable[[], None]]
"""Calls something every so many seconds, until what it returns is called."""

READING: Final = "reading"
_ERASED: Final = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When to tell how far it is: `first` after the beginning, then every `again`, in seconds."""

    first: float
    again: float
    over: bool  # each line over the last one


TERMINAL: Final = Rhythm(1.0, 0.2, over=True)
LOG: Final = Rhythm(10.0, 10.0, over=False)


class Progress:
    """Counts what is done of what there is to do, and tells it in a rhythm; None: never.

    Times are those of `clock`.
    """

    def __init__(self, doing: str, rhythm: Rhythm | None, clock: Clock) -> None:
        self._doing = doing
        self._rhythm = rhythm
        self._clock = clock
        self._began = clock()
        self._next = self._began + (rhythm.first if rhythm else 0.0)
        self._done = self._total = 0
        self._shown = False

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return self._clock() - self._began

    def count(self, done: int, more: int) -> None:
        """So many more are done, and so many more are there to do."""
        self._done += done
        self._total += more
        self.tell()

    def tell(self) -> None:
        """Writes the line, if it is time."""
        if self._rhythm is None or not self._total or self._clock() < self._next:
            return
        self._next = self._clock() + self._rhythm.again
        text = line(self._doing, self._done, self._total, self.seconds)
        if self._rhythm.over:
            columns = shutil.get_terminal_size().columns - 1  # in the last one some go on below
            printing.write_stderr(f"{_ERASED}{text[: max(columns, 0)]}")
            self._shown = True
        else:
            printing.write_stderr(f"{text}\n")

    def erase(self) -> None:
        """Takes the line from the terminal, for something else to stand there."""
        if self._shown:
            printing.write_stderr(_ERASED)
            self._shown = False

    def say(self, *lines: str) -> None:
        """As `printing.say`, and not in the line."""
        self.erase()
        printing.say(*lines)


def line(doing: str, done: int, total: int, seconds: float) -> str:
    """`reading: 40 of 120, 20/s, 4.0 s left`; without a rate as long as there is none."""
    text = f"{doing}: {done} of {total}"
    if not done or done >= total or seconds <= 0:
        return f"{text}, {duration(seconds)} so far"
    rate = done / seconds
    often = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"  # noqa: PLR2004 - then tenths say nothing
    return f"{text}, {often}/s, {duration((total - done) / rate)} left"


@contextmanager
def progress(
    doing: str, talk: Talk, *, clock: Clock = time.monotonic, repeat: Repeat | None = None
) -> Iterator[Progress]:
    """Tells how far it is until the end of the block, whatever ends it.

    Nothing where `talk` is quiet, nor on a terminal where each request is told of.
    """
    rhythm = _rhythm(talk)
    shown = Progress(doing, rhythm, clock)
    stop = (repeat or _on_loop)(rhythm.again, shown.tell) if rhythm else lambda: None
    try:
        yield shown
    finally:
        stop()
        shown.erase()


def _rhythm(talk: Talk) -> Rhythm | None:
    if talk == "quiet":
        return None
    terminal = False
    with suppress(OSError, ValueError):  # it is closed
        terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if not terminal:
        return LOG
    return None if talk == "verbose" else TERMINAL


def _on_loop(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    """As `Repeat`, by the event loop that runs."""

    async def calling() -> None:
        while True:
            await asyncio.sleep(seconds)
            call()

    task = asyncio.get_running_loop().create_task(calling())

    def stop() -> None:
        task.cancel()

    return stop
