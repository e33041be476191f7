"""`previously`: what an entry was called before, and that no two entries were the same thing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from spaces_sync.document.notes import Notes
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import Seq, place_of
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Key

_T = TypeVar("_T", bound=Hashable)
_PREVIOUSLY = "previously"


def earlier(
    listed: Seq | None,
    file: str,
    address_of: Callable[[str], _T],
    path: tuple[Hashable, ...],
    notes: Notes,
) -> tuple[_T, ...]:
    """What `previously` lists for the entry that `path` is the place of.

    `address_of` raises `ValueError`.
    """
    found: dict[_T, Place] = {}
    for text, mark in zip(listed or (), listed.marks if listed else (), strict=True):
        place = place_of(file, mark)
        try:
            old = address_of(text)
        except ValueError as error:
            notes.refuse(place, error)
            continue
        if old in found:
            message = f"'previously' names {shown(text)} twice, first at {found[old]}"
            notes.problem(place, message, "duplicate")
            continue
        found[old] = notes.places[*path, _PREVIOUSLY, old] = place
    return tuple(found)


def check_renames(
    renames: Mapping[_T, Iterable[_T]], around: tuple[Hashable, ...], notes: Notes
) -> None:
    """Nothing can have become something else and still be declared, or have become two things.

    `around` is what stands before the names in their places.
    """
    claimed: dict[_T, Place] = {}
    for new, olds in renames.items():
        for old in olds:
            place = notes.places[*around, new, _PREVIOUSLY, old]
            name = shown(old.target if isinstance(old, Key) else str(old))
            if where := notes.places.get((*around, old)):
                message = f"'previously' names {name}, which {where} declares too"
                notes.problem(place, message, "contradiction")
            elif where := claimed.get(old):
                message = f"'previously' names {name}, which {where} names too"
                notes.problem(place, message, "contradiction")
            else:
                claimed[old] = place
