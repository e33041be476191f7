"""What a plan can do, as values: the state before and after, the stage, the reason, the place.

An action has its usual stage from the start. `finish.finish` sets the stage that it has among the
other actions of its plan; until then it is a draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress, object_named
from spaces_sync.model.annotations import INLINE, REQUIRED
from spaces_sync.model.declaration import Place
from spaces_sync.model.grouping import grouped
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import (
    Address,
    Item,
    Key,
    Node,
    Owned,
    Room,
    Secret,
    Values,
    nothing,
)
from spaces_sync.model.xml import Xml
from spaces_sync.plan.stages import Stage

Reason: TypeAlias = Literal["file", "drift", "default", "required", "rename", "takeover"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an action is in the plan, where the file says so, and what else will happen."""

    reason: Annotated[
        Reason,
        "Why: the file says so, someone else changed it, it has the service's default, XEP-0503 "
        "asks for it, it was renamed, or another source owned it.",
        REQUIRED,
    ] = "file"
    place: Annotated[Place | None, "Where the file says so."] = None
    consequences: Annotated[tuple[str, ...], "What else will happen."] = ()
    by: Annotated[str, "Who made the change that is undone, where the item says so."] = ""


Value: TypeAlias = str | bool | Xml | tuple[Any, ...] | frozenset[Any]
"""What a field of a child holds; tuples and sets hold the same again, or None."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, for people to read."""

    field: Annotated[str, "The key of the language."]
    before: Annotated[Value | None, "What it is now; null is nothing.", REQUIRED]
    after: Annotated[Value | None, "What it will be; null is nothing.", REQUIRED]


OnNode: TypeAlias = Annotated[NodeAddress, "The node that it is done to."]
OnRoom: TypeAlias = Annotated[Jid, "The room that it is done to."]
NewConfig: TypeAlias = Annotated[Mapping[str, Values], "The fields that are sent."]
FieldsBefore: TypeAlias = Annotated[
    Mapping[str, Values],
    "The differing fields as they are now; no values: the field is not there.",
]
FieldsAfter: TypeAlias = Annotated[Mapping[str, Values], "The same fields as they will be."]
FieldsOfFormer: TypeAlias = Annotated[
    Mapping[str, Values],
    "What the fields that are sent are in what it is a copy of, and those that are not copied.",
]
FieldPlaces: TypeAlias = Annotated[
    Mapping[str, Place],
    "Where the file says each of the fields; a password is the field `muc#roomconfig_roomsecret`.",
]
ChildKey: TypeAlias = Annotated[Key, "The child of the space."]
Password: TypeAlias = Annotated[
    Secret | None,
    "Where the password comes from (`env:NAME`, `file:PATH`; `none`: there is none). It is "
    "never written itself.",
]
OnlyInto: TypeAlias = Annotated[
    str, "The access model without which the node must not get it; empty: it is open."
]
Because: TypeAlias = Annotated[Why, INLINE]
Staged: TypeAlias = Annotated[
    Stage,
    "When it is sent: after all of the stages before its own, which stand here in their order.",
    REQUIRED,
]


@dataclass(frozen=True, slots=True)
class CreateNode:
    """Creates a node with its whole configuration in one request (XEP-0060 8.1.3)."""

    node: OnNode
    config: NewConfig
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.CREATE_NODES
    opens: Annotated[bool, "Whether more people can read it than what is copied to it."] = False
    former: Annotated[NodeAddress | None, "The node of which it is a copy, renamed."] = None
    formerly: FieldsOfFormer = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class ConfigureNode:
    """Changes those fields of a node that differ, and no others."""

    node: OnNode
    before: FieldsBefore
    after: FieldsAfter
    drops: Annotated[int, "How many items it costs, at once or with time."] = 0
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.CONFIGURE_NODES
    shuts_out: Annotated[
        int, "How many people it may shut out of whom no other action says so."
    ] = 0
    places: FieldPlaces = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class DeleteNode:
    """Deletes a node with all that is in it."""

    node: OnNode
    before: Annotated[Node, "All that goes with it."]
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.DELETE
    lost: Annotated[
        int, "How many of its items are not, or not so, in the node that it was renamed to."
    ] = 0
    shuts_out: Annotated[
        int, "How many people have fewer rights in that node than here, or are banned here only."
    ] = 0
    renamed_to: Annotated[NodeAddress | None, "The node that it was renamed to."] = None
    arrived: Annotated[
        tuple[Key, ...], "The children of both nodes: without them in that node this one stays."
    ] = ()


@dataclass(frozen=True, slots=True)
class PublishItem:
    """Publishes an item of a node."""

    node: OnNode
    key: ChildKey
    item_id: Annotated[str, "The id that it is published under."]
    before: Annotated[Item | None, "What is there now."]
    payload: Annotated[Xml, "The element that is sent."]
    changes: Annotated[tuple[Change, ...], "What differs, for people to read."] = ()
    former: Annotated[Key | None, "What a renamed child was before."] = None
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.PUBLISH
    access_model: OnlyInto = ""
    moved_from: Annotated[NodeAddress | None, "The node that a moved child was in."] = None
    resembles: Annotated[
        str, "The id of another item that the service may take for this one; empty: of none."
    ] = ""
    opens: Annotated[
        bool,
        "Whether more people can read what others put into it than where it comes from, or than "
        "before it went.",
    ] = False


