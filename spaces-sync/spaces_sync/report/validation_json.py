"""What is wrong in files, as JSON."""

from __future__ import annotations

from typing import Any, Final

from spaces_sync.model.problems import Problem
from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style

VALIDATION_VERSION: Final = "1.0"


def render(validation: Validation, _: Style) -> str:
    """All problems, warnings too, under `problems`."""
    problems = list(map(_problem, validation.problems))
    return dump(
        {"format_version": VALIDATION_VERSION, "valid": validation.valid, "problems": problems}
    )


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
    }
