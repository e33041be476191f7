"""Which words of two texts differ, and as much of both around them as fits.

The texts are what a reader sees (visible.py): an escape is one word, a character is never cut.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal, NamedTuple, TypeAlias

from spaces_sync.report.cells import head, is_inside, tail, width_of
from spaces_sync.report.layout import shorten

_MOST_WORDS: Final = 400  # of each text that are compared; comparing takes their product
_LONG: Final = 24  # characters of what differs, within which a common beginning and end are sought

# An escape, blanks, one character of a script that has no blanks between words, a word, or one
# character. What is not ASCII and no such character is part of a word: letters, marks, emoji.
_WORD: Final = re.compile(
    r"\\(?:\\|[ntr]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})"
    r"| +"
    "|[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\u0300-\u036f\u3099\u309a]*"
    "|(?:[0-9A-Za-z_]|[^\x00-\x7f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])+"
    "|."
)


class Part(NamedTuple):
    """A piece of one of two texts; `differs`: it is not in the other.

    It is empty and differs where the other text has something more.
    """

    text: str
    differs: bool


Parts: TypeAlias = tuple[Part, ...]


class Pair(NamedTuple):
    """Two texts in parts. The parts that do not differ are the same in both, in the same order."""

    before: Parts
    after: Parts

    @property
    def alike(self) -> bool:
        """Whether anything of the one is in the other, so that it is worth to see what."""
        return any(not part.differs and part.text.strip() for part in self.before)


@lru_cache(maxsize=1024)  # a report is made in stages, of which the first that fits is taken
def word_diff(before: str, after: str) -> Pair:
    """What differs between two texts, word by word; joined, the parts are the texts."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        return Pair(*_trimmed(before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    lefts: list[Part] = []
    rights: list[Part] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            same = Part("".join(old[a:b]), differs=False)
            lefts.append(same)
            rights.append(same)
        else:
            left, right = _trimmed("".join(old[a:b]), "".join(new[c:d]))
            lefts.extend(left)
            rights.extend(right)
    return Pair(_joined(lefts), _joined(rights))


def _trimmed(before: str, after: str) -> tuple[Parts, Parts]:
    """Two texts that differ, without what long ones begin and end with alike."""
    start = end = 0
    shorter = min(len(before), len(after))
    if shorter > _LONG:
        while start < shorter and before[start] == after[start]:
            start += 1
        while start and (is_inside(before, start) or is_inside(after, start)):
            start -= 1
        while end < shorter - start and before[-1 - end] == after[-1 - end]:
            end += 1
        while end and (is_inside(before, len(before) - end) or is_inside(after, len(after) - end)):
            end -= 1
    return _three(before, start, end), _three(after, start, end)


def _three(text: str, start: int, end: int) -> Parts:
    stop = len(text) - end
    found = (
        Part(text[:start], differs=False),
        Part(text[start:stop], differs=True),
        Part(text[stop:], differs=False),
    )
    return tuple(part for part in found if part.text or part.differs)


def _joined(parts: Iterable[Part]) -> Parts:
    found = groupby((p for p in parts if p.text or p.differs), key=lambda part: part.differs)
    return tuple(Part("".join(part.text for part in group), differs) for differs, group in found)


def in_one(pair: Pair) -> Iterator[tuple[Literal["-", "+", ""], str]]:
    """One text of both: each piece of it is only in the first, only in the second, or in both."""
    after = deque(pair.after)
    for part in pair.before:
        if part.differs:
            yield "-", part.text
            continue
        while after[0].differs:
            yield "+", after.popleft().text
        after.popleft()
        yield "", part.text
    yield from (("+", part.text) for part in after)


# --- shortened --------------------------------------------------------------------------------


def shortened(before: str, after: str, width: int) -> Pair:
    """Two texts that differ in at most `width` columns each, from 20 on; `…`: what is left out.

    What differs is shown before what is around it. Where what is shown would be the same, how long
    the texts are tells them apart.
    """
    pair = word_diff(before, after)
    if max(width_of(before), width_of(after)) <= width:
        return pair
    left, right = _around(pair.before, width), _around(pair.after, width)
    if plain(left) != plain(right):
        return Pair(left, right)
    return Pair(_with_length(pair.before, before, width), _with_length(pair.after, after, width))


def plain(parts: Parts) -> str:
    """The text of all parts."""
    return "".join(part.text for part in parts)


def _with_length(parts: Parts, text: str, width: int) -> Parts:
    said = f" ({len(text)} characters)"
    found = _around(parts, width - len(said)) if width > len(said) + 1 else ()
    return (*found, Part(said if found else said[2:-1], differs=True))


def _around(parts: Parts, width: int) -> Parts:
    """The parts in `width` columns: what differs whole where it fits, then what is around it."""
    if sum(width_of(part.text) if part.differs else 1 for part in parts) > width:
        return _one_span(parts, width)
    room = _shared_out([part for part in parts if not part.differs], parts, width)
    return _joined(_fitted(parts, room))


def _shared_out(same: Sequence[Part], parts: Parts, width: int) -> Sequence[int]:
    """The columns of each part that does not differ: all it needs, or an equal share."""
    free = width - sum(width_of(part.text) for part in parts if part.differs)
    needed = [width_of(part.text) for part in same]
    room = [0] * len(same)
    for left, index in enumerate(sorted(range(len(same)), key=needed.__getitem__)):
        room[index] = min(needed[index], free // (len(same) - left))
        free -= room[index]
    return room


def _fitted(parts: Parts, room: Sequence[int]) -> Iterator[Part]:
    columns = iter(room)
    for index, part in enumerate(parts):
        if part.differs:
            yield part
            continue
        cut = _at_start if index == 0 else _at_end if index == len(parts) - 1 else shorten
        yield Part(cut(part.text, next(columns)), differs=False)


def _one_span(parts: Parts, width: int) -> Parts:
    """Where not all that differs fits: from the first that differs to the last, as one text."""
    first = next(index for index, part in enumerate(parts) if part.differs)
    last = max(index for index, part in enumerate(parts) if part.differs)
    before = _at_start(plain(parts[:first]), width // 4)
    after = _at_end(plain(parts[last + 1 :]), width // 4)
    span = plain(parts[first : last + 1])
    span = shorten(span, width - width_of(before) - width_of(after))
    texts = ((before, False), (span, True), (after, False))
    return _joined(Part(text, differs) for text, differs in texts)


def _at_start(text: str, width: int) -> str:
    return _cut(text, width, lambda columns: f"…{tail(text, columns)}")


def _at_end(text: str, width: int) -> str:
    return _cut(text, width, lambda columns: f"{head(text, columns)}…")


def _cut(text: str, width: int, shorter: Callable[[int], str]) -> str:
    return text if width_of(text) <= width else shorter(width - 1) if width > 0 else ""
