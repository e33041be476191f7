"""What a plan takes for granted of the nodes it is about, beyond what its actions say.

An action says what it changes: where that is neither as it was planned for nor as the plan makes
it, it is stale (recheck.py). Preconditions hold what else a person relied on when they said yes:
what the node is, who could read it, whose it was, how much it held, who would be shut out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import (
    EMPTY,
    Node,
    Reading,
    Room,
    Service,
    Values,
    nothing,
    same_values,
    values_of,
)
from spaces_sync.model.xml import Xml, serialise
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RecordOwnership,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    by_subject,
)
from spaces_sync.plan.audience import affiliation_changes, shut_out
from spaces_sync.plan.capacity import (
    SIZE_FIELDS,
    fit,
    is_told,
    items_added,
    items_stored,
    most_items,
    peak,
    size_fields_set,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.configs import field_after
from spaces_sync.plan.effects import ages_items, field_effects, has_effect, may_lose_access
from spaces_sync.plan.ownership import source_of
from spaces_sync.profile import ACCESS_MODEL, MAX_ITEMS, TYPE


@dataclass(frozen=True, slots=True)
class Precondition:
    """A node as it was planned for."""

    type: Annotated[Values, "Its pubsub#type."]
    access_model: Annotated[Values, "Its pubsub#access_model."]
    source: Annotated[str, "The source that managed it by its marker; empty: none did."]
    children: Annotated[int, "How many children it had."]
    shut_out: Annotated[
        tuple[Jid, ...],
        "The subscribers whom a whitelist would shut out and of whom the plan says nothing.",
    ] = ()
    may_lose: Annotated[
        tuple[Jid, ...], "Who may read, enter or publish less by its new configuration."
    ] = ()
    items: Annotated[
        Mapping[str, str],
        "Of a node that opens, or that items go from: its items by their id, each with a digest of "
        "what it holds.",
    ] = field(default_factory=nothing)
    holds: Annotated[
        int, "How many items it will hold at most meanwhile; 0: the plan puts none there."
    ] = 0
    untold: Annotated[
        bool, "Whether its service does not tell if it keeps so many: that has to be tried."
    ] = False


Preconditions: TypeAlias = Mapping[NodeAddress, Precondition]


def preconditions(actions: Iterable[Action], reading: Reading) -> Preconditions:
    """Of each node that `actions` are about; of one that they create, as they create it."""
    found: dict[NodeAddress, Precondition] = {}
    for node, mine in by_subject(actions).items():
        if not isinstance(node, NodeAddress):
            continue
        live = reading.state.nodes.get(node)
        made = next((each.config for each in mine if isinstance(each, CreateNode)), None)
        if made is not None:
            words = made.get(TYPE, ()), made.get(ACCESS_MODEL, ())
            known = Precondition(*words, source="", children=0)
        elif live is not None:
            known = _precondition(mine, live, reading.account)
        else:
            continue
        found[node] = replace(known, **_size(mine, live, reading.services[node.service]))
    return dict(sorted(found.items()))


def _size(actions: Sequence[Action], live: Node | None, service: Service) -> dict[str, Any]:
    holds = peak(actions, live)
    form = EMPTY if live is None else live.config
    told = is_told(field_after(MAX_ITEMS, actions, live), form, service)
    return {"holds": holds, "untold": holds > 0 and not told}


def _precondition(actions: Sequence[Action], live: Node, account: Jid) -> Precondition:
    relies_on_items = _opens(actions) or any(map(_costs_items, _configuring(actions)))
    return Precondition(
        type=values_of(live.config, TYPE),
        access_model=values_of(live.config, ACCESS_MODEL),
        source=source_of(live),
        children=len(live.children),
        shut_out=tuple(sorted(_unmentioned(actions, live))),
        may_lose=tuple(sorted(_may_lose(actions, actions, live, account))),
        items={item.id: _digest(item.payloads) for item in live.items if relies_on_items},
    )


def _opens(actions: Iterable[Action]) -> bool:
    """Whether more people can read a node that is there."""
    found = (pair for each in _configuring(actions) for pair in field_effects(each))
    return any(var == ACCESS_MODEL and each.effect == "opens" for var, each in found)


def _digest(payloads: Iterable[Xml]) -> str:
    text = "".join(map(serialise, payloads))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def _unmentioned(actions: Sequence[Action], live: Node) -> frozenset[Jid]:
    """The subscribers whom a whitelist would shut out and of whom `actions` say nothing."""
    changes = affiliation_changes(actions)
    named = {each.jid for each in actions if isinstance(each, SetSubscription)}
    return frozenset(shut_out(live, changes)) - changes.keys() - named


def _may_lose(
    due: Iterable[Action], actions: Iterable[Action], live: Node, account: Jid
) -> frozenset[Jid]:
    """Whom the configurations among `due` may shut out. `actions`: all of the plan on the node."""
    changes = affiliation_changes(actions)
    found = (may_lose_access(each, live, changes, account) for each in _configuring(due))
    return frozenset[Jid]().union(*found)


def _costs_items(action: ConfigureNode) -> bool:
    return action.drops > 0 or ages_items(action)


def violations(
    planned: Precondition,
    done: Sequence[Action],
    due: Sequence[Action],
    live: Node,
    service: Service,
    account: Jid,
) -> tuple[Cause, ...]:
    """Why what is still `due` on a node must not be sent any more; empty where it may be.

    `done`: what is in effect already of the same plan, and so changed the node meanwhile.
    `account`: the one that sends it.
    """
    return (
        *reconfigured(planned, (*done, *due), live),
        *owned_otherwise(planned, (*done, *due), live),
        *_overflow(due, live, service),
        *_audience(planned, done, due, live),
        *_costs(planned, done, due, live, account),
        *_ownerless(due, live),
    )


def reconfigured(planned: Precondition, actions: Iterable[Action], live: Node) -> Iterator[Cause]:
    """Why a node is not what was approved: of another type, or open to others.

    `actions`: what the plan does to it, and so may have made of it.
    """
    actions = tuple(actions)
    for var, then in ((TYPE, planned.type), (ACCESS_MODEL, planned.access_model)):
        now = values_of(live.config, var)
        written = (each.after[var] for each in _configuring(actions) if var in each.after)
        if then and not any(same_values(now, values) for values in (then, *written)):
            yield field_changed(var, then, now)


def _configuring(actions: Iterable[Action]) -> Iterator[ConfigureNode]:
    return (each for each in actions if isinstance(each, ConfigureNode))


def owned_otherwise(
    planned: Precondition, actions: Sequence[Action], live: Node
) -> Iterator[Cause]:
    """Why a node is not whose it was. `actions`: what the plan does to it, its marker included."""
    written = (each for each in actions if isinstance(each, WriteMarker))
    sources = {"" if each.after is None else each.after.source for each in written}
    found = source_of(live)
    if found not in {planned.source, *sources}:
        yield Cause("source-changed", after=found) if found else Cause("marker-gone")


def _overflow(due: Sequence[Action], live: Node, service: Service) -> Iterator[Cause]:
    """Services drop what is too much without a word, and it may be somebody else's."""
    resizing = [each for each in _configuring(due) if each.after.keys() & SIZE_FIELDS]
    new, found = items_added(due), fit(due, live, service, strict=False)
    if (new or resizing) and service.default_failed and found.limit is None:
        yield Cause("unreadable", after=service.default_failed)
    if (new and found.crowded) or found.excess > sum(each.drops for each in resizing):
        yield Cause("overflow", before=str(items_stored(live)), after=str(found.limit))


