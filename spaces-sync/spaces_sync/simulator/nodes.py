"""What a pubsub service answers about itself and its nodes, and how these are changed.

A function that takes a `NodeCall` raises `ServiceError` where the server refuses that request.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Field, Form, Values
from spaces_sync.ports import DiscoInfo, Identity, Listing, NodeEntry, NodePage
from spaces_sync.profile import (
    ACCESS_MODEL,
    DESCRIPTION,
    MAX_ITEMS,
    METADATA_FORM,
    PUBLISH_MODEL,
    TITLE,
    TYPE,
    is_space,
)
from spaces_sync.simulator import items
from spaces_sync.simulator.error_answers import (
    BROKEN,
    EXISTS,
    FORBIDDEN,
    MISSING,
    NOT_OFFERED,
    UNKNOWN_REQUEST,
)
from spaces_sync.simulator.forms import submitted
from spaces_sync.simulator.world import Host, NodeCall, StoredNode

TYPE_FILTER: Final = "urn:xmpp:pubsub-filter:0"  # the feature of XEP-0462
_METADATA: Final = (TITLE, DESCRIPTION, TYPE, ACCESS_MODEL, PUBLISH_MODEL)
_READING: Final = ("owner", "publisher", "member")


def effective_affiliation(call: NodeCall, node: StoredNode | None, jid: Jid | None = None) -> str:
    """The affiliation by which `jid`, or who asks, is judged."""
    jid = jid or call.actor
    if call.host.profile.admins_own_nodes and jid in call.world.admins:
        return "owner"
    return ((node and node.affiliations) or {}).get(jid, "none")


def find(call: NodeCall) -> StoredNode:
    """The node, for anybody. Raises `ServiceError` where it is not there."""
    call.check_readable()
    if node := call.host.nodes.get(call.address.node):
        return node
    raise MISSING.error()


def find_as(call: NodeCall, allowed: frozenset[str] = frozenset({"owner"})) -> StoredNode:
    """The node, for one of `allowed` only. Raises `ServiceError` for others."""
    call.check_readable()
    node = call.host.nodes.get(call.address.node)
    if node is None and not call.host.profile.hides_missing:
        raise MISSING.error()
    if effective_affiliation(call, node) not in allowed:
        raise FORBIDDEN.error()
    return find(call)


def may_read(call: NodeCall, node: StoredNode, jid: Jid) -> bool:
    """Whether `jid` may read the node's items (XEP-0060 4.5)."""
    held = effective_affiliation(call, node, jid)
    if asks_rosters(call, node):
        owners = [each for each, word in (node.affiliations or {}).items() if word == "owner"]
        return node.value(ACCESS_MODEL) == "presence" and owners == [jid]
    match held:
        case "owner" | "publisher" | "member":
            return True
        case "none":
            subscribed = (node.subscriptions or {}).get(jid) == "subscribed"
            model = node.value(ACCESS_MODEL, "open")
            return model == "open" or (subscribed and model in call.host.profile.subscribers_read)
        case _:
            return False


def asks_rosters(call: NodeCall, node: StoredNode) -> bool:
    """Whether rosters decide who reads the node, and no affiliation does."""
    # COMPAT(ejabberd 23.01): it asks the roster of one owner, whoever wants to read.
    # Shown by test_compat_ejabberd_shuts_owners_out_of_their_node.
    return call.host.profile.rosters_decide and node.value(ACCESS_MODEL) in ("presence", "roster")


def listing(call: NodeCall, asked: Listing, after: str | None) -> NodePage:
    """As `RawReader.disco_items`: the nodes are not all where the profile says so.

    Of a service that a snapshot holds only a part of, the count says that there are more.
    """
    entries, complete = _listed(call, asked), call.host.complete
    most = call.host.profile.node_page
    if most is None:
        return NodePage(entries, count=0 if complete else len(entries) + 1)
    names = [entry.address.node for entry in entries]
    start = 0 if after is None else names.index(after) + 1
    page = entries[start : start + most]
    return NodePage(page, page[-1].address.node if page else "", len(entries) + (not complete))


def _listed(call: NodeCall, asked: Listing) -> Sequence[NodeEntry]:
    host = call.host
    filtered = asked == "spaces" and TYPE_FILTER in host.service.features
    hidden = host.profile.lists_spaces_if_asked and not filtered
    names = [
        name
        for name, node in host.nodes.items()
        if _is_shown(call, node)
        and not (filtered and not is_space(node.config))
        and not (hidden and is_space(node.config))
    ]
    if host.profile.node_list is not None:
        # COMPAT(ejabberd 23.01): the list ends after 100 nodes, in the order of a hash.
        # Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
        names = sorted(names, key=lambda name: zlib.crc32(name.encode()))[: host.profile.node_list]
    jid = host.service.jid
    return [NodeEntry(NodeAddress(jid, name), host.nodes[name].value(TITLE)) for name in names]


def _is_shown(call: NodeCall, node: StoredNode) -> bool:
    # COMPAT(prosody 0.12.3 to 0.12.5): everybody sees names and titles of private nodes.
    # Shown by test_compat_prosody_shows_private_nodes_to_everybody.
    return not call.host.profile.hides_private_nodes or may_read(call, node, call.actor)


