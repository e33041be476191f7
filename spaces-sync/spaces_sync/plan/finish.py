"""The one end of every plan: from draft actions and a reading to a `Plan`.

Whoever decides what is to be done, the planner (compare/) or its inverse (undo/), hands its
actions to `finish`. Here each action gets what depends on the others of the same plan: its
stage, its consequences, the items that it costs. The whole gets its order, its preconditions
and its facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.ranks import rank
from spaces_sync.model.state import EMPTY, Address, Node, Reading, Service, Values, values_of
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.plan.audience import access_after, affiliation_changes, shut_out
from spaces_sync.plan.capacity import SIZE_FIELDS, Fit, capacity, fit
from spaces_sync.plan.configs import field_after
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Part, Plan
from spaces_sync.plan.preconditions import preconditions
from spaces_sync.plan.stages import Stage
from spaces_sync.profile import (
    ACCESS_MODEL,
    MAX_ITEMS,
    MEMBERS_ONLY,
    PARENT,
    SPACE,
    TITLE,
    TYPE,
    is_space,
)

_WRITES_ITEMS = (PublishItem, RetractItem, WriteMarker)


def finish(
    parts: Iterable[Part],
    reading: Reading,
    *,
    places: Mapping[Address, Place] = EMPTY,
    titles: Mapping[Address, str] = EMPTY,
    protected: frozenset[Address] = frozenset(),
    spaces_may_shrink: bool = False,
) -> Plan:
    """The plan of all `parts`, whose actions are drafts about objects of `reading`.

    `places`: where the file declares each object. `titles`: what people call it. `protected`:
    what the file does not let anybody remove. `spaces_may_shrink`: whether a lower limit of a
    space that costs items is for a guard to stop, as that of a plain node; else it is an obstacle.
    """
    parts = tuple(parts)
    by_object: dict[Address, list[Action]] = {}
    for part in parts:
        if isinstance(part, Action):
            by_object.setdefault(subject(part), []).append(part)
    done: list[Action | Obstacle] = []
    for address, drafts in by_object.items():
        around = _surroundings(address, drafts, reading, places.get(address))
        done.extend(_finished(around, may_shrink=spaces_may_shrink))
    actions = _in_order(part for part in done if not isinstance(part, Obstacle))
    obstacles = (part for part in (*parts, *done) if isinstance(part, Obstacle))
    return Plan(
        account=reading.account,
        actions=actions,
        notes=tuple(part for part in parts if isinstance(part, Note)),
        obstacles=tuple(obstacles),
        left_alone=tuple(part for part in parts if isinstance(part, LeftAlone)),
        places=places,
        facts=_facts(reading, titles, protected),
        preconditions=preconditions(actions, reading),
    )


# --- the actions on one object, beside each other --------------------------------------------


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Drafts on one object and what they are sent to. `live` and `fit` are None for a room."""

    address: Address
    drafts: Sequence[Action]
    account: Jid
    place: Place | None
    live: Node | None = None
    service: Service | None = None
    fit: Fit | None = None


def _surroundings(
    address: Address, drafts: Sequence[Action], reading: Reading, place: Place | None
) -> _Surroundings:
    if not isinstance(address, NodeAddress):
        return _Surroundings(address, drafts, reading.account, place)
    live, service = reading.state.nodes.get(address), reading.services[address.service]
    found = fit(drafts, live, service, strict=field_after(TYPE, drafts, live) == (SPACE,))
    return _Surroundings(address, drafts, reading.account, place, live, service, found)


def _finished(around: _Surroundings, *, may_shrink: bool) -> Iterator[Action | Obstacle]:
    """The drafts with their stages and consequences.

    Where items would be lost, an obstacle in place of what writes items.
    """
    drops, drafts = 0, around.drafts
    if around.fit is not None and around.fit.excess:
        if _may_drop(around, may_shrink=may_shrink):
            drops = around.fit.excess
        else:
            yield Obstacle(around.address, _too_many(around.fit), _size_place(around))
            drafts = [each for each in drafts if not isinstance(each, _WRITES_ITEMS)]
    for draft in drafts:
        action = _with_drops(draft, drops)
        words = tuple(_consequences(action, around))
        why = replace(action.why, consequences=(*action.why.consequences, *words))
        yield replace(action, why=why, stage=_stage(action, around))


def _may_drop(around: _Surroundings, *, may_shrink: bool) -> bool:
    """Whether the plan says itself that a node shall keep less, and that may be asked for."""
    configured = (each for each in around.drafts if isinstance(each, ConfigureNode))
    resizes = any(each.after.keys() & SIZE_FIELDS for each in configured)
    of_space = field_after(TYPE, around.drafts, around.live) == (SPACE,)
    return resizes and (may_shrink or not of_space)


def _size_place(around: _Surroundings) -> Place | None:
    sizes = (a for a in around.drafts if isinstance(a, ConfigureNode) and MAX_ITEMS in a.after)
    return next((each.why.place for each in sizes), around.place)


def _too_many(found: Fit) -> str:
    return (
        f"would hold {found.count} items, and the service keeps at most {found.limit} "
        "(pubsub#max_items): it drops the oldest without a word. Split it, or raise the limit "
        "of the service"
    )


def _with_drops(action: Action, drops: int) -> Action:
    if isinstance(action, ConfigureNode) and action.after.keys() & SIZE_FIELDS:
        return replace(action, drops=drops)
    return action


# --- stages ----------------------------------------------------------------------------------


