"""How what a plan made or changed differs by now from what it left: that is not taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import OWN
from spaces_sync.model.state import EMPTY, Node, Reading, Room, Values, same_values
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
)
from spaces_sync.plan.ownership import children
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.standing import Standing

_Put: TypeAlias = Mapping[tuple[NodeAddress, str], tuple[Xml, ...]]
"""What a plan published, by node and item."""


def moved_on(
    applied: Plan, undoing: Sequence[Action], stands: Sequence[Standing], reading: Reading
) -> list[str]:
    """For each action how its object differs from what the plan left; empty where it does not.

    A renamed child is taken back as a whole: neither of its names without the other.
    """
    put = {
        (each.node, each.item_id): (each.payload,)
        for each in applied.actions
        if isinstance(each, PublishItem) and not each.item_id.startswith(OWN)
    }
    how = [
        "" if stand.done else stand.moved or _outgrown(applied, put, action, reading)
        for action, stand in zip(undoing, stands, strict=True)
    ]
    moves = {_move(action): why for action, why in zip(undoing, how, strict=True) if why}
    moves.pop(None, None)
    return [
        why or ("" if stand.done else moves.get(_move(action), ""))
        for action, stand, why in zip(undoing, stands, how, strict=True)
    ]


def _move(action: Action) -> object | None:
    match action:
        case PublishItem(moved=moved) | RetractItem(moved=moved) if moved is not None:
            return action.node, frozenset((action.key, moved))
        case _:
            return None


def _outgrown(applied: Plan, put: _Put, action: Action, reading: Reading) -> str:
    """Whether what the plan made has by now what others put there or changed."""
    match action:
        case DeleteNode(node=node) if node in reading.state.nodes:
            return _others_in(put, node, reading.state.nodes[node])
        case DestroyRoom(room=room) if room in reading.state.rooms:
            return _lived_in(applied, room, reading.state.rooms[room])
        case _:
            return ""


def _lived_in(applied: Plan, room: Jid, live: Room) -> str:
    config: dict[str, Values] = {}
    people = {applied.account: "owner"}
    for each in applied.actions:
        match each:
            case CreateRoom(room=made, config=values) | ConfigureRoom(room=made, after=values):
                config.update(values if made == room else EMPTY)
            case SetAffiliation(target=target, jid=jid, after=word) if target == room:
                people[jid] = word
            case _:
                pass
    held = {var: live.config[var].values for var in config if var in live.config}
    if any(not same_values(values, config[var]) for var, values in held.items()):
        return "somebody has configured it since"
    others = (live.affiliations or EMPTY).items() - people.items()
    return "somebody has changed its affiliations since" if others else ""


def _others_in(put: _Put, node: NodeAddress, live: Node) -> str:
    held = (child.item for child in live.children.values())
    others = sum(
        item is not None
        and not item.id.startswith(OWN)
        and put.get((node, item.id)) != item.payloads
        for item in held
    )
    made = sum(each == node for each, _ in put) if others else 0
    said = f"the plan put {made} items there, and of the {children(live)} there now"
    return f"{said} {others} are others" if others else ""
