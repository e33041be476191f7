"""A whole plan: its actions in the order of sending, and what it says beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address, Key, Service, nothing
from spaces_sync.plan.actions import Action
from spaces_sync.plan.preconditions import Preconditions

Met: TypeAlias = Literal["by default", "impossible", "kept"]
Spared: TypeAlias = Literal["not ours", "unlisted", "unknown kind", "reserved", "duplicate"]


@dataclass(frozen=True, slots=True)
class Note:
    """No change: how a service meets a wish by itself, why it cannot, or what stays as it is."""

    about: Address
    met: Met
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an object cannot be planned. Any of them keeps the whole plan from being applied.

    `owner` is the source that manages it, where that is the reason.
    """

    about: Address
    text: str
    place: Place | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Something live that the plan does not touch: not ours, of a kind we do not know, or ours.

    Ours is `unlisted` where the file says nothing of its kind, or wants nothing removed.
    """

    about: Address
    key: Key
    why: Spared


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read to make the plan, for the head of a report."""

    services: Mapping[Jid, Service] = field(default_factory=nothing)
    titles: Mapping[Address, str] = field(default_factory=nothing)  # declared, else live
    spaces: int = 0
    items: int = 0
    children: Mapping[Address, int] = field(default_factory=nothing)  # live, of nodes that change
    protected: frozenset[Address] = frozenset()  # by the file that the plan was made from


@dataclass(frozen=True, slots=True)
class Plan:
    account: Jid
    actions: tuple[Action, ...] = ()
    notes: tuple[Note, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    places: Mapping[Address, Place] = field(
        default_factory=nothing
    )  # of each declared node and room
    facts: Facts = field(default_factory=Facts)
    preconditions: Preconditions = field(default_factory=nothing)  # of nodes that change

    @property
    def changes(self) -> bool:
        """The one answer to "is there anything to do?"."""
        return bool(self.actions)


Part: TypeAlias = Action | Note | Obstacle | LeftAlone
"""What planning one object yields; `finish` makes a plan of all of them."""
