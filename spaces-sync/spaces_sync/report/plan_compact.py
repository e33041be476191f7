"""A plan in a line for each node and room: what is done to it in numbers, and who can read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, get_args

from spaces_sync.model.counting import plural
from spaces_sync.model.state import Address
from spaces_sync.profile import ACCESS_MODEL
from spaces_sync.report.alike import FEW, by_readers, by_what_changes, object_groups
from spaces_sync.report.cells import width_of
from spaces_sync.report.end_text import end_blocks
from spaces_sync.report.group_text import names_text
from spaces_sync.report.layout import GAP, Row, Span, rendered, shorten
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.service_text import service_head
from spaces_sync.report.style import Style
from spaces_sync.report.value_text import ARROW
from spaces_sync.report.view import ObjectView, ServiceView, View, view
from spaces_sync.report.visible import visible
from spaces_sync.report.words import Sign, label

_ACCESS: Final = label(ACCESS_MODEL)
_OBJECTS: Final = 110  # of one service, beyond which those that are alike are one line
_NEW: Final = ("+", "→")  # signs of objects of which what is in them is told, not their fields
_SIGNS: Final[tuple[Sign, ...]] = get_args(Sign)


def render(shown: ShownPlan, style: Style) -> str:
    """The plan in lines of at most `style.columns`; it ends as it does in text (end_text.py)."""
    return rendered(_rows(view(shown), style.columns, full=style.full), colour=style.colour)


def _rows(content: View, width: int, *, full: bool) -> Iterator[Row]:
    risky = Counter(case.about for group in content.risks for case in group.cases)
    blocks = [
        list(_service(content, each, risky, width, full=full))
        for each in content.services
        if any(found.sign != "·" for found in each.objects)
    ]
    for index, block in enumerate(filter(None, [*blocks, *end_blocks(content, width, full=full)])):
        if index:
            yield Row("")
        yield from block


def _service(
    content: View,
    service_view: ServiceView,
    risky: Mapping[Address, int],
    width: int,
    *,
    full: bool,
) -> Iterator[Row]:
    yield from service_head(content, service_view, width, full=full)
    changed = [each for each in service_view.objects if each.sign != "·"]
    noun = "node" if service_view.holds_nodes else "room"
    entries = [
        entry
        for group in (_groups(changed) if not full else [(each,) for each in changed])
        for entry in _entries(group, noun, risky)
    ]
    names = _column([entry.name for entry in entries], width // 2)
    numbers = _column([entry.numbers for entry in entries], width // 3)
    for entry, name, number in zip(entries, names, numbers, strict=True):
        columns = (f"{entry.sign} {name}", number, entry.risks, entry.access)
        line = shorten((" " * GAP).join(filter(None, columns)), width)
        names = names_text(entry.names, width - width_of(line) - GAP)
        yield Row(f"{line}{' ' * GAP}{names}", entry.sign, spans=_alarms(line, entry))


def _alarms(line: str, entry: _Entry) -> tuple[Span, ...]:
    """Where the number of risks stands, if it was not cut off."""
    start = line.rfind(entry.risks) if entry.risks else -1
    return (Span(start, start + len(entry.risks), "red"),) if start >= 0 else ()


class _Entry(NamedTuple):
    """A line: `numbers` of what is done, risks, who can read it, and names, which may be cut."""

    sign: Sign
    name: str
    numbers: str
    risks: str
    access: str
    names: Sequence[str]


def _groups(objects: Sequence[ObjectView]) -> Iterable[Sequence[ObjectView]]:
    """Each alone, unless there are too many to read."""
    if len(objects) <= _OBJECTS:
        return [(each,) for each in objects]
    groups = [group.objects for group in object_groups(objects, by_what_changes)]
    if len(groups) > _OBJECTS:
        groups = [group.objects for group in object_groups(objects, by_readers)]
    return groups


def _entries(
    objects: Sequence[ObjectView], noun: str, risky: Mapping[Address, int]
) -> Iterator[_Entry]:
    if len(objects) < FEW:
        for each in objects:
            was = f"was {each.former}" if each.former else ""
            names = tuple(filter(None, (was, each.title)))
            yield _entry(visible(each.name), names, (each,), risky)
    else:
        called = tuple(each.name for each in objects)
        yield _entry(plural(len(objects), noun), called, objects, risky)


def _entry(
    name: str, names: Sequence[str], objects: Sequence[ObjectView], risky: Mapping[Address, int]
) -> _Entry:
    risks = sum(risky.get(each.address, 0) for each in objects)
    told = f"! {plural(risks, 'risk')}" if risks else ""
    access = ", ".join(_access(objects[0]))
    return _Entry(objects[0].sign, name, _numbers(objects), told, access, names)


def _column(texts: Sequence[str], most: int) -> Sequence[str]:
    """The texts in one width, that of the widest, but for `most` columns."""
    found = [shorten(text, most) for text in texts]
    widest = max(map(width_of, found), default=0)
    return [text + " " * (widest - width_of(text)) for text in found]


def _numbers(objects: Iterable[ObjectView]) -> str:
    """`+3 ~1 -2`; of a new object what is in it, not its fields."""
    counts = Counter(
        line.sign
        for each in objects
        for line in each.lines
        if line.identity or (each.sign not in _NEW and not line.expected)
    )
    return " ".join(f"{sign}{counts[sign]}" for sign in _SIGNS if counts[sign])


def _access(each: ObjectView) -> Iterator[str]:
    """Who can read a new node, and how that changes."""
    for line in each.lines:
        if line.noun != _ACCESS or line.identity:
            continue
        for found in line.differences:
            after = visible(found.after or "nothing")
            new = visible(line.reason) or after
            yield new if found.before is None else f"{visible(found.before)}{ARROW}{after}"
