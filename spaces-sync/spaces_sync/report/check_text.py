"""A check as text: a table, the worst first, with what the wire showed below each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from spaces_sync.check.values import Checked
from spaces_sync.model.counting import plural
from spaces_sync.report.cells import width_of
from spaces_sync.report.check_view import (
    COLUMNS,
    QUIET,
    Group,
    groups,
    numbers,
    services,
    subject_parts,
    verdict,
)
from spaces_sync.report.layout import GAP, Row, fold, hanging_indent, rendered, shorten, with_right
from spaces_sync.report.line_text import place_text
from spaces_sync.report.style import Style
from spaces_sync.report.visible import printable, visible

_Parts: TypeAlias = Sequence[tuple[str, bool]]
_WIDTHS: Final = (18, 4, 8)  # of result, rule and strength
_BELOW: Final = "    "
_NUMBER: Final = 7  # columns
_SHORTEST: Final = 12  # columns that are left of what a row is about


def render(checked: Checked, style: Style) -> str:
    """In lines of at most `style.columns`."""
    return rendered(_rows(checked, style), colour=style.colour)


def _rows(checked: Checked, style: Style) -> Iterator[Row]:
    width = style.columns
    found = services(checked.findings)
    for service, spaces in found.items():
        yield from (Row(line, strong=True) for line in fold(f"{visible(service)}  {spaces}", width))
    yield Row("")
    if shown := groups(checked, full=style.full):
        head = _cells("result", "rule", "strength", "about")
        yield Row(head if len(head) <= width else head.removesuffix("about"))
        for each in shown:
            yield from _group(each, len(found) > 1, width)
        yield Row("")
    yield from _counts(checked, style)
    yield Row("")
    yield from (Row(line, strong=True) for line in fold(verdict(checked), width))


def _group(group: Group, several: bool, width: int) -> Iterator[Row]:
    said, rule = group.first.said, group.rule
    right = place_text(group.first.place, width)
    head = _cells(said.result, rule.id, rule.strength, "")
    parts = [(visible(t), host) for t, host in subject_parts(said.subject, several=several)]
    more = f" and {group.more} more" if group.more else ""
    free = width - sum(map(width_of, (head, more, right))) - GAP * bool(right)
    if free >= _SHORTEST and _least(parts) <= free:
        left = f"{head}{_shortened(parts, free)}{more}"
        yield Row(with_right(left, right, width) or left, strong=group.counts)
    else:
        yield Row(head, strong=group.counts)
        about = _shortened(parts, width - len(_BELOW) - len(more))
        for text in (f"{about}{more}", right):
            yield from map(Row, hanging_indent(_BELOW, text, width) if text else ())
    cure = f"cure: {group.cure}" if group.cure else ""
    for text in (f"{group.in_words}: {printable(said.evidence)}", cure, said.request):
        yield from map(Row, hanging_indent(_BELOW, text, width) if text else ())


def _least(parts: _Parts) -> int:
    """How many columns the parts have at least: a host can be left out."""
    return sum(1 if host else width_of(text) for text, host in parts)


def _shortened(parts: _Parts, width: int) -> str:
    """The parts in `width` columns: hosts are shortened before names are."""
    over = sum(width_of(text) for text, _ in parts) - width
    shown = []
    for text, host in parts:
        new = shorten(text, max(width_of(text) - over, 1)) if host and over > 0 else text
        over -= width_of(text) - width_of(new)
        shown.append(new)
    return shorten("".join(shown), width)


def _cells(result: str, rule: str, strength: str, about: str) -> str:
    texts = zip((result, rule, strength), _WIDTHS, strict=True)
    padded = (text.ljust(width) for text, width in texts)
    return f"{'  '.join(padded)}  {about}"


def _counts(checked: Checked, style: Style) -> Iterator[Row]:
    yield Row(_number_cells("", COLUMNS))
    for result, row in numbers(checked).items():
        if any(row.values()):
            yield Row(_number_cells(result, [str(row[name] or "·") for name in COLUMNS]))
    quiet = sum(each.said.result in QUIET for each in checked.findings)
    if quiet and not style.full:
        text = f"{plural(quiet, 'finding')} not shown, in which nothing is wrong: --full"
        yield from map(Row, fold(text, style.columns))


def _number_cells(name: str, texts: Sequence[str]) -> str:
    return name.ljust(_WIDTHS[0]) + "".join(text.rjust(_NUMBER) for text in texts)
