"""What goes into a node held against what lies there now: whose it is, and how much it keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from spaces_sync.model.addresses import Jid
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import EMPTY, Item, Node, Service
from spaces_sync.plan.actions import Action, PublishItem, RetractItem, WriteMarker
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.preconditions import Precondition, owned_otherwise, violations
from spaces_sync.plan.verification import Causes


def recheck_marker(planned: Precondition, actions: Iterable[Action], held: Item | None) -> Causes:
    """Why nothing of a space is touched that has this marker by now; None: it has none.

    `actions`: all of the plan on it.
    """
    return tuple(owned_otherwise(planned, tuple(actions), Node(EMPTY, marker=held)))


def recheck_content(
    planned: Precondition,
    done: Iterable[Action],
    due: Iterable[Action],
    live: Node,
    service: Service,
    account: Jid,
) -> Causes:
    """Why nothing more is put into a node. `live` has its form and its items, and no people.

    `done`: what was done of the same plan; `due`: the rest, of which some may be there by now.
    """
    if not live.complete:
        return (Cause("incomplete"),)
    ids = {item.id for item in live.items}
    left = [each for each in due if not _is_there(each, ids)]
    return violations(planned, tuple(done), left, live, service, account)


def _is_there(action: Action, ids: Collection[str]) -> bool:
    match action:
        case PublishItem(item_id=item_id, before=None):
            return item_id in ids
        case WriteMarker(before=None):
            return MARKER_ID in ids
        case RetractItem(before=before):
            return before.id not in ids
        case _:
            return False