def unfit(planned: Precondition, due: Sequence[Action], service: Service) -> tuple[Cause, ...]:
    """Why a node that is still to be made must not be: its service keeps less by now."""
    limit = most_items(size_fields_set(due), None, service)
    if service.default_failed:
        return (Cause("unreadable", after=service.default_failed),)
    if planned.holds and limit is not None and limit < planned.holds:
        return (Cause("limit-lowered", before=str(planned.holds), after=str(limit)),)
    return ()


def _audience(
    planned: Precondition, done: Sequence[Action], due: Sequence[Action], live: Node
) -> Iterator[Cause]:
    """Who would see more, or no more, than was said when it was planned."""
    if _opens(due) and (came := _unapproved(planned, (*done, *due), live)):
        yield Cause("more-to-read", after=str(came))
    models = [each.after.get(ACCESS_MODEL) for each in _configuring(due)]
    more = _unmentioned((*done, *due), live).difference(planned.shut_out)
    if ("whitelist",) in models and more:
        yield Cause("more-shut-out", after=str(len(more)))


def _costs(
    planned: Precondition,
    done: Sequence[Action],
    due: Sequence[Action],
    live: Node,
    account: Jid,
) -> Iterator[Cause]:
    """What would go, at once or with time, and whom fields shut out, and nobody approved that.

    It is not their number that counts.
    """
    more = _may_lose(due, (*done, *due), live, account).difference(planned.may_lose)
    if more:
        yield Cause("more-shut-out", after=str(len(more)))
    costly = any(map(_costs_items, _configuring(due)))
    if costly and (came := _unapproved(planned, (*done, *due), live)):
        yield Cause("items-came", after=str(came))


