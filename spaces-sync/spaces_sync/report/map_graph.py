"""A picture as boxes and arrows, for the formats that draw a graph: they differ in grammar alone.

People and pictures are no part of it, and items of unknown kinds are none either: a graph with all
of them shows nothing. What is drawn of an object are its title, its name, and who may enter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.state import Address
from spaces_sync.report import words
from spaces_sync.report.picture import LACKS, Picture, PicturedObject, PlanSign
from spaces_sync.report.visible import visible

Shape: TypeAlias = Literal["space", "node", "room", "link"]


@dataclass(frozen=True, slots=True)
class Box:
    """`id` is a word of ASCII, alike in each run. `lines` are printable and not escaped."""

    id: str
    shape: Shape
    lines: tuple[str, ...]
    sign: PlanSign = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a space to what it lists; where it is `broken`, from what names a space that does not
    list it, as `label` says.
    """

    tail: str
    head: str
    label: str = ""
    sign: PlanSign = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The boxes of one service, or those of links, which are on none."""

    id: str
    title: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """All boxes by service, and the arrows between them."""

    groups: tuple[Group, ...]
    arrows: tuple[Arrow, ...]


_CLAIMS: Final[Mapping[str, str]] = {
    "not listed": "names it, is not listed",
    "unknown": "names it",
}


def graph(picture: Picture) -> Graph:
    """The boxes in the order of the picture, the arrows by their tails."""
    ids = {each.address: f"n{number}" for number, each in enumerate(picture.objects, 1)}
    urls = dict.fromkeys(
        child.target for each in picture.objects for child in each.children if child.kind == "link"
    )
    links = {url: f"l{number}" for number, url in enumerate(urls, 1)}
    groups = [
        Group(
            f"s{number}",
            "  ".join(filter(None, (visible(service.jid), visible(service.name)))),
            tuple(_box(ids[each.address], each) for each in service.objects),
        )
        for number, service in enumerate(picture.services, 1)
    ]
    if links:
        boxes = (Box(name, "link", (visible(url),)) for url, name in links.items())
        groups.append(Group("links", "links", tuple(boxes)))
    arrows = (arrow for each in picture.objects for arrow in _arrows(each, ids, links))
    return Graph(tuple(groups), tuple(arrows))


def _box(name: str, each: PicturedObject) -> Box:
    called = words.short_name(each.address)
    said = LACKS.get(each.found, each.enters)
    lines = (each.title, called if called != each.title else "", said)
    return Box(name, each.sort, tuple(visible(line) for line in lines if line), each.sign)


def _arrows(
    each: PicturedObject, ids: Mapping[Address, str], links: Mapping[str, str]
) -> Iterator[Arrow]:
    tail = ids[each.address]
    for child in each.children:
        if child.address is not None:
            yield Arrow(tail, ids[child.address], sign=child.sign)
        elif child.kind == "link":
            yield Arrow(tail, links[child.target], sign=child.sign)
    if each.claim in _CLAIMS and each.parent is not None and each.parent in ids:
        yield Arrow(tail, ids[each.parent], _CLAIMS[each.claim], broken=True)
