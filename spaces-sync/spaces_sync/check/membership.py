"""R43 to R47: what is listed says so itself, and what says so is listed (XEP-0503 5.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.check import questions
from spaces_sync.check.claims import Claims, claims, named
from spaces_sync.check.evidence import Evidence, Refusal, SpaceAnswers
from spaces_sync.check.subjects import each_listed, row
from spaces_sync.check.values import Said, child
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import address_of, rooms_among
from spaces_sync.model.state import Address, Key
from spaces_sync.ports import NodeInfo, RoomInfo
from spaces_sync.profile import PARENT, SPACE


def advertised(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R43: a listed room or node says which space it belongs to, in whatever way."""
    for key, address, info in described(evidence, answers):
        if not claims(info).texts:
            yield _wrong(answers, key, address, "names no space")


def with_feature(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R44: and has the feature; R43 says what of the others is wrong."""
    for key, address, info in described(evidence, answers):
        if claims(info).texts and SPACE not in info.features:
            yield _wrong(answers, key, address, f"no feature {SPACE}")


def in_a_form(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R46: and has the form, which names one node."""
    for key, address, info in described(evidence, answers):
        told = claims(info)
        if not told.texts:
            continue
        if not told.form:
            yield _wrong(answers, key, address, f"no form of type {SPACE} with a parent")
        elif len(told.form) > 1:
            yield _wrong(answers, key, address, f"{len(told.form)} values of parent")
        elif named(told.form[0]) is None:
            yield _wrong(answers, key, address, f"parent {told.form[0]} is no URI of a node")


def by_pointer(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R47: a room's `muc#roominfo` points at the node that its form names."""
    for key, address, info in described(evidence, answers):
        told = claims(info)
        if isinstance(info, NodeInfo) or not told.texts:
            continue
        pointers = told.pointer or told.former
        if not pointers:
            yield _wrong(answers, key, address, f"no {PARENT} in its muc#roominfo")
        elif any(named(text) is None for text in pointers):
            yield _wrong(answers, key, address, f"{PARENT} {pointers[0]} is no URI of a node")
        elif len(told.spaces) > 1:
            spaces = " and ".join(map(str, told.spaces))
            yield _wrong(answers, key, address, f"its form and its pointers name {spaces}")


def mutual(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R45: what a listed room names lists it; and who names this space is listed here."""
    here = answers.address
    for key, address, info in described(evidence, answers):
        for parent in claims(info).spaces[:1]:
            found = None if isinstance(address, NodeAddress) else _listed(evidence, parent)
            if parent != here and found is not None and address not in found:
                yield _wrong(answers, key, address, f"names {parent}, which does not list it")
    listed = rooms_among(answers.children)
    for room, told in _claiming(evidence).items():
        if room not in listed and here in told.spaces[:1] and not _anywhere(evidence, room):
            text = "names this space, which does not list it"
            yield Said("fail", child(here, room), text, questions.info(room), (here,))


def described(
    evidence: Evidence, answers: SpaceAnswers
) -> Iterator[tuple[Key, Address, RoomInfo | NodeInfo]]:
    """The rooms and nodes that a space lists and that answer. X7 has those that do not."""
    for key in answers.children:
        address = address_of(key)
        if isinstance(address, NodeAddress):
            info: RoomInfo | NodeInfo | Refusal | None = evidence.nodes.get(address)
        else:
            info = evidence.rooms.get(address) if address is not None else None
        if address is not None and info is not None and not isinstance(info, Refusal):
            yield key, address, info


def count_described(evidence: Evidence, answers: SpaceAnswers) -> int:
    """How many rooms and nodes a space lists that say what they are."""
    return sum(1 for _ in described(evidence, answers))


def count_advertising(evidence: Evidence, answers: SpaceAnswers) -> int:
    """How many of them name a space."""
    return sum(bool(claims(info).texts) for _, _, info in described(evidence, answers))


def _listed(evidence: Evidence, space: NodeAddress) -> frozenset[Jid] | None:
    """The rooms that a space lists; None where that is not known."""
    if space in evidence.spaces:
        answers = evidence.spaces[space]
        if isinstance(answers.info, Refusal):
            return frozenset() if answers.info.condition == "item-not-found" else None
        return None if isinstance(answers.items, Refusal) else rooms_among(answers.children)
    found = evidence.claimed.get(space)
    if isinstance(found, Refusal):
        return frozenset() if found.condition == "item-not-found" else None
    return found


def _claiming(evidence: Evidence) -> Mapping[Jid, Claims]:
    infos = evidence.rooms.items()
    return {room: claims(info) for room, info in infos if not isinstance(info, Refusal)}


def _anywhere(evidence: Evidence, room: Jid) -> bool:
    """Whether a space that is checked lists it: then its finding stands there."""
    return any(room in rooms_among(each.children) for each in evidence.spaces.values())


def _wrong(answers: SpaceAnswers, key: Key, address: Address, text: str) -> Said:
    about = child(answers.address, address.uri if isinstance(address, NodeAddress) else address)
    return Said("fail", about, text, question(address), (answers.address, key))


def question(address: Address) -> str:
    """disco#info of a room or a node."""
    if isinstance(address, NodeAddress):
        return questions.node_info(address)
    return questions.info(address)


ROWS: Final = (
    row(
        "R43",
        "5.5",
        "SHOULD",
        "child",
        "what is listed names its space",
        each_listed("child", advertised, count_described),
    ),
    row(
        "R44",
        "5.5",
        "SHOULD",
        "child",
        "what names its space has the feature urn:xmpp:spaces:0",
        each_listed("claim", with_feature, count_advertising),
    ),
    row(
        "R45",
        "5.5",
        "may",
        "child",
        "what names a space is listed there",
        each_listed("claim", mutual, count_advertising),
    ),
    row(
        "R46",
        "5.5",
        "SHOULD",
        "child",
        "what names its space does so in a form",
        each_listed("claim", in_a_form, count_advertising),
    ),
    row(
        "R47",
        "5.5",
        "SHOULD",
        "child",
        "a room that names its space does so in muc#roominfo",
        each_listed("claim", by_pointer, count_advertising),
    ),
)
