"""What the readers of a document write down as they go: problems and places."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spaces_sync.document.problems import Problem, reason
from spaces_sync.document.tree import Map, place_of
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place


@dataclass(frozen=True, slots=True)
class Notes:
    """Shared by all readers of one document."""

    environment: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[Hashable, ...], Place] = field(default_factory=dict)

    def problem(self, place: Place, message: str, code: str) -> None:
        self.problems.append(Problem(place, message, code))

    def refuse(self, place: Place, error: ValueError, code: str = "address") -> None:
        """A problem in the words of `error`."""
        self.problem(place, reason(error), code)

    def warn(self, place: Place, message: str, code: str) -> None:
        self.problems.append(Problem(place, message, code, "warning"))


class DocumentEntry(NamedTuple):
    """A key of `spaces`, `rooms` or `nodes` with what it says; `at` is the key's mark.

    `defaults` are those of its file for spaces, and empty for all else.
    """

    file: str
    key: str
    at: int
    body: Map
    defaults: Map

    @property
    def place(self) -> Place:
        return place_of(self.file, self.at)

    def place_of(self, key: str) -> Place:
        """Where one of the entry's own keys stands."""
        return place_of(self.file, self.body.key_mark(key))

    def value_of(self, key: str) -> Place:
        """Where the value of a key stands, in the entry or else in the defaults."""
        holder = self.body if key in self.body else self.defaults
        return place_of(self.file, holder.value_mark(key))

    def said(self, key: str) -> bool:
        """Whether the file has a value for `key` here, be it right or wrong."""
        return self.body.said(key) or self.defaults.said(key)

    def values(self) -> dict[str, Any]:
        """All that counts here: a default only where the entry itself says nothing."""
        kept = {key: each for key, each in self.defaults.items() if not self.body.said(key)}
        return {**kept, **self.body}


class SpaceRooms(NamedTuple):
    """A space as its rooms need it: which rooms it lists, and whom it makes their members."""

    address: NodeAddress
    rooms: frozenset[Jid]
    members: Mapping[Jid, Place]
