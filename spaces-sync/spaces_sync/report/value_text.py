"""Two values as text: what differs is marked where there is colour, and is never left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.report.cells import width_of
from spaces_sync.report.layout import GAP, Marked, Row, Span, chained, marked_rows, shorten
from spaces_sync.report.word_diff import Pair, Parts, plain, shortened, word_diff

ARROW: Final = " → "
_BEFORE: Final = "red"
_AFTER: Final = "green"
_WAS: Final = "was  "
_NOW: Final = "now  "


def change(before: str, after: str) -> Marked:
    """`before → after`, whole."""
    return _joined(word_diff(before, after))


def shortened_change(before: str, after: str, width: int) -> Marked:
    """As `change`, in `width` columns: the shorter one whole where it fits in half of them."""
    free = width - width_of(ARROW)
    if width_of(before) + width_of(after) <= free:
        return change(before, after)
    old, new = width_of(before), width_of(after)
    left = min(old, max(free // 2, free - new))
    right = min(new, free - left)
    if min(left, right) < 1:
        return Marked(shorten(f"{before}{ARROW}{after}", width))
    return _joined(
        Pair(shortened(before, after, left).before, shortened(before, after, right).after)
    )


def change_rows(indent: str, before: str, after: str, width: int, *, full: bool) -> Iterator[Row]:
    """Two long values on lines of their own, one below the other; with `full` they are whole."""
    free = width - width_of(indent) - len(_WAS)
    pair = word_diff(before, after) if full else shortened(before, after, free)
    for word, parts, style in ((_WAS, pair.before, _BEFORE), (_NOW, pair.after, _AFTER)):
        marked = _marked(parts, style) if pair.alike else Marked(plain(parts))
        yield from marked_rows(indent + word, marked, width)


def is_long(before: str, after: str, width: int) -> bool:
    """Whether both want more than their half of `width` columns."""
    half = (width - width_of(ARROW)) // 2
    return min(width_of(before), width_of(after)) > half


def labelled(name: str, value: Marked) -> Marked:
    """A value behind its name."""
    return chained((Marked(name), value), " " * GAP)


def _joined(pair: Pair) -> Marked:
    if not pair.alike:
        return Marked(f"{plain(pair.before)}{ARROW}{plain(pair.after)}")
    return chained((_marked(pair.before, _BEFORE), Marked(ARROW), _marked(pair.after, _AFTER)))


def _marked(parts: Parts, style: str) -> Marked:
    spans, position = [], 0
    for part in parts:
        end = position + len(part.text)
        if part.differs and part.text:
            spans.append(Span(position, end, style))
        position = end
    return Marked(plain(parts), tuple(spans))
