"""What every format shows of what became of a plan: grouped by cause, in raw text and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.model.grouping import grouped
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import Action, subject
from spaces_sync.plan.outcome import Result, Status
from spaces_sync.plan.plan import Obstacle
from spaces_sync.report.causes import causes_text
from spaces_sync.report.reportable import PlanOutcome
from spaces_sync.report.summary import status_counts, still_to_do

HEADS: Final[Mapping[Status, str]] = {
    "done": "done, but not all of it",
    "failed": "failed",
    "unknown": "not known (sent, and nothing tells what became of it)",
    "skipped": "skipped",
}
NOT_PLANNED: Final = "left out, as it could not be planned"
STILL_TO_DO: Final = "still to do, as the services are now"


def with_causes(results: Iterable[Result], status: Status) -> list[Result]:
    """Those of a status that are named; what was done only where not all of it was."""
    return [each for each in results if each.status == status and (each.causes or status != "done")]


def by_cause(results: Iterable[Result]) -> Mapping[tuple[Address, str], Sequence[Action]]:
    """The actions of one object for one cause, by the object and the cause in words."""

    def group(result: Result) -> tuple[Address, str]:
        about = subject(result.action)
        return about, causes_text(result.causes, about)

    return grouped((group(result), result.action) for result in results)


def not_planned(done: PlanOutcome) -> list[Obstacle]:
    """The objects that could not be planned, but for those that results name."""
    named = {(subject(each.action), causes_text(each.causes)) for each in done.outcome.results}
    return [each for each in done.plan.obstacles if (each.about, each.text) not in named]


def verdict(done: PlanOutcome) -> str:
    """`applied`, all or in part, or not."""
    some = any(result.status in ("done", "unknown") for result in done.outcome.results)
    return "applied" if done.succeeded else "applied in part" if some else "not applied"


def counts(done: PlanOutcome) -> list[str]:
    """How many actions came to what; never empty."""
    found = [
        f"{count} {'not known' if status == 'unknown' else status}"
        for status, count in status_counts(done.outcome).items()
        if count
    ]
    if left := still_to_do(done.outcome):
        found.append(f"{len(left)} still to do")
    if done.plan.obstacles:
        found.append(plural(len(done.plan.obstacles), "obstacle"))
    return found or ["nothing was to do"]


def next_steps(done: PlanOutcome) -> Sequence[str]:
    """What to do now, in lines of raw text; none where all is done.

    Where nothing was begun these are those of the command: why, and what would let it begin.
    """
    outcome, again = done.outcome, f"{done.command} again: it does what is left"
    if outcome.halted:
        why = causes_text([outcome.halted])
        begun = outcome.halted.code != "not-begun"
        return [f"Ended early: {why}. Run {again}."] if begun else why.split("\n")
    undone = any(result.status in ("failed", "unknown") for result in outcome.results)
    return [f"Mend what is named above, then run {again}."] if undone else []
