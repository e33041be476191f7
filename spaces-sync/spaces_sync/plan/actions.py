"""The ten things a plan can do, as values: the state before and after, the reason, the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Literal, TypeAlias, assert_never

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address, Field, Form, Item, Key, Room, Secret, Values
from spaces_sync.model.xml import Xml
from spaces_sync.profile import ACCESS_MODEL, PARENT

Reason: TypeAlias = Literal["file", "drift", "required", "rename", "takeover"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an action is in the plan, where the file says so, and what else will happen."""

    reason: Reason = "file"
    place: Place | None = None
    consequences: tuple[str, ...] = ()


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
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class DeleteNode:
    node: NodeAddress
    config: Mapping[str, Values]
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
    """Of a node or a room; `none` is the absence of one."""

    target: Address
    jid: Jid
    before: str
    after: str
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True)
class SetSubscription:
    node: NodeAddress
    jid: Jid
    before: str
    after: str
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

    Whoever should keep access is granted it before a door closes, and a door opens only when
    what should not be seen is gone.
    """

    CREATE_NODES = 1
    GRANT = 2
    MAKE_ROOM = 3
    CONFIGURE_NODES = 4
    SUBSCRIBE = 5
    ROOMS = 6
    ROOM_AFFILIATIONS = 7
    PUBLISH = 8
    RETRACT = 9
    UNSUBSCRIBE = 10
    REVOKE = 11
    OPEN = 12
    PARENTS = 13
    DELETE = 14


RANK = {"outcast": -1, "none": 0, "member": 1, "publish-only": 2, "publisher": 3, "owner": 4}


def stage(action: Action) -> Stage:
    match action:
        case CreateNode():
            return Stage.CREATE_NODES
        case ConfigureNode(after=after):
            opens = after.get(ACCESS_MODEL) == ("open",)
            return Stage.OPEN if opens else Stage.CONFIGURE_NODES
        case PublishItem():
            return Stage.PUBLISH
        case RetractItem(first=first):
            return Stage.MAKE_ROOM if first else Stage.RETRACT
        case SetAffiliation(target=NodeAddress()):
            more = RANK.get(action.after, 0) > RANK.get(action.before, 0)
            return Stage.GRANT if more else Stage.REVOKE
        case SetAffiliation():
            return Stage.ROOM_AFFILIATIONS
        case SetSubscription(after=after):
            return Stage.UNSUBSCRIBE if after == "none" else Stage.SUBSCRIBE
        case CreateRoom():
            return Stage.ROOMS
        case ConfigureRoom(after=after):
            return Stage.PARENTS if set(after) == {PARENT} else Stage.ROOMS
        case DeleteNode() | DestroyRoom():
            return Stage.DELETE
        case _:
            assert_never(action)


def subject(action: Action) -> Address:
    """The node or room that an action is sent to."""
    match action:
        case SetAffiliation(target=target):
            return target
        case CreateRoom() | ConfigureRoom() | DestroyRoom():
            return action.room
        case _:
            return action.node


def invertible(action: Action) -> bool:
    """Whether `inverse` has something to send: a malformed item cannot be published again."""
    match action:
        case PublishItem(before=Item(payloads=payloads)) | RetractItem(
            before=Item(payloads=payloads)
        ):
            return len(payloads) == 1
        case _:
            return True


def inverse(action: Action) -> Action:
    """What undoes an `invertible` action that has been applied."""
    why = replace(action.why, consequences=())
    match action:
        case CreateNode(node=node, config=config):
            return DeleteNode(node, config, why)
        case DeleteNode(node=node, config=config):
            return CreateNode(node, config, why)
        case ConfigureNode() | ConfigureRoom():
            return replace(action, before=action.after, after=action.before, why=why)
        case PublishItem():
            return _unpublish(action, why)
        case RetractItem(node=node, key=key, before=before):
            payload = before.payloads[0]
            return PublishItem(node, key, before.id, None, payload, moved=action.moved, why=why)
        case SetAffiliation() | SetSubscription():
            return replace(action, before=action.after, after=action.before, why=why)
        case CreateRoom(room=room, config=config, password=password):
            return DestroyRoom(room, Room(_form(config), None, password), why)
        case DestroyRoom(room=room, before=before):
            values = {var: field.values for var, field in before.config.items()}
            return CreateRoom(room, values, before.password, why)
        case _:
            assert_never(action)


def _unpublish(action: PublishItem, why: Why) -> Action:
    sent = Item(action.item_id, (action.payload,))
    if action.before is None:
        return RetractItem(action.node, action.key, sent, action.moved, why=why)
    changes = tuple(Change(each.field, each.after, each.before) for each in action.changes)
    payload = action.before.payloads[0]
    return replace(action, before=sent, payload=payload, changes=changes, why=why)


def _form(config: Mapping[str, Values]) -> Form:
    return {var: Field(values) for var, values in config.items()}
