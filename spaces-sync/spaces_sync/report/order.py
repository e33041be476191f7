"""The order in which reports name things: as people count, `room9` before `room10`."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

_NUMBERS: Final = re.compile("([0-9]+)")

OrderKey: TypeAlias = tuple[tuple[str | tuple[int, str], ...], str]


def order_key(name: str) -> OrderKey:
    """Sorts names by their letters, and the numbers in them by value, however long they are."""
    parts = _NUMBERS.split(name)  # letters and numbers by turns, letters first
    numbers = ((len(each.lstrip("0")), each.lstrip("0")) for each in parts[1::2])
    turns: list[str | tuple[int, str]] = list(parts)
    turns[1::2] = numbers
    return tuple(turns), name
