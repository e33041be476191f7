"""Opens what a command works on: the services themselves, or a simulator in their place.

The one place where modules are imported late: slixmpp takes 0.4 s, the simulator 0.1 s, and a
command that reads or changes something uses one of the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeVar

from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.model.addresses import domain_of
from spaces_sync.ports import (
    NoAnswerError,
    NoServiceError,
    PortError,
    Reader,
    UnansweredError,
    Writer,
)

T = TypeVar("T")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` returns. Raises `CommandEnd` where the services or the network refuse."""

    async def awaited() -> T:
        return await work()

    try:
        return asyncio.run(awaited())
    except NoServiceError as error:
        raise CommandEnd(Exit.UNAVAILABLE, f"{error}. Nothing was changed.") from None
    except (NoAnswerError, UnansweredError) as error:
        raise CommandEnd(Exit.UNAVAILABLE, str(error), *next_steps(error)) from None
    except PortError as error:
        raise CommandEnd(Exit.UNAVAILABLE, str(error)) from None


def next_steps(error: NoAnswerError | UnansweredError) -> Iterator[str]:
    """What to do where no answer came, as lines behind the error."""
    if error.to is not None:
        yield f"    see whether {domain_of(error.to)} runs, and its log; --timeout gives more time"


def reader(
    options: ConnectionOptions, live_file: Path | None
) -> AbstractAsyncContextManager[Reader]:
    """Something to ask, which cannot write. Raises `CommandEnd` where it cannot be opened."""
    if live_file is not None:
        from spaces_sync.cli import simulator_session  # noqa: PLC0415 - the head of the module says why

        return simulator_session.reader(live_file, options)
    from spaces_sync.cli import xmpp_session  # noqa: PLC0415 - the head of the module says why

    return xmpp_session.reader(options)


def writer(
    options: ConnectionOptions, live_file: Path | None
) -> AbstractAsyncContextManager[Writer]:
    """Something to ask and to write to; the file `live_file` is written at its end.

    Raises `CommandEnd` where it cannot be opened, or the file not be written.
    """
    if live_file is not None:
        from spaces_sync.cli import simulator_session  # noqa: PLC0415 - the head of the module says why

        return simulator_session.writer(live_file, options)
    from spaces_sync.cli import xmpp_session  # noqa: PLC0415 - the head of the module says why

    return xmpp_session.writer(options)
