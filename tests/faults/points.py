"""Which cut points a run tries, and what came of them.

A sample that is always the same, or every one with FAULTS=all.
"""

import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from faults.proxy import Cut
from spaces_sync.engine import concurrency


def around(stanzas: int, sample: int) -> Sequence[Cut]:
    """Cuts before and after each of so many stanzas; at most `sample` of them, evenly spread."""
    every = [Cut(n, when) for n in range(1, stanzas + 1) for when in ("before", "after")]
    if os.environ.get("FAULTS") == "all" or len(every) <= sample:
        return every
    step = -(-len(every) // sample) | 1  # odd, so that a sample has of both kinds
    return every[::step]


async def failures(
    survive: Callable[[Cut], Awaitable[None]], cuts: Sequence[Cut], *, at_once: int = 1
) -> dict[str, list[Cut]]:
    """The points that `survive` raised an `AssertionError` for, by its text."""
    found: dict[str, list[Cut]] = defaultdict(list)

    async def one(cut: Cut) -> None:
        try:
            await survive(cut)
        except AssertionError as error:
            found[str(error)].append(cut)

    await concurrency.each(one, cuts, workers=at_once)
    return dict(found)


def told(found: dict[str, list[Cut]]) -> str:
    return "\n\n".join(
        f"{', '.join(f'{when} {number}' for number, when in cuts)}:\n{text}"
        for text, cuts in found.items()
    )
