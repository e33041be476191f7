"""R43 to R47: what is listed says so itself, and what says so is listed (XEP-0503 5.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.check import questions
from spaces_sync.check.claims import claims, named
from spaces_sync.check.evidence import NOT_ALL, Evidence, Refusal, SpaceAnswers
from spaces_sync.check.subjects import each_listed, row
from spaces_sync.check.values import Result, Said, child, space
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import address_of, rooms_among
from spaces_sync.model.state import Address, Key
from spaces_sync.ports import NodeInfo, RoomInfo
from spaces_sync.profile import PARENT, SPACE

_FAR: Final = "its service is none of ours, and was not asked"


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


def mutual(evidence: Evidence) -> Iterator[Said]:
    """R45: what a listed room names lists it; and who names a space is listed there."""
    lists = _lists(evidence)
    everywhere = frozenset[Jid]().union(*(x for x in lists.values() if not isinstance(x, str)))
    strangers: dict[NodeAddress, list[Jid]] = {}
    for room, info in evidence.rooms.items():
        if isinstance(info, RoomInfo) and room not in everywhere:
            for parent in claims(info).spaces[:1]:
                strangers.setdefault(parent, []).append(room)

    def of_space(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
        here = answers.address
        for key, address, info in described(evidence, answers):
            for parent in claims(info).spaces[:1]:
                found = lists.get(parent, _FAR)
                if parent == here or isinstance(address, NodeAddress):
                    continue
                if isinstance(found, str):
                    text = f"names {parent}: {found}"
                    yield about_object("unverifiable", answers, key, address, text)
                elif address not in found:
                    yield _wrong(answers, key, address, f"names {parent}, which does not list it")
        for room in strangers.get(here, ()) if not isinstance(lists[here], str) else ():
            text = "names this space, which does not list it"
            yield Said("fail", child(here, room), text, questions.info(room), (here,))
        for host in evidence.unlisted:
            text = f"{host} did not list all of its rooms, and others may name this space"
            yield Said("unverifiable", space(here), text, questions.listed(host), (here,))

    yield from each_listed("claim", of_space, count_advertising)(evidence)


def _lists(evidence: Evidence) -> Mapping[NodeAddress, frozenset[Jid] | str]:
    """The rooms of each space that is checked, or that a room names; or why they are not known."""
    found: dict[NodeAddress, frozenset[Jid] | str] = {}
    for address, listed in evidence.claimed.items():
        found[address] = _or_none(listed) if isinstance(listed, Refusal) else listed
    for address, answers in evidence.spaces.items():
        if isinstance(answers.items, Refusal):
            found[address] = _or_none(answers.items)
        elif answers.items.complete:
            found[address] = rooms_among(answers.children)
        else:
            found[address] = NOT_ALL
    return found


def _or_none(refusal: Refusal) -> frozenset[Jid] | str:
    """What is not there lists nothing."""
    return frozenset() if refusal.condition == "item-not-found" else refusal.reason


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


def _wrong(answers: SpaceAnswers, key: Key, address: Address, text: str) -> Said:
    return about_object("fail", answers, key, address, text)


def about_object(
    result: Result, answers: SpaceAnswers, key: Key, address: Address, text: str
) -> Said:
    """What is said of a room or a node that a space lists, by its disco#info."""
    if isinstance(address, NodeAddress):
        target, question = address.uri, questions.node_info(address)
    else:
        target, question = address, questions.info(address)
    return Said(result, child(answers.address, target), text, question, (answers.address, key))


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
        mutual,
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
