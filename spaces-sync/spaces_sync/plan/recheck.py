"""The actions of an approved plan, checked once more: in effect, still to be sent, or stale.

An action is stale when what it is about, an item, a person's right, a field or a whole object, is
neither as the action makes it nor as it was planned for: what was approved, was approved for
something else. It is left out, with all that relies on it (dependence.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import assert_never

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.grouping import grouped
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Form,
    Reading,
    Secret,
    Values,
    same_values,
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
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    by_subject,
    subject,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.configs import fields_of, with_fields
from spaces_sync.plan.copies import Originals
from spaces_sync.plan.dependence import left_out
from spaces_sync.plan.effects import sets_retention
from spaces_sync.plan.outcome import Result, Step, pending
from spaces_sync.plan.ownership import is_recorded
from spaces_sync.plan.preconditions import (
    Preconditions,
    additions,
    concerns,
    field_changed,
    unfit,
    violations,
)
from spaces_sync.plan.recheck_around import around
from spaces_sync.plan.recheck_one import Recheck, other_item, other_right, written_item
from spaces_sync.plan.removals import name
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.verification import (
    Causes,
    NodeItems,
    item_address,
    items_by_id,
    missing,
    right_of,
)
from spaces_sync.profile import PASSWORD_PROTECTED, SECRET


def recheck(
    actions: Iterable[Action],
    reading: Reading,
    planned: Preconditions = EMPTY,
    made: Iterable[Action] = (),
) -> list[Recheck]:
    """Each action of an approved plan held against `reading`, whoever brought that about.

    planned: what was taken for granted of their nodes, where it is to hold still.
    made: what has been done of the same plan before, which changed them.
    """
    actions = tuple(actions)
    found = _each_by_itself(actions, reading)
    by_object = grouped((subject(action), n) for n, action in enumerate(actions))
    before = by_subject(made)
    for node, precondition in planned.items():
        live, mine = reading.state.nodes.get(node), by_object.get(node, [])
        due = [actions[n] for n in mine if not found[n].done]
        service = reading.services.get(node.service)
        if not due or service is None:
            continue
        done = [*before.get(node, ()), *(actions[n] for n in mine if found[n].done)]
        if live is not None:
            causes = violations(precondition, done, due, live, service, reading.account)
        else:
            causes = unfit(precondition, due, service) if any(map(_creates, due)) else ()
        for n in mine if causes else ():
            if not found[n].done and not found[n].stale:
                why = (cause for cause in causes if concerns(cause, actions[n]))
                found[n] = Recheck(done=False, stale=tuple(why)[:1])
    return found


def resumed(
    steps: Iterable[Step],
    reading: Reading,
    planned: Preconditions,
    originals: Originals = EMPTY,
) -> list[Step]:
    """As `rechecked`; a configuration of which not all fields stand alike becomes several steps."""
    parts = (part for step in steps for part in _parts_of_step(step, reading))
    return rechecked(parts, reading, planned, originals)


def rechecked(
    steps: Iterable[Step],
    reading: Reading,
    planned: Preconditions,
    originals: Originals = EMPTY,
) -> list[Step]:
    """Each pending step held against what is there: done, still to be sent, or failed.

    What relies on one that failed is skipped.
    """
    steps = list(steps)
    actions = {n: action for n, step in enumerate(steps) if (action := pending(step)) is not None}
    made = [s.action for s in steps if isinstance(s, Result) and s.status == "done"]
    found = dict(zip(actions, recheck(actions.values(), reading, planned, made), strict=True))
    for n, causes in around(actions, made, reading, originals).items():
        if not found[n].done:
            found[n] = Recheck(done=False, stale=causes)
    stale = {n: each.stale for n, each in found.items() if each.stale}
    undone = {n: actions[n] for n, each in found.items() if not each.done}
    skipped = left_out(undone, stale)
    for n, each in found.items():
        action = actions[n]
        if each.done:
            steps[n] = Result(action, "done")
        elif each.stale:
            steps[n] = Result(action, "failed", each.stale)
        elif n in skipped:
            steps[n] = Result(action, "skipped", skipped[n])
        else:
            steps[n] = action
    return steps


def _parts_of_step(step: Step, reading: Reading) -> tuple[Step, ...]:
    action = pending(step)
    return (step,) if action is None else by_field(action, reading) or (step,)


def by_field(action: Action, reading: Reading) -> tuple[Action, ...]:
    """A configuration whose fields do not all stand alike as one for each way; else nothing."""
    if not isinstance(action, ConfigureNode | ConfigureRoom):
        return ()
    if reading.state.get(subject(action)) is None:
        return ()

    def standing(fields: Collection[str]) -> tuple[bool, bool]:
        """Whether that part of the action is in effect, and whether it is stale."""
        part = with_fields(action, fields)
        done = _in_effect(part, reading, EMPTY)
        return done, bool(not done and _stale(part, reading, EMPTY))

    alike = grouped((standing(fields), fields) for fields in _inseparable(action))
    parts = tuple(_part(action, [*chain.from_iterable(each)]) for each in alike.values())
    return parts if len(parts) > 1 else ()


def _inseparable(action: ConfigureNode | ConfigureRoom) -> Iterator[tuple[str, ...]]:
    """The fields of an action; a password goes with the field that asks for it."""
    fields = fields_of(action)
    both = SECRET in fields and PASSWORD_PROTECTED in fields
    for var in fields:
        if not (both and var == SECRET):
            yield (var, SECRET) if both and var == PASSWORD_PROTECTED else (var,)


def _part(action: ConfigureNode | ConfigureRoom, fields: Collection[str]) -> Action:
    """`action` with some of its fields, and with the items that these cost."""
    part = with_fields(action, fields)
    if isinstance(part, ConfigureNode) and not sets_retention(part):
        return replace(part, drops=0)
    return part


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far the actions of a plan have come by one reading; actions are named by their place.

    `done`: of each whether it is in effect, or was and a later one that is has rewritten its item.
    `first_due`: of each item the first action that is still to write it. `completed`: the objects
    on which all has been done. `unmade`: those that are still to be created.
    """

    items: NodeItems
    done: Sequence[bool]
    first_due: Mapping[tuple[NodeAddress, str], int]
    completed: frozenset[Address]
    unmade: frozenset[Address]


