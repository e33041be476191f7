"""Numbers in texts: how many of a thing there are, in words, and what a text counts."""

from collections.abc import Collection
from typing import Final

from spaces_sync.model import bounds

_NAMED: Final = 3  # of more names, only the number is told


def whole_number(text: str) -> int | None:
    """The number that a text of up to 18 ASCII digits says; None for any other."""
    if len(text) > bounds.DIGITS.most or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def plural(count: int, noun: str) -> str:
    """`1 removal`, `2 removals`, `2 rights taken away`, `2 children`, `3 people`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {_IRREGULAR.get(noun, f'{noun}s')}"


_IRREGULAR = {
    "child": "children",
    "entry": "entries",
    "data loss": "data losses",
    "person": "people",
    "right taken away": "rights taken away",
}


def first_of(names: Collection[str]) -> str:
    """The first three in order, and of more the number: `ada, ben, carla and 4 more`."""
    ordered = sorted(names)
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return ", ".join(ordered[:_NAMED]) + more
