"""X7 to X10: the rooms and nodes behind what is listed, as they are; advice of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.check.evidence import Answer, Evidence, Refusal, SpaceAnswers, is_local
from spaces_sync.check.membership import about_object
from spaces_sync.check.subjects import each_listed, row
from spaces_sync.check.table1 import is_private
from spaces_sync.check.values import Said
from spaces_sync.model.addresses import NodeAddress, domain_of
from spaces_sync.model.children import address_of
from spaces_sync.model.state import Address, Key
from spaces_sync.ports import NodeInfo, RoomInfo


def still_there(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """X7: what is listed exists. A name that is free for everybody is X8's."""
    for key, address, info in _listed(evidence, answers):
        if not isinstance(info, Refusal) or _is_free(evidence, address, info):
            continue
        missing = info.is_absence
        text = f"disco#info: {info.reason}"
        yield about_object("fail" if missing else "unverifiable", answers, key, address, text)


def not_free(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """X8: nobody can come first and open a room under a name that the space lists."""
    for key, address, info in _listed(evidence, answers):
        if isinstance(info, Refusal) and _is_free(evidence, address, info):
            text = f"disco#info: {info.reason}: whoever may open rooms there could own it"
            yield about_object("fail", answers, key, address, text)


def same_name(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """X9: a room is called as the space calls it, where both say something."""
    for key, room, info in _rooms(evidence, answers):
        listed, own = answers.children[key].fields.get("name"), info.name
        unnamed = key.target.partition("@")[0]  # what Prosody calls a room without a name
        if listed and own and own not in (unnamed, listed):
            text = f"calls itself {own}; the space calls it {listed}"
            yield about_object("fail", answers, key, room, text)


def closed_as_well(evidence: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """X10: rooms of a private space do not let everybody in."""
    if not is_private(answers):
        return
    for key, room, info in _rooms(evidence, answers):
        if not {"muc_membersonly", "muc_passwordprotected"} & info.features:
            yield about_object(
                "fail", answers, key, room, "neither muc_membersonly nor muc_passwordprotected"
            )


def count_rooms(evidence: Evidence, answers: SpaceAnswers) -> int:
    """How many rooms a space lists that say what they are."""
    return sum(1 for _ in _rooms(evidence, answers))


def count_objects(evidence: Evidence, answers: SpaceAnswers) -> int:
    """How many rooms and nodes a space lists."""
    return sum(1 for _ in _listed(evidence, answers))


def count_private(evidence: Evidence, answers: SpaceAnswers) -> int:
    """How many rooms a private space lists."""
    return count_rooms(evidence, answers) if is_private(answers) else 0


def _listed(
    evidence: Evidence, answers: SpaceAnswers
) -> Iterator[tuple[Key, Address, Answer[RoomInfo] | Answer[NodeInfo]]]:
    for key in answers.children:
        address = address_of(key)
        if isinstance(address, NodeAddress):
            if address in evidence.nodes:
                yield key, address, evidence.nodes[address]
        elif address is not None and address in evidence.rooms:
            yield key, address, evidence.rooms[address]


def _rooms(evidence: Evidence, answers: SpaceAnswers) -> Iterator[tuple[Key, Address, RoomInfo]]:
    for key, address, info in _listed(evidence, answers):
        if isinstance(info, RoomInfo):
            yield key, address, info


def _is_free(evidence: Evidence, address: Address, info: Refusal) -> bool:
    return (
        info.condition == "item-not-found"
        and not isinstance(address, NodeAddress)
        and is_local(domain_of(address), evidence.account, evidence.services)
    )


ROWS: Final = (
    row(
        "X7",
        "",
        "advice",
        "child",
        "what is listed is there",
        each_listed("child", still_there, count_objects),
    ),
    row(
        "X8",
        "",
        "advice",
        "child",
        "nobody else can open a listed room",
        each_listed("child", not_free, count_objects),
    ),
    row(
        "X9",
        "",
        "advice",
        "child",
        "a room is called as it calls itself",
        each_listed("room", same_name, count_rooms),
    ),
    row(
        "X10",
        "",
        "advice",
        "child",
        "rooms of a private space are not open",
        each_listed("room of a private space", closed_as_well, count_private),
    ),
)
