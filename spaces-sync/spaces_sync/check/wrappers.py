"""R39, R40, D1, D15 and D16: in what elements spaces list rooms, nodes and links (5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.check import questions
from spaces_sync.check.claims import named
from spaces_sync.check.evidence import Evidence, SpaceAnswers
from spaces_sync.check.listing import items_of
from spaces_sync.check.subjects import Count, each_listed, row
from spaces_sync.check.values import Said, child
from spaces_sync.model.addresses import bare_jid
from spaces_sync.model.children import is_reserved, link, node, room
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.state import Item, Key
from spaces_sync.model.xml import Name, Xml

_DRAFT_NODE: Final = ("urn:xmpp:pubsub-node-bookmark:0", "pubsub-node")  # a ProtoXEP of 2025-09


def rooms_elsewhere(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R39: what is a room by its content stands in a `conference` of XEP-0402."""
    for item, payload in _single(answers):
        if payload.ns != room.NS and _names_room(item, payload):
            text = f"a room in <{payload.name} xmlns='{payload.ns}'>"
            yield _wrong(answers, item, text)


def nodes_elsewhere(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R40: what is a node by its content stands in a `subscription` of XEP-0330."""
    for item, payload in _single(answers):
        linked = _link(payload)
        if payload.is_a(_DRAFT_NODE) or (linked is not None and named(linked) is not None):
            yield _wrong(answers, item, f"a node in <{payload.name} xmlns='{payload.ns}'>")


def rooms_by_their_jid(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """D1: the id of a room's item is its JID, which stands nowhere else."""
    for item, payload in _single(answers):
        if not payload.is_a((room.NS, "conference")):
            continue
        if "@" not in (room.KIND.target(item.id, payload) or ""):
            yield _wrong(answers, item, "the item id of a <conference> is no JID of a room")
        elif payload.get("jid") is not None:
            yield _wrong(answers, item, "a <conference> with a jid beside its item id")


def nodes_named(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """D15: a node has its service and its id."""
    yield from _malformed(answers, node.KIND, "a <subscription> without a usable server and node")


def links_lead_somewhere(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """D16: a link has its URL."""
    yield from _malformed(answers, link.KIND, "a link without a url")
    for item, payload in _single(answers):
        if (url := _link(payload)) is not None:
            try:
                link.url(url)
            except ValueError:
                yield _wrong(answers, item, "a link whose url is none")


def counting(kind: Kind) -> Count:
    """How many children of that kind a space has."""
    return lambda _, answers: sum(key.kind == kind.name for key in answers.children)


def _single(answers: SpaceAnswers) -> Iterator[tuple[Item, Xml]]:
    """Items with the one element that they hold, but for those that are nobody's content."""
    for item in items_of(answers):
        if len(item.payloads) == 1 and not is_reserved(item.id):
            yield item, item.payloads[0]


def _malformed(answers: SpaceAnswers, kind: Kind, text: str) -> Iterator[Said]:
    name: Name | None = kind.element
    for item, payload in _single(answers):
        if name is not None and payload.is_a(name) and kind.target(item.id, payload) is None:
            yield _wrong(answers, item, text)


def _names_room(item: Item, payload: Xml) -> bool:
    if payload.name == "conference" and _is_room(payload.get("jid") or item.id):
        return True  # as XEP-0048 has it
    linked = _link(payload)
    if linked is None:
        return False
    jid, _, action = linked.removeprefix("xmpp:").partition("?")
    return linked != jid and action.partition(";")[0] == "join" and _is_room(jid)


def _is_room(text: str) -> bool:
    try:
        return "@" in bare_jid(text.partition("/")[0])
    except ValueError:
        return False


def _link(payload: Xml) -> str | None:
    """The URL of a link; None of anything else."""
    found = payload.find(link.NS, "url") if payload.is_a((link.NS, "x")) else None
    return None if found is None else found.text.strip() or None


def _wrong(answers: SpaceAnswers, item: Item, text: str) -> Said:
    address = answers.address
    path = (address, Key("item", item.id))
    return Said("fail", child(address, item.id), text, questions.items(address, item.id), path)


_ROOMS, _NODES, _LINKS = map(counting, (room.KIND, node.KIND, link.KIND))


ROWS: Final = (
    row(
        "R39",
        "5.4",
        "SHOULD",
        "space",
        "rooms stand in conference (XEP-0402)",
        each_listed("room", rooms_elsewhere, _ROOMS),
    ),
    row(
        "R40",
        "5.4",
        "SHOULD",
        "space",
        "nodes stand in subscription (XEP-0330)",
        each_listed("node", nodes_elsewhere, _NODES),
    ),
    row(
        "D1",
        "XEP-0402",
        "MUST",
        "space",
        "the item of a room has its JID as id",
        each_listed("room", rooms_by_their_jid, _ROOMS),
    ),
    row(
        "D15",
        "XEP-0330",
        "MUST",
        "space",
        "a node has its server and node",
        each_listed("node", nodes_named, _NODES),
    ),
    row(
        "D16",
        "XEP-0066",
        "MUST",
        "space",
        "a link has a URL",
        each_listed("link", links_lead_somewhere, _LINKS),
    ),
)
