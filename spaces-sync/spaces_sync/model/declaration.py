"""What a document declares: a `State`, what a plan may do with it, and where each word stands."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, KeysView, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.selection import EVERYTHING, Section, Selection
from spaces_sync.model.state import Address, Key, State, nothing

Exposure: TypeAlias = Literal["public", "private"]
Prune: TypeAlias = Literal["owned", "all", "none"]


class Place(NamedTuple):
    """Where something stands in a file; lines and columns count from 1."""

    file: Annotated[str, "The file as it was named."]
    line: Annotated[int, "The line."]
    column: Annotated[int, "The column."]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a plan may do with one declared node or room."""

    exposure: Exposure | None = None  # None: not a space
    sections: frozenset[str] = frozenset()  # the kinds of children that the file speaks of
    prune: Prune = "owned"
    absent_items: tuple[str, ...] = ()  # item ids that must not be there
    protect: bool = False
    previously: tuple[Address, ...] = ()
    former_keys: Mapping[Key, tuple[Key, ...]] = field(
        default_factory=nothing
    )  # child -> what it was before
    invited: frozenset[Jid] | None = None  # who is in spaces whose people are members of a room

    @property
    def is_space(self) -> bool:
        """Whether it is declared under `spaces`; other nodes and rooms have no exposure."""
        return self.exposure is not None

    @property
    def is_private(self) -> bool:
        """Whether it is a space whose exposure is `private` (XEP-0503 3)."""
        return self.exposure == "private"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What files declare together. `state` and `policies` have the same addresses.

    `absent`: what must not exist (`absent: true`), and the section that says so; none of it is
    among `state`. `places` says where a key of the files stands: it has `(address,)`,
    `(address, "config", var)`, `(address, key)` for a child, `(address, "affiliations", jid)`,
    `(address, "subscriptions", jid)` and `(address, "absent_items", id)`. `selection`: what of
    `narrowed_from`, all that the files declare, this is; of the rest nothing is read or planned.
    """

    state: State
    policies: Mapping[Address, Policy]
    places: Mapping[tuple[Hashable, ...], Place] = field(default_factory=nothing)
    source: str | None = None
    services: frozenset[Jid] = frozenset()  # that the file speaks of, also where it lists no space
    home: Jid | None = (
        None  # the default service, on which is recorded what is on no pubsub service
    )
    operators: tuple[Jid, ...] = ()  # the accounts that run this file
    warnings: tuple[tuple[Place, str], ...] = ()
    absent: Mapping[Address, Section] = field(default_factory=nothing)
    selection: Selection = EVERYTHING
    narrowed_from: Declaration | None = None

    @property
    def whole(self) -> Declaration:
        """All that the files declare."""
        return self.narrowed_from or self

    @property
    def spoken_of(self) -> KeysView[Address]:
        """What has an entry in the files: what shall exist, and what must not. In their order."""
        return {**self.policies, **self.absent}.keys()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What has to be read to plan: all that has an entry, and what that was called before."""
        former = (old for policy in self.policies.values() for old in policy.previously)
        return tuple(dict.fromkeys((*self.policies, *self.absent, *former)))

    @property
    def former_of_others(self) -> Mapping[Address, Address]:
        """The earlier names of what is not selected, with its name by now: it is copied first."""
        others = self.narrowed_from.policies if self.narrowed_from is not None else {}
        return {
            old: address
            for address, policy in others.items()
            if address not in self.policies
            for old in policy.previously
        }

    def section(self, address: Address) -> Section:
        """Under which section of the files the object, of which they speak, has its entry."""
        if address in self.absent:
            return self.absent[address]
        if not isinstance(address, NodeAddress):
            return "rooms"
        return "spaces" if self.policies[address].is_space else "nodes"

    def left(self, owned: Iterable[Address]) -> frozenset[Address]:
        """What of `owned`, objects of the source, has left the files, as far as it is selected."""
        gone = frozenset(owned) - self.whole.spoken_of - self.former_of_others.keys()
        return frozenset(address for address in gone if self.selection.selects(address))

    def place(self, *path: Hashable) -> Place | None:
        """Where `path` stands, or the nearest thing around it that has a place."""
        for length in range(len(path), 0, -1):
            if found := self.places.get(path[:length]):
                return found
        return None
