"""What became of a plan, as text: what was done, failed, was skipped, or is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from spaces_sync.model.counting import took
from spaces_sync.plan.actions import Action, by_subject, subject
from spaces_sync.plan.outcome import Outcome
from spaces_sync.report import action_table, words
from spaces_sync.report.layout import Row, dot_joined, fold, hanging_indent, rendered
from spaces_sync.report.naming import action_name
from spaces_sync.report.outcome_view import (
    HEADS,
    NOT_PLANNED,
    STILL_TO_DO,
    by_cause,
    counts,
    next_steps,
    not_planned,
    verdict,
    with_causes,
)
from spaces_sync.report.reportable import PlanOutcome
from spaces_sync.report.style import Style
from spaces_sync.report.summary import still_to_do, told
from spaces_sync.report.view import obstacle_words
from spaces_sync.report.visible import visible

_MOST_NAMED: Final = 3  # actions on one node for one cause, of which more say no more


def render(done: PlanOutcome, style: Style) -> str:
    """What was not done with its cause, and counts.

    Of many things on one node with one cause the first are named; `style.full` names all of them,
    and what was done.
    """
    rows = _rows(done, style.columns, full=style.full)
    return rendered(rows, colour=style.colour)


def _rows(done: PlanOutcome, width: int, *, full: bool) -> Iterator[Row]:
    outcome = done.outcome
    results = told(outcome)
    in_effect = [result for result in results if result.status == "done"]
    if full and in_effect:
        yield Row("done:", strong=True)
        for result in in_effect:
            yield from _action(result.action, width)
        yield Row("")
    for status, head in HEADS.items():
        found = with_causes(results, status)
        mark = "·" if status == "done" else "because"
        if found:
            yield from (Row(line, strong=True) for line in fold(f"{head}:", width))
            for why, actions in by_cause(found).items():
                yield from _actions(actions, width, full=full)
                lines = hanging_indent(f"      {mark} ", visible(why[1]), width)
                yield from (Row(line, mark) for line in lines)
            yield Row("")
    yield from _not_planned(done, width, full=full)
    yield from _remaining(outcome, width, full=full)
    yield from (Row(line, strong=True) for line in _closing_lines(done, width))
    for text in next_steps(done):
        yield from map(Row, fold(visible(text), width))


def _not_planned(done: PlanOutcome, width: int, *, full: bool) -> Iterator[Row]:
    if found := not_planned(done):
        yield Row(f"{NOT_PLANNED}:", strong=True)
        for text, _ in obstacle_words(found, full=full):
            yield from (Row(line) for line in hanging_indent("  ", visible(text), width))
        yield Row("")


def _remaining(outcome: Outcome, width: int, *, full: bool) -> Iterator[Row]:
    """What planning once more still wants, without what the results above have named."""
    if found := still_to_do(outcome):
        yield Row(f"{STILL_TO_DO}:", strong=True)
        for actions in by_subject(found).values():
            yield from _actions(actions, width, full=full)
        yield Row("")


def _actions(actions: Sequence[Action], width: int, *, full: bool) -> Iterator[Row]:
    """Actions on the same node or room."""
    named = actions if full or len(actions) <= _MOST_NAMED + 1 else actions[:_MOST_NAMED]
    for action in named:
        yield from _action(action, width)
    if more := len(actions) - len(named):
        text = f"and {more} more of {visible(words.short_name(subject(actions[0])))}"
        yield from map(Row, hanging_indent("    ", text, width))


def _action(action: Action, width: int) -> Iterator[Row]:
    sign = action_table.sign(action)
    for index, line in enumerate(hanging_indent(f"  {sign} ", visible(action_name(action)), width)):
        yield Row(line, "" if index else sign)


def _closing_lines(done: PlanOutcome, width: int) -> list[str]:
    first, *more = counts(done)
    some = any(result.status in ("done", "unknown") for result in done.outcome.results)
    time = took(done.seconds) if some else ""
    return dot_joined([f"Plan {done.called[:6]} {verdict(done)}: {first}", *more, time], width)
