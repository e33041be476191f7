"""Plans the marker of a space: what it names before the plan, and what it names afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from spaces_sync.model import marker
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY
from spaces_sync.plan.actions import Action, Why, WriteMarker
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.ownership import (
    declared_names,
    declared_values,
    leaving,
    marker_of,
    still_ours,
)
from spaces_sync.plan.stages import Stage


def plan_marker(
    context: NodeContext, actions: Iterable[Action], copies: str
) -> Iterator[WriteMarker]:
    """The marker that goes with `actions` on a node; nothing where the one there will do.

    Before the actions it also names what is about to be taken away and `copies`, the URI of the
    node that is being copied; afterwards no more: what somebody else puts there under the same
    name is theirs.
    """
    if not context.has_marker:
        return
    actions = tuple(actions)
    found, item = marker_of(context.found), context.found.marker
    head = Marker(context.declaration.source or "", protect=context.policy.protect)
    gone = leaving(actions)
    others = still_ours(context.wanted, context.found, context.own_marker, gone)
    if found is not None and not actions and replace(found, applied=EMPTY) == head:
        names = {*declared_names(context.wanted, context.found), *others}
        if found.applied.keys() == names:
            return
    exact = {**others, **declared_values(context.wanted, context.found, actions)}
    taken = found is not None and found.source != head.source
    why = Why("takeover" if taken else "file", context.place())
    first = replace(head, applied={**gone, **exact}, copies=copies)
    last = replace(head, applied=exact)
    if item is None or item.payloads != (marker.encode(first),):
        yield WriteMarker(context.address, item, first, why)
    if first != last:
        yield WriteMarker(context.address, marker.item(first), last, why, Stage.SETTLE_MARKER)
