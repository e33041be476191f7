"""Reports as JSON, one document each, as the schemas in `schema/` describe them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from spaces_sync.model.data import address_to_data
from spaces_sync.plan import file
from spaces_sync.plan.action_data import action_to_data
from spaces_sync.plan.actions import subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.report.causes import worded
from spaces_sync.report.reportable import Finding, PlanOutcome, SpaceSummary, Validation
from spaces_sync.report.style import Style
from spaces_sync.report.summary import status_counts, summarise

OUTCOME_VERSION: Final = "1.0"
SPACES_VERSION: Final = "1.0"
VALIDATION_VERSION: Final = "1.0"


def render_plan(plan: Plan, _: Style) -> str:
    """`plan` as a plan file has it (`schema/plan.schema.json`), with its counts."""
    return _dump(plan_to_data(plan))


def render_outcome(done: PlanOutcome, _: Style) -> str:
    """What became of a plan (`schema/outcome.schema.json`)."""
    return _dump(outcome_to_data(done))


def render_spaces(spaces: Sequence[SpaceSummary], _: Style) -> str:
    """The spaces in the order given."""
    return _dump({"format_version": SPACES_VERSION, "spaces": list(map(_space, spaces))})


def render_validation(validation: Validation, _: Style) -> str:
    """All findings, warnings too."""
    problems = list(map(_problem, validation.findings))
    return _dump(
        {
            "format_version": VALIDATION_VERSION,
            "valid": validation.valid,
            "problems": problems,
        }
    )


def plan_to_data(plan: Plan) -> dict[str, Any]:
    """As `schema/plan.schema.json` describes it."""
    counts = summarise(plan)
    summary = {
        "changes": plan.changes,
        "nodes": counts.nodes,
        "rooms": counts.rooms,
        "actions": dict(counts.actions),
        "risks": dict(counts.risks),
        "obstacles": counts.obstacles,
        "notes": counts.notes,
        "left_alone": counts.left_alone,
    }
    return {**file.to_data(plan), "summary": summary}


def outcome_to_data(done: PlanOutcome) -> dict[str, Any]:
    """As `schema/outcome.schema.json` describes it."""
    outcome, plan = done
    return {
        "format_version": OUTCOME_VERSION,
        "plan": file.digest(plan),
        "succeeded": outcome.succeeded,
        "counts": status_counts(outcome),
        "results": [_result(each) for each in outcome.results],
        "remaining": [action_to_data(each) for each in outcome.remaining],
        "obstacles": file.to_data(plan)["obstacles"] if plan.obstacles else [],
        **({"halted": worded([outcome.halted])} if outcome.halted else {}),
    }


def _result(result: Result) -> dict[str, Any]:
    data = {
        "status": result.status,
        "about": address_to_data(subject(result.action)),
        "action": action_to_data(result.action),
    }
    if not result.causes:
        return data
    return {**data, "cause": worded(result.causes), "causes": [_cause(c) for c in result.causes]}


def _cause(cause: Cause) -> dict[str, str]:
    """Its code, and what it is about as far as there is something."""
    said = {"about": cause.about, "before": cause.before, "after": cause.after}
    return {"code": cause.code, **{name: text for name, text in said.items() if text}}


def _space(space: SpaceSummary) -> dict[str, Any]:
    return {
        "uri": space.address.uri,
        "service": space.address.service,
        "node": space.address.node,
        "title": space.title,
        "exposure": space.exposure,
        "children": space.children,
        "source": space.source or None,
        "note": space.note,
    }


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
