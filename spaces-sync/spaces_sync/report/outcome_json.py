"""What became of a plan, as JSON."""

from __future__ import annotations

from typing import Any

from spaces_sync.codec import write
from spaces_sync.plan.actions import subject
from spaces_sync.plan.outcome import Result
from spaces_sync.report.causes import causes_text
from spaces_sync.report.json_formats import (
    OUTCOME_VERSION,
    REPORTS,
    Counts,
    OutcomeFile,
    OutcomeVersion,
    ReportedResult,
)
from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import PlanOutcome
from spaces_sync.report.style import Style
from spaces_sync.report.summary import status_counts


def render(done: PlanOutcome, _: Style) -> str:
    """As `schema/outcome.schema.json` describes it."""
    return dump(to_data(done))


def to_data(done: PlanOutcome) -> dict[str, Any]:
    """What `render` writes, as nested mappings and lists of JSON's own types."""
    outcome, plan = done.outcome, done.plan
    data: dict[str, Any] = write(
        REPORTS,
        OutcomeFile(
            format_version=OutcomeVersion(OUTCOME_VERSION),
            plan=done.called,
            succeeded=done.succeeded,
            counts=Counts(**status_counts(outcome)),
            results=tuple(map(reported, outcome.results)),
            remaining=outcome.remaining,
            obstacles=plan.obstacles,
            halted=causes_text([outcome.halted]) if outcome.halted else "",
        ),
        OutcomeFile,
    )
    return data


def reported(result: Result) -> ReportedResult:
    """With what is said of it to people."""
    about = subject(result.action)
    cause = causes_text(result.causes, about) if result.causes else ""
    return ReportedResult(about, result, cause)
