"""What Ctrl-C does: an end at once, or first an end to what is new."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click

from spaces_sync.cli import printing, signals
from spaces_sync.cli.exits import Exit, Stop


@contextmanager
def before_sending() -> Iterator[None]:
    """Whatever interrupts it, also at a question, ends the command; nothing was sent by then."""
    try:
        yield
    except (asyncio.CancelledError, KeyboardInterrupt, click.Abort):
        raise Stop(Exit.INTERRUPTED, "interrupted: nothing was sent") from None


async def take_effect() -> None:
    """Ends here, if Ctrl-C came since the last await: asyncio only notes it until the next."""
    await asyncio.sleep(0)


@contextmanager
def asking() -> Iterator[None]:
    """Ctrl-C ends the question; asyncio would wait for the answer first."""
    with signals.handled(signal.SIGINT, signal.default_int_handler):
        yield


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """The first Ctrl-C sets the event, the second is like any other."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    usual = signal.getsignal(signal.SIGINT)

    def stopped() -> None:
        stop.set()
        printing.say(
            "interrupted: nothing more is sent, waiting for answers; once more ends at once"
        )

    def first(*_: object) -> None:
        signal.signal(signal.SIGINT, usual)
        loop.call_soon_threadsafe(stopped)

    with signals.handled(signal.SIGINT, first):
        yield stop
