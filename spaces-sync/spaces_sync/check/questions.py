"""The questions of a check as IQs in one line of ASCII, to be sent by hand and looked at.

What is no plain character of an attribute stands as a character reference: a line may be folded at
its blanks and still means the same.
"""

from __future__ import annotations

import re
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.profile import PUBSUB

_DISCO: Final = "http://jabber.org/protocol/disco"
_SPECIAL: Final = re.compile(r"""[^!-~]|[\\&<>'"`|]""")


def info(jid: Jid) -> str:
    """disco#info of a service or a room (XEP-0030 3.1)."""
    return _iq(jid, f"<query xmlns='{_DISCO}#info'/>")


def node_info(node: NodeAddress) -> str:
    """disco#info of a node (XEP-0060 5.3)."""
    return _iq(node.service, f"<query xmlns='{_DISCO}#info' node='{_quoted(node.node)}'/>")


def listed(jid: Jid) -> str:
    """disco#items of a service: its nodes, or its rooms (XEP-0060 5.2, XEP-0045 6.3)."""
    return _iq(jid, f"<query xmlns='{_DISCO}#items'/>")


def config(node: NodeAddress) -> str:
    """A node's owner form (XEP-0060 8.2)."""
    return _owner(node, "configure")


def affiliations(node: NodeAddress) -> str:
    """Who has which affiliation (XEP-0060 8.9.1)."""
    return _owner(node, "affiliations")


def subscriptions(node: NodeAddress) -> str:
    """Who is subscribed (XEP-0060 8.8.1)."""
    return _owner(node, "subscriptions")


def default_config(service: Jid) -> str:
    """The configuration of a new node (XEP-0060 8.3)."""
    return _iq(service, f"<pubsub xmlns='{PUBSUB}#owner'><default/></pubsub>")


def own_affiliations(service: Jid) -> str:
    """The account's own affiliations (XEP-0060 5.7)."""
    return _iq(service, f"<pubsub xmlns='{PUBSUB}'><affiliations/></pubsub>")


def items(node: NodeAddress, item_id: str | None = None) -> str:
    """Items of a node (XEP-0060 6.5), or one of them."""
    about = f"<items node='{_quoted(node.node)}'"
    one = "/>" if item_id is None else f"><item id='{_quoted(item_id)}'/></items>"
    return _iq(node.service, f"<pubsub xmlns='{PUBSUB}'>{about}{one}</pubsub>")


def _owner(node: NodeAddress, what: str) -> str:
    asked = f"<{what} node='{_quoted(node.node)}'/>"
    return _iq(node.service, f"<pubsub xmlns='{PUBSUB}#owner'>{asked}</pubsub>")


def _iq(to: str, payload: str) -> str:
    return f"<iq type='get' id='check' to='{_quoted(to)}'>{payload}</iq>"


def _quoted(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text)
