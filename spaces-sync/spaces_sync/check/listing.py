"""R26 to R29, R37, R38, R41 and R42: how spaces are found, and what they hold (5.1, 5.2, 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.check import questions
from spaces_sync.check.evidence import Answer, Evidence, Refusal, ServiceAnswers, SpaceAnswers
from spaces_sync.check.features import LACKING
from spaces_sync.check.subjects import Examine, each_listed, each_service, each_space, row
from spaces_sync.check.values import Said, Subject, child, space
from spaces_sync.model.children import BY_NAME, opaque
from spaces_sync.model.children.image import ITEM_IDS
from spaces_sync.model.counting import plural
from spaces_sync.model.state import Item
from spaces_sync.ports import NodeList
from spaces_sync.profile import is_space

FILTER: Final = ("urn:xmpp:pubsub-filter:0",)  # XEP-0462
EXTENDED: Final = ("urn:xmpp:pubsub-ext-disco:0", "urn:xmpp:pubsub-ext-disco")  # XEP-0499


def are_listed(evidence: Evidence) -> Iterator[Said]:
    """R26: the service's list has the space; of a list that may lack some, that it may."""
    doubts = {jid: _doubt(answers.listed) for jid, answers in evidence.services.items()}
    for jid, doubt in doubts.items():
        if doubt:
            yield Said("unverifiable", Subject(jid), doubt, questions.listed(jid))
    lists = (answers.listed for answers in evidence.services.values())
    known = (found.entries for found in lists if not isinstance(found, Refusal))
    listed = {entry.address for entries in known for entry in entries}

    def judge(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
        address = answers.address
        about, asked = space(address), questions.listed(address.service)
        if address in listed:
            yield Said("ok", about, "in the list of nodes", asked, (address,))
        elif not doubts[address.service]:
            yield Said("fail", about, "not in the list of nodes", asked, (address,))

    yield from each_space(judge)(evidence)


def _doubt(found: Answer[NodeList]) -> str:
    """Why it is not known which spaces a service lists; empty where it is."""
    if isinstance(found, Refusal):
        return f"disco#items: {found.reason}"
    if found.complete and not found.may_be_cut:
        return ""
    return f"{plural(len(found.entries), 'node')} listed, which may not be all"


def optional(names: tuple[str, ...]) -> Examine:
    """R27, R29: what a service may have beside; nothing is wrong where it has not."""

    def judge(_: Evidence, answers: ServiceAnswers) -> Iterator[Said]:
        jid = answers.service.jid
        asked = questions.info(jid)
        found = next((name for name in names if name in answers.service.features), None)
        if found:
            yield Said("ok", Subject(jid), f"{found} is advertised", asked)
        else:
            yield Said("not-applicable", Subject(jid), f"no feature {names[0]}", asked)

    return each_service(judge)


def tells_metadata(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R28: disco#info says that it is a space."""
    about, asked = space(answers.address), questions.node_info(answers.address)
    if is_space(answers.metadata):
        yield Said("ok", about, "disco#info tells its type", asked, (answers.address,))
    else:
        text = "a space by its owner form, and disco#info does not tell its type"
        yield Said("fail", about, text, asked, (answers.address,))


def gives_items(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R37: the question for its items is answered."""
    about, asked, path = (
        space(answers.address),
        questions.items(answers.address),
        (answers.address,),
    )
    items = answers.items
    if not isinstance(items, Refusal):
        yield Said("ok", about, plural(len(items.items), "item"), asked, path)
    else:
        lacking = items.condition in LACKING
        text = f"items: {items.reason}"
        yield Said("fail" if lacking else "unverifiable", about, text, asked, path)


def gives_all(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R42: all items are returned to who may read."""
    about, asked, path = (
        space(answers.address),
        questions.items(answers.address),
        (answers.address,),
    )
    if isinstance(answers.items, Refusal):
        return  # as R37 says
    if answers.items.complete:
        yield Said("ok", about, plural(len(answers.items.items), "item"), asked, path)
    else:
        yield Said("fail", about, "the service counts more items than it gives", asked, path)


def wraps_one(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R38: each item is one element that says what it stands for."""
    for item in items_of(answers):
        count = len(item.payloads)
        if count != 1 and not (count and item.id in ITEM_IDS):  # R33
            text = f"{plural(count, 'element')} in the item"
            asked = questions.items(answers.address, item.id)
            yield Said("fail", child(answers.address, item.id), text, asked, (answers.address,))


def unknown_kinds(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R41: who reads them has to ignore them, as this program does."""
    count = sum(BY_NAME.get(key.kind, opaque.KIND) is opaque.KIND for key in answers.children)
    text = f"binds clients; {plural(count, 'item')} of kinds not known here, left alone"
    asked = questions.items(answers.address)
    yield Said("not-applicable", space(answers.address), text, asked, (answers.address,))


def items_of(answers: SpaceAnswers) -> Iterator[Item]:
    """All items of a space; none where they could not be read."""
    if not isinstance(answers.items, Refusal):
        yield from answers.items.items


def count_items(_: Evidence, answers: SpaceAnswers) -> int:
    """How many items it has."""
    return sum(1 for _ in items_of(answers))


ROWS: Final = (
    row(
        "R26",
        "5.1",
        "declared",
        "service",
        "spaces are in the list of nodes",
        are_listed,
    ),
    row(
        "R27",
        "5.1",
        "may",
        "service",
        "the list can be filtered (XEP-0462)",
        optional(FILTER),
    ),
    row(
        "R28",
        "5.2",
        "declared",
        "service",
        "disco#info of a space tells its metadata",
        each_space(tells_metadata),
    ),
    row(
        "R29",
        "5.2",
        "may",
        "service",
        "one answer tells the metadata of all (XEP-0499)",
        optional(EXTENDED),
    ),
    row(
        "R37",
        "5.4",
        "declared",
        "service",
        "children are had as items",
        each_space(gives_items),
    ),
    row(
        "R38",
        "5.4",
        "declared",
        "space",
        "each item is one element",
        each_listed("item", wraps_one, count_items),
    ),
    row(
        "R41",
        "5.4",
        "MUST",
        "client",
        "what is not known is ignored",
        each_space(unknown_kinds),
    ),
    row(
        "R42",
        "5.4",
        "declared",
        "service",
        "all items are returned to who may read",
        each_space(gives_all),
    ),
)
