"""What a plan can do, as values: the state before and after, the stage, the reason, the place.

An action has its usual stage from the start. `finish.finish` sets the stage that it has among the
other actions of its plan; until then it is a draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import (
    Address,
    Item,
    Key,
    Node,
    Room,
    Secret,
    Values,
)
from spaces_sync.model.xml import Xml
from spaces_sync.plan.stages import Stage

Reason: TypeAlias = Literal["file", "drift", "default", "required", "rename", "takeover"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an action is in the plan, where the file says so, and what else will happen."""

    reason: Reason = "file"
    place: Place | None = None
    consequences: tuple[str, ...] = ()
    by: str = ""  # who made the change that a `drift` undoes, where the item says


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, for people to read; None is nothing there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class CreateNode:
    """With its whole configuration in one request (XEP-0060 8.1.3)."""

    node: NodeAddress
    config: Mapping[str, Values]
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.CREATE_NODES


@dataclass(frozen=True, slots=True)
class ConfigureNode:
    """Only the fields that differ; a field that was not there before has no values there."""

    node: NodeAddress
    before: Mapping[str, Values]
    after: Mapping[str, Values]
    drops: int = 0  # items that a lower `pubsub#max_items` costs
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.CONFIGURE_NODES


@dataclass(frozen=True, slots=True)
class DeleteNode:
    """`before` is all that goes with it."""

    node: NodeAddress
    before: Node
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.DELETE


@dataclass(frozen=True, slots=True)
class PublishItem:
    """`payload` is the element that is sent. `former` is the key of a renamed child before."""

    node: NodeAddress
    key: Key
    item_id: str
    before: Item | None
    payload: Xml
    changes: tuple[Change, ...] = ()
    former: Key | None = None
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.PUBLISH


@dataclass(frozen=True, slots=True)
class RetractItem:
    """`successor` is the key of a renamed child by now: its new item is published before."""

    node: NodeAddress
    key: Key
    before: Item
    successor: Key | None = None
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.RETRACT


@dataclass(frozen=True, slots=True)
class WriteMarker:
    """Publishes a space's marker item, or retracts it where `after` is None."""

    node: NodeAddress
    before: Item | None
    after: Marker | None
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.WRITE_MARKER


@dataclass(frozen=True, slots=True)
class SetAffiliation:
    """Of a node or a room; `none` is the absence of an affiliation."""

    target: Address
    jid: Jid
    before: str
    after: str
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.GRANT


@dataclass(frozen=True, slots=True)
class SetSubscription:
    """By a node's owner (XEP-0060 8.8.2); `none` is the absence of a subscription."""

    node: NodeAddress
    jid: Jid
    before: str
    after: str
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.SUBSCRIBE


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """`password`: None for a room without one."""

    room: Jid
    config: Mapping[str, Values]
    password: Secret | None = None
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.ROOMS


@dataclass(frozen=True, slots=True)
class ConfigureRoom:
    """Only the fields that differ. `password` is None where it stays as it is."""

    room: Jid
    before: Mapping[str, Values]
    after: Mapping[str, Values]
    password: Secret | None = None
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.ROOMS


@dataclass(frozen=True, slots=True)
class DestroyRoom:
    """`before` is all that goes with it but the history, which no client can read whole."""

    room: Jid
    before: Room
    why: Why = field(default_factory=Why)
    stage: Stage = Stage.DELETE


Action: TypeAlias = (
    CreateNode
    | ConfigureNode
    | DeleteNode
    | PublishItem
    | RetractItem
    | WriteMarker
    | SetAffiliation
    | SetSubscription
    | CreateRoom
    | ConfigureRoom
    | DestroyRoom
)


def subject(action: Action) -> Address:
    """The node or room that an action is sent to."""
    match action:
        case SetAffiliation(target=target):
            return target
        case CreateRoom() | ConfigureRoom() | DestroyRoom():
            return action.room
        case _:
            return action.node