@dataclass(frozen=True, slots=True)
class RetractItem:
    """Retracts an item of a node; that of a renamed or moved child, when its new one is there."""

    node: OnNode
    key: ChildKey
    before: Annotated[Item, "What is there now."]
    successor: Annotated[Key | None, "What a renamed child is now."] = None
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.RETRACT
    moved_to: Annotated[NodeAddress | None, "The node that a moved child is in then."] = None
    restorable: Annotated[
        bool,
        "Whether the file, or the plan that is taken back, says all of its successor, so that it "
        "may go first.",
    ] = False


@dataclass(frozen=True, slots=True)
class RecordOwnership:
    """Records in the source's ledger what of an object is its own, when the rest has been done.

    What others recorded meanwhile stays: only what differs between `before` and `after` changes.
    """

    about: Annotated[Address, "The node or room."]
    before: Annotated[Owned | None, "What is recorded of it; missing: nothing."]
    after: Annotated[Owned | None, "What will be; missing: nothing of it is owned any more."]
    copies: Annotated[str, "The URI of the node or room that is copied to it meanwhile."] = ""
    taken_from: Annotated[str, "The source whose ledger named it before."] = ""
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.RECORD
    taken: Annotated[Owned | None, "What that ledger said of it; missing: nothing."] = None
    given_to: Annotated[str, "The source whose ledger names it again."] = ""
    given: Annotated[Owned | None, "What that ledger will say of it; missing: nothing."] = None


@dataclass(frozen=True, slots=True)
class WriteMarker:
    """Publishes a space's marker item, or retracts it where `after` is None."""

    node: OnNode
    before: Annotated[Item | None, "The item that is there now."]
    after: Annotated[Marker | None, "What it will say; missing: it is taken away."]
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.WRITE_MARKER
    access_model: OnlyInto = ""


@dataclass(frozen=True, slots=True)
class SetAffiliation:
    """Sets who may do what on a node or in a room; `none` is the absence of an affiliation."""

    target: Annotated[Address, "The node or room."]
    jid: Annotated[Jid, "Whose right it is."]
    before: Annotated[str, "The affiliation now; `none` is none."]
    after: Annotated[str, "The affiliation then."]
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.GRANT
    invited: Annotated[
        bool, "Whether it is for being in a space of the room, or in none any more."
    ] = False


@dataclass(frozen=True, slots=True)
class SetSubscription:
    """Sets who is subscribed to a node, as its owner (XEP-0060 8.8.2); `none` is nobody."""

    node: OnNode
    jid: Annotated[Jid, "Who is subscribed."]
    before: Annotated[str, "The subscription now; `none` is none."]
    after: Annotated[str, "The subscription then."]
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.SUBSCRIBE


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """Creates a room. Without a `password` it has none."""

    room: OnRoom
    config: NewConfig
    password: Password = None
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.ROOMS
    opens: Annotated[
        tuple[str, ...], "How more people can enter, find or see it than the room it is a copy of."
    ] = ()
    former: Annotated[Jid | None, "The room of which it is a copy, renamed."] = None
    formerly: FieldsOfFormer = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class ConfigureRoom:
    """Changes those fields of a room that differ. Without a `password` that stays as it is."""

    room: OnRoom
    before: FieldsBefore
    after: FieldsAfter
    password: Password = None
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.ROOMS
    places: FieldPlaces = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class DestroyRoom:
    """Destroys a room. Its history is lost, too, which no client can read whole."""

    room: OnRoom
    before: Annotated[Room, "What it was."]
    why: Because = field(default_factory=Why)
    stage: Staged = Stage.DELETE
    shuts_out: Annotated[
        int, "How many people have fewer rights in that room than here, or are banned here only."
    ] = 0
    renamed_to: Annotated[
        Jid | None, "The room that it was renamed to; who is in it is told so."
    ] = None


Action: TypeAlias = (
    CreateNode
    | ConfigureNode
    | DeleteNode
    | PublishItem
    | RetractItem
    | WriteMarker
    | RecordOwnership
    | SetAffiliation
    | SetSubscription
    | CreateRoom
    | ConfigureRoom
    | DestroyRoom
)


def to_be_read(action: Action) -> tuple[Address, ...]:
    """What tells whether an action may still be sent: its subject, and what it was renamed to.

    Of a record also what is copied meanwhile: without that, what is copied cannot be taken back.
    """
    match action:
        case DeleteNode(node=about, renamed_to=NodeAddress() as new):
            return about, new
        case DestroyRoom(room=about, renamed_to=str() as new):
            return about, new
        case RecordOwnership(about=about, copies=uri) if (old := object_named(uri)) is not None:
            return about, old
        case _:
            return (subject(action),)


def subject(action: Action) -> Address:
    """The node or room that an action is sent to."""
    match action:
        case SetAffiliation(target=target):
            return target
        case RecordOwnership(about=about):
            return about
        case CreateRoom() | ConfigureRoom() | DestroyRoom():
            return action.room
        case _:
            return action.node


def by_subject(actions: Iterable[Action]) -> Mapping[Address, Sequence[Action]]:
    """`actions` by the node or room that they are sent to."""
    return grouped((subject(each), each) for each in actions)
