"""Publishing, retracting and fetching items, as each server allows it."""

from __future__ import annotations

from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml
from spaces_sync.ports import ItemList
from spaces_sync.profile import ACCESS_MODEL, PUBLISH_MODEL
from spaces_sync.simulator import items, nodes
from spaces_sync.simulator.refusals import BROKEN, FORBIDDEN, MISSING, NOT_PERSISTENT, TOO_BIG
from spaces_sync.simulator.world import Call, StoredNode


def fetch(call: Call) -> ItemList:
    node = nodes.find(call)
    if not nodes.may_read(call, node, call.actor):
        if nodes.role(call, node) == "none":
            raise call.host.profile.closed.get(node.value(ACCESS_MODEL), FORBIDDEN).error()
        raise FORBIDDEN.error()
    if not items.persists(node) and not call.host.profile.stores_one:
        raise NOT_PERSISTENT.error()
    return ItemList(tuple(node.items.values()), node.complete)


def publish(call: Call, item_id: str, payload: Xml) -> None:
    node = _publishable(call)
    host = call.host
    if (
        host.profile.stored_name
        and nodes.stored_length(call.address.node) > (host.profile.stored_name[0])
    ):
        raise BROKEN.error()
    largest = node.value("pubsub#max_payload_size")
    if largest.isdecimal() and len(str(payload).encode()) > int(largest):
        raise TOO_BIG.error()
    if not items.persists(node) and not host.profile.stores_one:
        return
    publisher = node.publishers.get(item_id, call.actor)
    if host.profile.by_publisher and publisher != call.actor:
        # COMPAT(ejabberd 23.01): not even the node's owner may replace it; fixed in 23.10.
        raise FORBIDDEN.error()
    new = item_id not in node.items
    if host.profile.moves_on_publish:
        node.items.pop(item_id, None)
    node.items[item_id] = Item(item_id, (payload,))
    if host.profile.by_publisher:
        node.publishers[item_id] = call.actor
        if new:
            items.trim_publisher(node, items.limit(host, node), call.actor)
    else:
        items.trim(node, items.limit(host, node))


def _publishable(call: Call) -> StoredNode:
    call.check_readable()
    host = call.host
    node = host.nodes.get(call.address.node)
    if node is None and host.profile.creates_on_publish:
        # COMPAT(ejabberd 23.01): a slip of the pen, or a node deleted meanwhile, becomes a node.
        nodes.create(call, {})
        return nodes.find(call)
    if node is None:
        return nodes.find_as(call)
    model = node.value(PUBLISH_MODEL, "publishers")
    role = nodes.role(call, node)
    subscribed = (node.subscriptions or {}).get(call.actor) == "subscribed"
    allowed = (
        role in ("owner", "publisher", "publish-only")
        or (model == "open" and role != "outcast")
        or (model == "subscribers" and subscribed)
    )
    if not allowed:
        raise FORBIDDEN.error()
    return node


def retract(call: Call, item_id: str) -> None:
    node = nodes.find_as(call, frozenset({"owner", "publisher", "publish-only"}))
    if item_id not in node.items:
        raise MISSING.error()
    owns = nodes.role(call, node) == "owner"
    own = node.publishers.get(item_id, call.actor) == call.actor
    if call.host.profile.by_publisher and not owns and not own:
        raise FORBIDDEN.error()
    items.drop(node, item_id)
