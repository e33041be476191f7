"""Which actions took effect: what a reading shows of each, whatever the service answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias, assert_never

from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import EMPTY, Form, Item, Node, Reading, Values, same_values
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
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.ownership import is_recorded
from spaces_sync.plan.requirements import is_met_by_password, is_off, not_kept

NodeItems: TypeAlias = Mapping[NodeAddress, Mapping[str, Item]]
"""The items of a reading by node and id, markers among them."""

Causes: TypeAlias = tuple[Cause, ...]


def missing_effects(actions: Iterable[Action], reading: Reading) -> list[Causes]:
    """For each action why it is not in effect by `reading`; no causes where it is.

    Of several actions on one item of the same plan, only the last one's effect is to be seen.
    """
    actions = tuple(actions)
    items = items_by_id(reading)
    final = {item_address(action): action for action in actions}
    return [
        missing(
            final[item_address(action)] if item_address(action) else action,
            reading,
            items,
            wishes=False,
        )
        for action in actions
    ]


def items_by_id(reading: Reading) -> NodeItems:
    """The items of each node that was read."""
    return {
        address: {item.id: item for item in node.items}
        for address, node in reading.state.nodes.items()
    }


def item_address(action: Action) -> tuple[NodeAddress, str] | None:
    """The item that an action writes, and that a later one of the same plan may write again."""
    match action:
        case PublishItem(node=node, item_id=item_id):
            return node, item_id
        case WriteMarker(node=node):
            return node, MARKER_ID
        case _:
            return None


def missing(action: Action, reading: Reading, items: NodeItems, *, wishes: bool = True) -> Causes:
    """Why one action, taken for itself, is not in effect by `reading`; no causes where it is.

    `wishes`: also fields of which a service may make something else.
    """
    target = subject(action)
    if isinstance(action, DestroyRoom) and target in reading.destroyed:
        return ()
    if target in reading.failed and not isinstance(action, RecordOwnership):
        return (Cause("unreadable", after=reading.failed[target]),)
    match action:
        case CreateNode(node=node, config=after) | ConfigureNode(node=node, after=after):
            if node not in reading.state.nodes:
                return (Cause("no-node"),)
            return _not_kept(not_kept(after, reading.state.nodes[node].config, wishes=wishes))
        case CreateRoom(room=room, config=after) | ConfigureRoom(room=room, after=after):
            if room not in reading.state.rooms:
                return (Cause("no-room"),)
            return _not_kept(_not_kept_by_room(after, reading.state.rooms[room].config))
        case DeleteNode() | DestroyRoom():
            return () if target in reading.absent else (Cause("still-there"),)
        case PublishItem(node=node, item_id=item_id, payload=payload):
            return _missing_item(items.get(node, EMPTY).get(item_id), payload)
        case RecordOwnership(about=about):
            now = reading.ownership.settled.get(about)
            settled = is_recorded(action, now) and about not in reading.ownership.intended
            return () if settled else (Cause("not-recorded"),)
        case WriteMarker(node=node, after=wanted):
            held = items.get(node, EMPTY).get(MARKER_ID)
            if wanted is None:
                return (Cause("item-still-there"),) if held else ()
            return _missing_item(held, marker.encode(wanted))
        case RetractItem(node=node, before=before):
            there = before.id in items.get(node, EMPTY)
            return (Cause("item-still-there"),) if there else ()
        case SetAffiliation() | SetSubscription():
            found = right_of(action, reading)
            return () if found == action.after else (Cause("other-right", action.jid, after=found),)
        case _:
            assert_never(action)


def not_offered(action: Action, reading: Reading) -> Causes:
    """The fields of a room that was made which its service does not have.

    Before there is a room, nothing tells which it has.
    """
    live = reading.state.rooms.get(action.room) if isinstance(action, CreateRoom) else None
    if live is None or not isinstance(action, CreateRoom):
        return ()
    wanted = {var: values for var, values in action.config.items() if var not in live.config}
    names = ", ".join(
        var
        for var, values in sorted(wanted.items())
        if not (is_off(values) or is_met_by_password(var, values, action.password))
    )
    return (Cause("not-offered", names),) if names else ()


def _missing_item(held: Item | None, payload: object) -> Causes:
    if held is None:
        return (Cause("no-item"),)
    return () if held.payloads == (payload,) else (Cause("other-item"),)


def _not_kept(fields: Iterable[str]) -> Causes:
    names = ", ".join(fields)
    return (Cause("not-kept", names),) if names else ()


def _not_kept_by_room(config: Mapping[str, Values], form: Form) -> list[str]:
    """A room's form lists all that its service knows; the rest was a note in the plan."""
    return [
        var
        for var, values in config.items()
        if var in form and not same_values(values, form[var].values)
    ]


def right_of(action: SetAffiliation | SetSubscription, reading: Reading) -> str:
    """The affiliation or subscription of `action.jid` by this reading."""
    live = reading.state.get(subject(action))
    if isinstance(action, SetAffiliation):
        people = live.affiliations if live is not None else None
    else:
        people = live.subscriptions if isinstance(live, Node) else None
    return (people or EMPTY).get(action.jid, "none")
