"""Holds actions against a `Reading`: which took effect, which still fit what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, assert_never

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import EMPTY, Form, Item, Reading, Values, same_values
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    subject,
)
from spaces_sync.plan.wishes import unkept

Items: TypeAlias = Mapping[NodeAddress, Mapping[str, Item]]


def effects(actions: Iterable[Action], reading: Reading) -> list[str]:
    """For each action what the service does not hold of it, in words; empty where all is so."""
    items = _by_id(reading)
    return [_missing(action, reading, items) for action in actions]


def moved(actions: Iterable[Action], reading: Reading) -> list[str]:
    """For each action how its object differs from what it was planned for; empty where it is so."""
    actions = tuple(actions)
    items = _by_id(reading)
    made = {subject(action) for action in actions if isinstance(action, CreateNode | CreateRoom)}
    return [
        "" if subject(action) in made and not _creates(action) else _moved(action, reading, items)
        for action in actions
    ]


def _creates(action: Action) -> bool:
    return isinstance(action, CreateNode | CreateRoom)


def _by_id(reading: Reading) -> Items:
    return {
        address: {c.item.id: c.item for c in node.children.values() if c.item is not None}
        for address, node in reading.state.nodes.items()
    }


def _missing(action: Action, reading: Reading, items: Items) -> str:
    target = subject(action)
    if target in reading.failed:
        return f"could not be read back: {reading.failed[target]}"
    match action:
        case CreateNode(node=node, config=after) | ConfigureNode(node=node, after=after):
            if node not in reading.state.nodes:
                return "the node is not there"
            return _unkept(unkept(after, reading.state.nodes[node].config))
        case CreateRoom(room=room, config=after) | ConfigureRoom(room=room, after=after):
            if room not in reading.state.rooms:
                return "the room is not there"
            return _unkept(_unkept_room(after, reading.state.rooms[room].config))
        case DeleteNode() | DestroyRoom():
            return "" if target in reading.absent else "it is still there"
        case PublishItem(node=node, item_id=item_id, payload=payload):
            held = items.get(node, EMPTY).get(item_id)
            if held is None:
                return "the item is not there"
            return "" if held.payloads == (payload,) else "the item holds something else"
        case RetractItem(node=node, before=before):
            return "the item is still there" if before.id in items.get(node, EMPTY) else ""
        case SetAffiliation() | SetSubscription():
            found = _word(action, reading)
            return "" if found == action.after else f"{action.jid} is {found}"
        case _:
            assert_never(action)


def _moved(action: Action, reading: Reading, items: Items) -> str:
    target = subject(action)
    if target in reading.failed:
        return reading.failed[target]
    if _creates(action):
        return "" if target in reading.absent else "it is there by now"
    if target in reading.absent:
        return "it is gone"
    match action:
        case ConfigureNode(node=node, before=before):
            return _differs(before, reading.state.nodes[node].config)
        case ConfigureRoom(room=room, before=before):
            return _differs(before, reading.state.rooms[room].config)
        case PublishItem(node=node, item_id=item_id, before=old):
            held = items.get(node, EMPTY).get(item_id)
            return "" if _same(held, old) else "the item is another one by now"
        case RetractItem(node=node, before=old):
            held = items.get(node, EMPTY).get(old.id)
            return "" if _same(held, old) else "the item is another one by now"
        case SetAffiliation() | SetSubscription():
            found = _word(action, reading)
            return "" if found == action.before else f"{action.jid} is {found} by now"
        case _:
            return ""


def _same(one: Item | None, other: Item | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.payloads == other.payloads


def _word(action: SetAffiliation | SetSubscription, reading: Reading) -> str:
    """What `action.jid` is by this reading."""
    if isinstance(action, SetSubscription):
        people = reading.state.nodes[action.node].subscriptions
    elif isinstance(action.target, NodeAddress):
        people = reading.state.nodes[action.target].affiliations
    else:
        people = reading.state.rooms[action.target].affiliations
    return (people or EMPTY).get(action.jid, "none")


def _unkept(fields: Iterable[str]) -> str:
    names = ", ".join(fields)
    return f"the service said yes and did not keep {names}" if names else ""


def _unkept_room(config: Mapping[str, Values], form: Form) -> list[str]:
    """A room's form lists all that its service knows; the rest was a note in the plan."""
    return [
        var
        for var, values in config.items()
        if var in form and not same_values(values, form[var].values)
    ]


def _differs(before: Mapping[str, Values], form: Form) -> str:
    found = [
        var
        for var, values in before.items()
        if not same_values(values, form[var].values if var in form else ())
    ]
    return f"{', '.join(found)} is another by now" if found else ""
