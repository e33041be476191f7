"""Who changed it since: tells what somebody else did from what the file says anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spaces_sync.model import ledger
from spaces_sync.model.state import Item, Owned, may_be
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    PublishItem,
    SetAffiliation,
    SetSubscription,
)
from spaces_sync.plan.ownership import config_values, right_name


def explained(action: Action, owned: Owned | None) -> Action:
    """`action` with reason `drift` where somebody changed since what this source applied."""
    if owned is None or action.why.reason not in ("file", "default", "required"):
        return action
    match action:
        case PublishItem(before=Item() as before) if len(before.payloads) == 1:
            name, now = ledger.item_name(before.id), ledger.payload_value(before.payloads[0])
            return _drifted(action, owned, {name: now}, before.publisher or "")
        case PublishItem(before=None, item_id=item_id):
            return _drifted(action, owned, {ledger.item_name(item_id): ""}, "")
        case CreateNode(config=config) | CreateRoom(config=config):  # it was there
            return _drifted(action, owned, dict.fromkeys(config_values(config), ""), "")
        case ConfigureNode(before=values) | ConfigureRoom(before=values):
            return _drifted(action, owned, config_values(values), "")
        case SetAffiliation(before=word):
            name = right_name(action)
            return _drifted(action, owned, {name: ledger.values_value((word,))}, "")
        case SetSubscription(jid=jid, before=word):
            name = ledger.subscription_name(jid)
            return _drifted(action, owned, {name: ledger.values_value((word,))}, "")
        case _:
            return action


def _drifted(action: Action, owned: Owned, found: Mapping[str, str], by: str) -> Action:
    """A value that is not known tells nothing."""
    sure = (pair for pair in found.items() if pair[0] not in owned.doubtful)
    known = ((owned.applied.get(name, ""), now) for name, now in sure)
    changed = any(not may_be(then, now) for then, now in known)
    return replace(action, why=replace(action.why, reason="drift", by=by)) if changed else action
