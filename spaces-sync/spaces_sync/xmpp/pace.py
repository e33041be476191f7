"""How many requests may be in flight, by the gradient of the answer times.

After TCP Vegas (Brakmo, O'Malley, Peterson 1994) and Netflix's concurrency limits: what an answer
takes longer than the shortest one of the same addressee, it has waited in a queue there. Distance
is in both and cancels out, so that far away the limit grows, and behind a rate limit, where all
waits, it shrinks, whatever the absolute times are.
"""

from __future__ import annotations

from typing import Final

FIRST: Final = 128  # some 28 kB of questions, what TCP itself sends in two round trips (RFC 6928)
MOST: Final = 1024  # a server of 5 000 requests a second, 200 ms away
QUEUE: Final = (
    48  # requests that may wait at the server: it has work while we read what it answered
)
TOLERATED: Final = 2.0  # times the shortest time: a server that takes longer has too much to do


def adapted(limit: float, seconds: float, shortest: float) -> float:
    """The limit after an answer that took `seconds`, where `shortest` is the least that one took.

    One answer changes it by little more than one request. Where all answers are as quick as the
    shortest it doubles in a round trip. Where a server does `rate` requests a second it comes to
    rest at `TOLERATED * shortest * rate + QUEUE`.
    """
    gradient = TOLERATED * shortest / seconds if seconds > shortest else TOLERATED
    return max(QUEUE, min(limit + gradient - 1 + QUEUE / limit, MOST))
