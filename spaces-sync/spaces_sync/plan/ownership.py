"""Who manages a space, what this source put there, who changed it since: from the marker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from spaces_sync.model import marker
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import OWN
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.marker import MARKER_ID, Marker
from spaces_sync.model.state import EMPTY, Item, Key, Node, Values
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import (
    SETTLED,
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
)

_AT: Final = Key("item", MARKER_ID)


def marker_item(live: Node) -> Item | None:
    child = live.children.get(_AT)
    return None if child is None else child.item


def marker_of(live: Node) -> Marker | None:
    return marker.decode(marker_item(live))


def children(node: Node) -> int:
    """How many there are to see and to lose: the marker is none of them."""
    items = (child.item for child in node.children.values())
    return sum(item is not None and not item.id.startswith(OWN) for item in items)


def own_marker(declaration: Declaration, live: Node) -> Marker | None:
    """The marker, where the file's own source wrote it."""
    found = marker_of(live)
    return found if found is not None and found.source == declaration.source else None


def someone_elses(declaration: Declaration, live: Node) -> str:
    """The source that manages a live space, where it is another one than the file's."""
    found = marker_of(live)
    return "" if found is None or found.source == declaration.source else found.source


def put_there(mark: Marker | None, item_id: str) -> bool:
    """Whether this source published the item, or says that it was about to."""
    return mark is not None and marker.item_name(item_id) in mark.applied


def marked(declaration: Declaration, address: NodeAddress) -> bool:
    """Whether the node gets a marker: in any other node its subscribers would take it for news."""
    return declaration.source is not None and declaration.policies[address].is_space


def marking(
    declaration: Declaration,
    address: NodeAddress,
    live: Node,
    actions: list[Action],
    copies: str,
) -> Iterator[PublishItem]:
    """The marker that goes with `actions` on a node; nothing where the one there will do.

    Before the actions it also names what is about to be taken away and the node that is being
    copied, afterwards no more: what somebody else puts there under the same name is theirs.
    """
    if not marked(declaration, address):
        return
    old, item = marker_of(live), marker_item(live)
    head = Marker(declaration.source or "", protect=declaration.policies[address].protect)
    gone = _leaving(actions)
    wanted = declaration.state.nodes[address]
    kept = _kept(wanted, live, own_marker(declaration, live), gone)
    if (
        old is not None
        and not actions
        and replace(old, applied=EMPTY) == head
        and old.applied.keys() == {*_names(declaration, address, live), *kept}
    ):
        return
    exact = {**kept, **_applied(declaration, address, live, actions)}
    made = replace(head, applied=exact)
    owner_changed = old is not None and old.source != made.source
    why = Why("takeover" if owner_changed else "file", declaration.place(address))
    leaving = {**gone, **exact}
    first = marker.encode(replace(made, applied=leaving, copies=copies))
    if item is None or item.payloads != (first,):
        key = Key("marker", made.source)
        yield PublishItem(address, key, MARKER_ID, item, first, why=why)
    if leaving != exact or copies:
        settled = marker.encode(made)
        before = Item(MARKER_ID, (first,))
        yield PublishItem(address, SETTLED, MARKER_ID, before, settled, why=why)


def _leaving(actions: list[Action]) -> dict[str, str]:
    leaving = {}
    for action in actions:
        match action:
            case RetractItem(before=before):
                payloads = "".join(map(str, before.payloads))
                leaving[marker.item_name(before.id)] = marker.values_value((payloads,))
            case SetAffiliation(jid=jid, before=word, after="none"):
                leaving[marker.affiliation_name(jid)] = marker.values_value((word,))
            case SetSubscription(jid=jid, before=word, after="none"):
                leaving[marker.subscription_name(jid)] = marker.values_value((word,))
            case _:
                pass
    return leaving


