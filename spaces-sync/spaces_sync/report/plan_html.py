"""A plan as one page of HTML: what is dangerous, what changes, and the map where one was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address
from spaces_sync.plan.plan import Note
from spaces_sync.report import words
from spaces_sync.report.alike import LineBlock, line_blocks
from spaces_sync.report.html_page import page
from spaces_sync.report.lines import Line
from spaces_sync.report.map_view import map_anchors, map_view
from spaces_sync.report.phrases import expected, extent, folded, left_alone, no_changes, totals
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.style import Style
from spaces_sync.report.told import Told, told
from spaces_sync.report.view import OF_ONE, ObjectView, ServiceView, View, obstacle_words, view
from spaces_sync.report.word_diff import in_one, word_diff

_LONG: Final = 40  # characters of a value, from which on only what differs in it is marked
_OPEN_LINES: Final = 200  # in a plan, up to which its objects are unfolded from the start


@dataclass(frozen=True, slots=True)
class TellableLine:
    """A line with what it tells of each difference, and of long values the two texts in one."""

    line: Line
    told: tuple[tuple[Told, Sequence[tuple[str, str]]], ...]


@dataclass(frozen=True, slots=True)
class TellableBlock:
    """Lines below each other. `folded`: what they are in a few words, where many are alike."""

    lines: tuple[TellableLine, ...]
    folded: str = ""


@dataclass(frozen=True, slots=True)
class TellableObject:
    """An object with blocks of its lines; `as_expected` are those whose number, which
    `expected` says, is told.

    `anchor`: where it is told of it; `map_anchor`: where it stands on the map, empty for nowhere.
    `spared`: what of it is left alone, in words, with a kind, a name and a reason each.
    """

    each: ObjectView
    anchor: str
    map_anchor: str
    blocks: tuple[TellableBlock, ...]
    expected: str
    as_expected: tuple[TellableLine, ...]
    notes: tuple[Note, ...]
    left_alone: str
    spared: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TellableService:
    """A service with what changes on it, then what does not; `read`: what was read, in words."""

    service: ServiceView
    read: str
    changed: tuple[TellableObject, ...]
    unchanged: tuple[TellableObject, ...]


@dataclass(frozen=True, slots=True)
class RiskRow:
    """Cases of one kind: of a risk or of a refusal, with the next step where there is one."""

    title: str
    cases: tuple[tuple[str, Place | None], ...]
    next_step: str = ""


def render(shown: ShownPlan, _: Style) -> str:
    """All of the plan, on one page that needs nothing else. Nothing in it is shortened."""
    content = view(shown)
    anchors = _anchors(content)
    drawn = shown.picture
    places = map_anchors(drawn) if drawn is not None else {}
    services = tuple(_services(content, anchors, places))
    by_address = {address: anchors[_key(address)] for address in places if _key(address) in anchors}
    return page(
        "plan.html",
        plan=content,
        extent=extent(content, str),
        source=shown.plan.source.name if shown.plan.source is not None else "",
        totals=totals(content) or [no_changes(content)],
        services=services,
        open=sum(len(o.each.lines) for s in services for o in s.changed) <= _OPEN_LINES,
        refusals=tuple(_refusals(content)),
        obstacles=tuple(obstacle_words(content.obstacles, full=True)),
        risks=tuple(_risks(content)),
        notes=tuple(_notes(content)),
        map=map_view(drawn, by_address) if drawn is not None else None,
    )


Named = tuple[Jid, bool, str]
"""What names an object in a view: its service, whether it is a node, and its name there."""


def _key(address: Address) -> Named:
    return words.service_of(address), isinstance(address, NodeAddress), words.short_name(address)


def _anchors(content: View) -> Mapping[Named, str]:
    keys = (
        (service.service, service.holds_nodes, each.name)
        for service in content.services
        for each in service.objects
    )
    return {key: f"p{number}" for number, key in enumerate(keys, 1)}


def _services(
    content: View, anchors: Mapping[Named, str], places: Mapping[Address, str]
) -> Iterator[TellableService]:
    on_map = {_key(address): anchor for address, anchor in places.items()}
    first = next((each for each in content.services if each.holds_nodes), None)
    for service in content.services:
        found = [
            _object(each, anchors[key], on_map.get(key, ""))
            for each in service.objects
            for key in [(service.service, service.holds_nodes, each.name)]
        ]
        yield TellableService(
            service,
            _read(content) if service is first else "",
            tuple(each for each in found if each.each.sign != "·" or each.notes),
            tuple(each for each in found if each.each.sign == "·" and not each.notes),
        )


def _read(content: View) -> str:
    took = f" in {content.seconds:.1f} s" if content.seconds is not None else ""
    return f"{plural(content.spaces, 'space')}, {plural(content.items, 'item')} read{took}"


def _object(each: ObjectView, anchor: str, map_anchor: str) -> TellableObject:
    own = (line for line in each.lines if not line.expected)
    return TellableObject(
        each,
        anchor,
        map_anchor,
        tuple(map(_block, line_blocks(own))),
        expected(each),
        tuple(_line(line) for line in each.lines if line.expected),
        tuple(note for note in each.notes if note.reason in OF_ONE),
        left_alone(each.left_alone) if each.left_alone else "",
        tuple(
            (words.child_kind(one.key), words.target(one.key, one.about), one.reason)
            for one in each.left_alone
        ),
    )


def _block(block: LineBlock) -> TellableBlock:
    said = folded(block, str) if block.folded else ""
    return TellableBlock(tuple(map(_line, block.lines)), said)


def _line(line: Line) -> TellableLine:
    found = (told(line, each) for each in line.differences)
    return TellableLine(line, tuple((each, tuple(_in_one(each))) for each in found))


def _in_one(each: Told) -> Iterator[tuple[str, str]]:
    """Nothing where two values are short, or have nothing in common."""
    if each.before is None or each.after is None:
        return
    if min(len(each.before), len(each.after)) <= _LONG:
        return
    pair = word_diff(each.before, each.after)
    if pair.alike:
        yield from ((sign, text) for sign, text in in_one(pair) if text)


def _refusals(content: View) -> Iterator[RiskRow]:
    for each in content.refusals:
        cases = tuple((f"{words.short_name(c.about)}: {c.text}", c.place) for c in each.cases)
        yield RiskRow(f"{each.guard}: {each.why}", cases, each.next_step)


def _risks(content: View) -> Iterator[RiskRow]:
    for group in content.risks:
        cases = tuple((case.text, case.place) for case in group.cases)
        yield RiskRow(plural(len(cases), group.risk), cases)


def _notes(content: View) -> Iterator[tuple[str, str, int]]:
    """The notes that are not of one object alone: why, in words, and of how many it is true."""
    found = Counter(
        (note.reason, note.text)
        for service in content.services
        for each in service.objects
        for note in each.notes
        if note.reason not in OF_ONE
    )
    yield from ((reason, text, count) for (reason, text), count in found.items())
