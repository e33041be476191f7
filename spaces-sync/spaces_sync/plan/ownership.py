"""What a marker says: who manages a space, what its source put there, who changed it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from spaces_sync.model import marker
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY, Item, Key, Node, Values, values_of
from spaces_sync.model.xml import Xml
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
)


def marker_of(live: Node) -> Marker | None:
    """What the marker of a live node says; None where none is there that we can read."""
    return marker.decode(live.marker)


def source_of(live: Node) -> str:
    """The source that manages a live node; empty where none does."""
    found = marker_of(live)
    return "" if found is None else found.source


def put_there(mark: Marker | None, item_id: str) -> bool:
    """Whether the source of `mark` published the item, or was about to."""
    return mark is not None and marker.item_name(item_id) in mark.applied


# --- what a marker will say ------------------------------------------------------------------


def leaving(actions: Iterable[Action]) -> dict[str, str]:
    """What `actions` on a node take away, by name and value."""
    gone = {}
    for action in actions:
        match action:
            case RetractItem(before=before):
                payloads = "".join(map(str, before.payloads))
                gone[marker.item_name(before.id)] = marker.values_value((payloads,))
            case SetAffiliation(jid=jid, before=word, after="none"):
                gone[marker.affiliation_name(jid)] = marker.values_value((word,))
            case SetSubscription(jid=jid, before=word, after="none"):
                gone[marker.subscription_name(jid)] = marker.values_value((word,))
            case _:
                pass
    return gone


def declared_names(wanted: Node, live: Node) -> Iterator[str]:
    """The names of `declared_values` where all of `wanted` is in `live` already."""
    yield from (marker.item_name(_held(live, key)[0]) for key in wanted.children)
    yield from map(marker.config_name, wanted.config)
    yield from map(marker.affiliation_name, wanted.affiliations or ())
    yield from map(marker.subscription_name, wanted.subscriptions or ())


def declared_values(wanted: Node, live: Node, actions: Iterable[Action]) -> dict[str, str]:
    """A name and a value for each thing that the file declares, as `actions` make it."""
    actions = tuple(actions)
    sent = {action.key: action for action in actions if isinstance(action, PublishItem)}
    found: dict[str, str] = {}
    for key in wanted.children:
        if key in sent:
            item_id, payload = sent[key].item_id, sent[key].payload
        else:
            item_id, payload = _held(live, key)
        found[marker.item_name(item_id)] = marker.payload_value(payload)
    config = {var: values_of(live.config, var) for var in wanted.config}
    for action in actions:
        if isinstance(action, CreateNode | ConfigureNode):
            sent_config = action.config if isinstance(action, CreateNode) else action.after
            config.update({var: v for var, v in sent_config.items() if var in config})
    found.update(config_values(config))
    for jid, word in (wanted.affiliations or EMPTY).items():
        found[marker.affiliation_name(jid)] = marker.values_value((word,))
    for jid, word in (wanted.subscriptions or EMPTY).items():
        found[marker.subscription_name(jid)] = marker.values_value((word,))
    return found


def still_ours(
    wanted: Node, live: Node, mark: Marker | None, gone: Mapping[str, str]
) -> dict[str, str]:
    """What the source of `mark` put there, the file does not list, and stays."""
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


def config_values(config: Mapping[str, Values]) -> dict[str, str]:
    """A name and a value, as a marker has them, for each field."""
    return {marker.config_name(var): marker.values_value(v) for var, v in config.items()}


def _held(live: Node, key: Key) -> tuple[str, Xml]:
    item = live.children[key].item
    assert item is not None, "a live child has its item"  # noqa: S101 - holds by decode()
    return item.id, item.payloads[0]


# --- who changed it since --------------------------------------------------------------------


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
            return _drifted(action, mark, config_values(values), "")
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