def _progress(actions: Sequence[Action], reading: Reading) -> _Progress:
    items = items_by_id(reading)
    vacant = reading.absent | reading.destroyed
    unmade = {subject(each) for each in actions if _creates(each)} & vacant
    in_effect = [
        subject(each) not in unmade and _in_effect(each, reading, items) for each in actions
    ]
    written = [item_address(each) for each in actions]
    last_write_in_effect = {item: n for n, item in enumerate(written) if in_effect[n]}
    done = [
        in_effect[n] or (item is not None and n < last_write_in_effect.get(item, 0))
        for n, item in enumerate(written)
    ]
    due = [(item, n) for n, item in enumerate(written) if item is not None and not done[n]]
    first_due = dict(reversed(due))
    return _Progress(items, done, first_due, _completed(actions, reading, items), frozenset(unmade))


def _each_by_itself(actions: Sequence[Action], reading: Reading) -> list[Recheck]:
    """Without preconditions, but knowing that an earlier action may prepare a later one."""
    progress = _progress(actions, reading)
    return [
        Recheck(done, () if done else _why_not(n, actions[n], progress, reading))
        for n, done in enumerate(progress.done)
    ]


def _why_not(n: int, action: Action, progress: _Progress, reading: Reading) -> Causes:
    """Why the action in place `n`, which is not done, is not to be sent any more."""
    target, item = subject(action), item_address(action)
    if target in progress.completed and action.stage < Stage.RECORD:
        return (Cause("changed-after-applying"),)
    made_before_it = target in progress.unmade and not _creates(action)
    rewritten_before_it = item is not None and progress.first_due.get(item, n) < n
    if made_before_it or rewritten_before_it:
        return ()  # what it is about is as an earlier action makes it
    return _stale(action, reading, progress.items)


