"""A `Line` as rows of text: one row where all fits on it, else one for each difference."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Place
from spaces_sync.report.cells import width_of
from spaces_sync.report.explain import Difference
from spaces_sync.report.layout import GAP, Row, hanging_indent, shorten, with_right
from spaces_sync.report.lines import Line
from spaces_sync.report.visible import visible

_INDENT = "    "
_BELOW = "        "
_ARROW = " → "


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
    values = ", ".join(filter(None, (_full_text(line, each) for each in line.differences)))
    one = [f"{head} {_identity(line)}".rstrip(), values, visible(line.reason)]
    joined = None if many else with_right((" " * GAP).join(filter(None, one)), right, width)
    if joined is not None:
        yield Row(joined, line.sign)
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
    former, identity = visible(line.former), visible(line.identity)
    below = width - width_of(_BELOW)
    whole = width_of(_identity(line))
    if rest < whole and (full or whole <= below):
        yield Row(with_right(head, right, width) or head, line.sign)
        yield from _rows(_identity(line), width)
    else:
        name = _shortened_pair(former, identity, rest) if former else shorten(identity, rest)
        first = f"{head} {name}".rstrip()
        yield Row(with_right(first, right, width) or first, line.sign)
    for difference in line.differences:
        yield from _rows(
            _full_text(line, difference) if full else _shortened_text(line, difference, below),
            width,
        )
    if line.reason:
        yield from _rows(visible(line.reason), width)


def _rows(text: str, width: int) -> Iterator[Row]:
    return (Row(row) for row in hanging_indent(_BELOW, text, width))


def _identity(line: Line) -> str:
    return visible(f"{line.former}{_ARROW}{line.identity}" if line.former else line.identity)


def _full_text(line: Line, difference: Difference) -> str:
    name, before, after = _shown_texts(line, difference)
    values = [each for each in (before, after) if each is not None]
    return (" " * GAP).join(filter(None, (name, _ARROW.join(values))))


def _shortened_text(line: Line, difference: Difference, width: int) -> str:
    """As `_full_text`, in `width` columns; long values are shortened, two to like lengths."""
    name, before, after = _shown_texts(line, difference)
    values = sum(width_of(each) for each in (before, after) if each) + len(_ARROW)
    name = shorten(name, max(width // 3, width - GAP - values))
    free = width - width_of(name) - GAP
    if before is not None and after is not None:
        value = _shortened_pair(before, after, free)
    else:
        value = shorten(before or after or "", free)
    return (" " * GAP).join(filter(None, (name, value)))


def _shortened_pair(before: str, after: str, width: int) -> str:
    free = width - len(_ARROW)
    before = shorten(before, max(free // 2, free - width_of(after)))
    return f"{before}{_ARROW}{shorten(after, free - width_of(before))}"


def _shown_texts(line: Line, difference: Difference) -> tuple[str, str | None, str | None]:
    """Name, value before and value after of a difference, as far as they are to be shown.

    Of a new child the value that is its short form (`Kind.short`) needs no name, and a field that
    is true no value.
    """
    name = visible(difference.name)
    before, after = difference.before, difference.after
    if line.sign == "-":
        return name, None, visible(f"was {before}") if before is not None else None
    if before is None and (line.sign != "~" or not (line.identity or name)):
        short = BY_NAME[line.noun].short if line.noun in BY_NAME else None
        if difference.name and after == "true":
            return name, None, None
        return ("" if difference.name == short else name), None, _visible(after)
    return name, _visible(before), _visible(after)


def _visible(value: str | None) -> str:
    return "nothing" if value is None else visible(value)