def own_affiliations(host: Host, account: Jid) -> Mapping[str, str]:
    """The affiliations of `account` by node id. Raises `ServiceError` where nothing tells them."""
    if not host.profile.tells_own_affiliations:
        # COMPAT(prosody 0.12.3): it does not know the question.
        # Shown by test_compat_prosody_does_not_tell_own_affiliations_and_lists_all_nodes.
        raise NOT_OFFERED.error()
    held = {name: (node.affiliations or {}).get(account) for name, node in host.nodes.items()}
    return {name: word for name, word in held.items() if word is not None}


def describe_service(host: Host) -> DiscoInfo:
    """As `RawReader.service_info`."""
    return DiscoInfo((Identity("pubsub", "service", host.service.name),), host.service.features)


def default_config(host: Host) -> Form:
    """As `RawReader.default_config`. Raises `ServiceError` where the service does not tell it."""
    if not host.profile.tells_default:
        raise UNKNOWN_REQUEST.error()
    return host.service.default_config


def describe(call: NodeCall) -> DiscoInfo:
    """As `RawReader.node_info`."""
    if call.host.profile.splits_names and "!" in call.address.node:
        # COMPAT(ejabberd 23.01): the name is cut at its first `!`.
        # Shown by test_compat_ejabberd_describes_the_node_before_an_exclamation_mark.
        name = call.address.node.partition("!")[0]
        call = replace(call, address=NodeAddress(call.address.service, name))
    if call.host.profile.describes_missing and call.address.node not in call.host.nodes:
        return DiscoInfo()
    node = find(call)
    if not _is_shown(call, node):
        raise FORBIDDEN.error()
    rules = call.host.profile.node
    known = {**rules.unlisted, **node.config}
    form: dict[str, Field] = {var: known[var] for var in _METADATA if var in known}
    if not call.host.profile.describes_people:
        form = {var: Field(field.values, "text-single") for var, field in form.items()}
    else:
        people = (node.affiliations or {}).items()
        for word in ("owner", "publisher"):
            jids = tuple(jid for jid, affiliation in people if affiliation == word)
            form[f"pubsub#{word}"] = Field(jids, "jid-multi")
        count = str(len(node.subscriptions or {}))
        form["pubsub#num_subscribers"] = Field((count,), "text-single")
    return DiscoInfo((Identity("pubsub", "leaf"),), forms={METADATA_FORM: form})


def config(call: NodeCall) -> Form:
    """As `RawReader.node_config`, for the affiliations that the profile lets see it."""
    return dict(find_as(call, call.host.profile.readers_of_config).config)


def create(call: NodeCall, values: Mapping[str, Values]) -> None:
    """Makes the node, owned by the actor. Raises `ServiceError`: then there is none."""
    call.check_readable()
    host = call.host
    if not host.profile.anyone_creates and call.actor not in call.world.admins:
        raise FORBIDDEN.error()
    if call.address.node in host.nodes:
        raise EXISTS.error()
    if host.profile.stored_name and stored_length(call.address.node) > host.profile.stored_name[1]:
        raise BROKEN.error()
    form = submitted(host.fresh, host.fresh, host.profile.node, values)
    # A service that is not listed comes into being with its first node.
    call.world.hosts[call.address.service] = host
    host.nodes[call.address.node] = StoredNode(form, affiliations={call.actor: "owner"})


def stored_length(name: str) -> int:
    """The length of the name of the file that holds a node, in bytes.

    What is no letter or digit of ASCII becomes `%xx` there.
    """
    # COMPAT(prosody 0.12.3): too long a name fails as if a second try could help.
    # Shown by test_compat_prosody_asks_to_wait_for_a_node_name_that_is_too_long.
    return sum(1 if chr(byte).isascii() and chr(byte).isalnum() else 3 for byte in name.encode())


def configure(call: NodeCall, values: Mapping[str, Values]) -> None:
    """Submits the owner form, with what follows for items and subscriptions."""
    node, host = find_as(call), call.host
    before = node.value(ACCESS_MODEL)
    node.config = submitted(node.config, host.fresh, host.profile.node, values)
    if not items.persists(node) and not host.profile.stores_one:
        node.items.clear()
        node.publishers.clear()
    if host.profile.trims_on_configure and MAX_ITEMS in values:
        items.trim(node, items.limit(host, node))
    closes = before == "open" and node.value(ACCESS_MODEL) == "whitelist"
    if closes and host.profile.closing_unsubscribes:
        subscribed = (node.subscriptions or {}).items()
        node.subscriptions = {
            jid: word
            for jid, word in subscribed
            if effective_affiliation(call, node, jid) in _READING
        }


def delete(call: NodeCall) -> None:
    """As `RawWriter.delete_node`, for owners."""
    node, host = find_as(call), call.host
    if host.profile.lists_former_subscribers:
        host.former.setdefault(call.address.node, set()).update(node.subscriptions or {})
    del host.nodes[call.address.node]
