"""Pubsub nodes that a space lists: XEP-0330 subscriptions."""

from __future__ import annotations

import hashlib
from typing import Final

from spaces_sync.model.addresses import NodeAddress, bare_jid, node_uri
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.shapes import line
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, element

NS: Final = "urn:xmpp:pubsub:subscription:0"


def _target(_: str, payload: Xml) -> str | None:
    server, node = payload.get("server"), payload.get("node")
    if server is None or node is None:
        return None
    try:
        return NodeAddress(bare_jid(server), node).uri
    except ValueError:
        return None


def _item_id(target: str) -> str:
    """XEP-0330's formula, less the account: the list is shared."""
    found = node_uri(target)
    words = f"{found.service}<{found.node}"
    return hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()


def _fields(payload: Xml) -> Fields:
    title = payload.find(NS, "title")
    return {} if title is None else {"title": title.text}


def _overlay(payload: Xml | None, target: str, fields: Fields) -> Xml:
    if payload is None or _target("", payload) != target:
        found = node_uri(target)
        payload = payload or element(NS, "subscription")
        payload = payload.with_attribute("server", found.service)
        payload = payload.with_attribute("node", found.node)
    if "title" not in fields or fields["title"] == _fields(payload).get("title"):
        return payload
    title = element(NS, "title", {}, fields["title"])
    return payload.with_children((title, *payload.children_but((NS, "title"))))


KIND: Final = Kind(
    name="node",
    sections={
        "nodes": "Nodes that it lists, by id on its own service or XMPP URI; a text is the title."
    },
    keys=("dev-announcements", "announcements"),
    properties={"title": line("The node's title in this space (XEP-0330).", "Announcements")},
    short="title",
    identify=lambda key, names: names.node(key).uri,
    element=(NS, "subscription"),
    item_id=_item_id,
    target_name="node",
    target=_target,
    fields=_fields,
    overlay=_overlay,
    address=node_uri,
)
