"""A `Line` as rows of text: one row where all fits on it, else one for each difference."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model.declaration import Place
from spaces_sync.report.cells import width_of
from spaces_sync.report.explain import Difference
from spaces_sync.report.layout import (
    GAP,
    Marked,
    Row,
    chained,
    hanging_indent,
    marked_rows,
    shorten,
    with_right,
)
from spaces_sync.report.lines import Line
from spaces_sync.report.told import told
from spaces_sync.report.value_text import (
    ARROW,
    change,
    change_rows,
    is_long,
    labelled,
    shortened_change,
)
from spaces_sync.report.visible import visible

_INDENT = "    "
_BELOW = "        "


def place_text(place: Place | None, width: int) -> str:
    """`file:line` in at most a third of `width`; where that is too narrow the file is shortened."""
    if place is None:
        return ""
    line = f":{place.line}"
    return shorten(visible(place.file), width // 3 - len(line)) + line


def line_rows(line: Line, width: int, *, full: bool) -> Iterator[Row]:
    """The rows of `line`, at most `width` columns each; with `full` no value is shortened."""
    right = place_text(line.place, width)
    head = f"{_INDENT}{line.sign} {visible(line.noun)}"
    many = line.sign == "~" and len(line.differences) > 1
    values = chained((_whole(line, each) for each in line.differences), ", ")
    named = chained((Marked(head), _identity(line)), " ")
    one = chained((named, values, Marked(visible(line.reason))), " " * GAP)
    joined = None if many else with_right(one.text, right, width)
    alone = chained((named, values), " " * GAP)
    without = None if many else with_right(alone.text, right, width)
    if joined is not None:
        yield Row(joined, line.sign, spans=one.spans)
    elif without is not None:
        yield Row(without, line.sign, spans=alone.spans)
        yield from marked_rows(_BELOW, Marked(visible(line.reason)), width)
    else:
        yield from _several_rows(line, head, right, width, full=full)
    for consequence in line.consequences:
        yield from (
            Row(row, "!") for row in hanging_indent(f"{_BELOW}! ", visible(consequence), width)
        )


def _several_rows(line: Line, head: str, right: str, width: int, *, full: bool) -> Iterator[Row]:
    free = width - width_of(right) - GAP
    head = shorten(head, free * 2 // 3)
    rest = free - width_of(head) - 1
    identity = _identity(line)
    whole = width_of(identity.text)
    if rest < whole and (full or whole <= width - width_of(_BELOW)):
        yield Row(with_right(head, right, width) or head, line.sign)
        yield from marked_rows(_BELOW, identity, width)
    else:
        if line.former:
            name = shortened_change(visible(line.former), visible(line.identity), rest)
        else:
            name = Marked(shorten(identity.text, rest))
        first = chained((Marked(head), name), " ")
        joined = with_right(first.text, right, width) or first.text
        yield Row(joined, line.sign, spans=first.spans)
    for difference in line.differences:
        yield from _difference_rows(line, difference, width, full=full)
    if line.reason:
        yield from marked_rows(_BELOW, Marked(visible(line.reason)), width)


def _difference_rows(
    line: Line, difference: Difference, width: int, *, full: bool
) -> Iterator[Row]:
    name, before, after = _shown_texts(line, difference)
    free = width - width_of(_BELOW)
    if before is None or after is None:
        value = before or after or ""
        name = name if full else shorten(name, max(free // 3, free - GAP - width_of(value)))
        value = value if full else shorten(value, free - width_of(name) - GAP * bool(name))
        yield from marked_rows(_BELOW, labelled(name, Marked(value)), width)
        return
    if is_long(before, after, free - width_of(name) - GAP):
        if name:
            yield from marked_rows(_BELOW, Marked(name if full else shorten(name, free)), width)
        yield from change_rows(_BELOW, before, after, width, full=full)
        return
    values = width_of(before) + width_of(after) + width_of(ARROW)
    name = name if full else shorten(name, max(free // 3, free - GAP - values))
    room = free - width_of(name) - GAP * bool(name)
    both = change(before, after) if full else shortened_change(before, after, room)
    yield from marked_rows(_BELOW, labelled(name, both), width)


def _identity(line: Line) -> Marked:
    identity = visible(line.identity)
    return change(visible(line.former), identity) if line.former else Marked(identity)


def _whole(line: Line, difference: Difference) -> Marked:
    name, before, after = _shown_texts(line, difference)
    if before is not None and after is not None:
        return labelled(name, change(before, after))
    return labelled(name, Marked(before or after or ""))


def _shown_texts(line: Line, difference: Difference) -> tuple[str, str | None, str | None]:
    """Name, value before and value after of a difference as they are shown."""
    name, before, after = told(line, difference)
    if line.sign == "-" and before is not None:
        before = f"was {before}"
    return visible(name), _visible(before), _visible(after)


def _visible(value: str | None) -> str | None:
    return None if value is None else visible(value)
