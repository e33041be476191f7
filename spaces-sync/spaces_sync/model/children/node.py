"""Pubsub nodes that a space lists: XEP-0330 subscriptions."""

from __future__ import annotations

import hashlib
from typing import Final

from spaces_sync.model.addresses import AddressError, Jid, NodeAddress, bare_jid, node_uri
from spaces_sync.model.children.kind import Kind, as_written
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, element

NS: Final = "urn:xmpp:pubsub:subscription:0"


def address(key: str, service: Jid | None) -> NodeAddress:
    """What a key under `nodes` names: an id on the default service, or an XMPP URI.

    Raises `ValueError` with the reason in words.
    """
    if key.lower().startswith("xmpp:"):
        return node_uri(key)
    if service is None:
        raise AddressError(f"{key!r} is a node id, and no 'service' says where it is", key)
    return NodeAddress(service, key)


def _target(_: str, payload: Xml) -> str | None:
    server, node = payload.get("server"), payload.get("node")
    if server is None or node is None:
        return None
    try:
        return NodeAddress(bare_jid(server), node).uri
    except ValueError:
        return None


def _item_id(target: str) -> str:
    """XEP-0330's formula without the account, which means nothing in a shared list."""
    found = node_uri(target)
    text = f"{found.service}<{found.node}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


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
    others = (c for c in payload.children if not (isinstance(c, Xml) and c.is_a((NS, "title"))))
    return payload.with_children((title, *others))


KIND: Final = Kind(
    name="node",
    section="nodes",
    element=(NS, "subscription"),
    short="title",
    properties={
        "title": {
            "type": "string",
            "description": "The node's title in this space (XEP-0330).",
            "examples": ["Announcements"],
        },
    },
    from_yaml=as_written,
    target=_target,
    item_id=_item_id,
    fields=_fields,
    overlay=_overlay,
)
