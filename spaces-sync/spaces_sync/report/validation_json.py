"""What is wrong in files, as JSON."""

from __future__ import annotations

from typing import Any, Final

from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import Finding, Validation
from spaces_sync.report.style import Style

VALIDATION_VERSION: Final = "1.0"


def render(validation: Validation, _: Style) -> str:
    """All findings, warnings too, under `problems`."""
    problems = list(map(_problem, validation.findings))
    return dump(
        {"format_version": VALIDATION_VERSION, "valid": validation.valid, "problems": problems}
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
