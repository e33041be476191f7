"""What of a plan is alike, so that a reader sees it once with its number: lines, and objects.

Who can read a node is never folded away: nodes that differ in that are not alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from spaces_sync.model.declaration import Place
from spaces_sync.model.grouping import grouped
from spaces_sync.profile import ACCESS_MODEL
from spaces_sync.report.lines import Line
from spaces_sync.report.told import Told, told
from spaces_sync.report.view import ObjectView
from spaces_sync.report.words import PEOPLE, Sign, label

_ACCESS: Final = label(ACCESS_MODEL)
_FOLDED_FROM: Final[Mapping[Sign, int]] = {"+": 9, "-": 9, "→": 21, "~": 21, "·": 9}
"""So many lines of one object that are alike are one, by their sign: of what is new, or goes, the
name says all."""
_NAMED: Final = 3
FEW: Final = 4
"""From so many on it is worth to fold what is alike where there is much of it."""


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines of one object, or of several, that are alike; one stands for itself."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        """One of them."""
        return self.lines[0]

    @property
    def place(self) -> Place | None:
        """Where the first of them stands in the files."""
        return min((each.place for each in self.lines if each.place is not None), default=None)

    @property
    def same(self) -> Sequence[Told]:
        """What differs, where it is the same in all of them."""
        return _same(self.lines)


@dataclass(frozen=True, slots=True)
class ObjectGroup:
    """Objects of one service that are alike, with all of their lines."""

    objects: tuple[ObjectView, ...]
    lines: tuple[LineGroup, ...]

    @property
    def first(self) -> ObjectView:
        """One of them."""
        return self.objects[0]


def line_groups(lines: Iterable[Line], *, few: bool) -> Sequence[LineGroup]:
    """In order; what has a consequence, or no name of its own, stands alone.

    `few`: also where only some are alike.
    """
    found: list[LineGroup] = []
    for alike in grouped((_line_key(line), line) for line in lines).values():
        sign = alike[0].sign
        if len(alike) >= (FEW if few else _FOLDED_FROM[sign]) and _may_fold(alike[0]):
            found.append(LineGroup(tuple(alike)))
        else:
            found.extend(LineGroup((line,)) for line in alike)
    return found


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Lines of one object that stand below each other; `folded`: they are alike, and many."""

    lines: tuple[Line, ...]
    folded: bool = False

    @property
    def first_names(self) -> Sequence[str]:
        """What a few of them are about, beside which the number of all is told."""
        return [line.identity for line in self.lines[:_NAMED]]

    @property
    def new_values(self) -> Sequence[str]:
        """What they will be, where that is the same in all of them."""
        words = (" ".join(filter(None, (each.name, each.after))) for each in _same(self.lines))
        return [each for each in words if each and self.lines[0].sign != "-"]


def _same(lines: Sequence[Line]) -> Sequence[Told]:
    found = {tuple(told(line, each) for each in line.differences) for line in lines}
    return found.pop() if len(found) == 1 else ()


def line_blocks(lines: Iterable[Line]) -> Iterator[LineBlock]:
    """All lines, in order, for a format in which a reader can open what is folded."""
    alone: list[Line] = []
    for group in line_groups(lines, few=False):
        if len(group.lines) == 1:
            alone.append(group.first)
            continue
        if alone:
            yield LineBlock(tuple(alone))
            alone = []
        yield LineBlock(group.lines, folded=True)
    if alone:
        yield LineBlock(tuple(alone))


def _may_fold(line: Line) -> bool:
    return bool(line.identity) and not line.consequences


def _line_key(line: Line) -> Hashable:
    """People are alike who get the same right."""
    values = line.differences if line.noun in PEOPLE else ()
    return (line.sign, line.noun, line.reason, values, line.consequences, bool(line.identity))


Alike: TypeAlias = Callable[[ObjectView], Hashable]


def by_what_changes(each: ObjectView) -> Hashable:
    """Objects of which the same things change, whatever the values."""
    kinds = frozenset((line.sign, line.noun) for line in each.lines if not line.expected)
    return (each.sign, each.reason, kinds, by_readers(each))


def by_readers(each: ObjectView) -> Hashable:
    """Objects to which the same is done as a whole, and that the same people can read."""
    return (each.sign, frozenset(line.differences for line in each.lines if line.noun == _ACCESS))


def object_groups(objects: Iterable[ObjectView], alike: Alike) -> Sequence[ObjectGroup]:
    """In the order of the first of each."""
    groups = grouped((alike(each), each) for each in objects).values()
    return [ObjectGroup(tuple(each), _lines_of(each)) for each in groups]


def _lines_of(objects: Sequence[ObjectView]) -> tuple[LineGroup, ...]:
    lines = (line for each in objects for line in each.lines if not line.expected)
    return tuple(
        LineGroup(tuple(each)) for each in grouped(((x.sign, x.noun), x) for x in lines).values()
    )
