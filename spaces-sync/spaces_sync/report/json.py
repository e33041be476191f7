"""Reports as JSON, one document each, as the schemas in `schema/` describe them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from spaces_sync.codec import write
from spaces_sync.plan import file
from spaces_sync.plan.actions import subject
from spaces_sync.plan.codec import CODEC
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.report.causes import worded
from spaces_sync.report.json_formats import (
    LIST_VERSION,
    OUTCOME_VERSION,
    REPORTS,
    Counts,
    ListedSpace,
    ListFile,
    ListVersion,
    OutcomeFile,
    OutcomeVersion,
    ReportedResult,
)
from spaces_sync.report.reportable import Finding, PlanOutcome, SpaceSummary, Validation
from spaces_sync.report.style import Style
from spaces_sync.report.summary import Summary, status_counts, summarise

VALIDATION_VERSION: Final = "1.0"


def render_plan(plan: Plan, _: Style) -> str:
    """`plan` as a plan file has it (`schema/plan.schema.json`), with its counts."""
    return _dump({**file.to_data(plan), "summary": write(CODEC, summarise(plan), Summary)})


def render_outcome(done: PlanOutcome, _: Style) -> str:
    """What became of a plan (`schema/outcome.schema.json`)."""
    return _dump(outcome_to_data(done))


def render_spaces(spaces: Sequence[SpaceSummary], _: Style) -> str:
    """The spaces in the order given (`schema/list.schema.json`)."""
    listed = tuple(map(_listed, spaces))
    return _dump(write(REPORTS, ListFile(ListVersion(LIST_VERSION), listed), ListFile))


def render_validation(validation: Validation, _: Style) -> str:
    """All findings, warnings too."""
    return _dump(
        {
            "format_version": VALIDATION_VERSION,
            "valid": validation.valid,
            "problems": list(map(_problem, validation.findings)),
        }
    )


def outcome_to_data(done: PlanOutcome) -> dict[str, Any]:
    """As `schema/outcome.schema.json` describes it."""
    outcome, plan = done
    data: dict[str, Any] = write(
        REPORTS,
        OutcomeFile(
            format_version=OutcomeVersion(OUTCOME_VERSION),
            plan=file.digest(plan),
            succeeded=outcome.succeeded,
            counts=Counts(**status_counts(outcome)),
            results=tuple(map(_reported, outcome.results)),
            remaining=outcome.remaining,
            obstacles=plan.obstacles,
            halted=worded([outcome.halted]) if outcome.halted else "",
        ),
        OutcomeFile,
    )
    return data


def _reported(result: Result) -> ReportedResult:
    cause = worded(result.causes) if result.causes else ""
    return ReportedResult(subject(result.action), result, cause)


def _listed(space: SpaceSummary) -> ListedSpace:
    return ListedSpace(
        uri=space.address,
        service=space.address.service,
        node=space.address.node,
        title=space.title,
        exposure=space.exposure,
        children=space.children,
        source=space.source or None,
        note=space.note,
    )


def _problem(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
    }


def _dump(data: Any) -> str:
    """ASCII, which every locale can say, and which can be read back."""
    text = json.dumps(data, indent=2)
    # The name of a file may hold bytes that are no text: half a surrogate pair stands for each.
    return (json.dumps(_whole(data), indent=2) if "\\ud" in text else text) + "\n"


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {_whole(key): _whole(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_whole(each) for each in value]
        case _:
            return value
