"""What is alike as text: lines of one object in one row, objects in one block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.report.alike import LineGroup, ObjectGroup
from spaces_sync.report.cells import width_of
from spaces_sync.report.layout import GAP, Row, hanging_indent, shorten, with_right
from spaces_sync.report.line_text import line_rows, place_text
from spaces_sync.report.lines import Line
from spaces_sync.report.told import Told
from spaces_sync.report.value_text import ARROW
from spaces_sync.report.visible import visible

_NAMED: Final = 3  # of what is alike
_INDENT: Final = "    "


def line_group_rows(group: LineGroup, width: int) -> Iterator[Row]:
    """`+ 50 rooms  a@…, b@…, c@… and 47 more`."""
    line = group.first
    if len(group.lines) == 1:
        yield from line_rows(line, width, full=False)
        return
    head = f"{_INDENT}{line.sign} {plural(len(group.lines), visible(line.noun))}"
    words = " ".join(filter(None, (_values(group), visible(line.reason))))
    right = place_text(group.place, width)
    free = width - width_of(right) - GAP
    head = shorten(f"{head}{' ' * GAP}{words}".rstrip(), free)
    names = names_text((each.identity for each in group.lines), width - width_of(_INDENT * 2))
    joined = with_right(f"{head}{' ' * GAP}{names}", right, width)
    if joined is not None:
        yield Row(joined, line.sign)
    else:
        yield Row(with_right(head, right, width) or head, line.sign)
        yield from map(Row, hanging_indent(_INDENT * 2, names, width))


def object_group_rows(group: ObjectGroup, noun: str, width: int) -> Iterator[Row]:
    """Objects that are alike: how many, a few by name, and what all of it comes to."""
    first = group.first
    right = place_text(first.place, width)
    head = f"{first.sign} {plural(len(group.objects), noun)}"
    names = names_text((each.name for each in group.objects), width - width_of(_INDENT))
    joined = with_right(f"{head}{' ' * GAP}{names}", right, width)
    if joined is not None:
        yield Row(joined, first.sign)
    else:
        yield Row(with_right(head, right, width) or head, first.sign)
        yield from map(Row, hanging_indent(_INDENT, names, width))
    yield from _consequences((text for each in group.objects for text in each.consequences), width)
    for lines in group.lines:
        yield from _common(lines, len(group.objects), width)


def _common(group: LineGroup, objects: int, width: int) -> Iterator[Row]:
    """One kind of line of several objects: its value where all have the same, else how many."""
    line, count = group.first, len(group.lines)
    noun = visible(line.noun)
    if line.identity or count != objects:
        noun = plural(count, noun) if line.identity else f"{noun} of {count}"
    said = _values(group) if not line.identity else ""
    reason = visible(line.reason) if all(x.reason == line.reason for x in group.lines) else ""
    text = (" " * GAP).join(filter(None, (f"{_INDENT}{line.sign} {noun}", said, reason)))
    yield Row(shorten(text, width), line.sign)
    yield from _consequences((text for each in group.lines for text in each.consequences), width)


def _values(group: LineGroup) -> str:
    """What all of them say, on one line; nothing where they differ in that."""
    return ", ".join(filter(None, (_value(group.first, each) for each in group.same)))


def _value(line: Line, each: Told) -> str:
    if line.sign == "-":
        return ""
    values = ARROW.join(visible(value) for value in (each.before, each.after) if value is not None)
    return f"{visible(each.name)} {values}".strip()


def _consequences(texts: Iterable[str], width: int) -> Iterator[Row]:
    """One of them, and how many there are: the end of the plan names what they are about."""
    found = list(texts)
    if found:
        more = f" and {len(found) - 1} more like it" if len(found) > 1 else ""
        text = shorten(visible(found[0]), 2 * (width - 30)) + more
        yield from (Row(line, "!") for line in hanging_indent(f"{_INDENT * 2}! ", text, width))


def names_text(names: Iterable[str], width: int) -> str:
    """Up to three of them, and how many more, in `width` columns; one alone is shortened."""
    found = list(names)
    shown = [visible(each) for each in found[:_NAMED]]
    while shown:
        more = len(found) - len(shown)
        end = f" and {more} more" if more > 0 else ""
        text = f"{', '.join(shown)}{end}"
        if width_of(text) <= width:
            return text
        if len(shown) == 1:
            return f"{shorten(shown[0], width - len(end))}{end}"
        shown.pop()
    return ""
