"""Which cut points a run tries, and what came of them.

A sample that is always the same, or every one with FAULTS=all.
"""

import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from faults.proxy import Cut
from servers import Server
from servers.starting import ALL
from spaces_sync.engine import concurrency

Point = TypeVar("Point")


def size(sample: int, server: Server) -> int:
    """On newer servers a sixth of a sample, unless all is to be run on all."""
    return -(-sample // 6) if server.newer and not ALL else sample


def around(stanzas: int, sample: int) -> Sequence[Cut]:
    """Cuts before and after each of so many stanzas; at most `sample` of them, evenly spread."""
    every = [Cut(n, when) for n in range(1, stanzas + 1) for when in ("before", "after")]
    if os.environ.get("FAULTS") == "all" or len(every) <= sample:
        return every
    step = -(-len(every) // sample) | 1  # odd, so that a sample has of both kinds
    return every[::step]


def steps(requests: int, sample: int) -> Sequence[int]:
    """The numbers of so many requests; at most `sample` of them, evenly spread."""
    every = range(1, requests + 1)
    return every if os.environ.get("FAULTS") == "all" else every[:: -(-requests // sample)]


async def failures(
    survive: Callable[[Point], Awaitable[None]], points: Sequence[Point], *, at_once: int = 1
) -> dict[str, list[Point]]:
    """The points that `survive` raised an `AssertionError` for, by its text."""
    found: dict[str, list[Point]] = defaultdict(list)

    async def one(point: Point) -> None:
        try:
            await survive(point)
        except AssertionError as error:
            found[str(error)].append(point)

    await concurrency.each(one, points, workers=at_once)
    return dict(found)


def told(found: Mapping[str, Sequence[object]]) -> str:
    return "\n\n".join(f"{', '.join(map(str, points))}:\n{text}" for text, points in found.items())
