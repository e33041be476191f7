"""What each action is held against immediately before it is sent: one table.

What a subscriber, an owner or a client has lost by then, no later action brings back: who was
unsubscribed has to join anew, what was read has been read, what somebody wrote meanwhile is gone.
That goes for what an action replaces unseen, too: an item of the same id, a newer right, a marker.
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

Scope: TypeAlias = Literal["object", "item", "rights", "arrival"]
"""What is read again.

`object`: all of the node or room. `item`: the one item that is replaced or retracted. `rights`:
who may do what there. `arrival`: the items of the node that a child has moved to. But for `item`
one reading serves all of a stage.
"""


def held_against(action: Action, *, new: bool = False) -> tuple[Scope, ...]:
    """What has to be as it was approved when `action` is sent; nothing: it can be had back.

    new: the same apply has made the node or room, so that there is nothing of others to replace.
    """
    match action:
        case DeleteNode() | DestroyRoom():
            return ("object",)
        case ConfigureNode(drops=drops):
            return ("object",) if drops or any(field_effects(action)) else ()
        case ConfigureRoom():
            return ("object",) if any(field_effects(action)) else ()
        case SetAffiliation(before=before, after=after) if rank(after) <= rank(before):
            return ("object",)
        case SetAffiliation():
            return () if new else ("rights",)
        case SetSubscription(after=after):
            return ("object",) if after == "none" else ()
        case RetractItem(moved_to=new_node):
            return ("item",) if new_node is None else ("item", "arrival")
        case PublishItem(before=None) | WriteMarker(before=None):
            return () if new else ("object",)
        case PublishItem() | WriteMarker():
            return ("item",)
        case CreateNode() | CreateRoom() | RecordOwnership():
            return ()
        case _:
            assert_never(action)
