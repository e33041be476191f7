"""The spaces of a service as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from rich.cells import cell_len

from spaces_sync.codec import write
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.report.json_formats import (
    LIST_VERSION,
    REPORTS,
    ListedSpace,
    ListFile,
    ListVersion,
)
from spaces_sync.report.layout import GAP, Row, fold, hanging, paint, shorten
from spaces_sync.report.text import NARROWEST
from spaces_sync.report.visible import visible

_COLUMNS: Final = ("node", "title", "exposure", "children", "source")


@dataclass(frozen=True, slots=True)
class Listed:
    """A space. `exposure` is public, private or an access model that is neither.

    `children` is None where they cannot be read; `note` then says why. `source` is who manages
    the space by its marker.
    """

    address: NodeAddress
    title: str
    exposure: str
    children: int | None = None
    note: str = ""
    source: str = ""


def to_data(spaces: Sequence[Listed]) -> dict[str, Any]:
    """As `schema/list.schema.json` describes it."""
    listed = tuple(map(_listed, spaces))
    data: dict[str, Any] = write(REPORTS, ListFile(ListVersion(LIST_VERSION), listed), ListFile)
    return data


def _listed(space: Listed) -> ListedSpace:
    return ListedSpace(
        uri=space.address,
        service=space.address.service,
        node=space.address.node,
        title=space.title,
        exposure=space.exposure,
        children=space.children,
        source=space.source or None,
        note=space.note,
    )


def render(spaces: Sequence[Listed], *, width: int, colour: bool) -> str:
    """A table for each service in lines of at most `width` columns, ending in a line feed."""
    return paint(_rows(spaces, max(width, NARROWEST)), colour=colour)


def _rows(spaces: Sequence[Listed], width: int) -> Iterator[Row]:
    if not spaces:
        yield Row("No spaces.", strong=True)
    ordered = sorted(spaces, key=lambda space: space.address)
    for index, (service, group) in enumerate(groupby(ordered, lambda s: s.address.service)):
        found = list(group)
        if index:
            yield Row("")
        head = f"{visible(service)}  {plural(len(found), 'space')}"
        yield from (Row(line, strong=True) for line in fold(head, width))
        yield from _table(found, width)


def _table(spaces: Sequence[Listed], width: int) -> Iterator[Row]:
    cells = [_COLUMNS, *(_cells(space) for space in spaces)]
    used = [i for i in range(len(_COLUMNS)) if any(row[i] for row in cells[1:])]
    widths = _widths([[row[i] for i in used] for row in cells], width - 2)
    for row, space in zip(cells, [None, *spaces], strict=True):
        shown = (shorten(row[i], columns) for i, columns in zip(used, widths, strict=True))
        padded = (_padded(text, columns) for text, columns in zip(shown, widths, strict=True))
        yield Row("  " + (" " * GAP).join(padded))
        if space is not None and space.note:
            yield from (Row(line, "!") for line in hanging("    ! ", visible(space.note), width))


def _cells(space: Listed) -> tuple[str, ...]:
    children = "?" if space.children is None else str(space.children)
    texts = (space.address.node, space.title, space.exposure, children, space.source)
    return tuple(visible(text) for text in texts)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - cell_len(text))


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Of each column as its longest cell needs; the widest give way first where it is too much."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    free = width - GAP * (len(widths) - 1)
    while sum(widths) > free:
        widest = max(widths)
        second = max((each for each in widths if each < widest), default=0)
        surplus = min(sum(widths) - free, widest - second)
        widths[widths.index(widest)] -= max(1, surplus)
    return widths
