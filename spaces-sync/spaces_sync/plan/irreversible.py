"""Which actions cannot be had back, and what each is held against immediately before it is sent.

What a subscriber, an owner or a client has lost by then, no later action brings back: who was
unsubscribed has to join anew, what was read has been read, what somebody wrote meanwhile is gone.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from spaces_sync.model.ranks import rank
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
)
from spaces_sync.plan.effects import field_effects

Scope: TypeAlias = Literal["object", "item"]
"""What is read again: all of the node or room, or the one item that is replaced or retracted."""


def held_against(action: Action) -> Scope | None:
    """What has to be as it was approved when `action` is sent; None: it can be had back."""
    match action:
        case DeleteNode() | DestroyRoom():
            return "object"
        case ConfigureNode(drops=drops):
            return "object" if drops or any(field_effects(action)) else None
        case ConfigureRoom():
            return "object" if any(field_effects(action)) else None
        case SetAffiliation(before=before, after=after):
            return "object" if rank(after) <= rank(before) else None
        case SetSubscription(after=after):
            return "object" if after == "none" else None
        case RetractItem():
            return "item"
        case PublishItem(before=before):
            return None if before is None else "item"
        case CreateNode() | CreateRoom() | WriteMarker() | RecordOwnership():
            return None
        case _:
            assert_never(action)
