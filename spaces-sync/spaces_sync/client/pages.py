"""What a service gives in pages (XEP-0059), up to a bound: a list that never ends is cut."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from spaces_sync.model.bounds import PAGES, Bound
from spaces_sync.ports import ServiceError

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[K, T]):
    """Things by what tells them apart; `last` and `count` as of an `ItemPage`."""

    things: Mapping[K, T]
    last: str
    count: int


async def read_pages(
    ask: Callable[[str | None], Awaitable[Page[K, T]]], most: Bound
) -> tuple[dict[K, T], bool]:
    """Each thing once, in the order of the service, and whether these are all.

    They are not where the service names more than it gives, loses its place, or does not come to
    an end: after `most` it is not asked on. The first request asks for no page: no server at hand
    needs it, and Prosody knows none.
    """
    found: dict[K, T] = {}
    announced = 0  # the highest count that the service named
    after: str | None = None
    for _ in range(PAGES.most):
        try:
            page = await ask(after)
        except ServiceError:
            if after is None:
                raise
            return found, False  # the list moved under us
        before = len(found)
        found.update(page.things)
        if len(found) > most.most:
            return found, False
        announced = max(announced, page.count)
        after = page.last
        all_here = 0 < announced <= len(found)
        if all_here or not after or len(found) == before:  # a page without news is the last
            return found, len(found) >= announced
    return found, False
