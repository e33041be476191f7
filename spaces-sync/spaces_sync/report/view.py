"""What every format shows of a plan: grouped by services, sorted, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import Action, subject
from spaces_sync.plan.file import digest
from spaces_sync.plan.plan import LeftAlone, Note, Obstacle, Plan
from spaces_sync.report import action_table, words
from spaces_sync.report.lines import Line, lines
from spaces_sync.report.summary import Summary, is_old_half, renames, summarise
from spaces_sync.report.words import Sign

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ObjectView:
    """All that a report says of a node or room.

    `sign`: of the whole object, `~` where only something of it changes, `·` where nothing does.
    `name` and `title` are its own; `reason` and `consequences` are of its creation or deletion.
    """

    sign: Sign
    name: str
    title: str
    place: Place | None
    reason: str = ""
    consequences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A service with its objects: nodes, then rooms, each by name. `name` is the service's own."""

    service: Jid
    name: str
    objects: tuple[ObjectView, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What every format shows of a plan; groups of pubsub services come first.

    All texts are raw: services, documents and people wrote them. A renderer escapes them.
    """

    digest: str
    groups: tuple[Group, ...]
    obstacles: tuple[Obstacle, ...]
    summary: Summary
    spaces: int = 0  # that were read
    items: int = 0


def view(plan: Plan) -> View:
    """`plan` grouped by services and sorted."""
    about: dict[Address, ObjectView] = _objects(plan)
    known = plan.facts.services
    objects = _by(sorted(about, key=_order), words.service_of)
    pubsub = {words.service_of(each) for each in about if isinstance(each, NodeAddress)}
    pubsub.update(jid for jid, service in known.items() if service.default_config)
    services = sorted({*known, *objects}, key=lambda jid: (jid not in pubsub, jid))
    groups = (
        Group(
            service,
            known[service].name if service in known else "",
            tuple(about[address] for address in objects.get(service, ())),
        )
        for service in services
    )
    return View(
        digest=digest(plan),
        groups=tuple(groups),
        obstacles=plan.obstacles,
        summary=summarise(plan),
        spaces=plan.facts.spaces,
        items=plan.facts.items,
    )


def _order(address: Address) -> tuple[bool, str]:
    return (not isinstance(address, NodeAddress), words.named(address))


def _by(values: Iterable[T], key: Callable[[T], K]) -> Mapping[K, Sequence[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for value in values:
        found[key(value)].append(value)
    return found


def _objects(plan: Plan) -> dict[Address, ObjectView]:
    joined = renames(plan.actions)
    actions = _by((each for each in plan.actions if not is_old_half(each, joined)), subject)
    notes = _by(plan.notes, lambda note: note.about)
    spared = _by(plan.left_alone, lambda left: left.about)
    return {
        address: _object_view(
            plan, address, actions.get(address, ()), notes.get(address, ()), spared.get(address, ())
        )
        for address in {*actions, *notes, *spared}
    }


def _object_view(
    plan: Plan,
    address: Address,
    actions: Sequence[Action],
    notes: Sequence[Note],
    spared: Sequence[LeftAlone],
) -> ObjectView:
    whole = [action for action in actions if action_table.is_whole(action)]
    own = [line for action in actions for line in lines(action)]
    return ObjectView(
        sign=action_table.sign(whole[0]) if whole else "~" if actions else "·",
        name=words.named(address),
        title=plan.facts.titles.get(address, ""),
        place=plan.places.get(address),
        reason=words.reason(whole[0]) if whole else "",
        consequences=tuple(text for action in whole for text in action.why.consequences),
        lines=tuple(sorted(own, key=_rank)),
        notes=tuple(notes),
        left_alone=tuple(sorted(spared, key=lambda each: each.key)),
    )


_CHILDREN: Final = tuple(BY_NAME)
_PEOPLE: Final = ("affiliation", "subscription")


def _rank(line: Line) -> tuple[int, str]:
    """Sorts configuration first, in its own order, then children by kind, then people."""
    if line.kind in _CHILDREN and line.identity:
        return (1 + _CHILDREN.index(line.kind), line.identity)
    if line.kind in _PEOPLE and line.identity:
        return (1 + len(_CHILDREN) + _PEOPLE.index(line.kind), line.identity)
    return (0, "")
