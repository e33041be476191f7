"""What a plan must be allowed by name before it is sent: what cannot be had back, or too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.ledger import is_ledger
from spaces_sync.model.state import Address, Key
from spaces_sync.plan.actions import Action, DeleteNode, DestroyRoom, RetractItem, subject
from spaces_sync.plan.allowable import GUARDS, WHOLE, Allowed, Case, Counted, Guard
from spaces_sync.plan.losses import losses, why_it_goes
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import allowed_as, meant_by, named, option

MOST_REMOVALS: Final = 10  # in a plan
MOST_PERCENT: Final = 30  # of a node's children
PERCENT_FROM: Final = 10  # children from which on a percentage means something
ALL_FROM: Final = 2  # children from which on losing all of them means something
UNPROTECT: Final = "nothing overrules that: apply it with 'protect: false' first, or do it by hand"
_MOST_LISTED: Final = 12  # options in one advice
_MOST_NAMED: Final = 3  # of more objects that are not named a refusal says the number


@dataclass(frozen=True, slots=True)
class Objection:
    """What a guard stops in a plan, with the cases of it, by object.

    count: of the whole plan, so that allowing as many lets it pass.
    limit: of the whole plan; 0: each one has to be allowed. Where the count is below it, too much
    of one node was stopped.
    named: how many objects are allowed by name, of which there is no case; None: none was named.
    counts: what of `count` is called how; empty: all of it as the guard calls it.
    left: how many of the objects go for no other reason than that they have left the file.
    staying: whether others, which are to stay, would go if a number was allowed.
    """

    guard: Guard
    count: int
    limit: int
    cases: tuple[Case, ...]
    named: int | None = None
    counts: tuple[tuple[Counted, int], ...] = ()
    left: int = 0
    staying: bool = False

    @property
    def option(self) -> str:
        """What would let it pass, word for word; nothing does that for a protected object."""
        if self.guard == "protect":
            return ""
        about = [*dict.fromkeys(case.about for case in self.cases)]
        by_name = self.named is not None or self.guard in WHOLE
        if not self._alone and not (by_name and len(about) <= _MOST_NAMED):
            return f"--allow {self.guard}={self.count}"
        return " ".join(option(self.guard, allowed_as(each, about)) for each in about)

    @property
    def _alone(self) -> bool:
        """Whether a number means more than the objects that somebody has asked to remove."""
        return self.staying or bool(self.left)

    @property
    def why(self) -> str:
        """What the plan does and why that is too much, for people: a phrase without a full stop."""
        text = self._what()
        if self.named:
            text = f"{text}, {self.named} of them allowed by name"
        if self.left and self.left < self.count:
            text = f"{text}, {self.left} of them since they left the file"
        if not self.limit:
            return text
        if self.count > self.limit:
            return f"{text}, the limit is {self.limit}"
        return f"{text}, too large a part of one space"

    def _what(self) -> str:
        counts = self.counts or ((_WORDS[self.guard], self.count),)
        return " and ".join(_number(count, *words) for words, count in counts)

    @property
    def next_step(self) -> str:
        """What to do to have the plan sent all the same, for people."""
        if self.guard == "protect":
            return UNPROTECT
        if self._alone and len({case.about for case in self.cases}) > _MOST_LISTED:
            return (
                f"if that is meant: --allow {self.guard}=NAME for each, in parts by --space; a "
                "number means what left the file, too"
            )
        return f"if that is meant{', also' if self.named else ''}: {self.option}"


def objections(plan: Plan, allowed: Allowed) -> tuple[Objection, ...]:
    """What keeps `plan` from being sent, by guard and then by object; empty where nothing does."""
    found = [*_removals(plan), *_losses(plan)]
    return tuple(left for objection in found if (left := _not_allowed(objection, allowed)))


class Naming(NamedTuple):
    """A name that was allowed, which objects of a plan it may mean, and the `names` of all that
    can be allowed so.
    """

    option: str
    objects: tuple[Address, ...]
    names: tuple[str, ...]


def namings(plan: Plan, allowed: Allowed) -> Iterator[Naming]:
    """Each name in `allowed`, with what it may mean in `plan`: one object, else it allows nothing.

    What stays is meant, too: its note says why.
    """
    about: dict[Guard, list[Address]] = {}
    for objection in objections(plan, {}):
        about.setdefault(objection.guard, []).extend(case.about for case in objection.cases)
    left = [note.about for note in plan.notes if note.reason == "stays"]
    left.extend(obstacle.about for obstacle in plan.obstacles)
    for guard, names in allowed.items():
        for text in sorted(names) if isinstance(names, frozenset) else ():
            known = about.get(guard, []) if guard not in WHOLE else [*about.get(guard, []), *left]
            called = tuple(dict.fromkeys(allowed_as(each, known) for each in known))
            yield Naming(option(guard, text), meant_by(text, known), called)


def _not_allowed(objection: Objection, allowed: Allowed) -> Objection | None:
    """What is left of it; None where it is allowed."""
    if objection.guard == "protect" or objection.guard not in allowed:
        return objection
    limit = allowed[objection.guard]
    if isinstance(limit, frozenset):
        meant = named(limit, (case.about for case in objection.cases))
        cases = tuple(case for case in objection.cases if case.about not in meant)
        allowed_by_name = len({case.about for case in objection.cases} & meant)
        return replace(objection, cases=cases, named=allowed_by_name) if cases else None
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

    What moves to another node is not removed. What was there beside its successor is.
    """
    arrived: set[tuple[NodeAddress, Key]] = set()
    for action in actions:
        if not isinstance(action, RetractItem) or action.moved_to is not None:
            continue
        renamed = action.successor is not None and action.why.reason == "rename"
        if not renamed or (action.node, action.successor) in arrived:
            yield action.node
        elif action.successor is not None:
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


