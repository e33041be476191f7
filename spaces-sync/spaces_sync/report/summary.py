"""Counts what a plan does and what became of it, for the closing lines and the JSON summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, get_args

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import Action, subject
from spaces_sync.plan.outcome import Outcome, Result, Status
from spaces_sync.plan.plan import Plan
from spaces_sync.report.action_table import Verb, noun_and_identity, sign, verb
from spaces_sync.report.counted import counted, is_quiet
from spaces_sync.report.risks import risks
from spaces_sync.report.words import Sign


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of the plan. Each mapping has its words in the order of showing, and no zero."""

    changes: Annotated[bool, "Whether there is anything to do."]
    nodes: Annotated[int, "Nodes that are touched."]
    rooms: Annotated[int, "Rooms that are touched."]
    actions: Annotated[Mapping[str, int], "Actions by what they do; a rename is one."]
    risks: Annotated[
        Mapping[str, int],
        "Removals, losses of data, changes of access, rights and subscriptions taken away.",
    ]
    obstacles: Annotated[int, "Obstacles."]
    notes: Annotated[int, "Notes."]
    left_alone: Annotated[int, "Children left alone."]


_VERBS: Final[tuple[Verb, ...]] = get_args(Verb)
_STATUSES: Final[tuple[Status, ...]] = ("done", "failed", "unknown", "skipped")


def summarise(plan: Plan) -> Summary:
    """A rename counts once, not as a publication and a removal; a record where it says more than
    the other actions on its object.
    """
    touched = {subject(each) for each in plan.actions}
    nodes = sum(isinstance(address, NodeAddress) for address in touched)
    return Summary(
        changes=plan.changes,
        nodes=nodes,
        rooms=len(touched) - nodes,
        actions=_counted(_VERBS, map(verb, counted(plan.actions))),
        risks={group.risk: len(group.cases) for group in risks(plan)},
        obstacles=len(plan.obstacles),
        notes=len(plan.notes),
        left_alone=len(plan.left_alone),
    )


def _counted(order: tuple[str, ...], words: Iterable[str]) -> dict[str, int]:
    counts = Counter(words)
    return {word: counts[word] for word in order if counts[word]}


def told(outcome: Outcome) -> tuple[Result, ...]:
    """The results that are named and counted.

    A record that says no more than the other actions on its object is one where it went wrong, or
    was left out for another cause than these.
    """
    wrong = ("failed", "unknown")
    skipped = [r for r in outcome.results if r.status == "skipped"]
    known = {(subject(r.action), r.causes) for r in skipped if not is_quiet(r.action)}
    return tuple(
        r
        for r in outcome.results
        if r.status in wrong
        or not is_quiet(r.action)
        or (r.status == "skipped" and (subject(r.action), r.causes) not in known)
    )


def still_to_do(outcome: Outcome) -> tuple[Action, ...]:
    """What planning once more still wants, and no result that was not done is about."""
    undone = {_identity(r.action) for r in outcome.results if r.status != "done"}
    found = tuple(each for each in outcome.remaining if _identity(each) not in undone)
    loud = {subject(each) for each in outcome.remaining if not is_quiet(each)}
    return tuple(each for each in found if not is_quiet(each) or subject(each) not in loud)


def _identity(action: Action) -> tuple[Address, Sign, tuple[str, str]]:
    return subject(action), sign(action), noun_and_identity(action)


def status_counts(outcome: Outcome) -> dict[Status, int]:
    """How many of the results that are `told` have each status, zeros included, in order."""
    counts = Counter(result.status for result in told(outcome))
    return {status: counts[status] for status in _STATUSES}
