"""What a plan must be allowed by name before it is sent: what cannot be had back, or too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, assert_never, get_args

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address, Key
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
from spaces_sync.plan.effects import costs, has_effect, words_for
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import Removal, is_named, removal

Allowable: TypeAlias = Literal[
    "remove",
    "delete-space",
    "delete-node",
    "destroy-room",
    "lose-access",
    "drop-items",
    "remove-owner",
    "open-access",
]
Guard: TypeAlias = Allowable | Literal["protect"]
Limit: TypeAlias = int | frozenset[str] | None
"""How many, which by name, or any."""
Allowed: TypeAlias = Mapping[Allowable, Limit]
"""How much of what a guard stops the whole plan may do."""

ALLOWABLE: Final[tuple[Allowable, ...]] = get_args(Allowable)
GUARDS: Final[tuple[Guard, ...]] = (*ALLOWABLE, "protect")

WHOLE: Final[frozenset[Removal]] = frozenset(get_args(Removal))
"""What takes a whole object; those to be removed are counted or named."""

NAMED: Final[frozenset[Allowable]] = WHOLE | {"open-access"}
"""What may be allowed by the names of objects."""

MOST_REMOVALS: Final = 10  # in a plan
MOST_PERCENT: Final = 30  # of a node's children
PERCENT_FROM: Final = 10  # children from which on a percentage means something
ALL_FROM: Final = 2  # children from which on losing all of them means something


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that a guard stops, and where the file says so."""

    about: Address
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """What a guard stops in a plan, with the cases of it, by object.

    count: of the whole plan, so that allowing as many lets it pass.
    limit: of the whole plan; 0: each one has to be allowed. Where the count is below it, too much
    of one node was stopped.
    named: how many objects are allowed by name, of which there is no case.
    """

    guard: Guard
    count: int
    limit: int
    cases: tuple[Case, ...]
    named: int = 0

    @property
    def option(self) -> str:
        """What would let it pass, word for word; nothing does that for a protected object."""
        return "" if self.guard == "protect" else f"--allow {self.guard}={self.count}"

    @property
    def why(self) -> str:
        """What the plan does and why that is too much, for people: a phrase without a full stop."""
        text = _number(self.count, *_WORDS[self.guard])
        if self.named:
            text = f"{text}, {self.named} of them allowed by name"
        if not self.limit:
            return text
        excess = f"the limit is {self.limit}" if self.count > self.limit else "too much of one node"
        return f"{text}, {excess}"

    @property
    def next_step(self) -> str:
        """What to do to have the plan sent all the same, for people."""
        if self.guard == "protect":
            return "nothing overrules that: apply it with 'protect: false' first, or do it by hand"
        return f"if that is meant: {self.option}"


def objections(plan: Plan, allowed: Allowed) -> tuple[Objection, ...]:
    """What keeps `plan` from being sent, by guard and then by object; empty where nothing does."""
    found = [*_removals(plan), *_losses(plan)]
    return tuple(left for objection in found if (left := _not_allowed(objection, allowed)))


def _not_allowed(objection: Objection, allowed: Allowed) -> Objection | None:
    """What is left of it; None where it is allowed."""
    if objection.guard == "protect" or objection.guard not in allowed:
        return objection
    limit = allowed[objection.guard]
    if isinstance(limit, frozenset):
        cases = tuple(case for case in objection.cases if not is_named(case.about, limit))
        named = len(objection.cases) - len(cases)
        return replace(objection, cases=cases, named=named) if cases else None
    return None if limit is None or objection.count <= limit else objection


# --- removals: too many in all, or too much of one node -------------------------------------


def _removals(plan: Plan) -> Iterator[Objection]:
    removed = Counter(_removed_from(plan.actions))
    total = removed.total()
    there = {node: plan.facts.children.get(node) for node in removed}
    stopped = (
        Case(node, _share(count, there[node]), plan.places.get(node))
        for node, count in sorted(removed.items())
        if total > MOST_REMOVALS or _too_much(count, there[node])
    )
    if cases := tuple(stopped):
        yield Objection("remove", total, MOST_REMOVALS, cases)


def _removed_from(actions: Iterable[Action]) -> Iterator[NodeAddress]:
    """The node of each removal; of a rename only where two keys have the same successor.

    What moves to another node is not removed.
    """
    arrived: set[tuple[NodeAddress, Key]] = set()
    for action in actions:
        if not isinstance(action, RetractItem) or action.moved_to is not None:
            continue
        if action.successor is None or (action.node, action.successor) in arrived:
            yield action.node
        else:
            arrived.add((action.node, action.successor))


def _too_much(count: int, there: int | None) -> bool:
    """Whether `count` of the `there` children are too many; None: of how many is not known."""
    if there is None:
        return False
    too_large_a_share = there >= PERCENT_FROM and 100 * count > MOST_PERCENT * there
    return too_large_a_share or (there >= ALL_FROM and count >= there)


