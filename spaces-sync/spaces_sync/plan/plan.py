"""A whole plan: its actions in the order of sending, and what it says beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from spaces_sync.model.addresses import Jid
from spaces_sync.model.annotations import REQUIRED
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address, Key, Service, nothing
from spaces_sync.plan.actions import Action
from spaces_sync.plan.copies import CopyOf, Originals
from spaces_sync.plan.preconditions import Preconditions

NoteReason: TypeAlias = Literal[
    "by default", "impossible", "recommended", "not checked", "made", "stays", "advice"
]
LeftReason: TypeAlias = Literal[
    "not ours", "unlisted", "unknown kind", "reserved", "duplicate", "item"
]

Subject: TypeAlias = Annotated[Address, "The node or room."]
Asking: TypeAlias = Annotated[Place | None, "Where the file asks for it."]


@dataclass(frozen=True, slots=True)
class Note:
    """No change: what a service does by itself or cannot do, what stays, or is seldom meant.

    `recommended`: a field of XEP-0503's table 1 that the service lacks, and the file does not name.
    """

    about: Subject
    reason: Annotated[NoteReason, "Why that is no change."]
    text: Annotated[str, "The service's own evidence, in words."]
    place: Asking = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an object cannot be planned. Any of them keeps the whole plan from being applied.

    `source` is the one that manages it, where that is the reason.
    """

    about: Subject
    text: Annotated[str, "Why, in words."]
    place: Asking = None
    source: Annotated[str, "The source that manages it, where that is the reason."] = ""


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Something live that the plan does not touch: not ours, of a kind we do not know, or ours.

    Ours is `unlisted` where the file says nothing of its kind, or wants nothing removed. `item`: in
    a plain node, of whose items a file says nothing.
    """

    about: Annotated[Address, "The node that lists it."]
    key: Annotated[Key, "The child of the space."]
    reason: Annotated[LeftReason, "Why it is left alone."]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read to make the plan, for the head of a report."""

    services: Annotated[Mapping[Jid, Service], "Each service by its JID.", REQUIRED] = field(
        default_factory=nothing
    )
    titles: Annotated[
        Mapping[Address, str], "Titles by address: declared, else live.", REQUIRED
    ] = field(default_factory=nothing)
    spaces: Annotated[int, "How many spaces were read.", REQUIRED] = 0
    items: Annotated[int, "How many items were read.", REQUIRED] = 0
    children: Annotated[
        Mapping[Address, int], "How many live children each node that changes has.", REQUIRED
    ] = field(default_factory=nothing)
    protected: Annotated[
        frozenset[Address], "What the file that the plan was made from protects.", REQUIRED
    ] = frozenset()
    selection: Annotated[
        str, "The options that narrow it to a part of the files, such as `--space dev`."
    ] = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Whose the plan is, and where it is recorded what that source owns."""

    name: Annotated[str, "The source."]
    home: Annotated[Jid | None, "The service where rooms are recorded."] = None
    operators: Annotated[
        tuple[Jid, ...], "The accounts beside the plan's own that own the ledger."
    ] = ()
    services: Annotated[
        tuple[Jid, ...], "What the source has ledgers about; an apply holds all of them."
    ] = ()
    ledgers: Annotated[
        Mapping[Jid, int],
        "How many items the ledger on a service will hold at most, where the service does not tell "
        "if it keeps so many.",
    ] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in the order of sending, and what people are told beside it."""

    account: Annotated[Jid, "The account that the plan was made with."]
    actions: Annotated[tuple[Action, ...], "What is sent, in this order.", REQUIRED] = ()
    notes: Annotated[
        tuple[Note, ...],
        "Wishes that are no change, because of what the service can hold.",
        REQUIRED,
    ] = ()
    obstacles: Annotated[
        tuple[Obstacle, ...],
        "What cannot be planned. Any of them keeps the plan from being applied.",
        REQUIRED,
    ] = ()
    left_alone: Annotated[
        tuple[LeftAlone, ...], "Live children that the plan does not touch.", REQUIRED
    ] = ()
    places: Annotated[
        Mapping[Address, Place], "Where each declared node and room stands.", REQUIRED
    ] = field(default_factory=nothing)
    facts: Annotated[Facts, "What was read to make the plan.", REQUIRED] = field(
        default_factory=Facts
    )
    preconditions: Annotated[
        Preconditions,
        "What was taken for granted of each node that changes; what has changed since is refused.",
        REQUIRED,
    ] = field(default_factory=nothing)

    source: Annotated[SourceRecord | None, "Whose it is; missing: nothing is recorded."] = None
    originals: Annotated[
        Originals,
        "What objects are made copies of; what has changed since there is not copied as it was.",
    ] = field(default_factory=nothing)

    @property
    def changes(self) -> bool:
        """The one answer to "is there anything to do?"."""
        return bool(self.actions)


Part: TypeAlias = Action | Note | Obstacle | LeftAlone | CopyOf
"""What planning one object yields; `finish` makes a plan of all of them."""
