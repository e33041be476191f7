"""All items of a node (XEP-0060 6.5), in pages (XEP-0059) where the service holds some back."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import ItemList, MalformedAnswerError, ServiceError
from spaces_sync.xmpp.session import ReadSession

PUBSUB: Final = "http://jabber.org/protocol/pubsub"
RSM: Final = "http://jabber.org/protocol/rsm"
PAGE: Final = 100


async def read_items(session: ReadSession, node: NodeAddress) -> ItemList:
    """Each id once; in the order of the service, which says nothing.

    The first request does not ask for pages: of the servers at hand none needs them, and
    Prosody knows none.
    """
    found: dict[str, Item] = {}
    announced = 0  # the highest count that the service named
    after: str | None = None
    while True:
        try:
            pubsub = await _page(session, node, after)
        except ServiceError:
            if after is None:
                raise
            return ItemList(tuple(found.values()), complete=False)  # the list moved under us
        before = len(found)
        found.update((item.id, item) for item in _items(pubsub))
        page = pubsub.find(RSM, "set")
        announced = max(announced, _number(page))
        after = _text(page, "last")
        all_here = 0 < announced <= len(found)
        if all_here or not after or len(found) == before:  # a page without news is the last
            return ItemList(tuple(found.values()), complete=len(found) >= announced)


async def _page(session: ReadSession, node: NodeAddress, after: str | None) -> Xml:
    """`after` is opaque: on ejabberd it is a time, not an item id."""
    asked = [element(PUBSUB, "items", {"node": node.node})]
    if after is not None:
        limits = (element(RSM, "max", {}, str(PAGE)), element(RSM, "after", {}, after))
        asked.append(element(RSM, "set", {}, *limits))
    answer = await session.get(node.service, element(PUBSUB, "pubsub", {}, *asked))
    pubsub = answer.find(PUBSUB, "pubsub")
    if pubsub is None:
        raise MalformedAnswerError(f"the items of {node} come without <pubsub>")
    return pubsub


async def read_item(session: ReadSession, node: NodeAddress, item_id: str) -> Item | None:
    """One item by its id (6.5.8); a service leaves out what it does not have."""
    wanted = element(PUBSUB, "item", {"id": item_id})
    query = element(PUBSUB, "items", {"node": node.node}, wanted)
    try:
        answer = await session.get(node.service, element(PUBSUB, "pubsub", {}, query))
    except ServiceError as error:
        if error.condition == "item-not-found":
            return None
        raise
    pubsub = answer.find(PUBSUB, "pubsub")
    found = [] if pubsub is None else _items(pubsub)
    return next((item for item in found if item.id == item_id), None)


def _items(pubsub: Xml) -> list[Item]:
    """An empty page may have no `<items>`. Payloads stay as they are, none or several too."""
    items = pubsub.find(PUBSUB, "items")
    return [] if items is None else [_item(item) for item in items.find_all(PUBSUB, "item")]


def _item(item: Xml) -> Item:
    item_id = item.get("id")
    if item_id is None:
        raise MalformedAnswerError("an item has no id")
    return Item(item_id, tuple(item.elements), item.get("publisher"))


def _number(page: Xml | None) -> int:
    text = _text(page, "count")
    return int(text) if text.isascii() and text.isdigit() else 0


def _text(page: Xml | None, name: str) -> str:
    found = page.find(RSM, name) if page else None
    return found.text if found else ""
