"""Which actions of a plan must not be sent where another one is left out.

A part of a plan can be carried out without the rest where nothing in it relies on the rest. Each
rule below says of two actions on one node or room that the first relies on the second, and why.
What no rule names stands for itself: a title, an item, a person's right. Across objects there are
the two halves of a move, of which neither is sent without the other, and the space that a room
points at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final, TypeAlias

from spaces_sync.model.addresses import NodeAddress, node_uri
from spaces_sync.model.grouping import grouped
from spaces_sync.model.state import Key
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
    subject,
)
from spaces_sync.plan.capacity import SIZE_FIELDS, items_added
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.verification import Causes, item_address
from spaces_sync.profile import ACCESS_MODEL, PARENT, TYPE

_Rule: TypeAlias = Callable[[Action, Action], bool]


def _its_object(_: Action, on: Action) -> bool:
    """Nothing is sent to what was not created: it is somebody else's, or nothing."""
    return isinstance(on, CreateNode | CreateRoom)


def _last_of_all(action: Action, _: Action) -> bool:
    """What is deleted cannot be had back, and who gave up their rights cannot do the rest."""
    return isinstance(action, DeleteNode | DestroyRoom) or action.stage is Stage.LAST


def _same_item(action: Action, on: Action) -> bool:
    """Of two that write one item, the second is about what the first leaves."""
    item = item_address(action)
    return item is not None and item == item_address(on)


def _renamed_child(action: Action, on: Action) -> bool:
    """The old item goes only when the new one is there, and the new one is made of the old."""
    match action, on:
        case RetractItem(successor=new, key=old), PublishItem(key=key):
            return new == key and old != key
        case PublishItem(former=old), RetractItem(key=key, successor=new):
            return old == key and new is not None
        case _:
            return False


def _capacity_for_items(action: Action, on: Action) -> bool:
    """A service drops what is too much: first the limit is raised, or what is to go has gone."""
    if not (items_added((action,)) or _sets(action, *SIZE_FIELDS)):
        return False
    raises = _sets(on, *SIZE_FIELDS) and on.stage is not Stage.LOSE_DATA
    return on.stage is Stage.FREE_CAPACITY or (raises and action is not on)


def _out_of_sight(action: Action, on: Action) -> bool:
    """What not everybody may read is published when who shall not read it does so no more."""
    if not (isinstance(action, PublishItem) and action.access_model):
        return False
    closes = _sets(on, ACCESS_MODEL, TYPE) and on.stage is not Stage.OPEN
    return closes or on.stage in (Stage.UNSUBSCRIBE, Stage.REVOKE)


def _nobody_shut_out(action: Action, on: Action) -> bool:
    """A node or a room closes when those who shall stay in it are let in."""
    closes = _sets(action, ACCESS_MODEL) and action.stage is not Stage.OPEN
    if action.stage is Stage.CLOSE_ROOMS:
        return on.stage is Stage.ROOM_GRANT
    return closes and on.stage is Stage.GRANT


def _nobody_shut_out_for_nothing(action: Action, on: Action) -> bool:
    """Who is unsubscribed since a node closes stays subscribed where it does not."""
    closes = _sets(on, ACCESS_MODEL) and on.stage is not Stage.OPEN
    return action.stage is Stage.UNSUBSCRIBE and closes


def _where_it_is(action: Action, on: Action) -> bool:
    """A room points at a space when that lists it."""
    match on:
        case PublishItem(node=node, key=key, before=None):
            return isinstance(action, ConfigureRoom) and awaited(action) == (node, key)
        case _:
            return False


def _nothing_shown(action: Action, on: Action) -> bool:
    """It opens when its items are as they were approved to be seen, and who is banned is out."""
    bans = isinstance(on, SetAffiliation) and on.after == "outcast"
    return action.stage is Stage.OPEN and (bans or isinstance(on, PublishItem | RetractItem))


def _nothing_dropped(action: Action, on: Action) -> bool:
    """Less is kept when what is to go has gone, and nothing else goes for it."""
    return action.stage is Stage.LOSE_DATA and isinstance(on, PublishItem | RetractItem)


def _once_open(action: Action, on: Action) -> bool:
    """Whoever reads on without an affiliation loses it when the node is open."""
    affiliation = isinstance(action, SetAffiliation) and action.stage is Stage.FOLLOW_UP
    return affiliation and on.stage is Stage.OPEN


def _same_person(action: Action, on: Action) -> bool:
    """A subscription begins or ends with somebody's right to read."""
    match action, on:
        case SetSubscription(jid=jid), SetAffiliation(jid=whose):
            return jid == whose
        case _:
            return False


def _an_owner_stays(action: Action, on: Action) -> bool:
    """An owner goes when those who shall be owners are."""
    match action, on:
        case SetAffiliation(before="owner", after=after), SetAffiliation(after="owner"):
            return after != "owner"
        case _:
            return False


