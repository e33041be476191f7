"""What will be there when a plan has been applied, with the signs of what it does.

What goes is still there, with the sign of its end, so that whoever looks sees it go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.state import (
    Address,
    Child,
    Field,
    Form,
    Item,
    Key,
    Node,
    Room,
    State,
    Values,
)
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.report import action_table
from spaces_sync.report.counted import is_quiet, is_rest_of_rename, renames
from spaces_sync.report.picture import PlanSign

_SIGNS: Mapping[str, PlanSign] = {"+": "+", "~": "~", "-": "-", "→": "→"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`state`: what will be there, and what goes. The rest: which sign what of it has.

    made: objects that are not there yet. former: what a renamed child pointed at.
    """

    state: State
    objects: Mapping[Address, PlanSign] = field(default_factory=dict)
    children: Mapping[tuple[Address, Key], PlanSign] = field(default_factory=dict)
    people: Mapping[tuple[Address, Jid], PlanSign] = field(default_factory=dict)
    made: frozenset[Address] = frozenset()
    former: Mapping[tuple[Address, Key], Key] = field(default_factory=dict)


def foreseen(state: State, actions: Iterable[Action]) -> Foreseen:
    """`state`, which is live, with what `actions` make of it."""
    found = _Changes(dict(state.nodes), dict(state.rooms))
    actions = tuple(actions)
    renamed = renames(actions)
    for action in actions:
        if is_rest_of_rename(action, renamed):
            found.drop(action)
            continue
        found.take(action)
        if not is_quiet(action):
            found.sign(action)
    return Foreseen(
        State(found.nodes, found.rooms),
        found.objects,
        found.children,
        found.people,
        frozenset(found.made),
        found.former,
    )


@dataclass(slots=True)
class _Changes:
    nodes: dict[NodeAddress, Node]
    rooms: dict[Jid, Room]
    objects: dict[Address, PlanSign] = field(default_factory=dict)
    children: dict[tuple[Address, Key], PlanSign] = field(default_factory=dict)
    people: dict[tuple[Address, Jid], PlanSign] = field(default_factory=dict)
    made: set[Address] = field(default_factory=set)
    former: dict[tuple[Address, Key], Key] = field(default_factory=dict)

    def sign(self, action: Action) -> None:
        """The sign of a whole object counts for more than that of a part of it."""
        about, sign = subject(action), _SIGNS[action_table.sign(action)]
        if action_table.is_of_whole_object(action):
            self.objects[about] = sign
        else:
            self.objects.setdefault(about, "~")

    def drop(self, action: Action) -> None:
        """The old item of a renamed child, of which the new one says what it was."""
        if isinstance(action, RetractItem) and (node := self.nodes.get(action.node)):
            left = {key: each for key, each in node.children.items() if key != action.key}
            self.nodes[action.node] = replace(node, children=left)

    def take(self, action: Action) -> None:
        match action:
            case CreateNode(node=address, config=config):
                self.nodes[address] = Node(_fields(config), affiliations={}, subscriptions={})
                self.made.add(address)
            case CreateRoom(room=room, config=config, password=password):
                self.rooms[room] = Room(_fields(config), {}, password)
                self.made.add(room)
            case ConfigureNode(node=address, after=after):
                node = self._node(address)
                self.nodes[address] = replace(node, config={**node.config, **_fields(after)})
            case ConfigureRoom(room=jid, after=after, password=secret):
                room_now = self.rooms.get(jid, Room({}))
                password = room_now.password if secret is None else secret
                changed = {**room_now.config, **_fields(after)}
                self.rooms[jid] = replace(room_now, config=changed, password=password)
            case PublishItem():
                self._publish(action)
            case RetractItem(node=address, key=key):
                self.children[address, key] = "-"
            case WriteMarker(node=address, after=after):
                item = None if after is None else marker.item(after)
                self.nodes[address] = replace(self._node(address), marker=item)
            case SetAffiliation():
                self._affiliate(action)
            case SetSubscription(node=address, jid=jid, after=after):
                self.people[address, jid] = _SIGNS[action_table.sign(action)]
                if after != "none":
                    node = self._node(address)
                    known = {**(node.subscriptions or {}), jid: after}
                    self.nodes[address] = replace(node, subscriptions=known)
            case DeleteNode() | DestroyRoom() | RecordOwnership():
                pass
            case _:
                assert_never(action)

    def _node(self, address: NodeAddress) -> Node:
        return self.nodes.get(address) or Node({})

    def _publish(self, action: PublishItem) -> None:
        node, key = self._node(action.node), action.key
        kind = BY_NAME.get(key.kind)
        fields = kind.fields(action.payload) if kind is not None else {}
        child = Child(key, fields, Item(action.item_id, (action.payload,)))
        self.nodes[action.node] = replace(node, children={**node.children, key: child})
        self.children[action.node, key] = _SIGNS[action_table.sign(action)]
        if action.former is not None and action.before is None:
            self.former[action.node, key] = action.former

    def _affiliate(self, action: SetAffiliation) -> None:
        target, jid, after = action.target, action.jid, action.after
        self.people[target, jid] = _SIGNS[action_table.sign(action)]
        if after == "none":
            return
        if isinstance(target, NodeAddress):
            node = self._node(target)
            known = {**(node.affiliations or {}), jid: after}
            self.nodes[target] = replace(node, affiliations=known)
        else:
            room = self.rooms.get(target, Room({}))
            known = {**(room.affiliations or {}), jid: after}
            self.rooms[target] = replace(room, affiliations=known)


def _fields(config: Mapping[str, Values]) -> Form:
    return {var: Field(values) for var, values in config.items()}
