"""Puts rows into the text of a document: lines are added where they belong, and none is changed.

A library that writes a document anew moves comments: to it what stands before the next key belongs
to the key before that, after which something is added; and it writes again what nobody changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

from spaces_sync.document.events import parser
from spaces_sync.document.yaml_text import Line, Plain, Remark, Row, Section, flow, written
from spaces_sync.model.declaration import Place
from spaces_sync.model.grouping import grouped

Entry: TypeAlias = Row | Section
_STEP: Final = 2  # columns that what stands below a key is further to the right


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
    """What stands at `place` is no mapping to which something can be added."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(f"{place}: nothing can be added here: {why}")


class _Insertion(NamedTuple):
    """A text and where it goes. indent: as of a `_Holder`; of one place the innermost is first."""

    at: int
    indent: int
    text: str


def with_added(text: str, additions: Iterable[Addition]) -> str:
    """`text`, a valid document, with the rows where they belong. Raises `CannotAddError`."""
    text = text if text.endswith("\n") else f"{text}\n"
    root: Any = yaml.compose(text, Loader=parser())
    aliased = _aliased(root)
    rows: dict[int, list[Entry]] = {}
    holders: dict[int, _Holder] = {}
    together = grouped((each[:3], each.row) for each in additions)
    for where, some in together.items():
        holder, added = _holder(root, *where, tuple(some))
        if id(holder.node) in aliased:
            raise CannotAddError(holder.place, "an alias says that it stands elsewhere, too")
        holders[id(holder.node)] = holder
        rows.setdefault(id(holder.node), []).extend(added)
    made = [_insertion(text, holders[node], tuple(each)) for node, each in rows.items()]
    for each in sorted(made, key=lambda each: (-each.at, each.indent)):
        text = text[: each.at] + each.text + text[each.at :]
    return text


def _aliased(root: Any) -> frozenset[int]:
    """The identities of the nodes that stand in several places, and of all that is in them."""
    seen, again, waiting = set[int](), list[Any](), [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            again.append(node)
        else:
            seen.add(id(node))
            waiting.extend(_inside(node))
    within = set[int]()
    while again:
        node = again.pop()
        if id(node) not in within:
            within.add(id(node))
            again.extend(_inside(node))
    return frozenset(within)


def _inside(node: Any) -> Iterator[Any]:
    """The keys and values of a mapping, or the entries of a list."""
    for each in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from each if isinstance(each, tuple) else (each,)


class _Holder(NamedTuple):
    """A mapping that rows are added to. indent: columns before a key in it. place: of its key."""

    node: Any
    indent: int
    place: Place


def _holder(
    root: Any, section: str, place: Place | None, part: str, rows: tuple[Entry, ...]
) -> tuple[_Holder, tuple[Entry, ...]]:
    """The innermost node that is there, and the rows with the keys that are not, around them.

    Raises `CannotAddError`.
    """
    start = place or Place("", 1, 1)
    holder = _Holder(root, root.start_mark.column, start)
    found = _below(holder, lambda key: key.value == section, start)
    if found is None:
        return holder, (Section(section, rows),)
    if place is None:
        return found, rows
    at = (place.line - 1, place.column - 1)
    entry = _below(found, lambda key: (key.start_mark.line, key.start_mark.column) == at, place)
    if entry is None:
        raise CannotAddError(place, "it comes from an anchor that stands elsewhere")
    inner = _below(entry, lambda key: key.value == part, place) if part else entry
    return (inner, rows) if inner is not None else (entry, (Section(part, rows),))


def _below(holder: _Holder, is_it: Callable[[Any], bool], place: Place) -> _Holder | None:
    """The mapping under the key that `is_it`; None where there is none."""
    for key, value in holder.node.value:
        if is_it(key):
            indent = _column(value) if value.value else key.start_mark.column + _STEP
            return _Holder(value, indent, place)
    return None


def _column(mapping: Any) -> int:
    """Where the keys of a mapping begin: an anchor may stand in a line before them."""
    first = mapping.value[0][0].start_mark
    begin = mapping.start_mark if mapping.start_mark.line == first.line else first
    column: int = begin.column
    return column


def _insertion(text: str, holder: _Holder, rows: tuple[Entry, ...]) -> _Insertion:
    node = holder.node
    if not node.flow_style:
        return _lines(text, _end(node), rows, holder.indent)
    if not node.value:
        return _Insertion(node.start_mark.index + 1, holder.indent, _pairs(rows))
    return _Insertion(_end(node.value[-1][1]), holder.indent, f", {_pairs(rows)}")


def _pairs(rows: Sequence[Entry]) -> str:
    return flow({row.key: _plain(row) for row in rows})[1:-1]


def _plain(row: Entry) -> Plain:
    if isinstance(row, Row):
        return row.value
    return {each.key: _plain(each) for each in row.rows if not isinstance(each, Remark)}


def _lines(text: str, end: int, rows: Sequence[Entry], indent: int) -> _Insertion:
    """Whole lines after the one in which `end` is, and the comments behind that."""
    ends = "\r\n" if "\r\n" in text else "\n"
    at = end if text[:end].endswith("\n") else text.index("\n", end) + 1
    lines = written(_without_remarks(rows)).text.split("\n")[:-1]
    made = "".join(f"{' ' * indent if line else ''}{line}{ends}" for line in lines)
    return _Insertion(_after_comments(text, at, indent), indent, made)


def _after_comments(text: str, at: int, indent: int) -> int:
    """Where the comments end that follow, as far as they stand as far to the right as the keys."""
    found = at
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        line = text[at:end].strip()
        if line and not (line.startswith("#") and text.index("#", at) - at >= indent):
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


def _end(node: Any) -> int:
    """Where what a node says ends; what follows it may be comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    index: int = node.end_mark.index
    return index