def _completed(actions: Iterable[Action], reading: Reading, items: NodeItems) -> frozenset[Address]:
    """What is recorded as the plan leaves it: that is done when all else on it has been done.

    What is not as the plan left it was changed afterwards, though it may look as it did before.
    A record that says what it said before the plan proves nothing.
    """
    return frozenset(
        each.about
        for each in actions
        if isinstance(each, RecordOwnership)
        and not is_recorded(each, each.before)
        and not missing(each, reading, items)
    )


def _in_effect(action: Action, reading: Reading, items: NodeItems) -> bool:
    """As `missing`, but a field that the form does not show does not count as set."""
    if missing(action, reading, items):
        return False
    match action:
        case ConfigureNode(node=node, after=after):
            form = reading.state.nodes[node].config
            return all(var in form or not any(values) for var, values in after.items())
        case CreateRoom(room=room, password=Secret(value=value)):
            held = reading.state.rooms[room].password
            return held is None or held.value == value
        case ConfigureRoom(room=room, password=Secret(value=value)):
            held = reading.state.rooms[room].password
            return held is not None and held.value == value
        case _:
            return True


def _creates(action: Action) -> bool:
    return isinstance(action, CreateNode | CreateRoom)


def _stale(action: Action, reading: Reading, items: NodeItems) -> Causes:
    """Why an action that is not in effect is not to be sent any more."""
    target = subject(action)
    if isinstance(action, RecordOwnership):
        return ()  # it changes what differs, whatever has been recorded since
    if target in reading.failed and not (_creates(action) and target in reading.destroyed):
        return (Cause("unreadable", after=reading.failed[target]),)
    if target in reading.absent and not _creates(action):
        return (Cause("vanished"),)
    match action:
        case ConfigureNode(node=node, before=before):
            return _differing(before, reading.state.nodes[node].config)
        case ConfigureRoom(room=room, before=before):
            return _differing(before, reading.state.rooms[room].config)
        case PublishItem() | RetractItem() | WriteMarker():
            node, item_id = written_item(action)
            return other_item(action, items.get(node, EMPTY).get(item_id))
        case SetAffiliation() | SetSubscription():
            return other_right(action, right_of(action, reading))
        case DeleteNode(node=node, before=went):
            return additions(went, reading.state.nodes[node]) or _not_arrived(action, reading)
        case DestroyRoom(room=room, before=went):
            return additions(went, reading.state.rooms[room]) or _no_successor(action, reading)
        case CreateNode() | CreateRoom():
            vacant = target in reading.absent or target in reading.destroyed
            return () if vacant else (Cause("appeared"),)
        case _:
            assert_never(action)


def _not_arrived(action: DeleteNode, reading: Reading) -> Causes:
    """Whether the node that it was renamed to has gone, or lost what was in both."""
    new = action.renamed_to
    live = reading.state.nodes.get(new) if new is not None else None
    if new is None or live is None:
        return _no_successor(action, reading)
    gone = (key for key in action.arrived if key not in live.children)
    return tuple(Cause("not-arrived", key.target, after=new.node) for key in gone)[:1]


def _no_successor(action: DeleteNode | DestroyRoom, reading: Reading) -> Causes:
    """Whether what it was renamed to has gone."""
    new = action.renamed_to
    if new is None or reading.state.get(new) is not None:
        return ()
    if new in reading.failed:
        return (Cause("unreadable", after=reading.failed[new]),)
    return (Cause("not-arrived", name(subject(action)), after=name(new)),)


def _differing(before: Mapping[str, Values], form: Form) -> Causes:
    now = {var: values_of(form, var) for var in before}
    return tuple(
        field_changed(var, values, now[var])
        for var, values in before.items()
        if not same_values(values, now[var])
    )
