"""The items of a node: all, in pages where the service holds some back, or one by its id."""

from __future__ import annotations

from spaces_sync.client.pages import Page, read_pages
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.bounds import ITEMS
from spaces_sync.model.state import Item
from spaces_sync.ports import ItemList, RawReader, ServiceError


async def read_all(raw: RawReader, node: NodeAddress) -> ItemList:
    """Each id once. Incomplete where not all came (`read_pages`)."""

    async def page(after: str | None) -> Page[str, Item]:
        found = await raw.items(node, after)
        return Page({item.id: item for item in found.items}, found.last, found.count)

    items, complete = await read_pages(page, ITEMS)
    return ItemList(tuple(items.values()), complete)


async def read_one(raw: RawReader, node: NodeAddress, item_id: str) -> Item | None:
    """The item with that id; None where the node, or the item, is not there."""
    try:
        found = await raw.item(node, item_id)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return None
        raise
    return next((item for item in found if item.id == item_id), None)
