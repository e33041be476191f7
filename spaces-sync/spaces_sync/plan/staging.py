"""The stage of each action among the others on its object; stages.py says why they stand so."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.ranks import rank
from spaces_sync.model.state import EMPTY
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
)
from spaces_sync.plan.audience import access_after
from spaces_sync.plan.capacity import goes_elsewhere
from spaces_sync.plan.consequences import Surroundings, gives_up
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.turns import Turn, turn_of
from spaces_sync.profile import PARENT

_STAGES_OF_NODE: Final = {
    Turn.FIRST: Stage.CONFIGURE_NODES,
    Turn.LOSING: Stage.LOSE_DATA,
    Turn.OPENING: Stage.OPEN,
}
_STAGES_OF_ROOM: Final = {
    Turn.FIRST: Stage.ROOMS,
    Turn.CLOSING: Stage.CLOSE_ROOMS,
    Turn.LOSING: Stage.LOSE_DATA,
    Turn.OPENING: Stage.OPEN,
}


def stage(action: Action, around: Surroundings) -> Stage:
    """The stage of an action among the others on its object; see stages.py for the reasons."""
    match action:
        case ConfigureRoom(after=after) if set(after) == {PARENT}:
            return Stage.PARENTS
        case ConfigureNode():
            return _STAGES_OF_NODE[turn_of(action)]
        case ConfigureRoom():
            return _STAGES_OF_ROOM[turn_of(action)]
        case RecordOwnership():
            return Stage.RECORD
        case RetractItem() | WriteMarker(after=None) if (
            around.fit is not None and around.fit.crowded and not goes_elsewhere(action)
        ):
            return Stage.FREE_CAPACITY
        case SetAffiliation():
            return _stage_of_affiliation(action, around)
        case SetSubscription(jid=jid, after=after):
            ours = jid == around.account
            if after == "none":
                return Stage.FOLLOW_UP if ours else Stage.UNSUBSCRIBE
            return Stage.SUBSCRIBE_OURSELVES if ours else Stage.SUBSCRIBE
        case _:
            return action.stage


def _stage_of_affiliation(action: SetAffiliation, around: Surroundings) -> Stage:
    if gives_up(action, around.account):
        return Stage.LAST
    if _reads_on(action, around):
        return Stage.FOLLOW_UP
    if rank(action.after) <= rank(action.before):
        return Stage.REVOKE
    return Stage.GRANT if isinstance(action.target, NodeAddress) else Stage.ROOM_GRANT


def _reads_on(action: SetAffiliation, around: Surroundings) -> bool:
    """Whether somebody stays subscribed without an affiliation once the node is open.

    Before, a service would end the subscription together with the affiliation.
    """
    live = around.live
    subscribed = live is not None and action.jid in (live.subscriptions or EMPTY)
    opens = access_after(around.drafts, live) == ("open",)
    return action.after == "none" and subscribed and opens
