"""What undoes an action, and what undoes a plan: other actions, as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import (
    EMPTY,
    Field,
    Form,
    Item,
    Node,
    Room,
    Secret,
    Values,
    live_item,
    values_of,
)
from spaces_sync.plan.actions import (
    Action,
    Change,
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
    Why,
    WriteMarker,
)
from spaces_sync.plan.audience import shut_out
from spaces_sync.profile import ACCESS_MODEL, has_password


def inverses(actions: Iterable[Action]) -> tuple[Action, ...]:
    """What undoes `actions`, the last one first.

    An item that did not hold one payload cannot be published again; it stays as it is now.
    """
    undone = (inverse(action) for action in reversed(tuple(actions)) if invertible(action))
    return tuple(each for group in undone for each in group)


def invertible(action: Action) -> bool:
    """Whether `inverse` has something to send: a malformed item cannot be published again."""
    match action:
        case (
            PublishItem(before=Item(payloads=payloads))
            | RetractItem(before=Item(payloads=payloads))
        ):
            return len(payloads) == 1
        case WriteMarker(before=Item() as before):
            return marker.decode(before) is not None
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
        case RetractItem(node=node, key=key, before=before, successor=successor, moved_to=new):
            payload = before.payloads[0]
            return (
                PublishItem(
                    node, key, before.id, None, payload, (), successor, why, moved_from=new
                ),
            )
        case WriteMarker(node=node, before=before, after=after):
            written = None if after is None else marker.item(after)
            return (WriteMarker(node, written, marker.decode(before), why),)
        case RecordOwnership():
            return (_recorded_before(action, why),)
        case SetAffiliation(target=target, jid=jid, before=before, after=after):
            invited = action.invited
            return (SetAffiliation(target, jid, after, before, why, invited=invited),)
        case SetSubscription(node=node, jid=jid, before=before, after=after):
            return (SetSubscription(node, jid, after, before, why),)
        case CreateRoom(room=room, config=config, password=password):
            return (DestroyRoom(room, Room(_form(config), None, password), why),)
        case DestroyRoom(room=room, before=before):
            return tuple(_rebuilt(room, before, why))
        case _:
            assert_never(action)


def subscribers_without_access(node: Node) -> tuple[Jid, ...]:
    """Who was subscribed to a whitelist without being on it: no service would take that again."""
    whitelisted = values_of(node.config, ACCESS_MODEL) == ("whitelist",)
    return shut_out(node, EMPTY) if whitelisted else ()


def _restored(address: NodeAddress, node: Node, why: Why) -> Iterator[Action]:
    """The account that creates it becomes an owner again by that."""
    out = subscribers_without_access(node)
    yield CreateNode(address, _values(node.config), why)
    for jid, affiliation in sorted((node.affiliations or EMPTY).items()):
        yield SetAffiliation(address, jid, "none", affiliation, why)
    for jid, subscription in sorted((node.subscriptions or EMPTY).items()):
        if jid not in out:
            yield SetSubscription(address, jid, "none", subscription, why)
    if (found := marker.decode(node.marker)) is not None:
        yield WriteMarker(address, None, found, why)
    for child in node.children.values():
        item = live_item(child)
        if len(item.payloads) == 1:
            yield PublishItem(address, child.key, item.id, None, item.payloads[0], why=why)


def _rebuilt(jid: Jid, room: Room, why: Why) -> Iterator[Action]:
    untold = room.password is None and has_password(room)
    password = Secret("") if untold else room.password
    yield CreateRoom(jid, _values(room.config), password, why)
    for person, affiliation in sorted((room.affiliations or EMPTY).items()):
        yield SetAffiliation(jid, person, "none", affiliation, why)


def _values(form: Form) -> Mapping[str, Values]:
    return {var: field.values for var, field in form.items() if any(field.values)}


def _unpublish(action: PublishItem, why: Why) -> Action:
    sent = Item(action.item_id, (action.payload,))
    if action.before is None:
        old = action.moved_from
        renamed = action.former is not None  # the plan holds all of what it was before
        return RetractItem(
            action.node, action.key, sent, action.former, why, moved_to=old, restorable=renamed
        )
    changes = tuple(Change(each.field, each.after, each.before) for each in action.changes)
    payload = action.before.payloads[0]
    return replace(action, before=sent, payload=payload, changes=changes, why=why)


def _recorded_before(action: RecordOwnership, why: Why) -> RecordOwnership:
    """What it took from another source's ledger is given back, and the other way round."""
    return RecordOwnership(
        action.about,
        before=action.after,
        after=action.before,
        copies=action.before.copies if action.before is not None else "",
        taken_from=action.given_to,
        why=why,
        taken=action.given,
        given_to=action.taken_from if action.taken is not None else "",
        given=action.taken,
    )


def _form(config: Mapping[str, Values]) -> Form:
    return {var: Field(values) for var, values in config.items()}
