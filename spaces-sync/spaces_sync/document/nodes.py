"""Entries under `nodes`: pubsub nodes other than spaces. With what spaces share with them."""

from __future__ import annotations

from functools import partial
from typing import Final

from spaces_sync.document.config import keyed_fields, raw_fields, warn_of_ignored
from spaces_sync.document.context import Context, DocumentEntry
from spaces_sync.document.problems import shown
from spaces_sync.document.renames import previous_names
from spaces_sync.document.values import declared_node, jids, node_address, service_jid
from spaces_sync.fields import NODES
from spaces_sync.model.addresses import Jid, NodeAddress, is_uri
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import Address, Field, Node
from spaces_sync.profile import NODE_PARENT, SPACE

# Stands for a service that is a problem already, which is not reported for each node again.
UNKNOWN: Final = Jid("service.invalid")
_ALLOW_OPEN: Final = "allow_open_publishing"


def address_of(entry: DocumentEntry, service: Jid | None, context: Context) -> NodeAddress | None:
    """The node that an entry is about; None where that is a problem, which is reported.

    service: the default for nodes that are named by id; None: there is none.
    """
    own = entry.body.mentions("service")
    if own:
        service = _own_service(entry, context)
    try:
        found = declared_node(entry.key, service)
    except ValueError as error:
        context.reject(entry.place, error)
        return None
    return None if own and service == UNKNOWN else found


def _own_service(entry: DocumentEntry, context: Context) -> Jid:
    """The value of the entry's `service`; `UNKNOWN` where it is a problem, which is reported."""
    if "service" not in entry.body:
        return UNKNOWN
    if is_uri(entry.key):
        message = "this key names its service already; remove 'service'"
        context.problem(entry.place_of("service"), message, "contradiction")
        return UNKNOWN
    try:
        return service_jid(entry.body["service"], context.environment)
    except ValueError as error:
        context.reject(entry.value_of("service"), error)
        return UNKNOWN


def node(entry: DocumentEntry, address: NodeAddress, context: Context) -> tuple[Node, Policy]:
    """What an entry declares: only what it says, without what is a problem, which is reported."""
    check_publish_model(entry, context)
    if entry.body.get("type") == SPACE:
        message = f"{shown(SPACE)} makes this a space; declare it under 'spaces'"
        context.problem(entry.value_of("type"), message, "contradiction")
    fields = keyed_fields(NODES, entry, entry.body, address, context)
    if "parent" in entry.body:
        fields[NODE_PARENT] = Field((_parent(entry, address, context),))
        context.places[address, "config", NODE_PARENT] = entry.place_of("parent")
    declared = Node(
        config={**fields, **raw_fields(NODES, entry, address, context)},
        affiliations=jids(entry, "affiliations", context, address),
    )
    warn_of_ignored(NODES, entry, context)
    values = {**NODES.defaults, **entry.body}
    policy = Policy(
        prune=values["prune"],
        protect=values["protect"],
        previously=previous_nodes(entry, address, context),
    )
    return declared, policy


def _parent(entry: DocumentEntry, address: NodeAddress, context: Context) -> str:
    """The node id of the parent (XEP-0496), which must be on the node's own service."""
    text: str = entry.body["parent"]
    place = entry.value_of("parent")
    try:
        found = node_address(text, address.service)
    except ValueError as error:
        context.reject(place, error)
        return text
    if found.service != address.service:
        message = f"the parent of a node is on the node's own service, {address.service}"
        context.problem(place, message, "reference")
    return found.node


def check_publish_model(entry: DocumentEntry, context: Context) -> None:
    """Reports `publish_model: open` without `allow_open_publishing: true`, warns of both.

    It lets anyone change what is listed.
    """
    values = entry.values()
    if values.get("publish_model") != "open":
        return
    own = [key for key in ("publish_model", _ALLOW_OPEN) if key in entry.body]
    place = entry.value_of(own[0] if own else "publish_model")
    if values.get(_ALLOW_OPEN):
        context.warn(place, f"anyone may publish to {shown(entry.key)}", "access")
    elif not entry.mentions(_ALLOW_OPEN):
        message = "'publish_model: open' lets anyone publish; if you mean it, also write "
        context.problem(place, message + "'allow_open_publishing: true'", "access")
    elif _ALLOW_OPEN in values:
        message = "'publish_model: open' contradicts 'allow_open_publishing: false'"
        context.problem(place, message, "access")


def previous_nodes(
    entry: DocumentEntry, address: NodeAddress, context: Context
) -> tuple[Address, ...]:
    """What a node or space was called before: by id on its own service, or by XMPP URI."""
    address_of = partial(node_address, service=address.service)
    return previous_names(entry.body.get("previously"), entry.file, address_of, (address,), context)
