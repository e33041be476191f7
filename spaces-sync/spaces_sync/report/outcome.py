"""What became of a plan that was sent: done, failed, skipped and not known, each as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from spaces_sync.model.data import address_to_data
from spaces_sync.plan import file
from spaces_sync.plan.action_data import action_to_data
from spaces_sync.plan.actions import Action, subject
from spaces_sync.plan.outcome import Outcome, Result, Status
from spaces_sync.plan.plan import Plan
from spaces_sync.report import words
from spaces_sync.report.layout import Row, fold, hanging, paint, parts
from spaces_sync.report.lines import Line, about_entry, headline
from spaces_sync.report.text import NARROWEST
from spaces_sync.report.visible import visible

FORMAT_VERSION: Final = "1.0"
_HEADS: Final[dict[Status, str]] = {
    "failed": "failed:",
    "unknown": "not known (sent, and nothing tells what became of it):",
    "skipped": "skipped:",
}


def render(outcome: Outcome, plan: Plan, *, width: int, colour: bool, full: bool = False) -> str:
    """What was not done with its cause, and counts; `full` names what was done as well."""
    columns = max(width, NARROWEST)
    return paint(_rows(outcome, plan, columns, full=full), colour=colour)


def to_data(outcome: Outcome) -> dict[str, Any]:
    """Counts, each result with its action as in a plan file, and what is still wanted."""
    return {
        "format_version": FORMAT_VERSION,
        "succeeded": outcome.succeeded,
        "counts": _counts(outcome),
        "results": [_result(each) for each in outcome.results],
        "remaining": [action_to_data(each) for each in outcome.remaining],
        **({"halted": outcome.halted} if outcome.halted else {}),
    }


def _result(result: Result) -> dict[str, Any]:
    data = {
        "status": result.status,
        "about": address_to_data(subject(result.action)),
        "action": action_to_data(result.action),
    }
    return {**data, "cause": result.cause} if result.cause else data


def _counts(outcome: Outcome) -> dict[Status, int]:
    counts = Counter(result.status for result in outcome.results)
    order: tuple[Status, ...] = ("done", "failed", "unknown", "skipped")
    return {status: counts[status] for status in order}


def _rows(outcome: Outcome, plan: Plan, width: int, *, full: bool) -> Iterator[Row]:
    done = [result for result in outcome.results if result.status == "done"]
    if full and done:
        yield Row("done:", strong=True)
        for result in done:
            yield from _action(result.action, width)
        yield Row("")
    for status, head in _HEADS.items():
        found = [result for result in outcome.results if result.status == status]
        if found:
            yield from (Row(line, strong=True) for line in fold(head, width))
            for result in found:
                yield from _action(result.action, width)
                cause = visible(result.cause.strip()) or "no cause was given"
                yield from (Row(line, "!") for line in hanging("      ! ", cause, width))
            yield Row("")
    yield from _remaining(outcome, width)
    yield from (Row(line, strong=True) for line in _closing(outcome, plan, width))
    if outcome.halted:
        said = f"Ended early: {visible(outcome.halted)}. Run apply again: it does what is left."
        yield from (Row(line) for line in fold(said, width))


def _remaining(outcome: Outcome, width: int) -> Iterator[Row]:
    """What planning once more still wants and no result above has named."""
    named = {_named(each.action) for each in outcome.results if each.status != "done"}
    found = [action for action in outcome.remaining if _named(action) not in named]
    if found:
        yield Row("still to do, as the services are now:", strong=True)
        for action in found:
            yield from _action(action, width)
        yield Row("")


def _named(action: Action) -> tuple[str, ...]:
    head = headline(action)
    return (str(subject(action)), head.sign, head.kind, head.identity)


def _action(action: Action, width: int) -> Iterator[Row]:
    head = headline(action)
    about = words.named(subject(action))
    whole = about_entry(action)
    said = visible(f"{head.kind} {about}" if whole else f"{_thing(head)} of {about}")
    yield from (
        Row(line, head.sign if not index else "")
        for index, line in enumerate(hanging(f"  {head.sign} ", said, width))
    )


def _thing(head: Line) -> str:
    return f"{head.kind} {head.identity}".rstrip(" ")


def _closing(outcome: Outcome, plan: Plan, width: int) -> list[str]:
    said = [
        f"{count} {'not known' if status == 'unknown' else status}"
        for status, count in _counts(outcome).items()
        if count
    ]
    head = "applied" if outcome.succeeded else "applied in part"
    if outcome.halted and outcome.untouched:
        head = "not applied"
    if outcome.remaining:
        said.append(f"{len(outcome.remaining)} still to do")
    first, *more = said or ["nothing was to do"]
    return parts([f"Plan {file.digest(plan)[:6]} {head}: {first}", *more], width)
