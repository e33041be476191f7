"""What follows from an action that it does not say itself, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from spaces_sync.model.addresses import Jid
from spaces_sync.model.counting import first_of, plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.servers import trims_late
from spaces_sync.model.state import EMPTY, Address, Node, Service, Values
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
from spaces_sync.plan.audience import affiliation_changes, shut_out
from spaces_sync.plan.capacity import SIZE_FIELDS, Fit, capacity
from spaces_sync.plan.effects import ages_items, field_effects
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, SPACE, TYPE


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Drafts on one object and what they are sent to. `live` and `fit` are None for a room."""

    address: Address
    drafts: Sequence[Action]
    account: Jid
    place: Place | None
    live: Node | None = None
    service: Service | None = None
    fit: Fit | None = None


def gives_up(action: SetAffiliation, account: Jid) -> bool:
    """Whether the account stops being an owner."""
    return action.jid == account and action.before == "owner"


def consequences(action: Action, around: Surroundings) -> Iterator[str]:
    """What follows from an action that it does not say itself, in words."""
    match action:
        case CreateNode(config=config):
            if around.fit is not None and _is_half_full(around.fit):
                yield from _keeps(config.get(MAX_ITEMS), around)
        case ConfigureNode():
            yield from _of_configuring(action, around)
        case DeleteNode():
            yield _going(action)
        case SetAffiliation() if gives_up(action, around.account):
            yield "this account can no longer manage it"
        case ConfigureRoom():
            yield from _by_effects(action)
        case DestroyRoom(renamed_to=new):
            yield "its history goes with it"
            if new is not None:
                yield f"who is in it is told of {new}"
        case (
            PublishItem()
            | RetractItem()
            | WriteMarker()
            | RecordOwnership()
            | SetAffiliation()
            | SetSubscription()
            | CreateRoom()
        ):
            pass
        case _:
            assert_never(action)


def _going(action: DeleteNode) -> str:
    """What goes with a node; of a renamed one how much of it is in the node that it is by now: not
    all need be that the file wants away, or has elsewhere.
    """
    before, new, here = action.before, action.renamed_to, len(action.arrived)
    items = plural(len(before.children), "item")
    known = before.subscriptions
    people = "its subscriptions" if known is None else plural(len(known), "subscription")
    text = f"goes with {items} and {people}"
    if new is None or not before.children:
        return text
    return f"{text}; {here} of the {items} {'is' if here == 1 else 'are'} in {new.node}"


def _of_configuring(action: ConfigureNode, around: Surroundings) -> Iterator[str]:
    live = around.live or Node(EMPTY)
    people, access = live.subscriptions or EMPTY, action.after.get(ACCESS_MODEL)
    yield from _by_effects(action)
    if action.drops:
        yield _dropping(action, live, around)
    if access == ("whitelist",):
        changes = affiliation_changes(around.drafts)
        out = [jid for jid in shut_out(live, changes) if jid != around.account]
        if out:
            yield f"{len(out)} of {len(people)} subscribers lose access ({first_of(out)})"
    if action.shuts_out:
        yield f"{plural(action.shuts_out, 'person')} may lose access"
    if access == ("authorize",) and action.before.get(ACCESS_MODEL) == ("open",):
        readers = plural(len(people), "subscriber")
        yield f"who wants to join has to ask an owner; {readers} can read on"
    if access == ("open",):
        what = f"its {plural(len(live.children), 'item')}" if live.children else "it"
        yield f"anyone can read {what} from now on"
    if action.after.get(TYPE) == (SPACE,):
        yield "a plain pubsub node becomes a space"
    yield from _keeps(action.after.get(MAX_ITEMS), around)


def _dropping(action: ConfigureNode, live: Node, around: Surroundings) -> str:
    """Some services wait with that for an item; those of this plan are published before."""
    text = f"the service drops {action.drops} of its {plural(len(live.children), 'item')}"
    by_number = action.after.keys() & SIZE_FIELDS == {MAX_ITEMS} and not ages_items(action)
    waits = by_number and around.service is not None and trims_late(around.service)
    return f"{text} when the next one is published" if waits else text


def _by_effects(action: Action) -> Iterator[str]:
    """What the table of effects says of the fields that change, each once."""
    yield from dict.fromkeys(each.words for _, each in field_effects(action) if each.words)


def _is_half_full(found: Fit) -> bool:
    """Whether what a new node keeps may matter soon: most are never filled."""
    return found.limit is not None and 2 * found.count > found.limit


def _keeps(wanted: Values | None, around: Surroundings) -> Iterator[str]:
    """What `max` comes to: the word hides a limit, beyond which the oldest item is dropped."""
    if wanted == ("max",) and around.service is not None:
        form = around.live.config if around.live is not None else EMPTY
        limit = capacity(wanted, form, around.service)
        if limit is not None:
            yield f"keeps at most {limit} items"
