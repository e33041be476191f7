"""The spaces of services as text: a table for each service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.report.cells import width_of
from spaces_sync.report.layout import GAP, Row, fold, hanging_indent, rendered, shorten
from spaces_sync.report.order import order_key
from spaces_sync.report.reportable import ListedChild, SpaceSummary
from spaces_sync.report.style import Style
from spaces_sync.report.visible import visible

_BELOW: Final = "      "  # before the children of a space
_SPACE: Final = " " * GAP
_COLUMNS: Final = ("node", "title", "exposure", "children", "source")


def render(spaces: Sequence[SpaceSummary], style: Style) -> str:
    """A table for each service in lines of at most `style.columns`."""
    return rendered(_rows(spaces, style.columns), colour=style.colour)


def _rows(spaces: Sequence[SpaceSummary], width: int) -> Iterator[Row]:
    if not spaces:
        yield Row("No spaces.", strong=True)
    ordered = sorted(spaces, key=lambda each: (each.address.service, order_key(each.address.node)))
    for index, (service, group) in enumerate(groupby(ordered, lambda s: s.address.service)):
        found = list(group)
        if index:
            yield Row("")
        head = f"{visible(service)}  {plural(len(found), 'space')}"
        yield from (Row(line, strong=True) for line in fold(head, width))
        yield from _table(found, width)


def _table(spaces: Sequence[SpaceSummary], width: int) -> Iterator[Row]:
    cells = [_COLUMNS, *(_cells(space) for space in spaces)]
    used = [i for i in range(len(_COLUMNS)) if any(row[i] for row in cells[1:])]
    widths = _widths([[row[i] for i in used] for row in cells], width - 2)
    for row, space in zip(cells, [None, *spaces], strict=True):
        shown = (shorten(row[i], columns) for i, columns in zip(used, widths, strict=True))
        padded = (_padded(text, columns) for text, columns in zip(shown, widths, strict=True))
        yield Row("  " + _SPACE.join(padded))
        if space is not None and space.note:
            note = f"not readable: {visible(space.note)}"
            yield from map(Row, hanging_indent("    ", note, width))
        if space is not None and space.contents:
            yield from _contents(space.contents, width - len(_BELOW))


def _contents(children: Sequence[ListedChild], width: int) -> Iterator[Row]:
    """A row each; what a child points at is shortened only where it takes most of the width."""
    cells = [tuple(map(visible, (each.kind, each.target, each.name))) for each in children]
    kinds, targets = (max(width_of(row[i]) for row in cells) for i in (0, 1))
    targets = min(targets, width * 3 // 5)
    for kind, target, name in cells:
        head = f"{_padded(kind, kinds)}{_SPACE}{_padded(shorten(target, targets), targets)}"
        rest = shorten(name, width - width_of(head) - GAP)
        yield Row(f"{_BELOW}{head}{_SPACE}{rest}".rstrip())


def _cells(space: SpaceSummary) -> tuple[str, ...]:
    children = "?" if space.children is None else str(space.children)
    texts = (space.address.node, space.title, space.exposure, children, space.source)
    return tuple(visible(text) for text in texts)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width_of(text))


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Columns of each cell: what the longest needs, less of the widest where that is too much."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    free = width - GAP * (len(widths) - 1)
    while sum(widths) > free:
        widest = max(widths)
        second = max((each for each in widths if each < widest), default=0)
        surplus = min(sum(widths) - free, widest - second)
        widths[widths.index(widest)] -= max(1, surplus)
    return widths
