"""What every format shows of a plan: grouped by services, sorted, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Place
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import Action, CreateNode, CreateRoom, subject
from spaces_sync.plan.guards import Objection
from spaces_sync.plan.plan import LeftAlone, Note, NoteReason, Obstacle, Plan
from spaces_sync.profile import PUBSUB
from spaces_sync.report import action_table, words
from spaces_sync.report.counted import is_rest_of_rename, renames
from spaces_sync.report.lines import Line, lines
from spaces_sync.report.order import OrderKey, order_key
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.risks import RiskGroup, risks
from spaces_sync.report.summary import Summary, summarise
from spaces_sync.report.words import Sign

OF_ONE: Final[frozenset[NoteReason]] = frozenset({"made", "stays", "advice"})
"""What notes say that is shown with the one object that they are about."""

_NAMED: Final = 3  # objects of one obstacle, of which more are counted
_THE_SAME: Final = "the same"

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ObjectView:
    """All that a report says of a node or room.

    `sign`: of the whole object, `~` where only something of it changes, `·` where nothing does.
    `name` and `title` are its own; `former` is the name that it had, where it is renamed; `reason`
    and `consequences` are of its creation or deletion.
    """

    sign: Sign
    name: str
    title: str
    place: Place | None
    address: Address
    former: str = ""
    reason: str = ""
    consequences: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service with its objects: nodes, then rooms, each by name. `name` is the service's own.

    `holds_nodes`: whether it is one of pubsub, else of rooms.
    """

    service: Jid
    name: str
    holds_nodes: bool
    objects: tuple[ObjectView, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What every format shows of a plan; pubsub services come first, then those of rooms.

    All texts are raw: services, documents and people wrote them. A renderer escapes them.
    `selection`: the options that the plan is narrowed to. `part`: it is not all of the plan, but
    what is left of it. `partial`: obstacles do not keep it from being
    sent.
    """

    digest: str
    services: tuple[ServiceView, ...]
    obstacles: tuple[Obstacle, ...]
    summary: Summary
    spaces: int = 0  # that were read
    items: int = 0  # of those spaces
    risks: tuple[RiskGroup, ...] = ()
    refusals: tuple[Objection, ...] = ()
    seconds: float | None = None  # that reading took
    part: bool = False
    selection: str = ""
    partial: bool = False


def view(shown: ShownPlan) -> View:
    """The plan by services, those of pubsub first, then by JID.

    On each service nodes come before rooms, both by name (order.py).
    """
    plan = shown.plan
    views = _objects(plan)
    known = plan.facts.services
    objects = _grouped(sorted(views, key=_address_sort_key), words.service_of)
    pubsub = {words.service_of(each) for each in views if isinstance(each, NodeAddress)}
    pubsub.update(
        jid for jid, each in known.items() if any(f.startswith(PUBSUB) for f in each.features)
    )
    ordered = sorted({*pubsub, *objects}, key=lambda jid: (jid not in pubsub, jid))
    services = tuple(
        ServiceView(
            service,
            known[service].name if service in known else "",
            service in pubsub,
            tuple(views[address] for address in objects.get(service, ())),
        )
        for service in ordered
    )
    return View(
        digest=shown.called,
        services=services,
        obstacles=plan.obstacles,
        summary=summarise(plan),
        spaces=plan.facts.spaces,
        items=plan.facts.items,
        risks=risks(plan),
        refusals=shown.refusals,
        seconds=shown.seconds,
        part=shown.part,
        selection=plan.facts.selection,
        partial=shown.partial,
    )


def obstacle_words(
    obstacles: Iterable[Obstacle], *, full: bool
) -> Iterator[tuple[str, Place | None]]:
    """What keeps which objects from being planned, each reason once, with the place of each."""
    by_text = _grouped(obstacles, lambda each: each.text)
    for text, found in by_text.items():
        places = {words.short_name(each.about): each.place for each in reversed(found)}
        names = list(reversed(places))
        shown = names if full else names[:_NAMED]
        for name in shown:
            yield f"{name}: {text if name == names[0] else _THE_SAME}", places[name]
        if more := len(names) - len(shown):
            yield f"{more} more: {_THE_SAME}", None


def _address_sort_key(address: Address) -> tuple[bool, OrderKey]:
    return (not isinstance(address, NodeAddress), order_key(words.short_name(address)))


def _grouped(values: Iterable[T], key: Callable[[T], K]) -> Mapping[K, Sequence[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for value in values:
        found[key(value)].append(value)
    return found


def _objects(plan: Plan) -> dict[Address, ObjectView]:
    renamed = renames(plan.actions)
    actions = _grouped(
        (each for each in plan.actions if not is_rest_of_rename(each, renamed)), subject
    )
    notes = _grouped(plan.notes, lambda note: note.about)
    left_alone = _grouped(plan.left_alone, lambda left: left.about)
    return {
        address: _object_view(
            plan,
            address,
            actions.get(address, ()),
            notes.get(address, ()),
            left_alone.get(address, ()),
        )
        for address in {*actions, *notes, *left_alone}
    }


def _object_view(
    plan: Plan,
    address: Address,
    actions: Sequence[Action],
    notes: Sequence[Note],
    left_alone: Sequence[LeftAlone],
) -> ObjectView:
    whole = [action for action in actions if action_table.is_of_whole_object(action)]
    own = [line for action in actions for line in lines(action)]
    return ObjectView(
        sign=action_table.sign(whole[0]) if whole else "~" if actions else "·",
        name=words.short_name(address),
        title=plan.facts.titles.get(address, ""),
        place=plan.places.get(address),
        address=address,
        former=_former(whole),
        reason=words.reason_text(whole[0]) if whole else "",
        consequences=tuple(text for action in whole for text in action.why.consequences),
        lines=tuple(sorted(own, key=_line_sort_key)),
        notes=tuple(notes),
        left_alone=tuple(sorted(left_alone, key=lambda each: each.key)),
    )


def _former(whole: Sequence[Action]) -> str:
    made = next((each for each in whole if isinstance(each, CreateNode | CreateRoom)), None)
    return words.short_name(made.former) if made is not None and made.former is not None else ""


_CHILDREN: Final = tuple(BY_NAME)


_SIGNS: Final[Sequence[Sign]] = ("-", "~", "→", "+", "·")
"""The order of signs: what goes stands above all that is new."""


def _line_sort_key(line: Line) -> tuple[int, int, OrderKey]:
    """Sorts configuration first, in its own order, then children by kind, then people."""
    if line.noun in _CHILDREN and line.identity:
        kind = 1 + _CHILDREN.index(line.noun)
    elif line.noun in words.PEOPLE and line.identity:
        kind = 1 + len(_CHILDREN) + words.PEOPLE.index(line.noun)
    else:
        return (0, 0, order_key(""))
    return (kind, _SIGNS.index(line.sign), order_key(line.identity))
