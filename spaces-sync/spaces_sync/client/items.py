"""All items of a node, in pages (XEP-0059) where the service holds some back."""

from __future__ import annotations

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.bounds import ITEMS, PAGES
from spaces_sync.model.state import Item
from spaces_sync.ports import ItemList, MalformedAnswerError, RawReader, ServiceError


async def read_all(raw: RawReader, node: NodeAddress) -> ItemList:
    """Each id once. Incomplete where the service names more than it gives, or loses its place.

    The first request asks for no page: no server at hand needs it, and Prosody knows none. Raises
    `MalformedAnswerError` where the pages, or the items, are beyond a bound.
    """
    found: dict[str, Item] = {}
    announced = 0  # the highest count that the service named
    after: str | None = None
    for _ in range(PAGES.most):
        try:
            page = await raw.items(node, after)
        except ServiceError:
            if after is None:
                raise
            return ItemList(tuple(found.values()), complete=False)  # the list moved under us
        before = len(found)
        found.update((item.id, item) for item in page.items)
        if len(found) > ITEMS.most:
            raise MalformedAnswerError(f"{node} has more than {ITEMS}")
        announced = max(announced, page.count)
        after = page.last
        all_here = 0 < announced <= len(found)
        if all_here or not after or len(found) == before:  # a page without news is the last
            return ItemList(tuple(found.values()), complete=len(found) >= announced)
    raise MalformedAnswerError(f"{node} has more than {PAGES}")


async def read_one(raw: RawReader, node: NodeAddress, item_id: str) -> Item | None:
    """The item with that id; None where the node, or the item, is not there."""
    try:
        found = await raw.item(node, item_id)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return None
        raise
    return next((item for item in found if item.id == item_id), None)