def _ownerless(due: Sequence[Action], live: Node) -> Iterator[Cause]:
    """Prosody takes the last owner of a node away as any other; then nobody can manage it."""
    if live.affiliations is None:
        return
    if "owner" not in {**live.affiliations, **affiliation_changes(due)}.values():
        yield Cause("no-owner")


def _unapproved(planned: Precondition, actions: Iterable[Action], live: Node) -> int:
    """How many items are neither as they were planned for nor as the plan makes them.

    The tool's own marker says nothing but whose a space is.
    """
    made = {(a.item_id, (a.payload,)) for a in actions if isinstance(a, PublishItem)}
    return sum(
        planned.items.get(item.id) != _digest(item.payloads)
        and (item.id, item.payloads) not in made
        for item in live.items
        if item.id != MARKER_ID
    )


def concerns(cause: Cause, action: Action) -> bool:
    """Whether a violation keeps this one action on its node from being sent.

    What the node is, who could read it and whose it is decides over all that is sent to it.
    """
    match cause.code, action:
        case _, RecordOwnership():
            return False
        case "overflow", ConfigureNode(after=after):
            return bool(after.keys() & SIZE_FIELDS)
        case "overflow", _:
            return items_added((action,)) > 0
        case "more-to-read", ConfigureNode(after=after):
            return ACCESS_MODEL in after
        case "more-shut-out", ConfigureNode():
            return has_effect(action, "shuts out")
        case "items-came", ConfigureNode():
            return _costs_items(action)
        case "no-owner", SetAffiliation(before="owner"):
            return True
        case (("more-to-read" | "more-shut-out" | "items-came" | "no-owner"), _):
            return False
        case _:
            return True


def field_changed(var: str, before: Values, after: Values) -> Cause:
    """That the field `var` had the values `before` when it was planned and has `after`."""
    return Cause("field-changed", var, _listed(before), _listed(after))


def _listed(values: Values) -> str:
    return ", ".join(map(repr, values)) or "empty"


def additions(before: Node | Room, live: Node | Room) -> tuple[Cause, ...]:
    """Why an object must not be removed any more: what it has come to have since it was planned.

    At most one cause.
    """
    if isinstance(before, Node) and isinstance(live, Node):
        if not live.complete:
            return (Cause("incomplete"),)
        if changed := _changed_items(before, live):
            return (Cause("items-came", after=str(changed)),)
        if _has_more(before.subscriptions, live.subscriptions):
            return (Cause("subscribed-since"),)
    if _has_more(before.affiliations, live.affiliations):
        return (Cause("affiliations-changed"),)
    return ()


def _changed_items(before: Node, live: Node) -> int:
    """How many items are not as they were, the marker counting as one."""
    had = {item.id: item.payloads for item in before.items}
    return sum(had.get(item.id) != item.payloads for item in live.items)


def _has_more(before: Mapping[Jid, str] | None, live: Mapping[Jid, str] | None) -> bool:
    return not (live or EMPTY).items() <= (before or EMPTY).items()
