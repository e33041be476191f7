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


def duration(seconds: float) -> str:
    """`0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.95:  # noqa: PLR2004 - from 10 on tenths say nothing
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - a minute
        return f"{whole} s"
    if whole < 3600:  # noqa: PLR2004 - an hour
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def took(seconds: float | None) -> str:
    """`in 0.8 s`; empty where nobody has noticed, or nobody knows."""
    return f"in {duration(seconds)}" if seconds is not None and seconds >= 0.1 else ""  # noqa: PLR2004 - the least that is told


def first_of(names: Collection[str]) -> str:
    """The first three in order, and of more the number: `ada, ben, carla and 4 more`."""
    ordered = sorted(names)
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return ", ".join(ordered[:_NAMED]) + more
