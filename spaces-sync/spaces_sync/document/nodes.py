"""Entries under `nodes`: pubsub nodes other than spaces; and what spaces share with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spaces_sync.document.fields import NODE_FIELDS, NODE_FORM, NODE_PARENT
from spaces_sync.document.notes import Entry, Notes
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import place_of
from spaces_sync.document.values import config, jids, node_address, service_jid, word
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import Address, Field, Node


def address_of(entry: Entry, service: Jid | None, notes: Notes) -> NodeAddress | None:
    """The node that an entry is about; None where that is a problem, which is told."""
    if "service" in entry.body:
        if entry.key.lower().startswith("xmpp:"):
            message = "this key names its service already; remove 'service'"
            notes.problem(entry.place_of("service"), message, "contradiction")
            return None
        try:
            service = service_jid(entry.body["service"], notes.environment)
        except ValueError as error:
            notes.refuse(entry.value_of("service"), error)
            return None
    elif entry.body.said("service"):
        return None
    try:
        return node_address(entry.key, service)
    except ValueError as error:
        notes.refuse(entry.place, error)
        return None


def node(entry: Entry, address: NodeAddress, notes: Notes) -> tuple[Node, Policy]:
    """Only what the file says is declared; the rest stays as it is found."""
    check_publish_model(entry, entry.body, notes)
    fields = {}
    for key, var in NODE_FIELDS.items():
        if key in entry.body:
            text = word(entry.body[key])
            if var == NODE_PARENT:
                text = _parent(entry, address, text, notes)
            fields[var] = Field((text,))
            notes.places[address, "config", var] = entry.place_of(key)
    declared = Node(
        config={**fields, **config(entry, notes, address, NODE_FORM)},
        affiliations=jids(entry, "affiliations", notes, address),
    )
    policy = Policy(
        prune=entry.body.get("prune", "owned"),
        protect=entry.body.get("protect", False),
        previously=earlier_nodes(entry, address, notes),
    )
    return declared, policy


def _parent(entry: Entry, address: NodeAddress, text: str, notes: Notes) -> str:
    """XEP-0496 links nodes of one service, by node id."""
    place = entry.value_of("parent")
    try:
        found = node_address(text, address.service)
    except ValueError as error:
        notes.refuse(place, error)
        return text
    if found.service != address.service:
        message = f"the parent of a node is on the node's own service, {address.service}"
        notes.problem(place, message, "reference")
    return found.node


def check_publish_model(entry: Entry, said: Mapping[str, Any], notes: Notes) -> None:
    """`open` lets anyone change what is listed, so that it has to be said twice."""
    if said.get("publish_model") != "open":
        return
    place = entry.value_of("publish_model") if "publish_model" in entry.body else entry.place
    if said.get("allow_open_publishing"):
        notes.warn(place, f"anyone may publish to {shown(entry.key)}")
    elif not entry.body.said("allow_open_publishing"):
        message = "'publish_model: open' lets anyone publish; if you mean it, also write "
        notes.problem(place, message + "'allow_open_publishing: true'", "access")
    elif "allow_open_publishing" in entry.body:
        message = "'publish_model: open' contradicts 'allow_open_publishing: false'"
        notes.problem(place, message, "access")


def earlier_nodes(entry: Entry, address: NodeAddress, notes: Notes) -> tuple[Address, ...]:
    """`previously` of a node or space, on its own service or by XMPP URI."""
    found: list[Address] = []
    listed = entry.body.get("previously")
    for text, mark in zip(listed or (), listed.marks if listed else (), strict=True):
        try:
            found.append(node_address(text, address.service))
        except ValueError as error:
            notes.refuse(place_of(entry.file, mark), error)
    return tuple(found)
