"""`previously`: the earlier names of an entry, each of which can belong to one entry only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from spaces_sync.document.context import Context
from spaces_sync.document.problems import shown
from spaces_sync.document.tree import Seq, place_of
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Key

_T = TypeVar("_T", bound=Hashable)
_PREVIOUSLY = "previously"


def previous_names(
    listed: Seq | None,
    file: str,
    address_of: Callable[[str], _T],
    path: tuple[Hashable, ...],
    context: Context,
) -> tuple[_T, ...]:
    """What an entry was called before, without what is a problem, which is reported.

    listed: the value of its `previously`, None where it has none.
    address_of: what a name stands for. Raises `ValueError`.
    path: the key of the entry in `context.places`.
    """
    found: dict[_T, Place] = {}
    for text, mark in zip(listed or (), listed.marks if listed else (), strict=True):
        place = place_of(file, mark)
        try:
            old = address_of(text)
        except ValueError as error:
            context.reject(place, error)
            continue
        if old in found:
            message = f"'previously' names {shown(text)} twice, first at {found[old]}"
            context.problem(place, message, "duplicate")
            continue
        found[old] = context.places[*path, _PREVIOUSLY, old] = place
    return tuple(found)


def check_renames(
    renames: Mapping[_T, Iterable[_T]],
    around: tuple[Hashable, ...],
    context: Context,
    absent: Collection[_T] = (),
) -> None:
    """Reports earlier names that are declared as well, and those that two entries claim.

    renames: earlier names by the new one. around: what comes before a name in the keys of
    `context.places`. absent: what must not exist by an entry of its own: such a name ends.
    """
    claimed: dict[_T, Place] = {}
    for new, olds in renames.items():
        for old in olds:
            place = context.places[*around, new, _PREVIOUSLY, old]
            name = shown(old.target if isinstance(old, Key) else str(old))
            where = context.places.get((*around, old))
            if where and old not in absent:
                message = f"'previously' names {name}, which {where} declares too"
                context.problem(place, message, "contradiction")
            elif where := claimed.get(old):
                message = f"'previously' names {name}, which {where} names too"
                context.problem(place, message, "contradiction")
            else:
                claimed[old] = place
