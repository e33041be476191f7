"""Service discovery (XEP-0030): what an address is, and what it lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import DiscoInfo, Identity, MalformedAnswerError, NodeEntry
from spaces_sync.xmpp import forms
from spaces_sync.xmpp.session import ReadSession

INFO: Final = "http://jabber.org/protocol/disco#info"
ITEMS: Final = "http://jabber.org/protocol/disco#items"


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


async def nodes(session: ReadSession, service: Jid) -> Sequence[NodeEntry]:
    """As `RawReader.disco_items`. Raises as all of its methods do."""
    # COMPAT(ejabberd 23.01): it lists the first 100 and does not say that there are more.
    # Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
    answer = await session.get(service, element(ITEMS, "query"))
    query = answer.find(ITEMS, "query")
    if query is None:
        raise MalformedAnswerError(f"disco#items of {service} has no <query>")
    return [entry for item in query.find_all(ITEMS, "item") if (entry := _entry(item))]


def _entry(item: Xml) -> NodeEntry | None:
    """None for what is no node, and where the JID is not valid."""
    jid, node = item.get("jid"), item.get("node")
    if jid is None or node is None:
        return None
    try:
        return NodeEntry(NodeAddress(bare_jid(jid), node), item.get("name") or "")
    except ValueError:
        return None
