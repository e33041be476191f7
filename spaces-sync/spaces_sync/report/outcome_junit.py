"""What became of a plan as JUnit XML: a test case an action, so that a forge names what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.plan.actions import subject
from spaces_sync.plan.outcome import Result, Status
from spaces_sync.report import action_table, words
from spaces_sync.report.causes import causes_text
from spaces_sync.report.junit import JunitCase, Verdict, suite
from spaces_sync.report.naming import action_name
from spaces_sync.report.outcome_view import STILL_TO_DO, next_steps, not_planned
from spaces_sync.report.reportable import PlanOutcome
from spaces_sync.report.style import Style
from spaces_sync.report.summary import still_to_do, told
from spaces_sync.report.visible import visible

_VERDICTS: Final[Mapping[Status, Verdict | None]] = {
    "done": None,
    "failed": "failure",
    "unknown": "error",
    "skipped": "skipped",
}


def render(done: PlanOutcome, _: Style) -> str:
    """One suite; what could not be planned, and what is still to do, has failed."""
    return suite(f"spaces-sync {done.command}", _cases(done))


def _cases(done: PlanOutcome) -> Iterator[JunitCase]:
    if done.outcome.halted:
        first, *more = map(visible, next_steps(done))
        yield JunitCase(_class(done.command), done.command, "error", first, detail="\n".join(more))
    yield from map(_result, told(done.outcome))
    for action in still_to_do(done.outcome):
        named = visible(f"{action_table.sign(action)} {action_name(action)}")
        about = _class(words.short_name(subject(action)))
        yield JunitCase(about, named, "failure", STILL_TO_DO, place=action.why.place)
    for each in not_planned(done):
        name, text = words.short_name(each.about), visible(each.text)
        yield JunitCase(_class(name), visible(name), "failure", text, place=each.place)


def _result(result: Result) -> JunitCase:
    action = result.action
    about = subject(action)
    return JunitCase(
        _class(words.short_name(about)),
        visible(f"{action_table.sign(action)} {action_name(action)}"),
        _VERDICTS[result.status],
        visible(causes_text(result.causes, about)) if result.causes else "",
        place=action.why.place,
    )


def _class(name: str) -> str:
    return f"spaces-sync.{visible(name)}"
