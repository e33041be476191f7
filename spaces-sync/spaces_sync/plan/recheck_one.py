"""One action held against the one thing that it is about: an item, a marker, a person's right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import without_secrets
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import Item
from spaces_sync.model.xml import serialise
from spaces_sync.plan.actions import (
    Action,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.verification import Causes

MAX_SHOWN: Final = 300  # characters of an item that differs


@dataclass(frozen=True, slots=True)
class Recheck:
    """How an approved action stands to what is live now.

    done: it is in effect. If not, it is due, unless it is `stale` for some causes.
    """

    done: bool
    stale: Causes = ()


def written_item(action: PublishItem | RetractItem | WriteMarker) -> tuple[NodeAddress, str]:
    """The item that an action writes or retracts, by its node and id."""
    match action:
        case (
            PublishItem(node=node, item_id=item_id)
            | RetractItem(node=node, before=Item(id=item_id))
        ):
            return node, item_id
        case WriteMarker(node=node):
            return node, marker.MARKER_ID


def recheck_item(action: Action, held: Item | None) -> Recheck:
    """One publication or retraction held against the item that is there now; None: there is none.

    Raises `TypeError` for another action.
    """
    match action:
        case PublishItem(payload=payload):
            done = held is not None and held.payloads == (payload,)
        case WriteMarker(after=None) | RetractItem():
            done = held is None
        case WriteMarker(after=Marker() as after):
            done = held is not None and held.payloads == marker.item(after).payloads
        case _:
            raise TypeError(f"no action on an item: {action}")
    return Recheck(done, () if done else other_item(action, held))


def recheck_right(action: SetAffiliation | SetSubscription, held: str) -> Recheck:
    """One right held against what somebody has now; `none`: nothing."""
    done = held == action.after
    return Recheck(done, () if done else other_right(action, held))


def other_item(action: PublishItem | RetractItem | WriteMarker, held: Item | None) -> Causes:
    """Why an item is not the one that `action` was planned to replace or retract."""
    if _same(held, action.before):
        return ()
    match action:
        case WriteMarker(before=before):
            then, now = marker.decode(before), marker.decode(held)
            if now is not None and now != then:
                return (Cause("source-changed", after=now.source),)
            return (Cause("marker-changed"),)
        case PublishItem(item_id=item_id) | RetractItem(before=Item(id=item_id)):
            return (Cause("item-changed", item_id, _written(action.before), _written(held)),)


def other_right(action: SetAffiliation | SetSubscription, held: str) -> Causes:
    """Why a right is not the one that `action` was planned to change."""
    if held == action.before:
        return ()
    return (Cause("right-changed", action.jid, action.before, held),)


def _same(one: Item | None, other: Item | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.payloads == other.payloads


def _written(item: Item | None) -> str:
    """An item's payloads, shortened in the middle; empty where there is no item."""
    if item is None:
        return ""
    payloads = (without_secrets(each, "(secret)") for each in item.payloads)
    text = "".join(map(serialise, payloads)) or "without payload"
    half = MAX_SHOWN // 2
    return text if len(text) <= MAX_SHOWN else f"{text[:half]} … {text[-half:]}"
