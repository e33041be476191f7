"""Publishing, retracting and fetching items, as each server allows it.

Each public function answers a request of `RawReader` or `RawWriter`. It raises `ServiceError`
where the server refuses it.
"""

from __future__ import annotations

from collections.abc import Sequence

from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml
from spaces_sync.ports import ItemPage
from spaces_sync.profile import ACCESS_MODEL, ITEM_REPLY, PUBLISH_MODEL
from spaces_sync.simulator import items, nodes
from spaces_sync.simulator.error_answers import (
    BROKEN,
    FORBIDDEN,
    MISSING,
    NOT_PERSISTENT,
    OTHERWISE,
    TOO_BIG,
)
from spaces_sync.simulator.world import NodeCall, StoredNode


def page(call: NodeCall, after: str | None) -> ItemPage:
    """All items; those after a place where the server pages and a place is given.

    Of a node that a snapshot holds only a part of, the count says that there are more.
    """
    node, profile = _fetch(call), call.host.profile
    found = tuple(items.told(node, each) for each in node.items.values())
    if after is not None and profile.pages:
        # COMPAT(ejabberd 23.01): the place is a time, and nothing follows an item id.
        # Shown by test_compat_ejabberd_pages_by_time_and_not_by_item_id.
        return ItemPage((), count=len(found))
    return ItemPage(found, count=0 if node.complete else len(found) + 1)


def by_id(call: NodeCall, item_id: str) -> Sequence[Item]:
    """As `RawReader.item`."""
    node = _fetch(call)
    found = node.items.get(item_id)
    return [] if found is None else [items.told(node, found)]


def _fetch(call: NodeCall) -> StoredNode:
    node = nodes.find(call)
    if not nodes.may_read(call, node, call.actor):
        held = nodes.effective_affiliation(call, node)
        if held == "none" or (held != "outcast" and nodes.asks_rosters(call, node)):
            raise call.host.profile.stranger_errors.get(node.value(ACCESS_MODEL), FORBIDDEN).error()
        raise FORBIDDEN.error()
    if not items.persists(node) and not call.host.profile.stores_one:
        raise NOT_PERSISTENT.error()
    return node


def publish(call: NodeCall, item_id: str, payload: Xml, access_model: str = "") -> None:
    """Adds or replaces an item; others may be dropped for it."""
    node = _publishable(call, access_model)
    host = call.host
    if (
        host.profile.stored_name
        and nodes.stored_length(call.address.node) > (host.profile.stored_name[0])
    ):
        raise BROKEN.error()
    largest = whole_number(node.value("pubsub#max_payload_size"))
    if largest is not None and len(str(payload).encode()) > largest:
        raise TOO_BIG.error()
    if not items.persists(node) and not host.profile.stores_one:
        return
    if host.profile.publishers_own_items and not _may_replace(call, node, item_id):
        raise FORBIDDEN.error()
    new = item_id not in node.items
    if host.profile.moves_on_publish:
        node.items.pop(item_id, None)
    tells = node.value(ITEM_REPLY) == "publisher"
    node.items[item_id] = Item(item_id, (payload,), call.actor if tells else None)
    if host.profile.publishers_own_items or host.profile.counts_by_publisher:
        node.publishers.setdefault(item_id, call.actor)
        node.replacers[item_id] = call.actor
    if not host.profile.counts_by_publisher:
        items.trim(node, items.limit(host, node))
    elif new:
        items.trim_publisher(node, items.limit(host, node), call.actor)


def _may_replace(call: NodeCall, node: StoredNode, item_id: str) -> bool:
    """Whether an item that is there may be replaced by somebody who may publish."""
    # COMPAT(ejabberd 23.01 to 23.04): not even the node's owner may replace it.
    # Shown by test_compat_ejabberd_only_the_publisher_may_replace_an_item.
    if call.host.profile.owners_replace and nodes.effective_affiliation(call, node) == "owner":
        return True
    # COMPAT(ejabberd 23.10): after an owner has replaced it, its publisher may not.
    # Shown by test_compat_ejabberd_a_publisher_may_not_replace_what_an_owner_did.
    return node.replacers.get(item_id, call.actor) == call.actor


def _publishable(call: NodeCall, access_model: str) -> StoredNode:
    call.check_readable()
    host = call.host
    node = host.nodes.get(call.address.node)
    if node is None and host.profile.creates_on_publish:
        # COMPAT(ejabberd 23.01): a node that is not there, or not any more, comes into being.
        # Shown by test_compat_ejabberd_publishing_to_a_node_that_is_gone_makes_it_open.
        nodes.create(call, {ACCESS_MODEL: (access_model,)} if access_model else {})
        return nodes.find(call)
    if node is None:
        return nodes.find_as(call)
    model = node.value(PUBLISH_MODEL, "publishers")
    own = nodes.effective_affiliation(call, node)
    subscribed = (node.subscriptions or {}).get(call.actor) == "subscribed"
    may = own in ("owner", "publisher", "publish-only")
    if model == "subscribers" and host.profile.only_subscribers_publish:
        # COMPAT(ejabberd 23.01): an owner who is not subscribed may not publish either.
        # Shown by test_compat_ejabberd_takes_nothing_of_an_owner_who_is_not_subscribed.
        may = False
    allowed = (
        may or (model == "open" and own != "outcast") or (model == "subscribers" and subscribed)
    )
    if not allowed:
        raise FORBIDDEN.error()
    if access_model and node.value(ACCESS_MODEL) != access_model:
        raise OTHERWISE.error()
    return node


def retract(call: NodeCall, item_id: str) -> None:
    """Removes an item. Raises `ServiceError` where it is not there."""
    node = nodes.find_as(call, frozenset({"owner", "publisher", "publish-only"}))
    if item_id not in node.items:
        raise MISSING.error()
    owns = nodes.effective_affiliation(call, node) == "owner"
    own = node.publishers.get(item_id, call.actor) == call.actor
    if call.host.profile.publishers_own_items and not owns and not own:
        raise FORBIDDEN.error()
    items.drop(node, item_id)
