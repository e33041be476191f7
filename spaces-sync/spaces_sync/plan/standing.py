"""Holds actions against a `Reading`: which took effect, which still fit what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import EMPTY, Address, Form, Item, Reading, Secret, Values, same_values
from spaces_sync.model.xml import serialise
from spaces_sync.plan.actions import (
    SETTLED,
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
    Stage,
    stage,
    subject,
)
from spaces_sync.plan.outcome import Result, Step, pending
from spaces_sync.plan.preconditions import Grounds, grown, shifted
from spaces_sync.plan.requirements import unkept

LONGEST: Final = 300  # characters of an item that differs

AGAIN: Final = "the plan was carried out here, and somebody has changed this again since"

Items: TypeAlias = Mapping[NodeAddress, Mapping[str, Item]]


@dataclass(frozen=True, slots=True)
class Standing:
    """`done`: in effect. If not, it is to be sent, unless its object `moved`, in words."""

    done: bool
    moved: str = ""


def effects(actions: Iterable[Action], reading: Reading) -> list[str]:
    """For each action what the service does not hold of it, in words; empty where all is so."""
    actions = tuple(actions)
    items = _by_id(reading)
    final = {_item_of(action): action for action in actions}
    return [
        _missing(final[_item_of(action)] if _item_of(action) else action, reading, items)
        for action in actions
    ]


def standing(
    actions: Iterable[Action],
    reading: Reading,
    grounds: Grounds = EMPTY,
    made: Iterable[Action] = (),
) -> list[Standing]:
    """Where each action of an approved plan stands by now, whoever brought that about.

    `grounds`: what was taken for granted of their nodes, where it is to hold still. `made`: what
    has been done of the same plan before, which changed them.
    """
    actions = tuple(actions)
    found = _each_by_itself(actions, reading)
    about: dict[Address, list[int]] = {}
    for n, action in enumerate(actions):
        about.setdefault(subject(action), []).append(n)
    before: dict[Address, list[Action]] = {}
    for action in made:
        before.setdefault(subject(action), []).append(action)
    for node, ground in grounds.items():
        live, mine = reading.state.nodes.get(node), about.get(node, [])
        due = [actions[n] for n in mine if not found[n].done]
        if live is None or not due:
            continue
        done = [*before.get(node, ()), *(actions[n] for n in mine if found[n].done)]
        moved = shifted(ground, done, due, live, reading.services[node.service])
        for n in mine if moved else ():
            if not found[n].done and not found[n].moved:
                found[n] = Standing(done=False, moved=moved)
    return found


def _each_by_itself(actions: tuple[Action, ...], reading: Reading) -> list[Standing]:
    items = _by_id(reading)
    over = _settled(actions, items)
    vacant = reading.absent | reading.gone
    unmade = {subject(each) for each in actions if _creates(each)} & vacant
    held = [subject(each) not in unmade and _in_effect(each, reading, items) for each in actions]
    reached = {_item_of(each): n for n, each in enumerate(actions) if held[n]}
    awaited: set[object] = set()
    found = []
    for n, action in enumerate(actions):
        item = _item_of(action)
        if held[n] or (item is not None and n < reached.get(item, 0)):
            found.append(Standing(done=True))
        elif subject(action) in over and stage(action) < Stage.SETTLE:
            found.append(Standing(done=False, moved=AGAIN))
        elif (subject(action) in unmade and not _creates(action)) or item in awaited:
            found.append(Standing(done=False))  # its object is as an earlier action makes it
        else:
            found.append(Standing(done=False, moved=_moved(action, reading, items)))
        if item is not None and not found[-1].done:
            awaited.add(item)
    return found


def _settled(actions: tuple[Action, ...], items: Items) -> frozenset[Address]:
    """The nodes whose last marker is there: it is written when all before it has been done.

    What is not as the plan left it was changed afterwards, though it may look as it did before.
    A last marker that says what the one before the plan said proves nothing.
    """
    first: dict[NodeAddress, Item | None] = {}
    over = set[Address]()
    for action in actions:
        if not isinstance(action, PublishItem) or action.item_id != MARKER_ID:
            continue
        before = first.setdefault(action.node, action.before)
        news = before is None or before.payloads != (action.payload,)
        held = items.get(action.node, EMPTY).get(MARKER_ID)
        if action.key == SETTLED and news and held and held.payloads == (action.payload,):
            over.add(action.node)
    return frozenset(over)


def _in_effect(action: Action, reading: Reading, items: Items) -> bool:
    """Proved, where `effects` trusts a service that said yes: what it does not show may not be."""
    if _missing(action, reading, items):
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


def settled(steps: Iterable[Step], reading: Reading, grounds: Grounds) -> list[Step]:
    """Each pending step held against what is there: done, still to be sent, or failed.

    An action fails whose object is neither as it makes it nor as it was planned for. Nothing
    more is then sent to that object: what else was approved for it, was approved for another.
    """
    steps = list(steps)
    actions = {n: action for n, step in enumerate(steps) if (action := pending(step)) is not None}
    made = [s.action for s in steps if isinstance(s, Result) and s.status == "done"]
    found = dict(zip(actions, standing(actions.values(), reading, grounds, made), strict=True))
    beyond: dict[Address, str] = {}
    for n, each in found.items():
        if each.moved:
            beyond.setdefault(subject(actions[n]), each.moved)
    for n, each in found.items():
        action = actions[n]
        if each.done:
            steps[n] = Result(action, "done")
        elif each.moved:
            steps[n] = Result(action, "failed", each.moved)
        elif subject(action) in beyond:
            steps[n] = Result(action, "skipped", beyond[subject(action)])
        else:
            steps[n] = action
    return steps


def _item_of(action: Action) -> tuple[NodeAddress, str] | None:
    """The item that an action leaves there; a later one of the same plan counts in its place."""
    return (action.node, action.item_id) if isinstance(action, PublishItem) else None


def _creates(action: Action) -> bool:
    return isinstance(action, CreateNode | CreateRoom)


def _by_id(reading: Reading) -> Items:
    return {
        address: {c.item.id: c.item for c in node.children.values() if c.item is not None}
        for address, node in reading.state.nodes.items()
    }


def _missing(action: Action, reading: Reading, items: Items) -> str:
    target = subject(action)
    if isinstance(action, DestroyRoom) and target in reading.gone:
        return ""
    if target in reading.failed:
        return f"could not be read back: {reading.failed[target]}"
    match action:
        case CreateNode(node=node, config=after) | ConfigureNode(node=node, after=after):
            if node not in reading.state.nodes:
                return "the node is not there"
            return _unkept(unkept(after, reading.state.nodes[node].config))
        case CreateRoom(room=room, config=after) | ConfigureRoom(room=room, after=after):
            if room not in reading.state.rooms:
                return "the room is not there"
            return _unkept(_unkept_room(after, reading.state.rooms[room].config))
        case DeleteNode() | DestroyRoom():
            return "" if target in reading.absent else "it is still there"
        case PublishItem(node=node, item_id=item_id, payload=payload):
            held = items.get(node, EMPTY).get(item_id)
            if held is None:
                return "the item is not there"
            return "" if held.payloads == (payload,) else "the item holds something else"
        case RetractItem(node=node, before=before):
            return "the item is still there" if before.id in items.get(node, EMPTY) else ""
        case SetAffiliation() | SetSubscription():
            found = _word(action, reading)
            return "" if found == action.after else f"{action.jid} is {found}"
        case _:
            assert_never(action)


def _moved(action: Action, reading: Reading, items: Items) -> str:
    target = subject(action)
    if target in reading.failed and not (_creates(action) and target in reading.gone):
        return reading.failed[target]
    if target in reading.absent and not _creates(action):
        return "it was there when planned, and is gone"
    match action:
        case ConfigureNode(node=node, before=before):
            return _differs(before, reading.state.nodes[node].config)
        case ConfigureRoom(room=room, before=before):
            return _differs(before, reading.state.rooms[room].config)
        case PublishItem(node=node, item_id=item_id, before=old):
            held = items.get(node, EMPTY).get(item_id)
            return "" if _same(held, old) else _another(item_id, old, held)
        case RetractItem(node=node, before=old):
            held = items.get(node, EMPTY).get(old.id)
            return "" if _same(held, old) else _another(old.id, old, held)
        case SetAffiliation() | SetSubscription():
            found = _word(action, reading)
            said = f"{action.jid} was {action.before} when planned, and is {found}"
            return "" if found == action.before else said
        case DeleteNode(node=node, before=went):
            return grown(went, reading.state.nodes[node])
        case DestroyRoom(room=room, before=went):
            return grown(went, reading.state.rooms[room])
        case CreateNode() | CreateRoom():
            vacant = target in reading.absent or target in reading.gone
            return "" if vacant else "it was not there when planned, and is"
        case _:
            assert_never(action)


def _same(one: Item | None, other: Item | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.payloads == other.payloads


def _word(action: SetAffiliation | SetSubscription, reading: Reading) -> str:
    """What `action.jid` is by this reading."""
    if isinstance(action, SetSubscription):
        node = reading.state.nodes.get(action.node)
        people = node.subscriptions if node else None
    elif isinstance(action.target, NodeAddress):
        node = reading.state.nodes.get(action.target)
        people = node.affiliations if node else None
    else:
        room = reading.state.rooms.get(action.target)
        people = room.affiliations if room else None
    return (people or EMPTY).get(action.jid, "none")


def _unkept(fields: Iterable[str]) -> str:
    names = ", ".join(fields)
    return f"the service said yes and did not keep {names}" if names else ""


def _unkept_room(config: Mapping[str, Values], form: Form) -> list[str]:
    """A room's form lists all that its service knows; the rest was a note in the plan."""
    return [
        var
        for var, values in config.items()
        if var in form and not same_values(values, form[var].values)
    ]


def _differs(before: Mapping[str, Values], form: Form) -> str:
    now = {var: form[var].values if var in form else () for var in before}
    return "; ".join(
        f"{var} was {_listed(values)} when planned, and is {_listed(now[var])}"
        for var, values in before.items()
        if not same_values(values, now[var])
    )


def _another(item_id: str, planned: Item | None, found: Item | None) -> str:
    return f"item {item_id} was {_shown(planned)} when planned, and is {_shown(found)}"


def _shown(item: Item | None) -> str:
    if item is None:
        return "not there"
    text = "".join(map(serialise, item.payloads)) or "without payload"
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def _listed(values: Values) -> str:
    return ", ".join(map(repr, values)) or "empty"
