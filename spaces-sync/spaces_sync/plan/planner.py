"""Compares a `Declaration` with a `Reading` and yields the `Plan`: the one place that decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import EMPTY, Address, Reading
from spaces_sync.plan.actions import Action, DeleteNode, PublishItem, Why, stage, subject
from spaces_sync.plan.nodes import plan_node
from spaces_sync.plan.ownership import children, marker_of
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Plan
from spaces_sync.plan.rooms import plan_room
from spaces_sync.profile import SPACE, TITLE, TYPE

Part = Action | Note | Obstacle | LeftAlone


def plan(
    declaration: Declaration,
    reading: Reading,
    *,
    take_over: bool = False,
    delete_spaces: bool = False,
) -> Plan:
    """What would make the live state what `declaration` says; empty where it already is.

    Pure: the same values give the same plan. Nothing follows from an object that could not be
    read but an obstacle. `take_over`: also what another source manages. `delete_spaces`: also
    the removal of spaces in `reading` that this source made and the file does not have any more.
    """
    parts: list[Part] = []
    for node in sorted(declaration.state.nodes):
        parts.extend(
            _unread(declaration, reading, node)
            or plan_node(declaration, reading, node, take_over=take_over)
        )
    for room in sorted(declaration.state.rooms):
        parts.extend(_unread(declaration, reading, room) or plan_room(declaration, reading, room))
    parts.extend(_left_the_file(declaration, reading, delete=delete_spaces))
    places = {address: declaration.place(address) for address in declaration.policies}
    return Plan(
        account=reading.account,
        actions=_in_order(part for part in parts if isinstance(part, Action)),
        notes=tuple(part for part in parts if isinstance(part, Note)),
        obstacles=tuple(part for part in parts if isinstance(part, Obstacle)),
        left_alone=tuple(part for part in parts if isinstance(part, LeftAlone)),
        places={address: place for address, place in places.items() if place is not None},
        facts=_facts(declaration, reading),
    )


def asked(declaration: Declaration) -> tuple[Address, ...]:
    """What has to be read to plan: all that is declared, and what it was called before."""
    former = (old for policy in declaration.policies.values() for old in policy.previously)
    return tuple(dict.fromkeys((*declaration.policies, *former)))


def _unread(declaration: Declaration, reading: Reading, address: Address) -> list[Part]:
    place = declaration.place(address)
    known = address in reading.absent
    known = known or address in reading.state.nodes or address in reading.state.rooms
    if known:
        olds = declaration.policies[address].previously if address in reading.absent else ()
        return [
            Obstacle(address, f"{old}, which it was before: {reading.failed[old]}", place)
            for old in olds
            if old in reading.failed
        ]
    reason = reading.failed.get(address, "was not read")
    return [Obstacle(address, reason, place)]


def _left_the_file(declaration: Declaration, reading: Reading, *, delete: bool) -> Iterator[Part]:
    """Spaces that this source made and that the file does not declare any more."""
    for address, node in sorted(reading.state.nodes.items()):
        mark = marker_of(node)
        if address in declaration.state.nodes or mark is None:
            continue
        if mark.source != declaration.source:
            continue
        if delete:
            items, people = children(node), len(node.subscriptions or EMPTY)
            words = (f"{items} items and {people} subscriptions go with it",)
            yield DeleteNode(address, node, Why("file", None, words))
        else:
            text = "left the file and stays; --allow delete-space removes it"
            yield Note(address, "kept", text)


def _in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """By stage. Publishes go round the nodes: Prosody rewrites a node's whole file for each."""
    turns: Counter[Address] = Counter()

    def rank(action: Action) -> tuple[int, int, str]:
        turn = 0
        if isinstance(action, PublishItem):
            turns[action.node] += 1
            turn = turns[action.node]
        return (stage(action), turn, str(subject(action)))

    return tuple(sorted(actions, key=rank))


def _facts(declaration: Declaration, reading: Reading) -> Facts:
    titles: dict[Address, str] = {}
    for address, node in declaration.state.nodes.items():
        live = reading.state.nodes.get(address)
        for form in (node.config, live.config if live is not None else {}):
            if address not in titles and TITLE in form and form[TITLE].values:
                titles[address] = form[TITLE].values[0]
    for room, wanted in declaration.state.rooms.items():
        if name := wanted.config.get("muc#roomconfig_roomname"):
            titles[room] = "".join(name.values)
    nodes = reading.state.nodes.values()
    return Facts(
        services=reading.services,
        titles=titles,
        spaces=sum(TYPE in node.config and node.config[TYPE].values == (SPACE,) for node in nodes),
        items=sum(map(children, nodes)),
        children={a: children(node) for a, node in reading.state.nodes.items()},
    )


__all__ = ["NodeAddress", "asked", "plan"]
