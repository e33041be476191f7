"""How long to wait before something is tried again, and when not to (RFC 6120 8.3.3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from spaces_sync.ports import ServiceError

PAUSES: Final = (0.5, 1.0, 2.0, 4.0)  # seconds, between the tries of a request
LONGEST_PAUSE: Final = 8.0  # between the tries of a connection
LONGEST_TOTAL: Final = 60.0  # all tries of a connection

_TRANSIENT: Final = (
    "policy-violation",
    "recipient-unavailable",
    "remote-server-timeout",
    "resource-constraint",
    "service-unavailable",
)


def before_next_try(error: ServiceError, tries: int, *, form: bool = False) -> float | None:
    """Seconds, or None where the answer is final. `form`: the request carried one.

    An `internal-server-error` may pass: in ejabberd's database two transactions can meet.

    COMPAT(ejabberd 23.01): of a form that it does not like it says `resource-constraint` of type
    `wait`, and will say so for ever. Shown by
    test_compat_ejabberd_asks_to_wait_for_a_form_that_it_never_takes.
    """
    if error.condition == "internal-server-error":
        return PAUSES[0] if tries == 0 else None
    if form:
        return None
    if error.error_type != "wait" or error.condition not in _TRANSIENT or tries >= len(PAUSES):
        return None
    return PAUSES[tries]


def before_next_connection() -> Iterator[float]:
    """Seconds before each try; chance keeps clients apart that lost their server together."""
    pause, total = PAUSES[0], 0.0
    while total + pause <= LONGEST_TOTAL:
        yield pause * random.uniform(0.75, 1.25)  # noqa: S311 - no secret hangs on it
        total += pause
        pause = min(2 * pause, LONGEST_PAUSE)


async def wait_or_stop(seconds: float, stop: asyncio.Event) -> None:
    """Returns after `seconds`, or as soon as `stop` is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
