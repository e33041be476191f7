"""The ten things a plan can do, as values: the state before and after, the reason, the place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Final, Literal, TypeAlias, assert_never

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Field,
    Form,
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
    unsubscribes: int = 0  # who will not be able to read it any more
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
    what should not be seen is gone. A marker is written before the items that it names: after a
    crash it names one too many, and never one too few.
    """

    CREATE_NODES = 1
    GRANT = 2
    MAKE_ROOM = 3
    CONFIGURE_NODES = 4
    SUBSCRIBE = 5
    MARK = 6
    ROOMS = 7
    ROOM_AFFILIATIONS = 8
    PUBLISH = 9
    RETRACT = 10
    UNSUBSCRIBE = 11
    REVOKE = 12
    SETTLE = 13
    OPEN = 14
    PARENTS = 15
    DELETE = 16


SETTLED: Final = Key("marker", "afterwards")  # the marker once more, when things are gone

RANK: Final = {"outcast": -1, "none": 0, "member": 1, "publish-only": 2, "publisher": 3, "owner": 4}


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
        case (
            PublishItem(before=Item(payloads=payloads))
            | RetractItem(before=Item(payloads=payloads))
        ):
            return len(payloads) == 1
        case _:
            return True


def inverse(action: Action) -> tuple[Action, ...]:
    """What undoes an `invertible` action that has been applied; of a deletion all that it took."""
    why = Why(action.why.reason, action.why.place)
    match action:
        case CreateNode(node=node, config=config):
            return (DeleteNode(node, Node(_form(config)), why),)
        case DeleteNode(node=node, before=before):
            return tuple(_restored(node, before, why))
        case ConfigureNode(node=node, before=before, after=after):
            return (ConfigureNode(node, after, before, why=why),)
        case ConfigureRoom():
            return (replace(action, before=action.after, after=action.before, why=why),)
        case PublishItem():
            return (_unpublish(action, why),)
        case RetractItem(node=node, key=key, before=before):
            payload = before.payloads[0]
            return (PublishItem(node, key, before.id, None, payload, moved=action.moved, why=why),)
        case SetAffiliation() | SetSubscription():
            return (replace(action, before=action.after, after=action.before, why=why),)
        case CreateRoom(room=room, config=config, password=password):
            return (DestroyRoom(room, Room(_form(config), None, password), why),)
        case DestroyRoom(room=room, before=before):
            return tuple(_rebuilt(room, before, why))
        case _:
            assert_never(action)


def _restored(address: NodeAddress, node: Node, why: Why) -> Iterator[Action]:
    """The account that creates it becomes an owner again by that."""
    yield CreateNode(address, _values(node.config), why)
    for jid, word in sorted((node.affiliations or EMPTY).items()):
        yield SetAffiliation(address, jid, "none", word, why)
    for jid, word in sorted((node.subscriptions or EMPTY).items()):
        yield SetSubscription(address, jid, "none", word, why)
    for child in node.children.values():
        item = child.item
        if item is not None and len(item.payloads) == 1:
            yield PublishItem(address, child.key, item.id, None, item.payloads[0], why=why)


def _rebuilt(jid: Jid, room: Room, why: Why) -> Iterator[Action]:
    yield CreateRoom(jid, _values(room.config), room.password, why)
    for person, word in sorted((room.affiliations or EMPTY).items()):
        yield SetAffiliation(jid, person, "none", word, why)


def _values(form: Form) -> Mapping[str, Values]:
    return {var: field.values for var, field in form.items() if any(field.values)}


def _unpublish(action: PublishItem, why: Why) -> Action:
    sent = Item(action.item_id, (action.payload,))
    if action.before is None:
        return RetractItem(action.node, action.key, sent, action.moved, why=why)
    changes = tuple(Change(each.field, each.after, each.before) for each in action.changes)
    payload = action.before.payloads[0]
    return replace(action, before=sent, payload=payload, changes=changes, why=why)


def _form(config: Mapping[str, Values]) -> Form:
    return {var: Field(values) for var, values in config.items()}
