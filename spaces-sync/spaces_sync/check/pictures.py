"""R30, R31, R33 and D17: a space's avatar and banner (XEP-0503 5.2.1, XEP-0084)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from spaces_sync.check import questions
from spaces_sync.check.evidence import Evidence, SpaceAnswers
from spaces_sync.check.listing import items_of
from spaces_sync.check.subjects import each_listed, row
from spaces_sync.check.values import Said, child
from spaces_sync.model.children.image import ITEM_IDS, NS
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Item, Key
from spaces_sync.model.xml import Xml

_SHA_1: Final = re.compile("[0-9a-fA-F]{40}")
_METADATA: Final = (NS, "metadata")


def _pictures(answers: SpaceAnswers) -> Iterator[Item]:
    """What is a picture by its id, or by what it holds."""
    for item in items_of(answers):
        if item.id in ITEM_IDS or any(each.is_a(_METADATA) for each in item.payloads):
            yield item


def count_pictures(_: Evidence, answers: SpaceAnswers) -> int:
    """How many items are pictures."""
    return sum(1 for _ in _pictures(answers))


def under_their_ids(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R30: a picture has one of the two ids."""
    for item in _pictures(answers):
        if item.id not in ITEM_IDS:
            yield _wrong(answers, item, "a picture (XEP-0084) under an id that clients do not know")


def hold_metadata(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """R31: its payload is that of XEP-0084, each file with its place and its SHA-1."""
    for item in _pictures(answers):
        if item.id not in ITEM_IDS:
            continue  # as R30 says
        foreign = [each.name for each in item.payloads if not each.is_a(_METADATA)]
        missing = {name for info in _infos(item) for name in _missing(info)}
        if foreign or not item.payloads:
            yield _wrong(answers, item, f"holds <{foreign[0]}>" if foreign else "holds nothing")
        elif missing:
            yield _wrong(answers, item, f"<info> without a usable {' and '.join(sorted(missing))}")


def have_png(_: Evidence, answers: SpaceAnswers) -> Iterator[Said]:
    """D17: one file is a PNG, which every client can show. An empty list means no picture."""
    for item in _pictures(answers):
        types = sorted({info.get("type") or "" for info in _infos(item)})
        if types and "image/png" not in types:
            yield _wrong(answers, item, f"only {', '.join(filter(None, types)) or 'unnamed types'}")


def _infos(item: Item) -> Iterator[Xml]:
    for payload in item.payloads:
        if payload.is_a(_METADATA):
            yield from payload.find_all(NS, "info")


def _missing(info: Xml) -> Iterator[str]:
    if not _SHA_1.fullmatch(info.get("id") or ""):
        yield "id"
    if whole_number(info.get("bytes") or "") is None:
        yield "bytes"
    yield from (name for name in ("type", "url") if not info.get(name))


def _wrong(answers: SpaceAnswers, item: Item, text: str) -> Said:
    address = answers.address
    path = (address, Key("image", ITEM_IDS.get(item.id, item.id)))
    return Said("fail", child(address, item.id), text, questions.items(address, item.id), path)


ROWS: Final = (
    row(
        "R30",
        "5.2.1",
        "MUST",
        "space",
        "pictures have the two ids",
        each_listed("picture", under_their_ids, count_pictures),
    ),
    row(
        "R31",
        "5.2.1",
        "declared",
        "space",
        "pictures say where they are, and their SHA-1 (XEP-0084)",
        each_listed("picture", hold_metadata, count_pictures),
    ),
    row(
        "D17",
        "XEP-0084",
        "SHOULD",
        "space",
        "a picture is also there as PNG",
        each_listed("picture", have_png, count_pictures),
    ),
)
