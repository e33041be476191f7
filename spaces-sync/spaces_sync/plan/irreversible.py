"""What each action is held against immediately before it is sent: one table.

What a subscriber, an owner or a client has lost by then, no later action brings back: who was
unsubscribed has to join anew, what was read has been read, what somebody wrote meanwhile is gone.
That goes for what an action replaces unseen, too: an item of the same id, a newer right, a marker.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, assert_never

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.ranks import rank
from spaces_sync.model.state import Item, Key
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
from spaces_sync.plan.stages import Stage

Scope: TypeAlias = Literal["object", "content", "marker", "item", "rights", "arrival", "original"]
"""What is read again, and how many requests that takes:

object: all of the node (5) and of the node that it was renamed to (5), or of the room and the one
that it was renamed to (6 each).
content: the items of the node, and by its form how many it keeps (2).
marker: whose the space is (1).
item: the one item that is replaced or retracted (1).
rights: who may do what with the node (1) or the room (4).
original: all of what a new node or room is a copy of (5 or 6).
arrival: the items of the node in which a child is by now, or has its new name (1).

With `object` and `content` goes what the service says of itself (2), once a stage.
"""

_RIGHTS: Final[tuple[Scope, ...]] = ("rights",)
_CONTENT: Final[tuple[Scope, ...]] = ("content",)
FEW: Final = 4
"""Up to so many actions of one stage on one object each have a reading of their own.

More of them share one, so that a large plan takes a reading a node and not one an action. The whole
object is read once a stage; one item is read by each action that is about it.
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
            return (*_copied(action), *(() if new else _RIGHTS))
        case SetSubscription(after=after):
            return ("object",) if after == "none" else ()
        case RetractItem():
            return ("marker", "item", "arrival") if successor(action) else ("marker", "item")
        case PublishItem(before=Item()):
            return ("marker", "item")
        case WriteMarker(before=Item()):
            return ("item",)
        case PublishItem() | WriteMarker():
            return (*_copied(action), *(() if new else _CONTENT))
        case CreateNode() | CreateRoom():
            return ("original",)
        case RecordOwnership():
            return ()
        case _:
            assert_never(action)


def _copied(action: Action) -> tuple[Scope, ...]:
    """What is copied to a new object was the original's, which may have lost it meanwhile."""
    return ("original",) if action.why.reason == "rename" else ()


def successor(action: Action) -> tuple[NodeAddress, Key] | None:
    """The child without which `action` must not be sent: what it retracts, moved or renamed."""
    match action:
        case RetractItem(stage=Stage.FREE_CAPACITY):
            return None  # a full space takes the new one only then
        case RetractItem(key=key, moved_to=NodeAddress() as new, successor=later):
            return new, later or key
        case RetractItem(node=node, successor=Key() as new):
            return node, new
        case _:
            return None
