"""The markers that go with taking a plan back: what it changed in them, and nothing done since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import MARKER_ID, Marker
from spaces_sync.model.state import Address, Item, Key, Node, Reading
from spaces_sync.plan.actions import (
    SETTLED,
    Action,
    ConfigureNode,
    CreateNode,
    DeleteNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    subject,
)
from spaces_sync.plan.ownership import marker_item, marker_of
from spaces_sync.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class _Marked:
    """A node's marker before and after a plan; `had` is the item that there was before.

    `removed`: there was one, and the plan took it away.
    """

    had: Item | None
    before: Marker
    after: Marker
    removed: bool = False


def remarked(applied: Plan, spared: Iterable[Action], reading: Reading) -> Iterator[Action]:
    """What becomes of the markers that `applied` wrote. `spared`: what is not taken back."""
    names: dict[Address, set[str]] = {}
    for action in spared:
        names.setdefault(subject(action), set()).update(_of(action))
    for address, marked in _marked(applied).items():
        if (live := reading.state.nodes.get(address)) is not None:
            yield from _rewritten(address, marked, live, names.get(address, set()))


def taken_over(applied: Plan, reading: Reading) -> Iterator[tuple[NodeAddress, str]]:
    """The nodes that another source has come to manage since `applied`, each with that source."""
    for address, marked in _marked(applied).items():
        live = reading.state.nodes.get(address)
        found = marker_of(live) if live is not None else None
        if found is not None and found.source not in (marked.before.source, marked.after.source):
            yield address, found.source


def _marked(applied: Plan) -> Mapping[NodeAddress, _Marked]:
    """Of nodes that were there before and after; elsewhere the marker comes and goes with them."""
    passing = {a.node for a in applied.actions if isinstance(a, CreateNode | DeleteNode)}
    found: dict[NodeAddress, _Marked] = {}
    for action in applied.actions:
        if not isinstance(action, PublishItem | RetractItem) or action.node in passing:
            continue
        if isinstance(action, RetractItem):
            if (gone := marker.decode(action.before)) is not None:
                found[action.node] = _Marked(action.before, gone, Marker(gone.source), removed=True)
            continue
        after = marker.decode(Item(action.item_id, (action.payload,)))
        if after is None:
            continue
        if action.node in found:
            found[action.node] = replace(found[action.node], after=after)
        else:
            before = marker.decode(action.before) or Marker(after.source)
            found[action.node] = _Marked(action.before, before, after)
    return found


def _rewritten(
    address: NodeAddress, marked: _Marked, live: Node, spared: set[str]
) -> Iterator[Action]:
    """As in planning, the marker names too much until all is done, and never too little."""
    now, item = marker_of(live), marker_item(live)
    if now is None or item is None:
        if marked.removed:
            key = Key("marker", marked.before.source)
            yield PublishItem(address, key, MARKER_ID, None, marker.encode(marked.before))
        return
    if now.source not in (marked.before.source, marked.after.source):
        return
    final = _merged(marked, now, spared)
    if marked.had is None and not final.applied:
        yield RetractItem(address, Key("marker", now.source), item)
        return
    if final == now:
        return
    meanwhile = replace(final, applied={**now.applied, **final.applied})
    if meanwhile != now:
        key = Key("marker", final.source)
        yield PublishItem(address, key, MARKER_ID, item, marker.encode(meanwhile))
    if meanwhile != final:
        written = Item(MARKER_ID, (marker.encode(meanwhile),))
        yield PublishItem(address, SETTLED, MARKER_ID, written, marker.encode(final))


def _merged(marked: _Marked, now: Marker, spared: set[str]) -> Marker:
    """`now` with each value that is still the plan's as it was before the plan."""
    before, after = marked.before, marked.after
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


def _of(action: Action) -> Iterator[str]:
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
