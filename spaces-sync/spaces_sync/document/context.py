"""What the readers of one document share: the environment, and the problems and places found."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spaces_sync.document.problems import Problem, reason
from spaces_sync.document.tree import Map, place_of
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place


@dataclass(frozen=True, slots=True)
class Context:
    """Every reader of a document adds to `problems` and `places`.

    environment: the variables that the document may use, by name.
    secrets: whether passwords are looked up; else of each one only the origin is known.
    problems: errors and warnings, in the order in which they are found.
    places: as `Declaration.places`.
    """

    environment: Mapping[str, str]
    secrets: bool = True
    problems: list[Problem] = field(default_factory=list)
    places: dict[tuple[Hashable, ...], Place] = field(default_factory=dict)

    def problem(self, place: Place, message: str, code: str) -> None:
        """Adds an error. `code`: a key of `CODES`."""
        self.problems.append(Problem(place, message, code))

    def reject(self, place: Place, error: ValueError, code: str = "address") -> None:
        """Adds an error with the words of `error` as its message."""
        self.problem(place, reason(error), code)

    def warn(self, place: Place, message: str, code: str) -> None:
        """Adds a warning. `code`: a key of `CODES`."""
        self.problems.append(Problem(place, message, code, "warning"))


class DocumentEntry(NamedTuple):
    """A key of `spaces`, `rooms` or `nodes` and its value.

    file: as it is shown to the user.
    mark: of the key.
    body: the value; all of it fits the schema.
    defaults: the file's `defaults` for a space, empty for a room or node.
    """

    file: str
    key: str
    mark: int
    body: Map
    defaults: Map

    @property
    def place(self) -> Place:
        """Where the key of the entry stands."""
        return place_of(self.file, self.mark)

    def place_of(self, key: str) -> Place:
        """Where `key` stands, which `body` must have."""
        return place_of(self.file, self.body.key_mark(key))

    def value_of(self, key: str) -> Place:
        """Where the value of `key` stands, in `body` or else in `defaults`; one must have it."""
        holder = self.body if key in self.body else self.defaults
        return place_of(self.file, holder.value_mark(key))

    def mentions(self, key: str) -> bool:
        """Whether `body` or `defaults` has `key` in the file, with a valid value or not."""
        return self.body.mentions(key) or self.defaults.mentions(key)

    def values(self) -> dict[str, Any]:
        """The values by key: those of `body`, and defaults for keys that it does not mention."""
        unset = {key: each for key, each in self.defaults.items() if not self.body.mentions(key)}
        return {**unset, **self.body}


class SpaceRooms(NamedTuple):
    """A space, as the readers of rooms need it.

    rooms: those that it lists.
    members: the people who become members of these (`members_to_rooms`), and where they stand;
    None: nobody does.
    """

    address: NodeAddress
    rooms: frozenset[Jid]
    members: Mapping[Jid, Place] | None
