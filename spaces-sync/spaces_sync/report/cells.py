"""How many columns text takes, and where it can be cut: never within a character of several.

Terminals differ over emoji of several characters: a new one shows a family in 2 columns, an older
one each person for itself. What counts here is the most that any of them takes, so that no line is
wider than asked for.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rich.cells import cell_len

from spaces_sync.report.joiners import REGIONS, SELECTOR, SKIN_TONES, TAGS, ZWJ, ZWNJ


class _Widths(dict[str, int]):
    """The columns of each character, found out when it is met first."""

    def __missing__(self, character: str) -> int:
        self[character] = 0 if _adds_nothing(character) else cell_len(character)
        if unicodedata.category(character) == "Mc":  # a vowel beside its letter
            self[character] = 1
        return self[character]


def _adds_nothing(character: str) -> bool:
    return character in (ZWJ, ZWNJ) or TAGS[0] <= character <= TAGS[-1]


_WIDTHS: Final = _Widths()


def width_of(text: str) -> int:
    """The columns that `text` takes, at most."""
    if text.isascii():
        return len(text)
    # What the selector makes a picture is 2 wide; a character alone was counted as 1.
    return sum(map(_WIDTHS.__getitem__, text)) + text.count(SELECTOR)


def head(text: str, width: int) -> str:
    """As much of the beginning as fits; "" where the first character is too wide."""
    end = min(len(text), max(width, 0))
    # The character behind it may belong to the last one.
    return text[: _whole(text, end) if text[:end].isascii() else _fitting(text, width)]


def _fitting(text: str, width: int) -> int:
    taken = 0
    for end, character in enumerate(text):
        taken += _WIDTHS[character] + (character == SELECTOR)
        if taken > width:
            return _whole(text, end)
    return len(text)


def tail(text: str, width: int) -> str:
    """As much of the end as fits."""
    taken, start = 0, len(text)
    while start:
        character = text[start - 1]
        taken += _WIDTHS[character] + (character == SELECTOR)
        if taken > width:
            break
        start -= 1
    while start < len(text) and is_inside(text, start):
        start += 1
    return text[start:]


def _whole(text: str, end: int) -> int:
    """`end`, or before it, where a character begins."""
    while end and is_inside(text, end):
        end -= 1
    return end


def is_inside(text: str, at: int) -> bool:
    """Whether what stands there belongs to what stands before it."""
    if not 0 < at < len(text):
        return False
    here, before = text[at], text[at - 1]
    if {here, before} & {ZWJ, ZWNJ}:
        return True
    if _is_region(here):
        return _regions_before(text, at) % 2 == 1
    return (
        unicodedata.category(here).startswith("M")
        or SKIN_TONES[0] <= here <= SKIN_TONES[-1]
        or TAGS[0] <= here <= TAGS[-1]
    )


def _is_region(character: str) -> bool:
    return REGIONS[0] <= character <= REGIONS[-1]


def _regions_before(text: str, at: int) -> int:
    """How many letters of flags stand there in a row; two are a flag."""
    start = at
    while start and _is_region(text[start - 1]):
        start -= 1
    return at - start
