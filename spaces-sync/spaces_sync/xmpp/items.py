"""Items (XEP-0060 6.5), and where a service holds some back, their pages (XEP-0059)."""

from __future__ import annotations

from collections.abc import Sequence

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import ItemPage, MalformedAnswerError
from spaces_sync.profile import PUBSUB
from spaces_sync.xmpp import rsm
from spaces_sync.xmpp.session import ReadSession


async def page(session: ReadSession, node: NodeAddress, after: str | None) -> ItemPage:
    """As `RawReader.items`. Raises as all of its methods do."""
    # COMPAT(ejabberd 23.01): the place in its list is a time, no item id.
    # Shown by test_compat_ejabberd_pages_by_time_and_not_by_item_id.
    asked = (element(PUBSUB, "items", {"node": node.node}), *rsm.page_after(after))
    answer = await session.get(node.service, element(PUBSUB, "pubsub", {}, *asked))
    pubsub = answer.find(PUBSUB, "pubsub")
    if pubsub is None:
        raise MalformedAnswerError(f"the items of {node} come without <pubsub>")
    return ItemPage(_items(pubsub), *rsm.rest(pubsub))


async def by_id(session: ReadSession, node: NodeAddress, item_id: str) -> Sequence[Item]:
    """As `RawReader.item`. Raises as all of its methods do."""
    wanted = element(PUBSUB, "item", {"id": item_id})
    query = element(PUBSUB, "items", {"node": node.node}, wanted)
    answer = await session.get(node.service, element(PUBSUB, "pubsub", {}, query))
    pubsub = answer.find(PUBSUB, "pubsub")
    return [] if pubsub is None else _items(pubsub)


def _items(pubsub: Xml) -> list[Item]:
    """The items of a page; an empty page may have no `<items>`. Raises `MalformedAnswerError`."""
    items = pubsub.find(PUBSUB, "items")
    return [] if items is None else [_item(item) for item in items.find_all(PUBSUB, "item")]


def _item(item: Xml) -> Item:
    item_id = item.get("id")
    if item_id is None:
        raise MalformedAnswerError("an item has no id")
    return Item(item_id, tuple(item.elements), item.get("publisher"))
