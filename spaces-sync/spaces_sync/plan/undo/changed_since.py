"""How what a plan made or changed differs by now from what it left: that is not taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Node,
    Reading,
    Room,
    Values,
    live_item,
    same_values,
)
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import (
    Action,
    ConfigureRoom,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.dependence import moved
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck_one import Recheck
from spaces_sync.plan.verification import Causes

_Published: TypeAlias = Mapping[tuple[NodeAddress, str], tuple[Xml, ...]]
"""The payloads that a plan published, by node and item."""


def changed_since(
    applied: Plan, undoing: Sequence[Action], rechecks: Sequence[Recheck], reading: Reading
) -> list[Causes]:
    """For each action how its object differs from what the plan left; empty where it does not.

    A renamed child is taken back as a whole: neither of its names without the other. So is a move.
    """
    published = {
        (each.node, each.item_id): (each.payload,)
        for each in applied.actions
        if isinstance(each, PublishItem)
    }
    causes = [
        () if checked.done else checked.stale or _outgrown(applied, published, action, reading)
        for action, checked in zip(undoing, rechecks, strict=True)
    ]
    renames = {_rename(action): why for action, why in zip(undoing, causes, strict=True) if why}
    renames.pop(None, None)
    return [
        why or (() if checked.done else renames.get(_rename(action), ()))
        for action, checked, why in zip(undoing, rechecks, causes, strict=True)
    ]


def _rename(action: Action) -> object | None:
    """What the two halves of a rename within a space, or of a move, have in common."""
    if (move := moved(action)) is not None:
        return move
    match action:
        case (
            PublishItem(node=node, key=key, former=other)
            | RetractItem(node=node, key=key, successor=other)
        ) if other is not None:
            return node, frozenset((key, other))
        case _:
            return None


def _outgrown(applied: Plan, published: _Published, action: Action, reading: Reading) -> Causes:
    """Whether what the plan made has by now what others put there or changed."""
    match action:
        case DeleteNode(node=node) if node in reading.state.nodes:
            live = reading.state.nodes[node]
            return _others_in(published, node, live) or _let_in(applied, node, live)
        case DestroyRoom(room=room) if room in reading.state.rooms:
            return _lived_in(applied, room, reading.state.rooms[room])
        case _:
            return ()


def _lived_in(applied: Plan, room: Jid, live: Room) -> Causes:
    config: dict[str, Values] = {}
    for each in applied.actions:
        match each:
            case CreateRoom(room=made, config=values) | ConfigureRoom(room=made, after=values):
                config.update(values if made == room else EMPTY)
            case _:
                pass
    held = {var: live.config[var].values for var in config if var in live.config}
    if any(not same_values(values, config[var]) for var, values in held.items()):
        return (Cause("configured-since"),)
    return _let_in(applied, room, live)


def _let_in(applied: Plan, target: Address, live: Node | Room) -> Causes:
    """Whether others have rights on it, or are subscribed to it, whom the plan did not let in."""
    people, subscribed = {applied.account: "owner"}, {applied.account}
    for each in applied.actions:
        match each:
            case SetAffiliation(target=where, jid=jid, after=affiliation) if where == target:
                people[jid] = affiliation
            case SetSubscription(node=where, jid=jid) if where == target:
                subscribed.add(jid)
            case _:
                pass
    if (live.affiliations or EMPTY).items() - people.items():
        return (Cause("affiliations-changed"),)
    if isinstance(live, Node) and (live.subscriptions or EMPTY).keys() - subscribed:
        return (Cause("subscribed-since"),)
    return ()


def _others_in(published: _Published, node: NodeAddress, live: Node) -> Causes:
    items = map(live_item, live.children.values())
    others = sum(published.get((node, item.id)) != item.payloads for item in items)
    if not others:
        return ()
    made = sum(each == node for each, _ in published)
    return (Cause("others-put", str(len(live.children)), str(made), str(others)),)
