"""Counts what a plan does, for the closing line, the line of risks and the JSON summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from spaces_sync.fields import ACCESS
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import Address, Key
from spaces_sync.plan.actions import (
    SETTLED,
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
from spaces_sync.plan.plan import Plan

_LADDER: Final = ("outcast", "none", "member", "publish-only", "publisher", "admin", "owner")


@dataclass(frozen=True, slots=True)
class Summary:
    """Each mapping has its words in the order of showing, and no zero."""

    nodes: int  # that are touched
    rooms: int
    actions: Mapping[str, int]
    risks: Mapping[str, int]
    obstacles: int
    notes: int
    left_alone: int


_ACTIONS: Final = (
    "create",
    "configure",
    "publish",
    "move",
    "retract",
    "marker",
    "affiliation",
    "subscription",
    "delete",
)
_RISKS: Final = ("removal", "access change", "right taken away", "unsubscription")


def summarise(plan: Plan) -> Summary:
    """A move counts once, not as a publication and a removal; so does a marker written twice."""
    joined = moves(plan.actions)
    counted = [each for each in plan.actions if not is_old_half(each, joined) and not _again(each)]
    touched = {subject(each) for each in plan.actions}
    nodes = sum(isinstance(address, NodeAddress) for address in touched)
    return Summary(
        nodes=nodes,
        rooms=len(touched) - nodes,
        actions=_counted(_ACTIONS, (_word(each) for each in counted)),
        risks=_counted(_RISKS, (risk for each in counted if (risk := _risk(each)))),
        obstacles=len(plan.obstacles),
        notes=len(plan.notes),
        left_alone=len(plan.left_alone),
    )


Move = tuple[Address, Key, Key]  # node, what it was, what it is


def moves(actions: Iterable[Action]) -> frozenset[Move]:
    """The renamed children whose new item is published in these actions."""
    return frozenset(
        (action.node, action.moved, action.key)
        for action in actions
        if isinstance(action, PublishItem) and action.moved is not None and action.before is None
    )


def is_old_half(action: Action, joined: frozenset[Move]) -> bool:
    """Whether it only retracts what a move in `joined` leaves behind."""
    return (
        isinstance(action, RetractItem)
        and action.moved is not None
        and (action.node, action.key, action.moved) in joined
    )


def _again(action: Action) -> bool:
    return isinstance(action, PublishItem) and action.key == SETTLED


def _counted(order: tuple[str, ...], words: Iterable[str]) -> dict[str, int]:
    counts = Counter(words)
    return {word: counts[word] for word in order if counts[word]}


def _word(action: Action) -> str:
    match action:
        case CreateNode() | CreateRoom():
            return "create"
        case ConfigureNode() | ConfigureRoom():
            return "configure"
        case PublishItem(item_id=item_id) if item_id == MARKER_ID:
            return "marker"
        case PublishItem(before=before, moved=moved):
            return "move" if moved is not None and before is None else "publish"
        case RetractItem():
            return "retract"
        case SetAffiliation():
            return "affiliation"
        case SetSubscription():
            return "subscription"
        case DeleteNode() | DestroyRoom():
            return "delete"
        case _:
            assert_never(action)


def _risk(action: Action) -> str | None:
    match action:
        case RetractItem() | DeleteNode() | DestroyRoom():
            return "removal"
        case ConfigureNode(after=after):
            return "access change" if ACCESS & after.keys() else None
        case ConfigureRoom(after=after, password=password):
            return "access change" if password is not None or ACCESS & after.keys() else None
        case SetAffiliation(before=before, after=after):
            return "right taken away" if _rank(after) < _rank(before) else None
        case SetSubscription(after=after):
            return "unsubscription" if after == "none" else None
        case CreateNode() | CreateRoom() | PublishItem():
            return None
        case _:
            assert_never(action)


def _rank(affiliation: str) -> int:
    return _LADDER.index(affiliation) if affiliation in _LADDER else 1
