"""What takes an applied plan back, as a plan of its own: its inverse, held against what is live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import OWN
from spaces_sync.model.counting import plural
from spaces_sync.model.marker import LOCK_PREFIX
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Node,
    Reading,
    Secret,
    Values,
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
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Stage,
    Why,
    shut_out,
    stage,
    subject,
)
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.ownership import children
from spaces_sync.plan.plan import Facts, Note, Obstacle, Plan
from spaces_sync.plan.preconditions import grounds
from spaces_sync.plan.requirements import SIZE, kept
from spaces_sync.plan.standing import standing
from spaces_sync.plan.undo.changed_since import moved_on
from spaces_sync.plan.undo.inverse import invertible, outlived
from spaces_sync.plan.undo.revert_markers import remarked, taken_over
from spaces_sync.profile import ACCESS_MODEL, SPACE, TITLE, TYPE

_PROTECTED: Final = "muc#roomconfig_passwordprotectedroom"


@dataclass(frozen=True, slots=True)
class Reversion:
    """`beyond`: what cannot be taken back, since it has changed after the plan."""

    plan: Plan
    beyond: tuple[Result, ...] = ()


def reverting(applied: Plan, reading: Reading, *, take_over: bool = False) -> Reversion:
    """What there is still to do until all that `applied` changed is as it was before.

    Pure. `reading` is of what `applied` is about. What is as before already is left out, so that
    reverting twice does nothing.
    """
    undoing = tuple(_undoing(applied, reading))
    stands = standing(undoing, reading)
    how = moved_on(applied, undoing, stands, reading)
    beyond = [
        Result(action, "failed", why) for action, why in zip(undoing, how, strict=True) if why
    ]
    due = [
        action
        for action, stand, why in zip(undoing, stands, how, strict=True)
        if not stand.done and not why
    ]
    parts: list[Action | Obstacle] = [*_obstacles(applied, reading, take_over=take_over)]
    marks = remarked(applied, (result.action for result in beyond), reading)
    for address, mine in _by_object((*due, *marks)).items():
        parts.extend(_on_object(address, mine, reading))
    actions = [part for part in parts if not isinstance(part, Obstacle)]
    made = Plan(
        account=reading.account,
        actions=tuple(sorted(actions, key=stage)),
        notes=tuple(_notes(applied)),
        obstacles=tuple(part for part in parts if isinstance(part, Obstacle)),
        facts=_facts(applied, reading),
        grounds=grounds(actions, reading),
    )
    return Reversion(made, tuple(beyond))


def _by_object(actions: Iterable[Action]) -> Mapping[Address, list[Action]]:
    found: dict[Address, list[Action]] = {}
    for action in actions:
        found.setdefault(subject(action), []).append(action)
    return found


def _undoing(applied: Plan, reading: Reading) -> Iterator[Action]:
    """The inverse without what goes anyway with a node or a room, and without our own items.

    Markers are merged with what has been done since; locks are of their own time.
    """
    inverse = applied.inverse()
    going = {subject(each) for each in inverse if isinstance(each, DeleteNode | DestroyRoom)}
    coming = {subject(each) for each in inverse if isinstance(each, CreateNode | CreateRoom)}
    for action in inverse:
        about, own = subject(action), _item_id(action)
        if about in going and not isinstance(action, DeleteNode | DestroyRoom):
            continue
        if own.startswith(OWN) and (about not in coming or own.startswith(LOCK_PREFIX)):
            continue
        why = Why("rename" if action.why.reason == "rename" else "file", action.why.place)
        yield _without_password(_whole(replace(action, why=why), reading))


def _whole(action: Action, reading: Reading) -> Action:
    """A removal takes what is there now, not only what the plan put there."""
    match action:
        case DeleteNode(node=node) if node in reading.state.nodes:
            return replace(action, before=reading.state.nodes[node])
        case DestroyRoom(room=room) if room in reading.state.rooms:
            return replace(action, before=reading.state.rooms[room])
        case _:
            return action


def _item_id(action: Action) -> str:
    match action:
        case PublishItem(item_id=item_id):
            return item_id
        case RetractItem(before=before):
            return before.id
        case _:
            return ""


def _without_password(action: Action) -> Action:
    """A password that was replaced or destroyed is in no plan file: nothing brings it back."""
    match action:
        case ConfigureRoom(password=Secret()):
            return replace(action, password=None)
        case CreateRoom(config=config, password=Secret(value="")):
            left = {var: values for var, values in config.items() if var != _PROTECTED}
            words = ("comes back without its password: it is not known",)
            why = replace(action.why, consequences=words)
            return replace(action, config=left, password=None, why=why)
        case _:
            return action


def _obstacles(applied: Plan, reading: Reading, *, take_over: bool) -> Iterator[Obstacle]:
    for address in dict.fromkeys(map(subject, applied.actions)):
        live = reading.state.nodes.get(address) if isinstance(address, NodeAddress) else None
        if address in reading.failed and address not in reading.gone:
            yield Obstacle(address, reading.failed[address])
        elif live is not None and not live.complete:
            text = "the service did not give all of its items, so that none can be compared"
            yield Obstacle(address, text)
    for address, owner in taken_over(applied, reading) if not take_over else ():
        text = f"is managed by the source {owner!r} by now; --take-over reverts it anyway"
        yield Obstacle(address, text, owner=owner)


# --- what is to be sent, as it is now -------------------------------------------------------


def _on_object(
    address: Address, actions: list[Action], reading: Reading
) -> Iterator[Action | Obstacle]:
    found = [_as_found(action, actions, reading) for action in actions]
    live = reading.state.nodes.get(address) if isinstance(address, NodeAddress) else None
    if live is None or not isinstance(address, NodeAddress):
        yield from found
    else:
        yield from _fitting(address, [*found, *_unsubscribing(actions, live)], live, reading)


def _as_found(action: Action, beside: Iterable[Action], reading: Reading) -> Action:
    """With what goes with it and what follows from it by now."""
    match action:
        case DeleteNode(before=live):
            people = len(live.subscriptions or EMPTY)
            items, subscriptions = plural(children(live), "item"), plural(people, "subscription")
            words = f"goes with {items} and {subscriptions}"
            return replace(action, why=_so(action, words))
        case DestroyRoom():
            return replace(action, why=_so(action, "its history goes with it"))
        case ConfigureNode(node=node):
            return _configured(action, beside, reading.state.nodes[node])
        case SetAffiliation(jid=jid, before="owner") if jid == reading.account:
            why = _so(action, "this account can no longer manage it")
            return replace(action, last=True, why=why)
        case SetAffiliation(target=NodeAddress() as node, jid=jid, after="none"):
            subscribed = reading.state.nodes[node].subscriptions or EMPTY
            return replace(action, last=jid in subscribed and _opens(beside))
        case _:
            return action


def _opens(actions: Iterable[Action]) -> bool:
    """Until then a service would end the subscriptions of those who lose an affiliation."""
    return any(stage(each) is Stage.OPEN for each in actions)


def _so(action: Action, words: str) -> Why:
    return replace(action.why, consequences=(*action.why.consequences, words))


def _configured(action: ConfigureNode, beside: Iterable[Action], live: Node) -> Action:
    match action.after.get(ACCESS_MODEL):
        case ("open",):
            words = f"anyone can read its {plural(children(live), 'item')} from now on"
            return replace(action, why=_so(action, words))
        case ("whitelist",) if out := _shut_out(beside, live):
            words = f"{len(out)} of {len(live.subscriptions or EMPTY)} subscribers lose access"
            return replace(action, why=_so(action, words))
        case _:
            return action


def _unsubscribing(actions: list[Action], live: Node) -> Iterator[SetSubscription]:
    """As in planning, a node that is closed again gives notice by name."""
    closing = (each for each in actions if isinstance(each, ConfigureNode))
    for each in closing:
        if each.after.get(ACCESS_MODEL) == ("whitelist",):
            now = live.subscriptions or EMPTY
            for jid in _shut_out(actions, live):
                yield SetSubscription(each.node, jid, now[jid], "none", why=each.why)


def _shut_out(beside: Iterable[Action], live: Node) -> tuple[Jid, ...]:
    beside = tuple(beside)
    said = {each.jid: each.after for each in beside if isinstance(each, SetAffiliation)}
    ending = {each.jid for each in beside if isinstance(each, SetSubscription)}
    return tuple(jid for jid in shut_out(live, said) if jid not in ending)


def _fitting(
    address: NodeAddress, actions: list[Action], live: Node, reading: Reading
) -> Iterator[Action | Obstacle]:
    """What a full node loses is retracted before it is lowered or filled: it drops the oldest."""
    resized: dict[str, Values] = {}
    for each in actions:
        if isinstance(each, ConfigureNode):
            resized.update({var: values for var, values in each.after.items() if var in SIZE})
    service = reading.services[address.service]
    now, limit = kept(EMPTY, live, service), kept(resized, live, service)
    added = sum(isinstance(each, PublishItem) and each.before is None for each in actions)
    if limit is None or (not added and now is not None and limit >= now):
        yield from actions
        return
    there = len(live.children)
    gone = sum(isinstance(each, RetractItem) for each in actions)
    over = max(0, there + added - gone - limit)
    if over and not resized:
        text = f"would hold {limit + over} items, and the service keeps at most {limit}"
        yield Obstacle(address, text)
    for action in actions:
        match action:
            case ConfigureNode(after=after) if after.keys() & SIZE:
                yield replace(action, drops=over)
            case RetractItem():
                yield replace(action, first=there + added > limit)
            case _:
                yield action


# --- what there is to say -------------------------------------------------------------------


def _notes(applied: Plan) -> Iterator[Note]:
    for action in applied.actions:
        place = action.why.place
        match action:
            case ConfigureRoom(room=room, password=Secret()):
                text = "keeps the password that the plan set: the one before is not known"
                yield Note(room, "kept", text, place)
            case PublishItem(node=node) | RetractItem(node=node) if not invertible(action):
                text = f"item {_item_id(action)!r} was malformed and cannot be published again"
                yield Note(node, "impossible", text, place)
            case DeleteNode(node=node, before=before) if out := outlived(before):
                text = (
                    f"{plural(len(out), 'subscription')} of people who may not read do not return"
                )
                yield Note(node, "impossible", text, place)
            case _:
                pass


def _facts(applied: Plan, reading: Reading) -> Facts:
    nodes = reading.state.nodes
    titles: Mapping[Address, str] = {
        address: "".join(node.config[TITLE].values)
        for address, node in nodes.items()
        if TITLE in node.config
    }
    return Facts(
        services=reading.services,
        titles={**applied.facts.titles, **titles},
        spaces=sum(TYPE in n.config and n.config[TYPE].values == (SPACE,) for n in nodes.values()),
        items=sum(map(children, nodes.values())),
        children={address: children(node) for address, node in nodes.items()},
        protected=applied.facts.protected,
    )
