"""The actions of an approved plan, checked once more: in effect, still to be sent, or stale.

An action is stale when what it is about, an item, a person's right, a field or a whole object, is
neither as the action makes it nor as it was planned for: what was approved, was approved for
something else. It is left out, with all that relies on it (dependence.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import assert_never

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
    subject,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.dependence import left_out
from spaces_sync.plan.effects import costs_items
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
from spaces_sync.plan.recheck_one import Recheck, other_item, other_right, written_item
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.verification import (
    Causes,
    NodeItems,
    item_address,
    items_by_id,
    missing,
    right_of,
)
from spaces_sync.profile import PASSWORD_PROTECTED


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
    by_object: dict[Address, list[int]] = {}
    for n, action in enumerate(actions):
        by_object.setdefault(subject(action), []).append(n)
    before: dict[Address, list[Action]] = {}
    for action in made:
        before.setdefault(subject(action), []).append(action)
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


def resumed(steps: Iterable[Step], reading: Reading, planned: Preconditions) -> list[Step]:
    """As `rechecked`; a configuration of which not all fields stand alike becomes several steps."""
    parts = (part for step in steps for part in _parts_of_step(step, reading))
    return rechecked(parts, reading, planned)


def rechecked(steps: Iterable[Step], reading: Reading, planned: Preconditions) -> list[Step]:
    """Each pending step held against what is there: done, still to be sent, or failed.

    What relies on one that failed is skipped.
    """
    steps = list(steps)
    actions = {n: action for n, step in enumerate(steps) if (action := pending(step)) is not None}
    made = [s.action for s in steps if isinstance(s, Result) and s.status == "done"]
    found = dict(zip(actions, recheck(actions.values(), reading, planned, made), strict=True))
    taken = {(a.about, a.taken_from) for a in actions.values() if isinstance(a, RecordOwnership)}
    for n, action in actions.items():
        causes = _of_another(action, reading, taken) or _protected(action, reading)
        if causes and not found[n].done:
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
    target = subject(action)
    if target not in reading.state.nodes and target not in reading.state.rooms:
        return ()
    if not isinstance(action, ConfigureNode | ConfigureRoom):
        return ()
    password = isinstance(action, ConfigureRoom) and action.password is not None
    fields = [*action.after, *([""] if password and PASSWORD_PROTECTED not in action.after else [])]
    alike: dict[tuple[bool, bool], list[str]] = {}
    for var in fields:
        one = _with_fields(action, (var,))
        done = _in_effect(one, reading, EMPTY)
        alike.setdefault((done, bool(not done and _stale(one, reading, EMPTY))), []).append(var)
    return tuple(_with_fields(action, v) for v in alike.values()) if len(alike) > 1 else ()


def _with_fields(action: ConfigureNode | ConfigureRoom, fields: Collection[str]) -> Action:
    """`action` with some of its fields; a password goes with the field that asks for it."""
    before = {var: values for var, values in action.before.items() if var in fields}
    after = {var: values for var, values in action.after.items() if var in fields}
    if isinstance(action, ConfigureNode):
        part = replace(action, before=before, after=after)
        return part if costs_items(part) else replace(part, drops=0)
    password = action.password if {"", PASSWORD_PROTECTED} & {*fields} else None
    return replace(action, before=before, after=after, password=password)


def _each_by_itself(actions: tuple[Action, ...], reading: Reading) -> list[Recheck]:
    """Without preconditions, but knowing that an earlier action may prepare a later one."""
    items = items_by_id(reading)
    completed = _completed(actions, reading, items)
    vacant = reading.absent | reading.destroyed
    unmade = {subject(each) for each in actions if _creates(each)} & vacant
    held = [subject(each) not in unmade and _in_effect(each, reading, items) for each in actions]
    reached = {item_address(each): n for n, each in enumerate(actions) if held[n]}
    awaited: set[object] = set()
    found = []
    for n, action in enumerate(actions):
        item = item_address(action)
        if held[n] or (item is not None and n < reached.get(item, 0)):
            found.append(Recheck(done=True))
        elif subject(action) in completed and action.stage < Stage.RECORD:
            found.append(Recheck(done=False, stale=(Cause("changed-after-applying"),)))
        elif (subject(action) in unmade and not _creates(action)) or item in awaited:
            found.append(Recheck(done=False))  # its object is as an earlier action makes it
        else:
            found.append(Recheck(done=False, stale=_stale(action, reading, items)))
        if item is not None and not found[-1].done:
            awaited.add(item)
    return found


def _completed(
    actions: tuple[Action, ...], reading: Reading, items: NodeItems
) -> frozenset[Address]:
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
            return additions(went, reading.state.rooms[room])
        case CreateNode() | CreateRoom():
            vacant = target in reading.absent or target in reading.destroyed
            return () if vacant else (Cause("appeared"),)
        case _:
            assert_never(action)


def _not_arrived(action: DeleteNode, reading: Reading) -> Causes:
    """Whether the node that it was renamed to has gone, or lost what was in both."""
    new = action.renamed_to
    if new is None:
        return ()
    if new in reading.failed:
        return (Cause("unreadable", after=reading.failed[new]),)
    live = reading.state.nodes.get(new)
    if live is None:
        return (Cause("not-arrived", action.node.node, after=new.node),)
    gone = (key for key in action.arrived if key not in live.children)
    return tuple(Cause("not-arrived", key.target, after=new.node) for key in gone)[:1]


def _of_another(action: Action, reading: Reading, taken: Collection[tuple[Address, str]]) -> Causes:
    """Another source has taken charge of the object, and the plan does not take it over."""
    other = reading.ownership.others.get(subject(action), "")
    theirs = other and (subject(action), other) not in taken
    return (Cause("source-changed", after=other),) if theirs else ()


def _protected(action: Action, reading: Reading) -> Causes:
    """What is protected was not when its removal was approved, or a guard had stopped that."""
    owned = reading.ownership.owned(subject(action))
    removes = isinstance(action, DeleteNode | DestroyRoom)
    return (Cause("protected-since"),) if removes and owned and owned.protect else ()


def _differing(before: Mapping[str, Values], form: Form) -> Causes:
    now = {var: values_of(form, var) for var in before}
    return tuple(
        field_changed(var, values, now[var])
        for var, values in before.items()
        if not same_values(values, now[var])
    )
