"""What a reader of a plan must not miss: each risk with its cases by name, for every format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Final, get_args

from spaces_sync.model.counting import first_of
from spaces_sync.model.declaration import Place
from spaces_sync.model.grouping import grouped
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    RetractItem,
    SetAffiliation,
    subject,
)
from spaces_sync.plan.effects import field_effects
from spaces_sync.plan.guards import objections
from spaces_sync.plan.losses import made
from spaces_sync.plan.plan import Plan
from spaces_sync.profile import SECRET
from spaces_sync.report.action_table import Risk, is_of_whole_object, noun_and_identity, risk
from spaces_sync.report.counted import counted
from spaces_sync.report.lines import lines
from spaces_sync.report.naming import action_name
from spaces_sync.report.order import order_key
from spaces_sync.report.words import short_name

_RISKS: Final[tuple[Risk, ...]] = get_args(Risk)
_LISTED: Final = ("room", "node")  # kinds of children that exist beside the space, too


@dataclass(frozen=True, slots=True)
class NamedCase:
    """One thing that is a risk, or that a guard stops."""

    about: Annotated[Address, "The node or room."]
    text: Annotated[str, "What is done, and what follows from it, in words."]
    place: Annotated[Place | None, "Where the file asks for it."] = None
    whole: Annotated[bool, "Whether a whole node or room goes."] = False


@dataclass(frozen=True, slots=True)
class RiskGroup:
    """A kind of risk with its cases: never empty."""

    risk: Annotated[Risk, "What it is."]
    cases: Annotated[
        tuple[NamedCase, ...], "What the plan does of it: whole objects first, each by name."
    ]


def risks(plan: Plan) -> tuple[RiskGroup, ...]:
    """The risks of `plan`, the gravest kind first; what happens to a new object is none, unless it
    opens what was closed, or somebody else owns it then.

    All texts are raw.
    """
    new = made(plan.actions)
    found: dict[Risk, list[NamedCase]] = defaultdict(list, {"new owner": list(_owners(plan))})
    for action in counted(plan.actions):
        kind = risk(action)
        if kind is not None and subject(action) not in new:
            whole = is_of_whole_object(action)
            case = NamedCase(subject(action), _text(action), action.why.place, whole)
            found[kind].append(case)
    # What is put into a new object may have been closed where it comes from.
    for objection in objections(plan, {}):
        if objection.guard == "open-access":
            found["access change"].extend(
                NamedCase(each.about, f"{short_name(each.about)}: {each.text}", each.place)
                for each in objection.cases
                if each.about in new
            )
    return tuple(RiskGroup(kind, tuple(_ordered(found[kind]))) for kind in _RISKS if found[kind])


def _ordered(cases: Iterable[NamedCase]) -> list[NamedCase]:
    """Whole objects first, each by name: of many cases the first few are told."""
    return sorted(cases, key=lambda each: (not each.whole, order_key(each.text)))


def _owners(plan: Plan) -> Iterator[NamedCase]:
    """Who will own something and did not: each account once, however much that is."""
    by_owner = grouped(
        (action.jid, action)
        for action in plan.actions
        if isinstance(action, SetAffiliation)
        and action.after == "owner" != action.before
        and action.why.reason != "rename"  # who owns it under its former name
    )
    for jid, actions in sorted(by_owner.items()):
        if jid != plan.account:
            what = first_of([short_name(each.target) for each in actions])
            yield NamedCase(actions[0].target, f"{jid} of {what}", actions[0].why.place)
    for note in plan.notes:
        if note.reason == "made":
            yield NamedCase(note.about, f"{short_name(note.about)} {note.text}", note.place)


def _text(action: Action) -> str:
    """Where nothing follows from it, its values say what it is."""
    action = _what_is_risky(action)
    said = action.why.consequences or tuple(
        f"{each.before} → {each.after or 'nothing'}"
        for line in lines(action)
        for each in line.differences
        if each.before is not None
    )
    return ": ".join(filter(None, (_name(action), ", ".join(said))))


def _name(action: Action) -> str:
    """Of a room or node that a space lists no more, that it is not the thing itself which goes."""
    if isinstance(action, RetractItem) and action.key.kind in _LISTED:
        listed = " ".join(noun_and_identity(action))
        return f"{listed} from the list of {short_name(action.node)}"
    return action_name(action)


def _what_is_risky(action: Action) -> Action:
    """A configuration with no more than the fields that have an effect, if any has."""
    found = {var for var, _ in field_effects(action)}
    if not isinstance(action, ConfigureNode | ConfigureRoom) or not found:
        return action
    before, after = (
        {var: values for var, values in side.items() if var in found}
        for side in (action.before, action.after)
    )
    if isinstance(action, ConfigureNode):
        return replace(action, before=before, after=after)
    password = action.password if SECRET in found else None
    return replace(action, before=before, after=after, password=password)
