"""What SIGINT does in the phases of a command that connects: it ends the command at once or,
while something is under way, sees to it that nothing more is sent.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from spaces_sync.cli import signals
from spaces_sync.cli.exits import CommandEnd, Exit


@contextmanager
def before_sending() -> Iterator[None]:
    """Within, an interruption ends the command with the words that nothing was sent.

    Raises `CommandEnd`.
    """
    try:
        yield
    except (asyncio.CancelledError, KeyboardInterrupt, click.Abort):
        line = "interrupted: nothing was sent"
        raise CommandEnd(Exit.INTERRUPTED, line, error=False) from None


async def raise_pending_interrupt() -> None:
    """Raises `CancelledError` where SIGINT came since the last await, until which asyncio waits."""
    await asyncio.sleep(0)


@contextmanager
def asking() -> Iterator[None]:
    """Within, SIGINT raises `KeyboardInterrupt` at once; asyncio's handler waits for an await."""
    with signals.handler_installed(signal.SIGINT, signal.default_int_handler):
        yield


@contextmanager
def stopping(say: Callable[[str], None]) -> Iterator[asyncio.Event]:
    """Within, the first SIGINT sets the event and says so; the second has its usual effect."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    usual = signal.getsignal(signal.SIGINT)

    def stopped() -> None:
        stop.set()
        say("interrupted: nothing more is sent, waiting for answers; once more ends at once")

    def first(*_: object) -> None:
        signal.signal(signal.SIGINT, usual)
        loop.call_soon_threadsafe(stopped)

    with signals.handler_installed(signal.SIGINT, first):
        yield stop
