"""The output formats: one row each, with one signature for whatever a format can show.

A new format is a file with its renderers and a row here. Each command offers the formats that
have a renderer for its result, and no others: `PLANS`, `OUTCOMES`, `SPACES`, `VALIDATIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from spaces_sync.plan.plan import Plan
from spaces_sync.report import json, outcome_text, plan_text, spaces_text, validation_text
from spaces_sync.report.reportable import PlanOutcome, SpaceSummary, Validation
from spaces_sync.report.style import Style

T = TypeVar("T")
Render: TypeAlias = Callable[[T, Style], str]
"""Makes text that ends in a line feed. It raises nothing and writes nowhere."""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """`name` is what `--format` takes. A renderer is None where the format cannot show that.

    `for_people`: a plan in it is what somebody is asked about, and problems are told beside it
    on stderr; otherwise stdout holds one document for a program, whatever becomes of the command.
    """

    name: str
    for_people: bool
    plan: Render[Plan] | None = None
    outcome: Render[PlanOutcome] | None = None
    spaces: Render[Sequence[SpaceSummary]] | None = None
    validation: Render[Validation] | None = None


FORMATS: Final = (
    OutputFormat(
        "text",
        for_people=True,
        plan=plan_text.render,
        outcome=outcome_text.render,
        spaces=spaces_text.render,
        validation=validation_text.render,
    ),
    OutputFormat(
        "json",
        for_people=False,
        plan=json.render_plan,
        outcome=json.render_outcome,
        spaces=json.render_spaces,
        validation=json.render_validation,
    ),
)
DEFAULT: Final = FORMATS[0].name
FOR_PEOPLE: Final = frozenset(row.name for row in FORMATS if row.for_people)

PLANS: Final[Mapping[str, Render[Plan]]] = {
    row.name: row.plan for row in FORMATS if row.plan is not None
}
OUTCOMES: Final[Mapping[str, Render[PlanOutcome]]] = {
    row.name: row.outcome for row in FORMATS if row.outcome is not None
}
SPACES: Final[Mapping[str, Render[Sequence[SpaceSummary]]]] = {
    row.name: row.spaces for row in FORMATS if row.spaces is not None
}
VALIDATIONS: Final[Mapping[str, Render[Validation]]] = {
    row.name: row.validation for row in FORMATS if row.validation is not None
}
