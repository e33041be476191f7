"""What is wrong in files, as annotations of a GitHub Actions job."""

from __future__ import annotations

from spaces_sync.report.github_command import command
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style


def render(validation: Validation, _: Style) -> str:
    """A workflow command for each problem; nothing where there is none."""
    return "".join(
        command(problem.severity, problem.code, [problem.message], problem.place)
        for problem in validation.problems
    )
