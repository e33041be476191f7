"""Compares a `Declaration` with a `Reading` and yields the `Plan`: the one place that decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import EMPTY, Address, Reading
from spaces_sync.plan.actions import (
    Action,
    DeleteNode,
    PublishItem,
    SetAffiliation,
    Why,
    stage,
    subject,
)
from spaces_sync.plan.compare.node import plan_node
from spaces_sync.plan.compare.rename import former_of
from spaces_sync.plan.compare.room import plan_room, staying
from spaces_sync.plan.ownership import children, marker_of
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Obstacle, Plan
from spaces_sync.plan.preconditions import grounds
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
        found = _unread(declaration, reading, node) or [
            *plan_node(declaration, reading, node, take_over=take_over)
        ]
        parts.extend((*found, *staying(declaration, reading, node, _leaving(found))))
    for room in sorted(declaration.state.rooms):
        parts.extend(_unread(declaration, reading, room) or plan_room(declaration, reading, room))
    parts.extend(_left_the_file(declaration, reading, delete=delete_spaces))
    actions = _in_order(part for part in parts if isinstance(part, Action))
    places = {address: declaration.place(address) for address in declaration.policies}
    return Plan(
        account=reading.account,
        actions=actions,
        notes=tuple(part for part in parts if isinstance(part, Note)),
        obstacles=tuple(part for part in parts if isinstance(part, Obstacle)),
        left_alone=tuple(part for part in parts if isinstance(part, LeftAlone)),
        places={address: place for address, place in places.items() if place is not None},
        facts=_facts(declaration, reading),
        grounds=grounds(actions, reading),
    )


def _leaving(parts: Iterable[Part]) -> frozenset[Jid]:
    changes = (part for part in parts if isinstance(part, SetAffiliation))
    return frozenset(each.jid for each in changes if each.after in ("none", "outcast"))


def asked(declaration: Declaration) -> tuple[Address, ...]:
    """What has to be read to plan: all that is declared, and what it was called before."""
    former = (old for policy in declaration.policies.values() for old in policy.previously)
    return tuple(dict.fromkeys((*declaration.policies, *former)))


def _unread(declaration: Declaration, reading: Reading, address: Address) -> list[Part]:
    place = declaration.place(address)
    state = reading.state
    if address in state.nodes or address in state.rooms:
        return []
    if address in reading.absent or address in reading.gone:
        return []
    reason = reading.failed.get(address, "was not read")
    return [Obstacle(address, reason, place)]


def _left_the_file(declaration: Declaration, reading: Reading, *, delete: bool) -> Iterator[Part]:
    """Spaces that this source made and that the file does not declare any more.

    What is being copied is not removed by the same plan: of a copy that fails it is all there is.
    """
    copied = _copied(declaration, reading)
    for address, node in sorted(reading.state.nodes.items()):
        mark = marker_of(node)
        if address in declaration.state.nodes or mark is None:
            continue
        if mark.source != declaration.source:
            continue
        if address in copied:
            text = "stays until all of it has been copied; --allow delete-space removes it then"
            yield Note(address, "kept", text)
        elif delete:
            items, people = children(node), len(node.subscriptions or EMPTY)
            words = (f"goes with {plural(items, 'item')} and {plural(people, 'subscription')}",)
            yield DeleteNode(address, node, Why("file", None, words))
        else:
            text = "left the file and stays; --allow delete-space removes it"
            yield Note(address, "kept", text)


def _copied(declaration: Declaration, reading: Reading) -> frozenset[NodeAddress]:
    """What spaces were before, as long as not all of that has arrived in them."""
    declared = (former_of(declaration, reading, node) for node in declaration.state.nodes)
    marks = (marker_of(node) for node in reading.state.nodes.values())
    copies = {mark.copies for mark in marks if mark is not None}
    named = (node for node in reading.state.nodes if node.uri in copies)
    return frozenset((*(former[0] for former in declared if former is not None), *named))


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
        protected=frozenset(a for a, policy in declaration.policies.items() if policy.protect),
    )


__all__ = ["NodeAddress", "asked", "plan"]
