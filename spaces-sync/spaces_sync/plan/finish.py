"""The one end of every plan: from draft actions and a reading to a `Plan`.

Whoever decides what is to be done, the planner (compare/) or its inverse (undo/), hands its
actions to `finish`. Here each action gets what depends on the others of the same plan: its
stage, its consequences, the items that it costs. The whole gets its order, its preconditions
and its facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Node,
    Reading,
    Values,
    values_of,
)
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    PublishItem,
    RecordOwnership,
    RetractItem,
    WriteMarker,
    by_subject,
    subject,
)
from spaces_sync.plan.audience import affiliation_changes
from spaces_sync.plan.capacity import Fit, fit, items_added
from spaces_sync.plan.configs import field_after
from spaces_sync.plan.consequences import Surroundings, consequences
from spaces_sync.plan.copies import CopyOf, originals
from spaces_sync.plan.effects import ages_items, may_lose_access, sets_retention
from spaces_sync.plan.limits import (
    ledger_obstacles,
    ledger_sizes,
    too_large,
    untold,
    with_ledgers,
)
from spaces_sync.plan.own_access import shut_out_ourselves
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Part, Plan, SourceRecord
from spaces_sync.plan.preconditions import preconditions
from spaces_sync.plan.staging import stage
from spaces_sync.plan.turns import Turn, in_turns, turn_of
from spaces_sync.profile import (
    ACCESS_MODEL,
    SPACE,
    TITLE,
    TYPE,
    is_space,
)

_TOO_FULL: Final = (
    "is too full for what is new in it beside what gets another name or moves to another space, "
    "which goes when it is there: raise 'max_items', or take something out, apply, list it again"
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
    source: SourceRecord | None = None,
    selection: str = "",
) -> Plan:
    """The plan of all `parts`, whose actions are drafts about objects of `reading`.

    `places`: where the file declares each object. `titles`: what people call it. `protected`:
    what the file does not let anybody remove. `spaces_may_shrink`: whether a lower limit of a
    space that costs items is for a guard to stop, as that of a plain node; else it is an obstacle.
    `source`: whose plan it is. `selection`: the options that the plan is narrowed to.
    """
    parts = tuple(_with_taken(part, reading) for part in parts)
    drafted = (draft for part in parts if isinstance(part, Action) for draft in draft_turns(part))
    done: list[Action | Obstacle] = []
    for address, drafts in by_subject(drafted).items():
        around = _surroundings(address, drafts, reading, places.get(address))
        done.extend(_finished(around, may_shrink=spaces_may_shrink))
    actions = _in_order(part for part in done if not isinstance(part, Obstacle))
    obstacles = [part for part in (*parts, *done) if isinstance(part, Obstacle)]
    if source is not None:
        sizes = ledger_sizes(source, actions, reading)
        obstacles.extend(ledger_obstacles(source, sizes, reading.services))
        source = with_ledgers(source, sizes, reading.services)
    return Plan(
        account=reading.account,
        actions=actions,
        notes=tuple(part for part in parts if isinstance(part, Note)),
        obstacles=tuple(obstacles),
        left_alone=tuple(part for part in parts if isinstance(part, LeftAlone)),
        places=places,
        facts=replace(_facts(reading), titles=titles, protected=protected, selection=selection),
        preconditions=preconditions(actions, reading),
        source=source,
        originals=originals((part for part in parts if isinstance(part, CopyOf)), actions, reading),
    )


def _with_taken(part: Part, reading: Reading) -> Part:
    """A record with what the ledger of the source says that it takes an object from."""
    if not isinstance(part, RecordOwnership) or not part.taken_from:
        return part
    theirs = reading.ownership.others.get(part.about) == part.taken_from
    return replace(part, taken=reading.ownership.theirs.get(part.about) if theirs else None)


def staged(drafts: Sequence[Action], reading: Reading) -> tuple[Action, ...]:
    """Each of `drafts` with its stage among them, as the rules of dependence look at it.

    `drafts`: in turns.
    """
    objects = by_subject(drafts).items()
    around = {a: _surroundings(a, mine, reading, None) for a, mine in objects}

    def one(draft: Action) -> Action:
        mine = around[subject(draft)]
        return replace(_only_into(draft, mine), stage=stage(draft, mine))

    return tuple(map(one, drafts))


# --- the actions on one object, beside each other --------------------------------------------


def draft_turns(draft: Action) -> Iterable[Action]:
    """A draft as one action for each turn of what it changes (turns.py)."""
    match draft:
        case ConfigureNode():
            return in_turns(draft)
        case ConfigureRoom():
            return in_turns(draft)
        case _:
            return (draft,)


def _surroundings(
    address: Address, drafts: Sequence[Action], reading: Reading, place: Place | None
) -> Surroundings:
    if not isinstance(address, NodeAddress):
        return Surroundings(address, drafts, reading.account, place)
    live, service = reading.state.nodes.get(address), reading.services.get(address.service)
    if service is None:  # it is down, and what is on it is left out
        return Surroundings(address, drafts, reading.account, place, live)
    found = fit(drafts, live, service, strict=field_after(TYPE, drafts, live) == (SPACE,))
    return Surroundings(address, drafts, reading.account, place, live, service, found)


def _finished(around: Surroundings, *, may_shrink: bool) -> Iterator[Action | Obstacle]:
    """The drafts with their stages and consequences.

    Where items would be lost, an obstacle in place of what writes items.
    """
    drafts = around.drafts
    if around.fit is not None and around.fit.waiting:
        yield Obstacle(around.address, _TOO_FULL, around.place)
        drafts = [each for each in drafts if not isinstance(each, _WRITES_ITEMS)]
    drops = _items_lost(around)
    if drops and around.fit is not None and not _may_drop(around, may_shrink=may_shrink):
        text = _too_many(around.fit) if around.fit.excess else _too_old(drops)
        yield Obstacle(around.address, text, _costs_place(around))
        drafts = [each for each in drafts if not isinstance(each, _WRITES_ITEMS)]
        drops = 0
    if isinstance(around.address, NodeAddress):
        yield from _shut_out_ourselves(around, around.address)
        yield from _beyond_limits(around)
    for draft in drafts:
        action = _only_into(_with_costs(draft, drops, around), around)
        words = tuple(consequences(action, around))
        why = action.why
        if words:
            why = replace(why, consequences=(*why.consequences, *words))
        yield replace(action, why=why, stage=stage(action, around))


def _shut_out_ourselves(around: Surroundings, node: NodeAddress) -> Iterator[Obstacle]:
    if found := shut_out_ourselves(node, around.drafts, around.live, around.account):
        action, text = found
        yield Obstacle(node, text, action.why.place or around.place)


def _beyond_limits(around: Surroundings) -> Iterator[Obstacle]:
    if around.service is None:
        return
    if text := untold(around.drafts, around.live, around.service):
        yield Obstacle(around.address, text, around.place)
    for action, text in too_large(around.drafts, around.live, around.service):
        yield Obstacle(around.address, text, action.why.place or around.place)


def _may_drop(around: Surroundings, *, may_shrink: bool) -> bool:
    """Whether the plan says itself that a node shall keep less, and that may be asked for."""
    costly = any(map(sets_retention, around.drafts))
    of_space = field_after(TYPE, around.drafts, around.live) == (SPACE,)
    return costly and (may_shrink or not of_space)


def _costs_place(around: Surroundings) -> Place | None:
    return next((a.why.place for a in around.drafts if sets_retention(a)), around.place)


def _items_lost(around: Surroundings) -> int:
    """How many items go by the drafts that none of them retracts."""
    if around.fit is None:
        return 0
    if not any(map(ages_items, around.drafts)):
        return around.fit.excess
    return max(around.fit.excess, around.fit.count - items_added(around.drafts), 0)


def _too_many(found: Fit) -> str:
    return (
        f"would hold {found.count} items, and the service keeps at most {found.limit} "
        "(pubsub#max_items): it drops the oldest without a word. Split it, or raise the limit "
        "of the service"
    )


def _too_old(items: int) -> str:
    return f"{plural(items, 'item')} of it would go with time, which a space must not lose"


def _with_costs(action: Action, drops: int, around: Surroundings) -> Action:
    if not isinstance(action, ConfigureNode) or around.live is None:
        return action
    changes = affiliation_changes(around.drafts)
    out = may_lose_access(action, around.live, changes, around.account)
    return replace(action, drops=drops if sets_retention(action) else 0, shuts_out=len(out))


def _only_into(action: Action, around: Surroundings) -> Action:
    """What is not for everybody must not get into a node that somebody opened, or made anew."""
    if not isinstance(action, PublishItem | WriteMarker):
        return action
    model = "".join(_access_when_published(around))
    model = "" if model == "open" else model
    return action if model == action.access_model else replace(action, access_model=model)


def _access_when_published(around: Surroundings) -> Values:
    """The access model between CONFIGURE_NODES and OPEN."""
    for draft in around.drafts:
        match draft:
            case CreateNode(config=config) if ACCESS_MODEL in config:
                return config[ACCESS_MODEL]
            case ConfigureNode(after=after) if (
                ACCESS_MODEL in after and turn_of(draft) is not Turn.OPENING
            ):
                return after[ACCESS_MODEL]
            case _:
                pass
    live = around.live
    return live.config[ACCESS_MODEL].values if live and ACCESS_MODEL in live.config else ()


# --- the whole -------------------------------------------------------------------------------


def _in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """By stage, and within a stage one item a node in turn.

    Prosody rewrites a node's whole file for each item, so that items of several nodes are published
    faster than as many of one.
    """
    numbered = chain.from_iterable(map(_numbered, by_subject(actions).values()))

    def position(pair: tuple[int, Action]) -> tuple[int, int, str]:
        turn, action = pair
        return (action.stage, turn, str(subject(action)))

    return tuple(action for _, action in sorted(numbered, key=position))


def _numbered(actions: Sequence[Action]) -> Iterator[tuple[int, Action]]:
    """Actions on one object, its items by their number; what else there is has number 0."""
    yield from enumerate((each for each in actions if isinstance(each, PublishItem)), 1)
    yield from ((0, each) for each in actions if not isinstance(each, PublishItem))


def title(node: Node) -> str | None:
    """What a node's configuration calls it; None where it says nothing."""
    return next(iter(values_of(node.config, TITLE)), None)


def _facts(reading: Reading) -> Facts:
    nodes = reading.state.nodes
    return Facts(
        services=reading.services,
        spaces=sum(is_space(node.config) for node in nodes.values()),
        items=sum(len(node.children) for node in nodes.values()),
        children={address: len(node.children) for address, node in nodes.items()},
    )