def _share(count: int, there: int | None) -> str:
    if there is None:
        return plural(count, "child")
    if count >= there:
        return f"all of its {plural(there, 'child')}"
    limit = f", the limit is {MOST_PERCENT * there // 100}" if there >= PERCENT_FROM else ""
    return f"{count} of its {there} children{limit}"


# --- losses: each of them has to be allowed --------------------------------------------------

_Loss: TypeAlias = tuple[Guard, int, Case]


def _losses(plan: Plan) -> Iterator[Objection]:
    found = [loss for action in plan.actions for loss in _lost(action, plan)]
    found.extend(_openings(plan))
    for guard in GUARDS:
        stopped = [(count, case) for name, count, case in found if name == guard]
        if count := sum(count for count, _ in stopped):
            cases = sorted(
                (case for _, case in stopped), key=lambda case: (str(case.about), case.text)
            )
            yield Objection(guard, count, 0, tuple(cases))


def _lost(action: Action, plan: Plan) -> Iterator[_Loss]:
    place = action.why.place
    match action:
        case DeleteNode(node=node, before=before):
            text = f"goes with {plural(len(before.children), 'child')}"
            yield removal(before), 1, Case(node, text, place)
            if action.lost:
                words = next(iter(action.why.consequences), "goes with items")
                yield "drop-items", action.lost, Case(node, words, place)
            if action.shuts_out:
                people = _number(action.shuts_out, "person has", "people have")
                words = f"{people} fewer rights where it was renamed to"
                yield "lose-access", action.shuts_out, Case(node, words, place)
            if node in plan.facts.protected:
                yield "protect", 1, Case(node, "is protected", place)
        case DestroyRoom(room=room):
            yield "destroy-room", 1, Case(room, "goes with its history", place)
            if room in plan.facts.protected:
                yield "protect", 1, Case(room, "is protected", place)
        case ConfigureNode() | ConfigureRoom():
            yield from _lost_by_fields(action, plan)
        case SetSubscription(node=node, jid=jid, before=before, after="none") if before != "none":
            yield "lose-access", 1, Case(node, f"{jid} is unsubscribed", place)
        case SetAffiliation(target=target, jid=jid, before="owner", after=after):
            if after != "owner":
                who = f"this account, {jid}," if jid == plan.account else jid
                text = f"{who} is no owner any more"
                yield "remove-owner", 1, Case(target, text, place)
        case (
            CreateNode()
            | PublishItem()
            | RetractItem()
            | WriteMarker()
            | RecordOwnership()
            | SetAffiliation()
            | SetSubscription()
            | CreateRoom()
        ):
            pass
        case _:
            assert_never(action)


def _lost_by_fields(action: ConfigureNode | ConfigureRoom, plan: Plan) -> Iterator[_Loss]:
    """What changing fields of a live object costs, by the table of effects."""
    about, place = subject(action), action.why.place
    items, people = costs(action)
    if items:
        text = f"{_number(items, 'item goes', 'items go')}"
        if isinstance(action, ConfigureRoom):
            text = ", ".join(words_for(action, "loses data"))
        yield "drop-items", items, Case(about, text, place)
    if people:
        text = f"{_number(people, 'person', 'people')} may lose access"
        yield "lose-access", people, Case(about, text, place)
    ends = has_effect(action, "ends it")
    if ends:
        yield "destroy-room", 1, Case(about, ", ".join(words_for(action, "ends it")), place)
    if about in plan.facts.protected and (items or ends):
        yield "protect", 1, Case(about, "is protected, with what is in it", place)


def _openings(plan: Plan) -> Iterator[_Loss]:
    """Each object that more people can read, enter, find or write, once."""
    words: dict[Address, list[str]] = {}
    places: dict[Address, Place | None] = {}
    new = {subject(each) for each in plan.actions if isinstance(each, CreateNode | CreateRoom)}
    for action in plan.actions:
        about = subject(action)
        copied = isinstance(action, CreateNode) and action.opens
        if not copied and (about in new or not has_effect(action, "opens")):
            continue
        places.setdefault(about, action.why.place)
        words.setdefault(about, []).extend(words_for(action, "opens"))
    for about, each in words.items():
        text = "; ".join(dict.fromkeys(each)) or "more people can read it"
        yield "open-access", 1, Case(about, text, places[about])


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


_WORDS: Final[Mapping[Guard, tuple[str, str]]] = {
    "remove": ("child is removed", "children are removed"),
    "delete-space": ("space is deleted", "spaces are deleted"),
    "delete-node": ("node is deleted", "nodes are deleted"),
    "destroy-room": ("room ends", "rooms end"),
    "lose-access": ("person loses access", "people lose access"),
    "drop-items": ("item is dropped by the service", "items are dropped by the service"),
    "remove-owner": ("owner is removed", "owners are removed"),
    "open-access": ("object is opened to more people", "objects are opened to more people"),
    "protect": (
        "protected object is removed, or what is in it goes",
        "protected objects are removed, or what is in them goes",
    ),
}
