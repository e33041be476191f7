"""What takes an applied plan back, as a plan of its own: its inverse, held against what is live."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from spaces_sync.model.addresses import Jid, object_named
from spaces_sync.model.counting import plural
from spaces_sync.model.state import (
    EMPTY,
    NO_PASSWORD,
    Address,
    Node,
    Reading,
    Secret,
    Values,
    is_true,
    values_of,
)
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
    Why,
    WriteMarker,
    by_subject,
    subject,
)
from spaces_sync.plan.audience import access_after, ended_by_closing, opens_to_more
from spaces_sync.plan.dependence import left_out
from spaces_sync.plan.finish import draft_turns, finish, staged, title
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Note, Obstacle, Part, Plan, SourceRecord
from spaces_sync.plan.recheck import by_field, recheck
from spaces_sync.plan.undo.changed_since import changed_since
from spaces_sync.plan.undo.inverse import inverses, invertible, subscribers_without_access
from spaces_sync.plan.undo.reverted_records import own_markers, reverted_records, taken_over
from spaces_sync.profile import ACCESS_MODEL, NUMBERS, PASSWORD_PROTECTED


@dataclass(frozen=True, slots=True)
class Reversion:
    """The plan that takes another one back.

    not_reverted: what is not taken back. It failed where it has changed since the plan; what relies
    on that was skipped.
    """

    plan: Plan
    not_reverted: tuple[Result, ...] = ()


def revert(applied: Plan, reading: Reading, *, take_over: bool = False) -> Reversion:
    """What there is still to do until all that `applied` changed is as it was before.

    Pure. `reading` is of what `applied` is about. What is as before already is left out, so that
    reverting twice does nothing. `take_over`: also what another source manages by now.
    """
    taken = dict(taken_over(applied, reading))
    blocked = {} if take_over else taken
    taken = taken if take_over else {}
    due, not_reverted = _held_against(reading, applied, taken)
    parts: list[Part] = [
        *_obstacles(applied, reading, blocked),
        *_notes(applied, reading),
        *_opened(due, applied, reading),
        *_unsubscriptions(due, reading),
        *reverted_records(applied, (each.action for each in not_reverted), reading, taken),
    ]
    parts.extend(own_markers(applied, parts, reading))
    titles = _titles(applied, reading)
    plan = finish(
        parts,
        reading,
        titles=titles,
        protected=applied.facts.protected,
        spaces_may_shrink=True,
        source=_source(applied, reading),
    )
    return Reversion(plan, not_reverted)


def _held_against(
    reading: Reading, applied: Plan, taken: Collection[Address]
) -> tuple[Sequence[Action], tuple[Result, ...]]:
    """What is due of the inverse of `applied`, and what is not taken back of it.

    What has changed since stays, and with it all that must not be sent without it.
    """
    undoing = tuple(
        turn
        for each in _undoing(applied, reading, taken)
        for part in by_field(each, reading) or (each,)
        for turn in draft_turns(part)
    )
    rechecks = recheck(undoing, reading)
    causes = changed_since(applied, undoing, rechecks, reading)
    undone = [n for n, checked in enumerate(rechecks) if not checked.done]
    changed = {n: causes[n] for n in undone if causes[n]}
    pending = dict(zip(undone, staged([undoing[n] for n in undone], reading), strict=True))
    skipped = left_out(pending, changed)
    due = [undoing[n] for n in undone if n not in changed and n not in skipped]
    results = (
        Result(undoing[n], "failed", changed[n])
        if n in changed
        else Result(undoing[n], "skipped", skipped[n])
        for n in undone
        if n in changed or n in skipped
    )
    return due, tuple(results)


def _opened(due: Sequence[Action], applied: Plan, reading: Reading) -> Iterator[Action]:
    """`due`; what comes back says whether more people can read it than before it went.

    What moves back also, whether more can than where it is now.
    """
    nodes, by_node = reading.state.nodes, by_subject(due)
    for each in due:
        if not isinstance(each, PublishItem):
            yield each
            continue
        then = applied.preconditions.get(each.node)
        before = [then.access_model] if then is not None else []
        if each.moved_from is not None and each.moved_from in nodes:
            before.append(values_of(nodes[each.moved_from].config, ACCESS_MODEL))
        after = access_after(by_node[each.node], nodes.get(each.node))
        yield replace(each, opens=any(opens_to_more(model, after) for model in before))


def _undoing(applied: Plan, reading: Reading, taken: Collection[Address]) -> Iterator[Action]:
    """The inverse without what goes anyway with a node or a room, and without the records.

    The marker of what is taken over is the other source's by now.
    """
    inverse = inverses(applied.actions)
    going = {subject(each) for each in inverse if isinstance(each, DeleteNode | DestroyRoom)}
    for action in inverse:
        target = subject(action)
        if target in going and not isinstance(action, DeleteNode | DestroyRoom):
            continue
        if isinstance(action, RecordOwnership):
            continue
        why = Why("rename" if action.why.reason == "rename" else "file", action.why.place)
        found = _without_password(_whole(replace(action, why=why), reading))
        if isinstance(found, WriteMarker) and found.node in taken:
            live = reading.state.nodes.get(found.node)
            found = replace(found, before=live.marker if live is not None else None)
        if isinstance(found, ConfigureNode):
            left = frozenset(_not_emptied(found, reading))
            if left >= found.after.keys():
                continue
            found = replace(
                found, before=_without(left, found.before), after=_without(left, found.after)
            )
        yield found


def _not_emptied(action: ConfigureNode, reading: Reading) -> Iterator[str]:
    """The fields that had no value, and take none: an empty boolean is no boolean.

    ejabberd does not show such fields until they are set, and refuses a form for an empty one.
    """
    live = reading.state.nodes.get(action.node)
    form = live.config if live is not None else EMPTY
    for var, values in action.after.items():
        field = form.get(var)
        if field is not None and not any(values) and any(field.values):
            lists = field.type.startswith("list-") and field.options and "" not in field.options
            if field.type == "boolean" or lists or var in NUMBERS:
                yield var


_OPEN: Final = "comes back without its password: it is not known"


def _whole(action: Action, reading: Reading) -> Action:
    """A removal takes what is there now, not only what the plan put there."""
    match action:
        case DeleteNode(node=node) if node in reading.state.nodes:
            return replace(action, before=reading.state.nodes[node])
        case DestroyRoom(room=room) if room in reading.state.rooms:
            return replace(action, before=reading.state.rooms[room])
        case _:
            return action


def _without_password(action: Action) -> Action:
    """A password that was replaced or destroyed is in no plan file: nothing brings it back."""
    match action:
        case ConfigureRoom(password=Secret()):
            return replace(
                action,
                before=_without({PASSWORD_PROTECTED}, action.before),
                after=_without({PASSWORD_PROTECTED}, action.after),
                password=None,
            )
        case CreateRoom(password=secret) if secret == NO_PASSWORD:
            return replace(action, password=None)
        case CreateRoom(config=config, password=Secret(value="") | None) if _had_one(action):
            why = replace(action.why, consequences=(_OPEN,))
            config = _without({PASSWORD_PROTECTED}, config)
            return replace(action, config=config, password=None, why=why, opens=(_OPEN,))
        case _:
            return action


def _had_one(action: CreateRoom) -> bool:
    asks = is_true("".join(action.config.get(PASSWORD_PROTECTED, ())))
    return asks or action.password is not None


def _without(left_out: Collection[str], config: Mapping[str, Values]) -> dict[str, Values]:
    return {var: values for var, values in config.items() if var not in left_out}


def _unsubscriptions(due: Sequence[Action], reading: Reading) -> Iterator[Action]:
    """As in planning, a node that is closed again ends subscriptions by name."""
    for mine in by_subject(due).values():
        for each in mine:
            if isinstance(each, ConfigureNode) and each.after.get(ACCESS_MODEL) == ("whitelist",):
                live = reading.state.nodes[each.node]
                yield from ended_by_closing(each.node, mine, live, reading.account, each.why)


def _source(applied: Plan, reading: Reading) -> SourceRecord | None:
    """Whose the plan is. Who left the operators since is none again for what is taken back."""
    source, ledgers = applied.source, reading.ownership.ledgers.values()
    named = frozenset[Jid]().union(*(each.stated for each in ledgers))
    if source is None or not named:
        return source
    return replace(source, operators=tuple(jid for jid in source.operators if jid in named))


def _obstacles(
    applied: Plan, reading: Reading, blocked: Mapping[Address, str]
) -> Iterator[Obstacle]:
    for address in dict.fromkeys(map(subject, applied.actions)):
        live = reading.state.get(address)
        if address in reading.failed and address not in reading.destroyed:
            yield Obstacle(address, reading.failed[address])
        elif isinstance(live, Node) and not live.complete:
            text = "the service did not give all of its items, so that none can be compared"
            yield Obstacle(address, text)
    for address, source in blocked.items():
        text = f"is managed by the source {source!r} by now; --take-over reverts it anyway"
        yield Obstacle(address, text, source=source)
    for address, old in _made_of(applied):
        if reading.state.get(address) is not None and reading.state.get(old) is None:
            why = reading.failed.get(old, "is gone")
            text = (
                f"may be all that is left of {old}, which {why}: what removed that is first to be"
            )
            yield Obstacle(address, f"{text} taken back, or this is to be removed by hand")


def _made_of(applied: Plan) -> Iterator[tuple[Address, Address]]:
    """Each object that a plan made as a copy, with what it was made of."""
    made = {subject(each) for each in applied.actions if isinstance(each, CreateNode | CreateRoom)}
    for each in applied.actions:
        copied = object_named(each.copies) if isinstance(each, RecordOwnership) else None
        if copied is not None and subject(each) in made:
            yield subject(each), copied


def _notes(applied: Plan, reading: Reading) -> Iterator[Note]:
    """What does not come back."""
    for action in applied.actions:
        place = action.why.place
        match action:
            case ConfigureRoom(room=room, password=password) if password == NO_PASSWORD:
                text = "stays without a password: the one before is not known"
                yield Note(room, "stays", text, place)
            case ConfigureRoom(room=room, password=Secret()):
                text = "keeps the password that the plan set: the one before is not known"
                yield Note(room, "stays", text, place)
            case ConfigureNode(node=node, before=before, after=after):
                back = replace(action, before=after, after=before)
                for var in _not_emptied(back, reading):
                    text = f"{var}: keeps its value: it had none before, and takes none"
                    yield Note(node, "stays", text, place)
            case PublishItem(node=node) | RetractItem(node=node) if not invertible(action):
                text = f"item {_item_id(action)!r} was malformed and cannot be published again"
                yield Note(node, "impossible", text, place)
            case DeleteNode(node=node, before=before) if out := subscribers_without_access(before):
                count = plural(len(out), "subscription")
                text = f"{count} of people who may not read do not return"
                yield Note(node, "impossible", text, place)
            case _:
                pass


def _item_id(action: PublishItem | RetractItem) -> str:
    return action.item_id if isinstance(action, PublishItem) else action.before.id


def _titles(applied: Plan, reading: Reading) -> Mapping[Address, str]:
    live = {address: title(node) for address, node in reading.state.nodes.items()}
    return {**applied.facts.titles, **{a: found for a, found in live.items() if found is not None}}