def _losses(plan: Plan) -> Iterator[Objection]:
    found = tuple(losses(plan))
    for guard in GUARDS:
        stopped = [(count, case) for name, count, case in found if name == guard]
        if count := sum(count for count, _ in stopped):
            counts = Counter[Counted]()
            for number, case in stopped:
                counts[case.counted_as or _WORDS[guard]] += number
            cases = sorted(
                (case for _, case in stopped), key=lambda case: (str(case.about), case.text)
            )
            staying = guard in WHOLE and _some_stay(plan, rooms=guard == "destroy-room")
            left = len({case.about for _, case in stopped} & _left(plan)) if guard in WHOLE else 0
            yield Objection(
                guard,
                count,
                0,
                tuple(cases),
                counts=tuple(counts.items()),
                left=left,
                staying=staying,
            )


def _left(plan: Plan) -> frozenset[Address]:
    """What goes for no other reason than that it has left the file, or has another name by now."""
    ends = (each for each in plan.actions if isinstance(each, DeleteNode | DestroyRoom))
    return frozenset(subject(each) for each in ends if why_it_goes(each))


def _some_stay(plan: Plan, *, rooms: bool) -> bool:
    """Whether rooms, or nodes, have left the file or have another name by now, and stay.

    Of an object that the file has, or of a ledger, a note says that something else stays.
    """
    noted = {note.about for note in plan.notes if note.reason == "stays"}
    left = noted - plan.places.keys()
    nodes = {each for each in left if isinstance(each, NodeAddress)}
    return bool(left - nodes) if rooms else not all(is_ledger(each.node) for each in nodes)


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


_WORDS: Final[Mapping[Guard, Counted]] = {
    "remove": ("child is removed", "children are removed"),
    "delete-space": ("space is deleted", "spaces are deleted"),
    "delete-node": ("node is deleted", "nodes are deleted"),
    "destroy-room": ("room ends", "rooms end"),
    "lose-access": ("person loses access", "people lose access"),
    "drop-items": ("item goes for good", "items go for good"),
    "remove-owner": ("owner is removed", "owners are removed"),
    "open-access": ("object is opened to more people", "objects are opened to more people"),
    "protect": (
        "protected object is removed, or what is in it goes",
        "protected objects are removed, or what is in them goes",
    ),
}
