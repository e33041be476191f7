"""What a request asks for: in words, for who hears that nothing came, and of which node.

All requests pass the session, which knows them only as XML; here stands what each of them means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid
from spaces_sync.model.xml import Xml
from spaces_sync.profile import PUBSUB

Kind: TypeAlias = Literal["get", "set", "enter", "leave"]

_OWNER: Final = f"{PUBSUB}#owner"
_INFO: Final = "http://jabber.org/protocol/disco#info"
_ITEMS: Final = "http://jabber.org/protocol/disco#items"
_MUC: Final = "http://jabber.org/protocol/muc"
_LONGEST_NAME: Final = 80  # characters of a name in a message

_WORDS: Final[Mapping[tuple[Kind, str, str], str]] = {
    ("get", _INFO, "query"): "what {node} is",
    ("get", _ITEMS, "query"): "its list of nodes",
    ("get", _OWNER, "default"): "the configuration of a new node",
    ("get", _OWNER, "configure"): "the configuration of {node}",
    ("get", _OWNER, "affiliations"): "the affiliations of {node}",
    ("get", _OWNER, "subscriptions"): "the subscriptions of {node}",
    ("get", PUBSUB, "items"): "the items of {node}",
    ("get", PUBSUB, "affiliations"): "the affiliations of this account",
    ("get", f"{_MUC}#owner", "query"): "the configuration of the room",
    ("get", f"{_MUC}#admin", "query"): "who is {affiliation} of the room",
    ("set", PUBSUB, "create"): "create {node}",
    ("set", PUBSUB, "publish"): "publish {item} in {node}",
    ("set", PUBSUB, "retract"): "retract {item} from {node}",
    ("set", _OWNER, "configure"): "configure {node}",
    ("set", _OWNER, "delete"): "delete {node}",
    ("set", _OWNER, "affiliations"): "set the affiliation of {jid} with {node}",
    ("set", _OWNER, "subscriptions"): "set the subscription of {jid} to {node}",
    ("set", f"{_MUC}#owner", "query"): "configure or destroy the room",
    ("set", f"{_MUC}#admin", "query"): "set the affiliation of {jid} with the room",
    ("enter", _MUC, "x"): "enter the room",
}
"""By the kind of a request and the element that says what it is about."""

_OF_THE_SERVICE_S_CHOICE: Final = "create"  # its answer may name another node (XEP-0060 8.1.2)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: `to` whom, of which kind, and what is in its stanza, if anything."""

    kind: Kind
    to: Jid
    payload: Xml | None = None

    def __str__(self) -> str:
        about = _about(self.payload)
        if about is None:
            return "leave the room"
        words = _WORDS.get((self.kind, about.ns, about.name), f"<{about.name}/>")
        return words.format(
            node=_node(about), item=_item(about), jid=_jid(about), affiliation=_affiliation(about)
        )


class Answered(NamedTuple):
    """A request at its end: how long it took, in seconds, and why it failed; "": it did not."""

    asked: Asked
    seconds: float
    problem: str = ""


def names_another_node(asked: Asked, answer: Xml) -> str | None:
    """The node that an answer says it is about, where another one, or none, was asked about.

    What an answer does not say it need not (XEP-0060 shows both).
    """
    about = _about(asked.payload)
    if about is None or about.name == _OF_THE_SERVICE_S_CHOICE:
        return None
    head = next(answer.elements, None)
    said = head if head is None or about is asked.payload else head.find(about.ns, about.name)
    if said is None or (said.ns, said.name) != (about.ns, about.name):
        return None
    node = said.get("node")
    return node if node and node != about.get("node") else None


def _about(payload: Xml | None) -> Xml | None:
    """The element that says what a payload is about: within `<pubsub>` the first, else itself."""
    if payload is None or payload.name != "pubsub":
        return payload
    return next(payload.elements, payload)


def _node(about: Xml) -> str:
    node = about.get("node")
    return "it" if node is None else f"the node {_short(node)}"


def _item(about: Xml) -> str:
    item = next((e for e in about.elements if e.name == "item"), None)
    return f"the item {_short((item and item.get('id')) or '')}"


def _jid(about: Xml) -> str:
    found = (e.get("jid") for e in about.elements)
    return _short(next(filter(None, found), ""))


def _affiliation(about: Xml) -> str:
    """Which of the lists of a room (XEP-0045 9.5 to 10.8), each of which is asked for alone."""
    return next((each.get("affiliation") or "" for each in about.elements), "") or "anything"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
