"""What of a plan has to be allowed, by the words of `--allow`, and one case of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address
from spaces_sync.plan.removals import Removal

Allowable: TypeAlias = Literal[
    "remove",
    "delete-space",
    "delete-node",
    "destroy-room",
    "lose-access",
    "drop-items",
    "remove-owner",
    "open-access",
]
Counted: TypeAlias = tuple[str, str]
"""What one is called, and what more are: `1 room ends`, `2 rooms end`."""

SHUTS_OUT: Final[Counted] = ("room shuts people out", "rooms shut people out")
"""Nobody tells how many these are, so that the room counts as one."""

OTHER_RIGHTS: Final[Counted] = ("person has other rights", "people have other rights")
"""Under a new name: fewer, or no ban any more."""

Guard: TypeAlias = Literal[Allowable, "protect"]
Limit: TypeAlias = int | frozenset[str] | None
"""How many, which by name, or any."""
Allowed: TypeAlias = Mapping[Allowable, Limit]
"""How much of what a guard stops the whole plan may do."""

ALLOWABLE: Final[tuple[Allowable, ...]] = get_args(Allowable)
GUARDS: Final[tuple[Guard, ...]] = (*ALLOWABLE, "protect")

WHOLE: Final[frozenset[Removal]] = frozenset(get_args(Removal))
"""What takes a whole object; those to be removed are counted or named."""

NAMED: Final[frozenset[Allowable]] = WHOLE | {"open-access"}
"""What may be allowed by the names of objects."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that a guard stops, and where the file says so.

    counted_as: what one, and more, of it are called, where its guard's own words do not fit.
    """

    about: Address
    text: str
    place: Place | None = None
    counted_as: Counted | None = None
