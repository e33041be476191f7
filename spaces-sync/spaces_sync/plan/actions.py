"""The ten things a plan can do, as values: the state before and after, the reason, the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Literal, TypeAlias, assert_never

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Item,
    Key,
    Node,
    Room,
    Secret,
    Values,
)
from spaces_sync.model.xml import Xml
from spaces_sync.profile import ACCESS_MODEL, PARENT

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
    node: NodeAddress
    config: Mapping[str, Values]
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class ConfigureNode:
    """Only the fields that differ; a field that was not there before has no values there."""

    node: NodeAddress
    before: Mapping[str, Values]
    after: Mapping[str, Values]
    drops: int = 0  # items that a lower `pubsub#max_items` costs
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class DeleteNode:
    """`before` is all that goes with it."""

    node: NodeAddress
    before: Node
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class PublishItem:
    """`payload` is the element that is sent. `moved` is what a renamed child was before."""

    node: NodeAddress
    key: Key
    item_id: str
    before: Item | None
    payload: Xml
    changes: tuple[Change, ...] = ()
    moved: Key | None = None
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class RetractItem:
    """`moved` is what a renamed child is now: its new item is published before.

    `first`: the node has no room for what is published beside what is retracted.
    """

    node: NodeAddress
    key: Key
    before: Item
    moved: Key | None = None
    first: bool = False
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class SetAffiliation:
    """Of a node or a room; `none` is the absence of one.

    `last`: after everything else. Our own account can do nothing more there afterwards, or
    somebody is to stay subscribed to a node that opens.
    """

    target: Address
    jid: Jid
    before: str
    after: str
    last: bool = False
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class SetSubscription:
    """`ours`: the planning account's, without which it might not publish there."""

    node: NodeAddress
    jid: Jid
    before: str
    after: str
    ours: bool = False
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class CreateRoom:
    room: Jid
    config: Mapping[str, Values]
    password: Secret | None = None
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class ConfigureRoom:
    """Only the fields that differ. `password` is None where it stays as it is."""

    room: Jid
    before: Mapping[str, Values]
    after: Mapping[str, Values]
    password: Secret | None = None
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class DestroyRoom:
    room: Jid
    before: Room
    why: Why = field(default_factory=Why)


Action: TypeAlias = (
    CreateNode
    | ConfigureNode
    | DeleteNode
    | PublishItem
    | RetractItem
    | SetAffiliation
    | SetSubscription
    | CreateRoom
    | ConfigureRoom
    | DestroyRoom
)


class Stage(IntEnum):
    """The order of sending. An action waits for all of the stages before its own.

    Whoever should keep access is granted it before a door closes, whoever should lose it has
    lost it before something new is published, and a door opens only when what should not be
    seen is gone. A marker is written before the items that it names: after a crash it names one
    too many, and never one too few. Our own rights go last.
    """

    CREATE_NODES = 1
    GRANT = 2
    UNSUBSCRIBE = 3
    MAKE_ROOM = 4
    CONFIGURE_NODES = 5
    JOIN = 6
    MARK = 7
    ROOMS = 8
    ROOM_GRANT = 9
    REVOKE = 10
    PUBLISH = 11
    RETRACT = 12
    SETTLE = 13
    OPEN = 14
    SUBSCRIBE = 15
    PARENTS = 16
    DELETE = 17
    LAST = 18


SETTLED: Final = Key("marker", "afterwards")  # the marker once more, when things are gone

# Of nodes (XEP-0060 4.1) and of rooms (XEP-0045 5.2).
RANK: Final = {
    "outcast": -1,
    "none": 0,
    "member": 1,
    "publish-only": 2,
    "publisher": 3,
    "admin": 3,
    "owner": 4,
}


def stage(action: Action) -> Stage:
    match action:
        case CreateNode():
            return Stage.CREATE_NODES
        case ConfigureNode(after=after):
            opens = after.get(ACCESS_MODEL) == ("open",)
            return Stage.OPEN if opens else Stage.CONFIGURE_NODES
        case PublishItem(item_id=item_id, key=key):
            if item_id != MARKER_ID:
                return Stage.PUBLISH
            return Stage.SETTLE if key == SETTLED else Stage.MARK
        case RetractItem(first=first):
            return Stage.MAKE_ROOM if first else Stage.RETRACT
        case SetAffiliation():
            return _stage_of_right(action)
        case SetSubscription():
            return _stage_of_subscription(action)
        case CreateRoom():
            return Stage.ROOMS
        case ConfigureRoom(after=after):
            return Stage.PARENTS if set(after) == {PARENT} else Stage.ROOMS
        case DeleteNode() | DestroyRoom():
            return Stage.DELETE
        case _:
            assert_never(action)


def _stage_of_right(action: SetAffiliation) -> Stage:
    if action.last:
        return Stage.LAST
    if RANK.get(action.after, 0) <= RANK.get(action.before, 0):
        return Stage.REVOKE
    return Stage.GRANT if isinstance(action.target, NodeAddress) else Stage.ROOM_GRANT


def _stage_of_subscription(action: SetSubscription) -> Stage:
    if action.after == "none":
        return Stage.LAST if action.ours else Stage.UNSUBSCRIBE
    return Stage.JOIN if action.ours else Stage.SUBSCRIBE


def shut_out(node: Node, changes: Mapping[Jid, str]) -> tuple[Jid, ...]:
    """The subscribers whom a whitelist would shut out, with these changes of affiliations."""
    people = {**(node.affiliations or EMPTY), **changes}
    return tuple(
        jid for jid in node.subscriptions or EMPTY if RANK.get(people.get(jid, "none"), 0) <= 0
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
