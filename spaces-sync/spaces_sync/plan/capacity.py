"""How many items a node keeps, and what a plan would cost where it does not keep all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import EMPTY, Form, Key, Node, Service, Values, same_values, values_of
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RetractItem,
    WriteMarker,
)
from spaces_sync.plan.configs import configs
from spaces_sync.plan.stages import Stage
from spaces_sync.profile import MAX_ITEMS, PERSIST_ITEMS

SIZE_FIELDS: Final = frozenset((MAX_ITEMS, PERSIST_ITEMS))
"""The fields that decide how many items a node keeps."""


def capacity(wanted: Values, form: Form, service: Service) -> int | None:
    """How many items a node keeps with `pubsub#max_items` as `wanted`; None where nothing tells.

    A service gives the limit as a range of the field (XEP-0122).

    COMPAT(ejabberd 23.01): it states no range, but the default of a new node is its limit.
    Shown by test_compat_ejabberd_states_no_range_and_its_default_is_its_limit.
    """
    limits = form.get(MAX_ITEMS), service.default_config.get(MAX_ITEMS)
    limit = next((f.highest for f in limits if f is not None and f.highest is not None), None)
    value = wanted[0] if wanted else ""
    if (number := whole_number(value)) is not None:
        return number or None  # to some services 0 is no limit, to others nothing
    if value == "max" and limit is None:
        return whole_number("".join(values_of(service.default_config, MAX_ITEMS)))
    return limit if value == "max" else None


def is_told(wanted: Values, form: Form, service: Service) -> bool:
    """Whether it can be relied on what `capacity` says of a node with that `pubsub#max_items`.

    A number that a node has been given, it keeps. What `max` comes to, only a range tells.

    COMPAT(ejabberd 23.01): `max` is `max_items_node`, which nothing tells, and may be less than the
    default of a new node. A higher number is refused. Shown by
    test_compat_ejabberd_keeps_fewer_than_its_default_says_and_refuses_more.
    """
    limits = form.get(MAX_ITEMS), service.default_config.get(MAX_ITEMS)
    ranged = any(limit is not None and limit.highest is not None for limit in limits)
    return ranged or wanted != ("max",)


def is_too_small(form: Form, holds: int) -> bool:
    """Whether a node with this form drops some of `holds` items; 0 may say that none is."""
    most = whole_number("".join(values_of(form, MAX_ITEMS)))
    return bool(most) and most is not None and most < holds


def is_known(actions: Iterable[Action], live: Node | None, service: Service) -> bool:
    """Whether anything tells how many items a node keeps when `actions` on it are done."""
    return most_items(size_fields_set(actions), live, service) is not None


def peak(actions: Iterable[Action], live: Node | None) -> int:
    """How many items a node holds at most while `actions` on it are carried out.

    0 where they write none.
    """
    actions = tuple(actions)
    if not any(map(writes_item, actions)):
        return 0
    stored = items_stored(live)
    return max(stored, stored + items_added(actions) - _freed(actions))


def _freed(actions: Iterable[Action]) -> int:
    """How many items go before others come."""
    return sum(each.stage is Stage.FREE_CAPACITY for each in actions)


def most_items(changes: Mapping[str, Values], live: Node | None, service: Service) -> int | None:
    """How many items a node keeps with `changes` laid over its configuration, as `capacity`.

    Of a new node (`live` is None) over the one that its service gives it.
    """
    form: Form = service.default_config if live is None else live.config
    config = {var: field.values for var, field in form.items()} | dict(changes)
    if same_values(config.get(PERSIST_ITEMS, ()), ("false",)):
        return 0
    return capacity(config.get(MAX_ITEMS, ()), form, service)


def items_stored(live: Node | None) -> int:
    """How many items lie in a node, our marker among them."""
    return 0 if live is None else len(live.children) + (live.marker is not None)


def items_added(actions: Iterable[Action]) -> int:
    """How many items `actions` on one node put there that were not there before."""
    return sum(_adds(each) for each in actions)


def items_taken(actions: Iterable[Action]) -> int:
    """How many items `actions` on one node take away that were there."""
    return sum(map(_takes, actions))


def _adds(action: Action) -> bool:
    match action:
        case PublishItem(before=before):
            return before is None
        case WriteMarker(before=before, after=after):
            return before is None and after is not None
        case _:
            return False


def _takes(action: Action) -> bool:
    match action:
        case RetractItem():
            return True
        case WriteMarker(before=before, after=after):
            return before is not None and after is None
        case _:
            return False


def _writes(action: Action) -> bool:
    """Whether a service may drop items of a node that is too full when it gets this."""
    return isinstance(action, CreateNode | ConfigureNode) or writes_item(action)


def writes_item(action: Action) -> bool:
    """Whether it publishes an item, be it one that is there already."""
    return isinstance(action, PublishItem) or (
        isinstance(action, WriteMarker) and action.after is not None
    )


def size_fields_set(actions: Iterable[Action]) -> Mapping[str, Values]:
    """The size fields that `actions` on one node set, as they are when all are done."""
    fields = (pair for config in configs(actions) for pair in config.items())
    return {var: values for var, values in fields if var in SIZE_FIELDS}


@dataclass(frozen=True, slots=True)
class Fit:
    """How the items of a node fit when `actions` on it are done.

    `limit`: how many it keeps; None where nothing tells. `count`: how many it would hold. `excess`:
    how many of these its service would drop. `crowded`: what does not go first anyway and the new
    ones do not fit beside each other. `waiting`: how many of those that must not go first, since
    each goes when it is elsewhere or has its new name, do not fit beside the new ones.
    """

    limit: int | None
    count: int
    excess: int
    crowded: bool
    waiting: int = 0


def fit(actions: Iterable[Action], live: Node | None, service: Service, *, strict: bool) -> Fit:
    """How the items of a live node (None: a new one) fit when `actions` on it are done.

    strict: whether anything is `excess` or `crowded` also where `actions` neither add items nor
    lower the limit, but write at all.

    COMPAT(ejabberd 23.01): each publisher has a limit of their own, so that a node may hold more
    items than it keeps, and any write may then cost some. Shown by
    test_compat_ejabberd_counts_max_items_by_publisher.
    """
    actions = tuple(actions)
    sizes = size_fields_set(actions)
    limit = most_items(sizes, live, service)
    now = most_items(EMPTY, live, service) if live is not None else None
    there, new = items_stored(live), items_added(actions)
    count = there + new - items_taken(actions)
    lowers = bool(sizes) and (now is None or (limit is not None and limit < now))
    if limit is None or not (new or lowers or (strict and any(map(_writes, actions)))):
        return Fit(limit, count, 0, crowded=False)
    meanwhile = max(limit, now or limit)  # a lower limit comes after the retractions
    moving = sum(map(goes_elsewhere, actions))
    return Fit(
        limit,
        count,
        max(0, count - limit),
        crowded=there + new - _freed(actions) > meanwhile,
        waiting=max(0, min(moving, count + moving - meanwhile)),
    )


def goes_elsewhere(action: Action) -> bool:
    """Whether an item must not go before it is in another node, or there under its new name.

    What others added to it is in the old item only.
    """
    match action:
        case RetractItem(moved_to=NodeAddress()):
            return True
        case RetractItem(successor=Key(), restorable=restorable):
            return not restorable
        case _:
            return False
