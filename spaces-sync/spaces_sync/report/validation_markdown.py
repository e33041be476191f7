"""What is wrong in files, as Markdown for a comment on a forge."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.model.problems import Problem
from spaces_sync.report import validation_text
from spaces_sync.report.markdown import (
    alert,
    first_that_fits,
    joined,
    marker,
    quoted,
    sentence,
    table,
)
from spaces_sync.report.reportable import Validation
from spaces_sync.report.style import Style

_NAMED: Final = (2000, 500, 200, 100, 50, 20, 5, 0)  # problems, as many as fit
_LONGEST: Final = 300  # bytes of a message, where not all are named


def render(validation: Validation, style: Style) -> str:
    """A table of problems, errors first; where they do not fit, the first ones and their number."""
    stages = (partial(_text, validation, None), *(partial(_text, validation, n) for n in _NAMED))
    return first_that_fits(stages, style.max_bytes)


def _text(validation: Validation, most: int | None) -> str:
    return joined(_lines(validation, most))


def _lines(validation: Validation, most: int | None) -> Iterator[str]:
    problems = sorted(validation.problems, key=lambda each: each.severity == "warning")
    errors = sum(each.severity == "error" for each in problems)
    warnings = len(problems) - errors
    yield marker("validate", sorted(map(os.path.normpath, validation.files)))
    if errors:
        yield f"### Invalid: {plural(errors, 'error')}"
        yield ""
        yield from alert("CAUTION", ["The files cannot be planned or applied as they are."])
    else:
        yield f"### {validation_text.render(validation, Style()).strip().capitalize()}"
        yield ""
    if warnings:
        yield from alert("WARNING", [plural(warnings, "warning")])
    shown = problems if most is None else problems[:most]
    if shown:
        longest = None if most is None else _LONGEST
        yield from table(["", "where", "what", "rule"], (_row(each, longest) for each in shown))
        yield ""
    if more := len(problems) - len(shown):
        yield f"{more} more of them {'is' if more == 1 else 'are'} not shown here."


def _row(problem: Problem, longest: int | None) -> tuple[str, ...]:
    return (
        f"**{problem.severity}**" if problem.severity == "error" else problem.severity,
        quoted(problem.where, longest),
        sentence(problem.message, longest),
        quoted(problem.code),
    )