def _stage(action: Action, around: _Surroundings) -> Stage:
    """The stage of an action among the others on its object; see stages.py for the reasons."""
    match action:
        case ConfigureNode(after=after) if after.get(ACCESS_MODEL) == ("open",):
            return Stage.OPEN
        case RetractItem() | WriteMarker(after=None) if (
            around.fit is not None and around.fit.crowded
        ):
            return Stage.FREE_CAPACITY
        case SetAffiliation():
            return _stage_of_affiliation(action, around)
        case SetSubscription(jid=jid, after=after):
            ours = jid == around.account
            if after == "none":
                return Stage.FOLLOW_UP if ours else Stage.UNSUBSCRIBE
            return Stage.SUBSCRIBE_OURSELVES if ours else Stage.SUBSCRIBE
        case ConfigureRoom(after=after) if set(after) == {PARENT}:
            return Stage.PARENTS
        case _:
            return action.stage


def _stage_of_affiliation(action: SetAffiliation, around: _Surroundings) -> Stage:
    if _gives_up(action, around.account):
        return Stage.LAST
    if _reads_on(action, around):
        return Stage.FOLLOW_UP
    if rank(action.after) <= rank(action.before):
        return Stage.REVOKE
    return Stage.GRANT if isinstance(action.target, NodeAddress) else Stage.ROOM_GRANT


def _gives_up(action: SetAffiliation, account: Jid) -> bool:
    return action.jid == account and action.before == "owner"


def _reads_on(action: SetAffiliation, around: _Surroundings) -> bool:
    """Whether somebody stays subscribed without an affiliation once the node is open.

    Before, a service would end the subscription together with the affiliation.
    """
    live = around.live
    subscribed = live is not None and action.jid in (live.subscriptions or EMPTY)
    opens = access_after(around.drafts, live) == ("open",)
    return action.after == "none" and subscribed and opens


# --- consequences ----------------------------------------------------------------------------


def _consequences(action: Action, around: _Surroundings) -> Iterator[str]:
    """What follows from an action that it does not say itself, in words."""
    match action:
        case CreateNode(config=config):
            yield from _keeps(config.get(MAX_ITEMS), around)
        case ConfigureNode():
            yield from _of_configuring(action, around)
        case DeleteNode(before=before):
            people = plural(len(before.subscriptions or EMPTY), "subscription")
            yield f"goes with {plural(len(before.children), 'item')} and {people}"
        case SetAffiliation() if _gives_up(action, around.account):
            yield "this account can no longer manage it"
        case ConfigureRoom(after=after, password=password):
            if after.get(MEMBERS_ONLY) == ("true",):
                yield "who is in it and no member is sent out"
            if password is not None:
                yield "who wants to join needs the new password"
        case DestroyRoom():
            yield "its history goes with it"
        case (
            PublishItem()
            | RetractItem()
            | WriteMarker()
            | SetAffiliation()
            | SetSubscription()
            | CreateRoom()
        ):
            pass
        case _:
            assert_never(action)


def _of_configuring(action: ConfigureNode, around: _Surroundings) -> Iterator[str]:
    live = around.live or Node(EMPTY)
    people, access = live.subscriptions or EMPTY, action.after.get(ACCESS_MODEL)
    if action.drops:
        yield f"the service drops {action.drops} of its {plural(len(live.children), 'item')}"
    if access == ("whitelist",):
        changes = affiliation_changes(around.drafts)
        out = sum(jid != around.account for jid in shut_out(live, changes))
        if out:
            yield f"{out} of {len(people)} subscribers lose access"
    if access == ("authorize",) and action.before.get(ACCESS_MODEL) == ("open",):
        readers = plural(len(people), "subscriber")
        yield f"who wants to join has to ask an owner; {readers} can read on"
    if access == ("open",):
        yield f"anyone can read its {plural(len(live.children), 'item')} from now on"
    if action.after.get(TYPE) == (SPACE,):
        yield "a plain pubsub node becomes a space"
    yield from _keeps(action.after.get(MAX_ITEMS), around)


def _keeps(wanted: Values | None, around: _Surroundings) -> Iterator[str]:
    """What `max` comes to: the word hides a limit, beyond which the oldest item is dropped."""
    if wanted == ("max",) and around.service is not None:
        form = around.live.config if around.live is not None else EMPTY
        limit = capacity(wanted, form, around.service)
        if limit is not None:
            yield f"keeps at most {limit} items"


# --- the whole -------------------------------------------------------------------------------


def _in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """By stage, and within a stage one item a node in turn.

    Prosody rewrites a node's whole file for each item, so that items of several nodes are published
    faster than as many of one.
    """
    turns: Counter[Address] = Counter()

    def position(action: Action) -> tuple[int, int, str]:
        turn = 0
        if isinstance(action, PublishItem):
            turns[action.node] += 1
            turn = turns[action.node]
        return (action.stage, turn, str(subject(action)))

    return tuple(sorted(actions, key=position))


def title(node: Node) -> str | None:
    """What a node's configuration calls it; None where it says nothing."""
    return next(iter(values_of(node.config, TITLE)), None)


def _facts(reading: Reading, titles: Mapping[Address, str], protected: frozenset[Address]) -> Facts:
    nodes = reading.state.nodes
    return Facts(
        services=reading.services,
        titles=titles,
        spaces=sum(is_space(node.config) for node in nodes.values()),
        items=sum(len(node.children) for node in nodes.values()),
        children={address: len(node.children) for address, node in nodes.items()},
        protected=protected,
    )
