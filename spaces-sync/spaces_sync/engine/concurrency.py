"""Many requests of one kind, bounded in flight."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Count: TypeAlias = Callable[[int, int], None]
"""Is told how many more have been done, and how many more there are to do."""


def uncounted(_done: int, _more: int) -> None:
    """A `Count` for whom nobody waits."""


# Enough to keep the session's own window full, few enough that 100 000 values cost no memory.
WORKERS: Final = 1024


async def each(
    ask: Callable[[T], Awaitable[R]],
    values: Iterable[T],
    *,
    workers: int = WORKERS,
    count: Count = uncounted,
) -> list[R]:
    """The results of `ask` for each value, in the order of the values, up to `workers` at once.

    `count` is told of all of them, and of each that is done.
    Raises the first exception that `ask` raises; what is under way then is cancelled.
    """
    todo = list(values)
    count(0, len(todo))
    results: dict[int, R] = {}
    numbered = iter(enumerate(todo))

    async def work() -> None:
        for index, value in numbered:
            results[index] = await ask(value)
            count(1, 0)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(workers, len(todo))):
                group.create_task(work())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [results[index] for index in range(len(todo))]
