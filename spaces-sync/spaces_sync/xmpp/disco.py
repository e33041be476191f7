"""Service discovery (XEP-0030): what an address is, and what it lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import (
    DiscoInfo,
    Identity,
    Listing,
    MalformedAnswerError,
    NodeEntry,
    NodePage,
    RoomPage,
)
from spaces_sync.profile import SPACE
from spaces_sync.xmpp import forms, rsm
from spaces_sync.xmpp.session import ReadSession

INFO: Final = "http://jabber.org/protocol/disco#info"
ITEMS: Final = "http://jabber.org/protocol/disco#items"
FILTER: Final = "urn:xmpp:pubsub-filter:0"  # XEP-0462
EXTENDED: Final = "urn:xmpp:pubsub-ext-disco:0"  # XEP-0499
_LEVELS: Final = "16"  # of a tree of nodes; no service says how many it has

# Slidge takes several values only where the type says that there may be several.
_SPACES: Final = forms.submission(
    FILTER, {"included-types": (SPACE,)}, {"included-types": "list-multi"}
)
_DESCENDANTS: Final = forms.submission(
    EXTENDED,
    {"type": ("nodes",), "depth": (_LEVELS,)},
    {"type": "list-multi", "depth": "text-single"},
)
_LISTINGS: Final[Mapping[Listing, tuple[Xml, ...]]] = {
    "nodes": (),
    "spaces": (element(FILTER, "filter", {}, _SPACES),),
    "descendants": (_DESCENDANTS,),
}


async def info(session: ReadSession, jid: Jid, node: str | None = None) -> DiscoInfo:
    """disco#info (3.1) of an entity, or of a node of it. Raises as the raw ports do."""
    attributes = {} if node is None else {"node": node}
    answer = await session.get(jid, element(INFO, "query", attributes))
    query = answer.find(INFO, "query")
    if query is None:
        raise MalformedAnswerError(f"disco#info of {jid} has no <query>")
    return DiscoInfo(
        tuple(map(_identity, query.find_all(INFO, "identity"))),
        frozenset(var for f in query.find_all(INFO, "feature") if (var := f.get("var"))),
        forms.by_type(query),
    )


def _identity(identity: Xml) -> Identity:
    texts = (identity.get(each) or "" for each in Identity._fields)
    return Identity(*texts)


async def addresses(session: ReadSession, server: Jid) -> Sequence[Jid]:
    """As `RawReader.server_items`. Raises as all of its methods do."""
    found: dict[Jid, None] = {}
    for item in (await _items(session, server, ())).find_all(ITEMS, "item"):
        if item.get("node") is None:
            with suppress(ValueError):
                found[bare_jid(item.get("jid") or "")] = None
    return tuple(found)


async def nodes(
    session: ReadSession, service: Jid, listing: Listing, after: str | None
) -> NodePage:
    """As `RawReader.disco_items`. Raises as all of its methods do."""
    # COMPAT(ejabberd 23.01): it lists the first 100 and does not say that there are more.
    # Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
    query = await _items(session, service, (*_LISTINGS[listing], *rsm.page_after(after)))
    entries = (_entry(item) for item in query.find_all(ITEMS, "item"))
    return NodePage(tuple(filter(None, entries)), *rsm.rest(query))


async def rooms(session: ReadSession, service: Jid, after: str | None) -> RoomPage:
    """As `RawReader.room_items`. Raises as all of its methods do."""
    # COMPAT(ejabberd 23.01): of more than 100 rooms it lists those alone that somebody is in, and
    # does not say so; who asks for a page is given all.
    # Shown by test_compat_ejabberd_lists_many_rooms_only_in_pages.
    query = await _items(session, service, rsm.page(after))
    found = (_room(item) for item in query.find_all(ITEMS, "item"))
    return RoomPage(tuple(filter(None, found)), *rsm.rest(query))


async def _items(session: ReadSession, service: Jid, asked: tuple[Xml, ...]) -> Xml:
    """disco#items (4.1) of an entity. Raises as the raw ports do."""
    answer = await session.get(service, element(ITEMS, "query", {}, *asked))
    query = answer.find(ITEMS, "query")
    if query is None:
        raise MalformedAnswerError(f"disco#items of {service} has no <query>")
    return query


def _entry(item: Xml) -> NodeEntry | None:
    """None for what is no node, and where the JID is not valid."""
    jid, node = item.get("jid"), item.get("node")
    if jid is None or node is None:
        return None
    try:
        return NodeEntry(NodeAddress(bare_jid(jid), node), item.get("name") or "")
    except ValueError:
        return None


def _room(item: Xml) -> Jid | None:
    """None for what is no room, and where the JID is not valid."""
    if item.get("node") is not None:
        return None
    try:
        found = bare_jid(item.get("jid") or "")
    except ValueError:
        return None
    return found if "@" in found else None
