"""What became of a plan, as Markdown for a comment on a forge, in as many words as fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from spaces_sync.plan.actions import Action
from spaces_sync.report import action_table
from spaces_sync.report.markdown import alert, first_that_fits, fold, joined, marker, sentence
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
from spaces_sync.report.plan_markdown import identity
from spaces_sync.report.reportable import PlanOutcome
from spaces_sync.report.style import Style
from spaces_sync.report.summary import still_to_do, told
from spaces_sync.report.view import obstacle_words

_NAMED: Final = (2000, 500, 100, 30, 10, 3, 0)  # of each status, as many as fit
_LONGEST: Final = 200  # bytes of a text, where not all are named


def render(done: PlanOutcome, style: Style) -> str:
    """What was not done with its cause, what was done in a fold, and counts."""
    stages = (partial(_text, done, None), *(partial(_text, done, n) for n in _NAMED))
    return first_that_fits(stages, style.max_bytes)


def _text(done: PlanOutcome, most: int | None) -> str:
    return joined([marker("outcome", identity(done.plan)), *_lines(done, most)])


def _lines(done: PlanOutcome, most: int | None) -> Iterator[str]:
    longest = None if most is None else _LONGEST
    yield f"### Plan `{done.called[:6]}` {verdict(done)}: {' · '.join(counts(done))}"
    yield ""
    results = told(done.outcome)
    for status, head in HEADS.items():
        found = by_cause(with_causes(results, status))
        lines = []
        for (_, cause), actions in found.items():
            lines += _actions(actions, most, longest)
            lines.append(f"  - {sentence(cause, longest)}")
        yield from _section(head, lines, most)
    obstacles = obstacle_words(not_planned(done), full=most is None)
    yield from _section(
        NOT_PLANNED, [f"- {sentence(text, longest)}" for text, _ in obstacles], most
    )
    yield from _section(STILL_TO_DO, _actions(still_to_do(done.outcome), most, longest), most)
    yield from alert("CAUTION", _next_steps(done, longest))
    in_effect = [result.action for result in results if result.status == "done"]
    yield from fold(f"done: {len(in_effect)}", _actions(in_effect, most, longest))


def _next_steps(done: PlanOutcome, longest: int | None) -> Iterator[str]:
    """The first line, and those below it as a list, in which what is indented is of another."""
    for index, line in enumerate(next_steps(done)):
        bullet = "" if index == 0 else "  - " if line.startswith(" ") else "- "
        yield f"{bullet}{sentence(line.strip(), longest)}"


def _section(head: str, lines: Sequence[str], most: int | None) -> Iterator[str]:
    """Counts alone where nothing is to be named: the heading has them."""
    if lines and most != 0:
        yield from (f"**{head[0].upper()}{head[1:]}**", "", *lines, "")


def _actions(actions: Sequence[Action], most: int | None, longest: int | None) -> list[str]:
    shown = actions if most is None else actions[:most]
    lines = [
        f"- `{action_table.sign(each)}` {sentence(action_name(each), longest)}" for each in shown
    ]
    if shown and (more := len(actions) - len(shown)):
        lines.append(f"- and {more} more")
    return lines