def _names(declaration: Declaration, address: NodeAddress, live: Node) -> Iterator[str]:
    """What `_applied` names where nothing is left to do."""
    wanted = declaration.state.nodes[address]
    yield from (marker.item_name(_held(live, key)[0]) for key in wanted.children)
    yield from map(marker.config_name, wanted.config)
    yield from map(marker.affiliation_name, wanted.affiliations or ())
    yield from map(marker.subscription_name, wanted.subscriptions or ())


def _kept(wanted: Node, live: Node, mark: Marker | None, gone: Mapping[str, str]) -> dict[str, str]:
    """What this source put there, the file does not list, and stays: it is ours all the same."""
    if mark is None:
        return {}
    others = (child.item for key, child in live.children.items() if key not in wanted.children)
    people = (jid for jid in live.affiliations or EMPTY if jid not in (wanted.affiliations or ()))
    readers = (
        jid for jid in live.subscriptions or EMPTY if jid not in (wanted.subscriptions or ())
    )
    names = {
        *(marker.item_name(item.id) for item in others if item is not None),
        *map(marker.affiliation_name, people),
        *map(marker.subscription_name, readers),
    }
    return {name: mark.applied[name] for name in names & mark.applied.keys() - gone.keys()}


def _applied(
    declaration: Declaration, address: NodeAddress, live: Node, actions: list[Action]
) -> dict[str, str]:
    """A name and a value for each thing that the file declares, as it will be."""
    wanted = declaration.state.nodes[address]
    sent = {action.key: action for action in actions if isinstance(action, PublishItem)}
    applied: dict[str, str] = {}
    for key in wanted.children:
        if key in sent:
            item_id, payload = sent[key].item_id, sent[key].payload
        else:
            item_id, payload = _held(live, key)
        applied[marker.item_name(item_id)] = marker.payload_value(payload)
    config = {var: live.config[var].values if var in live.config else () for var in wanted.config}
    for action in actions:
        if isinstance(action, CreateNode | ConfigureNode):
            sent_config = action.config if isinstance(action, CreateNode) else action.after
            config.update({var: v for var, v in sent_config.items() if var in config})
    applied.update(_config(config))
    for jid, word in (wanted.affiliations or EMPTY).items():
        applied[marker.affiliation_name(jid)] = marker.values_value((word,))
    for jid, word in (wanted.subscriptions or EMPTY).items():
        applied[marker.subscription_name(jid)] = marker.values_value((word,))
    return applied


def _held(live: Node, key: Key) -> tuple[str, Xml]:
    item = live.children[key].item
    assert item is not None, "a live child has its item"  # noqa: S101 - holds by decode()
    return item.id, item.payloads[0]


def _config(config: Mapping[str, Values]) -> dict[str, str]:
    return {marker.config_name(var): marker.values_value(v) for var, v in config.items()}


def explained(action: Action, mark: Marker | None) -> Action:
    """`action` with reason `drift` where somebody changed since what this source applied."""
    if mark is None or action.why.reason not in ("file", "default", "required"):
        return action
    match action:
        case PublishItem(before=Item() as before) if len(before.payloads) == 1:
            name, now = marker.item_name(before.id), marker.payload_value(before.payloads[0])
            return _drifted(action, mark, {name: now}, before.publisher or "")
        case PublishItem(before=None, item_id=item_id):
            return _drifted(action, mark, {marker.item_name(item_id): ""}, "")
        case ConfigureNode(before=values):
            return _drifted(action, mark, _config(values), "")
        case SetAffiliation(jid=jid, before=word):
            name = marker.affiliation_name(jid)
            return _drifted(action, mark, {name: marker.values_value((word,))}, "")
        case SetSubscription(jid=jid, before=word):
            name = marker.subscription_name(jid)
            return _drifted(action, mark, {name: marker.values_value((word,))}, "")
        case _:
            return action


def _drifted(action: Action, mark: Marker, found: Mapping[str, str], by: str) -> Action:
    changed = any(name in mark.applied and mark.applied[name] != now for name, now in found.items())
    return replace(action, why=replace(action.why, reason="drift", by=by)) if changed else action
