"""Entries under `nodes`: pubsub nodes other than spaces; and what spaces share with them."""

from __future__ import annotations

from functools import partial
from typing import Final

from spaces_sync.document.fields import NODE_FIELDS, NODE_FORM, NODE_PARENT
from spaces_sync.document.notes import Entry, Notes
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import earlier
from spaces_sync.document.values import config, is_uri, jids, node_address, service_jid, word
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import Address, Field, Node
from spaces_sync.profile import SPACE

# Stands for a service that is a problem already, which need not be told of each node again.
UNKNOWN: Final = Jid("service.invalid")
_ALLOW_OPEN: Final = "allow_open_publishing"


def address_of(entry: Entry, service: Jid | None, notes: Notes) -> NodeAddress | None:
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


def _own_service(entry: Entry, notes: Notes) -> Jid:
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


def node(entry: Entry, address: NodeAddress, notes: Notes) -> tuple[Node, Policy]:
    """Only what the file says is declared; the rest stays as it is found."""
    check_publish_model(entry, notes)
    if entry.body.get("type") == SPACE:
        message = f"{shown(SPACE)} makes this a space; declare it under 'spaces'"
        notes.problem(entry.value_of("type"), message, "contradiction")
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
    warn_of_prune(entry, notes)
    policy = Policy(
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


def warn_of_prune(entry: Entry, notes: Notes) -> None:
    """Of rooms and plain nodes nothing is recorded: whatever it says, nothing more is removed."""
    if "prune" in entry.body:
        words = "'prune' removes nothing here; name whom to remove as 'none' under 'affiliations'"
        notes.warn(entry.place_of("prune"), words, "ignored")


def check_publish_model(entry: Entry, notes: Notes) -> None:
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


def earlier_nodes(entry: Entry, address: NodeAddress, notes: Notes) -> tuple[Address, ...]:
    """`previously` of a node or space, on its own service or by XMPP URI."""
    address_of = partial(node_address, service=address.service)
    return earlier(entry.body.get("previously"), entry.file, address_of, (address,), notes)