_RULES: Final[tuple[_Rule, ...]] = (
    _its_object,
    _last_of_all,
    _capacity_for_items,
    _out_of_sight,
    _nobody_shut_out,
    _nobody_shut_out_for_nothing,
    _nothing_shown,
    _nothing_dropped,
    _once_open,
    _an_owner_stays,
)
"""Of the action that is left out these look at nothing but what `_kind` tells."""

_RULES_OF_ONE: Final[tuple[_Rule, ...]] = (
    _same_item,
    _renamed_child,
    _same_person,
    _where_it_is,
)
"""These hold only between two actions that have one of `_things` in common."""


def _kind(action: Action) -> Hashable:
    fields = frozenset(action.after) if isinstance(action, ConfigureNode) else None
    right = action.after if isinstance(action, SetAffiliation) else None
    return subject(action), type(action), action.stage, fields, right


def _things(action: Action) -> Iterator[Hashable]:
    """The item, the children and the person that it is about."""
    if (item := item_address(action)) is not None:
        yield item
    match action:
        case PublishItem(node=node, key=key, former=other):
            yield node, key
            if other is not None:
                yield node, other
        case RetractItem(node=node, key=key, successor=other, before=before):
            yield node, before.id
            yield node, key
            if other is not None:
                yield node, other
        case SetAffiliation(target=target, jid=jid):
            yield target, jid
        case SetSubscription(node=node, jid=jid):
            yield node, jid
        case ConfigureRoom() if (listed := awaited(action)) is not None:
            yield listed
        case _:
            pass


def _sets(action: Action, *fields: str) -> bool:
    return isinstance(action, ConfigureNode) and any(var in action.after for var in fields)


def relies(action: Action, on: Action) -> bool:
    """Whether `action` must not be sent where `on` is left out.

    Both are on the same object, or `action` has a room point at the space that `on` is about.
    A record relies on nothing: it says what was done.
    """
    if isinstance(action, RecordOwnership) or isinstance(on, RecordOwnership) or action is on:
        return False
    return any(rule(action, on) for rule in (*_RULES, *_RULES_OF_ONE))


def left_out(pending: Mapping[int, Action], stale: Mapping[int, Causes]) -> Mapping[int, Causes]:
    """What of `pending` is left out since it relies on what is `stale`, and why.

    Both are by the place of an action in its plan; `stale` are some of `pending`.
    """
    by_object = grouped((subject(action), n) for n, action in pending.items())
    about = grouped((thing, n) for n, action in pending.items() for thing in _things(action))
    halves = grouped((moved(action), n) for n, action in pending.items())
    out = dict(stale)
    bad, seen = list(stale), set[Hashable]()
    while bad:
        on = pending[bad[-1]]
        why = out[bad.pop()]
        # Compared with each other action one by one, a large plan would take hours.
        near = set(chain.from_iterable(about[thing] for thing in _things(on)))
        if (kind := _kind(on)) not in seen:
            seen.add(kind)
            near.update(by_object[subject(on)])
        new = {n for n in near if n not in out and relies(pending[n], on)}
        if (move := moved(on)) is not None:
            new.update(n for n in halves[move] if n not in out)
        out.update(dict.fromkeys(sorted(new), why))
        bad.extend(sorted(new))
    for mine in by_object.values():
        out.update(_unrecorded(mine, pending, out))
    return {n: why for n, why in out.items() if n not in stale}


def moved(action: Action) -> tuple[NodeAddress, NodeAddress, Key] | None:
    """From where to where an action moves a child, of which it is one half; else None."""
    match action:
        case PublishItem(node=node, key=key, moved_from=NodeAddress() as old):
            return old, node, key
        case RetractItem(node=node, key=key, moved_to=NodeAddress() as new, successor=later):
            return node, new, later or key
        case _:
            return None


def awaited(action: Action) -> tuple[NodeAddress, Key] | None:
    """The item in another node without which `action` must not be sent.

    Where a child moves to, and the listing of a room in the space that it is to point at.
    """
    match action:
        case RetractItem(key=key, moved_to=NodeAddress() as new, successor=later):
            return new, later or key
        case ConfigureRoom(room=room, after=after) if any(after.get(PARENT, ())):
            with suppress(ValueError):
                return node_uri("".join(after[PARENT])), Key("room", room)
            return None
        case _:
            return None


def _unrecorded(
    mine: Sequence[int], pending: Mapping[int, Action], out: Mapping[int, Causes]
) -> Mapping[int, Causes]:
    """The records of an object to which nothing is sent of what there was to send."""
    sent = [n for n in mine if n not in out]
    if len(sent) == len(mine) or any(not isinstance(pending[n], RecordOwnership) for n in sent):
        return {}
    return dict.fromkeys(sent, next(out[n] for n in mine if n in out))
