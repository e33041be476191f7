"""Puts rows into the text of a document: lines are added where they belong, and none is changed.

A library that writes a document anew moves comments: to it what stands before the next key belongs
to the key before that, after which something is added; and it writes again what nobody changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from spaces_sync.document.layout import LINE_BREAK
from spaces_sync.document.spans import Span, anchored, last, root_of
from spaces_sync.document.yaml_text import Line, Plain, Remark, Row, Section, flow, written
from spaces_sync.model.declaration import Place
from spaces_sync.model.grouping import grouped

Entry: TypeAlias = Row | Section


class Addition(NamedTuple):
    """A row for the mapping under a section of the file, or under a part of one of its entries.

    entry: where the key of the entry stands; None: the row is an entry. part: a key of the entry;
    empty: the row is a key of the entry.
    """

    section: str
    entry: Place | None
    part: str
    row: Entry


class CannotAddError(Exception):
    """To what stands at `place` nothing can be added."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(f"{place}: nothing can be added here: {why}")


class _Splice(NamedTuple):
    """Text that is put in `at` an index. indent: as of a `_Holder`. The innermost comes first."""

    at: int
    text: str
    indent: int = 0


def with_added(text: str, additions: Iterable[Addition]) -> str:
    """`text`, a valid document, with the rows where they belong. Raises `CannotAddError`."""
    ends = found[0] if (found := LINE_BREAK.search(text)) else "\n"
    text = _closed(text, ends)
    root = root_of(text)
    elsewhere = anchored(root)
    rows: dict[Span, list[Entry]] = {}
    holders: dict[Span, _Holder] = {}
    together = grouped((each[:3], each.row) for each in additions)
    for where, some in together.items():
        holder, added = _holder(root, *where, tuple(some))
        if holder.span in elsewhere or holder.span.anchored:
            raise CannotAddError(holder.place, "an alias says that it stands elsewhere, too")
        holders[holder.span] = holder
        rows.setdefault(holder.span, []).extend(added)
    splices = [_splice(text, holders[span], tuple(each), ends) for span, each in rows.items()]
    for splice in sorted(splices, key=lambda each: (-each.at, each.indent)):
        text = text[: splice.at] + splice.text + text[splice.at :]
    return text


def _closed(text: str, ends: str) -> str:
    """`text` with an end of its last line, where that is none of a block of text."""
    closed = text if LINE_BREAK.fullmatch(text[-1:]) else text + ends
    return closed if last(root_of(closed)).text == last(root_of(text)).text else text


class _Holder(NamedTuple):
    """What rows are added to. indent: columns before a key in it. place: of its own key.

    in_braces: it, or what it stands in.
    """

    span: Span
    indent: int
    in_braces: bool
    place: Place


def _holder(
    root: Span, section: str, place: Place | None, part: str, rows: tuple[Entry, ...]
) -> tuple[_Holder, tuple[Entry, ...]]:
    """The innermost mapping that is there, and the rows with the keys that are not, around them.

    Raises `CannotAddError`.
    """
    start = place or Place("", 1, 1)
    holder = _Holder(root, root.inside_column, root.in_braces, start)
    found = _below(holder, lambda key: key.text == section, start)
    if place is None:
        return (holder, (Section(section, rows),)) if found is None else (found, rows)
    at = (place.line - 1, place.column - 1)
    entry = found and _below(found, lambda key: (key.line, key.column) == at, place)
    if entry is None:
        raise CannotAddError(place, "it comes from an anchor that stands elsewhere")
    inner = _below(entry, lambda key: key.text == part, place) if part else entry
    return (inner, rows) if inner is not None else (entry, (Section(part, rows),))


def _below(holder: _Holder, is_it: Callable[[Span], bool], place: Place) -> _Holder | None:
    """The value of the key that `is_it`; None where there is none."""
    for key, value in holder.span.pairs:
        if is_it(key):
            in_braces = holder.in_braces or value.in_braces
            return _Holder(value, value.inside_column, in_braces, place)
    return None


def _splice(text: str, holder: _Holder, rows: tuple[Entry, ...], ends: str) -> _Splice:
    span = holder.span
    if not span.is_mapping:
        raise CannotAddError(holder.place, "it is no mapping")
    if not span.in_braces:
        return _lines(text, holder, rows, ends)
    if not span.parts:
        return _Splice(span.inside, _pairs(rows))
    return _Splice(span.parts[-1].end, f", {_pairs(rows)}")


def _pairs(rows: Sequence[Entry]) -> str:
    return flow({row.key: _plain(row) for row in rows})[1:-1]


def _plain(row: Entry) -> Plain:
    if isinstance(row, Row):
        return row.value
    return {each.key: _plain(each) for each in row.rows if not isinstance(each, Remark)}


def _lines(text: str, holder: _Holder, rows: Sequence[Entry], ends: str) -> _Splice:
    """Whole lines after the one in which the holder ends, and the comments behind that."""
    at = holder.span.end
    if not LINE_BREAK.fullmatch(text[at - 1 : at]):
        found = LINE_BREAK.search(text, at)
        if found is None:
            raise CannotAddError(
                holder.place, "the file has no end of its last line, which would be text"
            )
        at = found.end()
    lines = written(_without_remarks(rows)).text.split("\n")[:-1]
    made = "".join(f"{' ' * holder.indent if line else ''}{line}{ends}" for line in lines)
    return _Splice(_after_comments(text, at, holder.indent), made, holder.indent)


def _after_comments(text: str, at: int, indent: int) -> int:
    """Where the comments end that follow, as far as they stand as far to the right as the keys."""
    found = at
    while at < len(text):
        ends = LINE_BREAK.search(text, at)
        end = ends.end() if ends else len(text)
        line = text[at:end].strip()
        comment = line.startswith("#") and ends is not None and text.index("#", at) - at >= indent
        if line and not comment:
            break
        at = end
        found = at if line else found
    return found


def _without_remarks(rows: Iterable[Line]) -> Iterator[Entry]:
    for row in rows:
        if isinstance(row, Section):
            yield Section(row.key, tuple(_without_remarks(row.rows)), row.about)
        elif isinstance(row, Row):
            yield row
