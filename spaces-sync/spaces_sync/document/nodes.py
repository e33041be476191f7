"""Entries under `nodes`: pubsub nodes other than spaces; and what spaces share with them."""

from __future__ import annotations

from functools import partial
from typing import Final

from spaces_sync.document.config import keyed_fields, raw_fields, warn_of_ignored
from spaces_sync.document.notes import DocumentEntry, Notes
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import earlier
from spaces_sync.document.values import jids, node_address, service_jid
from spaces_sync.fields import NODES
from spaces_sync.model.addresses import Jid, NodeAddress, is_uri
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import Address, Field, Node
from spaces_sync.profile import NODE_PARENT, SPACE

# Stands for a service that is a problem already, which need not be told of each node again.
UNKNOWN: Final = Jid("service.invalid")
_ALLOW_OPEN: Final = "allow_open_publishing"


def address_of(entry: DocumentEntry, service: Jid | None, notes: Notes) -> NodeAddress | None:
    """The node that an entry is about; None where that is a problem, which is told."""
    own = entry.body.said("service")
    if own:
        service = _own_service(entry, notes)
    try:
        found = node_address(entry.key, service)
    except ValueError as error:
        notes.refuse(entry.place, error)
        return None
    return None if own and service == UNKNOWN else found


def _own_service(entry: DocumentEntry, notes: Notes) -> Jid:
    """`UNKNOWN` where it is a problem, which is told."""
    if "service" not in entry.body:
        return UNKNOWN
    if is_uri(entry.key):
        message = "this key names its service already; remove 'service'"
        notes.problem(entry.place_of("service"), message, "contradiction")
        return UNKNOWN
    try:
        return service_jid(entry.body["service"], notes.environment)
    except ValueError as error:
        notes.refuse(entry.value_of("service"), error)
        return UNKNOWN


def node(entry: DocumentEntry, address: NodeAddress, notes: Notes) -> tuple[Node, Policy]:
    """Only what the file says is declared; the rest stays as it is found."""
    check_publish_model(entry, notes)
    if entry.body.get("type") == SPACE:
        message = f"{shown(SPACE)} makes this a space; declare it under 'spaces'"
        notes.problem(entry.value_of("type"), message, "contradiction")
    fields = keyed_fields(NODES, entry, entry.body, address, notes)
    if "parent" in entry.body:
        fields[NODE_PARENT] = Field((_parent(entry, address, notes),))
        notes.places[address, "config", NODE_PARENT] = entry.place_of("parent")
    declared = Node(
        config={**fields, **raw_fields(NODES, entry, address, notes)},
        affiliations=jids(entry, "affiliations", notes, address),
    )
    warn_of_ignored(NODES, entry, notes)
    said = {**NODES.defaults, **entry.body}
    policy = Policy(protect=said["protect"], previously=earlier_nodes(entry, address, notes))
    return declared, policy


def _parent(entry: DocumentEntry, address: NodeAddress, notes: Notes) -> str:
    """The node id of its parent (XEP-0496), which is on the node's own service."""
    text: str = entry.body["parent"]
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


def check_publish_model(entry: DocumentEntry, notes: Notes) -> None:
    """`open` lets anyone change what is listed, so that it has to be said twice."""
    said = entry.values()
    if said.get("publish_model") != "open":
        return
    own = [key for key in ("publish_model", _ALLOW_OPEN) if key in entry.body]
    place = entry.value_of(own[0] if own else "publish_model")
    if said.get(_ALLOW_OPEN):
        notes.warn(place, f"anyone may publish to {shown(entry.key)}", "access")
    elif not entry.said(_ALLOW_OPEN):
        message = "'publish_model: open' lets anyone publish; if you mean it, also write "
        notes.problem(place, message + "'allow_open_publishing: true'", "access")
    elif _ALLOW_OPEN in said:
        message = "'publish_model: open' contradicts 'allow_open_publishing: false'"
        notes.problem(place, message, "access")


def earlier_nodes(entry: DocumentEntry, address: NodeAddress, notes: Notes) -> tuple[Address, ...]:
    """`previously` of a node or space, on its own service or by XMPP URI."""
    address_of = partial(node_address, service=address.service)
    return earlier(entry.body.get("previously"), entry.file, address_of, (address,), notes)
