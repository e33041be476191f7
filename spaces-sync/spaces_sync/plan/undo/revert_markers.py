"""The markers that go with taking a plan back: what it changed in them, and nothing done since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import Address, Item, Node, Reading
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    DeleteNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.plan.ownership import marker_of
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.stages import Stage


@dataclass(frozen=True, slots=True)
class _Written:
    """What a plan made of a node's marker; `item` is the one that there was before.

    `removed`: there was one, and the plan took it away.
    """

    item: Item | None
    before: Marker
    after: Marker
    removed: bool = False


def reverted_markers(
    applied: Plan, spared: Iterable[Action], reading: Reading
) -> Iterator[WriteMarker]:
    """What becomes of the markers that `applied` wrote. `spared`: what is not taken back."""
    names: dict[Address, set[str]] = {}
    for action in spared:
        names.setdefault(subject(action), set()).update(_names(action))
    for address, written in _written(applied).items():
        if (live := reading.state.nodes.get(address)) is not None:
            yield from _rewritten(address, written, live, names.get(address, set()))


def taken_over(applied: Plan, reading: Reading) -> Iterator[tuple[NodeAddress, str]]:
    """The nodes that another source has come to manage since `applied`, each with that source."""
    for address, written in _written(applied).items():
        live = reading.state.nodes.get(address)
        found = marker_of(live) if live is not None else None
        if found is not None and found.source not in (written.before.source, written.after.source):
            yield address, found.source


def _written(applied: Plan) -> Mapping[NodeAddress, _Written]:
    """Of nodes that were there before and after; elsewhere the marker comes and goes with them."""
    passing = {a.node for a in applied.actions if isinstance(a, CreateNode | DeleteNode)}
    found: dict[NodeAddress, _Written] = {}
    for action in applied.actions:
        if not isinstance(action, WriteMarker) or action.node in passing:
            continue
        old = marker.decode(action.before)
        if action.after is None:
            if old is not None:
                found[action.node] = _Written(action.before, old, Marker(old.source), removed=True)
        elif action.node in found:
            found[action.node] = replace(found[action.node], after=action.after)
        else:
            before = old or Marker(action.after.source)
            found[action.node] = _Written(action.before, before, action.after)
    return found


def _rewritten(
    address: NodeAddress, written: _Written, live: Node, spared: set[str]
) -> Iterator[WriteMarker]:
    """As in planning, the marker names too much until all is done, and never too little."""
    now, item = marker_of(live), live.marker
    if now is None or item is None:
        if written.removed:
            yield WriteMarker(address, None, written.before)
        return
    if now.source not in (written.before.source, written.after.source):
        return
    final = _merged(written, now, spared)
    if written.item is None and not final.applied:
        yield WriteMarker(address, item, None, stage=Stage.SETTLE_MARKER)
        return
    if final == now:
        return
    meanwhile = replace(final, applied={**now.applied, **final.applied})
    if meanwhile != now:
        yield WriteMarker(address, item, meanwhile)
    if meanwhile != final:
        yield WriteMarker(address, marker.item(meanwhile), final, stage=Stage.SETTLE_MARKER)


def _merged(written: _Written, now: Marker, spared: set[str]) -> Marker:
    """`now` with each value that is still the plan's as it was before the plan."""
    before, after = written.before, written.after
    applied = dict(now.applied)
    for name in (before.applied.keys() | after.applied.keys()) - spared:
        if applied.get(name) != after.applied.get(name):
            continue
        if name in before.applied:
            applied[name] = before.applied[name]
        else:
            applied.pop(name, None)
    protect = before.protect if now.protect == after.protect else now.protect
    return Marker(before.source, applied, protect)


def _names(action: Action) -> Iterator[str]:
    """What a marker calls the things that an action is about."""
    match action:
        case PublishItem(item_id=item_id):
            yield marker.item_name(item_id)
        case RetractItem(before=before):
            yield marker.item_name(before.id)
        case ConfigureNode(after=after):
            yield from map(marker.config_name, after)
        case SetAffiliation(jid=jid):
            yield marker.affiliation_name(jid)
        case SetSubscription(jid=jid):
            yield marker.subscription_name(jid)
        case _:
            pass
