"""How many items a node keeps, and which of them are dropped."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from spaces_sync.model.addresses import Jid
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Item, is_true
from spaces_sync.profile import ITEM_REPLY, MAX_ITEMS, PERSIST_ITEMS
from spaces_sync.simulator.forms import number_bounds
from spaces_sync.simulator.world import Host, StoredNode


def persists(node: StoredNode) -> bool:
    """Whether the node keeps items (`pubsub#persist_items`)."""
    return is_true(node.value(PERSIST_ITEMS, "true"))


def told(node: StoredNode, item: Item) -> Item:
    """An item as the service gives it: it names its publisher where the node is configured so."""
    if ITEM_REPLY not in node.config:
        return item
    known = item.publisher or node.publishers.get(item.id)
    return replace(item, publisher=known if node.value(ITEM_REPLY) == "publisher" else None)


def limit(host: Host, node: StoredNode) -> int:
    """How many items the node keeps at most: its `pubsub#max_items`, within the service's cap."""
    bounds = number_bounds(MAX_ITEMS, host.fresh, host.profile.node)
    assert bounds is not None  # noqa: S101 - both profiles have a cap for it
    if not persists(node):
        return 1
    words = node.value(MAX_ITEMS)
    endless = words == host.profile.node.unlimited.get(MAX_ITEMS)
    wanted = None if endless else whole_number(words)
    return bounds[1] if wanted is None else min(wanted, bounds[1])


def trim(node: StoredNode, most: int) -> None:
    """Drops the oldest items beyond `most`; no request and no event says so."""
    for item_id in list(islice(node.items, max(0, len(node.items) - most))):
        drop(node, item_id)


def trim_publisher(node: StoredNode, most: int, publisher: Jid) -> None:
    """As `trim`, among the items of one publisher."""
    # COMPAT(ejabberd 23.01): on mnesia each publisher has `max_items` of their own.
    # Shown by test_compat_ejabberd_counts_max_items_by_publisher.
    if len(node.items) <= most:
        return
    own = [
        item_id for item_id in node.items if node.publishers.get(item_id, publisher) == publisher
    ]
    for item_id in own[: max(0, len(own) - most)]:
        drop(node, item_id)


def drop(node: StoredNode, item_id: str) -> None:
    """Removes an item. Raises `KeyError` where it is not there."""
    del node.items[item_id]
    node.publishers.pop(item_id, None)
    node.replacers.pop(item_id, None)
