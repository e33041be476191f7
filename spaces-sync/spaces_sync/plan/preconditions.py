"""What a plan takes for granted of the nodes it is about, beyond what its actions say.

An action says what it changes: where that is neither as it was planned for nor as the plan makes
it, it is stale (recheck.py). Preconditions hold what else a person relied on when they said yes:
what the node is, who could read it, whose it was, how much it held, who would be shut out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import (
    EMPTY,
    Node,
    Reading,
    Room,
    Service,
    Values,
    same_values,
    values_of,
)
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    CreateNode,
    PublishItem,
    RecordOwnership,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.plan.audience import affiliation_changes, shut_out
from spaces_sync.plan.capacity import SIZE_FIELDS, items_added, items_stored, most_items
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.ownership import source_of
from spaces_sync.plan.stages import Stage
from spaces_sync.profile import ACCESS_MODEL, TYPE


@dataclass(frozen=True, slots=True)
class Precondition:
    """A node as it was planned for."""

    type: Annotated[Values, "Its pubsub#type."]
    access_model: Annotated[Values, "Its pubsub#access_model."]
    source: Annotated[str, "The source that managed it by its marker; empty: none did."]
    children: Annotated[int, "How many children it had."]
    shut_out: Annotated[
        int, "How many subscribers a whitelist would shut out of whom the plan says nothing."
    ]


Preconditions: TypeAlias = Mapping[NodeAddress, Precondition]


def preconditions(actions: Iterable[Action], reading: Reading) -> Preconditions:
    """Of each node that `actions` are about; of one that they create, as they create it."""
    by_node: dict[NodeAddress, list[Action]] = {}
    found: dict[NodeAddress, Precondition] = {}
    for each in actions:
        node = subject(each)
        if isinstance(each, CreateNode):
            made = each.config.get(TYPE, ()), each.config.get(ACCESS_MODEL, ())
            found[each.node] = Precondition(*made, source="", children=0, shut_out=0)
        elif isinstance(node, NodeAddress) and node in reading.state.nodes:
            by_node.setdefault(node, []).append(each)
    for node, mine in by_node.items():
        found[node] = _precondition(mine, reading.state.nodes[node])
    return dict(sorted(found.items()))


def _precondition(actions: Sequence[Action], live: Node) -> Precondition:
    return Precondition(
        type=values_of(live.config, TYPE),
        access_model=values_of(live.config, ACCESS_MODEL),
        source=source_of(live),
        children=len(live.children),
        shut_out=_unmentioned(actions, live),
    )


def _unmentioned(actions: Sequence[Action], live: Node) -> int:
    """How many subscribers a whitelist would shut out of whom `actions` say nothing."""
    changes = affiliation_changes(actions)
    named = {each.jid for each in actions if isinstance(each, SetSubscription)}
    return len(set(shut_out(live, changes)) - changes.keys() - named)


def violations(
    planned: Precondition,
    done: Sequence[Action],
    due: Sequence[Action],
    live: Node,
    service: Service,
) -> tuple[Cause, ...]:
    """Why what is still `due` on a node must not be sent any more; empty where it may be.

    `done`: what is in effect already of the same plan, and so changed the node meanwhile.
    """
    return (
        *_reconfigured(planned, (*done, *due), live),
        *_owned_otherwise(planned, (*done, *due), live),
        *_overflow(due, live, service),
        *_audience(planned, done, due, live),
    )


def _reconfigured(planned: Precondition, actions: Sequence[Action], live: Node) -> Iterator[Cause]:
    for var, then in ((TYPE, planned.type), (ACCESS_MODEL, planned.access_model)):
        now = values_of(live.config, var)
        written = (each.after[var] for each in _configuring(actions) if var in each.after)
        if then and not any(same_values(now, values) for values in (then, *written)):
            yield field_changed(var, then, now)


def _configuring(actions: Iterable[Action]) -> Iterator[ConfigureNode]:
    return (each for each in actions if isinstance(each, ConfigureNode))


def _owned_otherwise(
    planned: Precondition, actions: Sequence[Action], live: Node
) -> Iterator[Cause]:
    written = (each for each in actions if isinstance(each, WriteMarker))
    sources = {"" if each.after is None else each.after.source for each in written}
    found = source_of(live)
    if found not in {planned.source, *sources}:
        yield Cause("source-changed", after=found) if found else Cause("marker-gone")


def _overflow(due: Sequence[Action], live: Node, service: Service) -> Iterator[Cause]:
    """Services drop what is too much without a word, and it may be somebody else's."""
    resizing = [each for each in _configuring(due) if each.after.keys() & SIZE_FIELDS]
    new = items_added(due)
    if not new and not resizing:
        return
    freed = sum(each.stage is Stage.FREE_CAPACITY for each in due)
    limits = (most_items(each.after, live, service) for each in resizing)
    now = most_items(EMPTY, live, service)
    limit = next((n for n in limits if n is not None), now)
    approved = sum(each.drops for each in resizing)
    if not new and now is not None and limit is not None and limit >= now:
        return
    if limit is not None and items_stored(live) + new - freed - limit > approved:
        yield Cause("overflow", before=str(items_stored(live)), after=str(limit))


def _audience(
    planned: Precondition, done: Sequence[Action], due: Sequence[Action], live: Node
) -> Iterator[Cause]:
    """Who would see more, or no more, than was said when it was planned."""
    models = [each.after.get(ACCESS_MODEL) for each in _configuring(due)]
    ours = sum(isinstance(each, PublishItem) and each.before is None for each in done)
    if ("open",) in models and len(live.children) - ours > planned.children:
        before, after = str(planned.children), str(len(live.children))
        yield Cause("more-to-read", before=before, after=after)
    more = _unmentioned((*done, *due), live) - planned.shut_out
    if ("whitelist",) in models and more > 0:
        yield Cause("more-shut-out", after=str(more))


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
        case (("more-to-read" | "more-shut-out"), ConfigureNode(after=after)):
            return ACCESS_MODEL in after
        case (("more-to-read" | "more-shut-out"), _):
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
