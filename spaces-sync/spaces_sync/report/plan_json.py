"""A plan as JSON: what a plan file holds, with what the other formats show beside it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from spaces_sync.codec import write
from spaces_sync.plan import file
from spaces_sync.report.json_formats import REPORTS, PlanRemarks, Refusal
from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.risks import NamedCase, risks
from spaces_sync.report.style import Style
from spaces_sync.report.summary import summarise


def render(shown: ShownPlan, _: Style) -> str:
    """The JSON that `schema/plan.schema.json` describes; a plan file is this, too."""
    return dump(file.to_data(shown.plan, _remarks(shown)))


def _remarks(shown: ShownPlan) -> dict[str, Any]:
    refusals = tuple(
        Refusal(
            each.guard,
            each.count,
            each.limit,
            each.why,
            each.next_step,
            tuple(NamedCase(case.about, case.text, case.place) for case in each.cases),
        )
        for each in shown.refusals
    )
    remarks = PlanRemarks(summarise(shown.plan), risks(shown.plan), refusals)
    data: dict[str, Any] = write(REPORTS, remarks, PlanRemarks)
    # Also where they are empty: who reads the file need not know what that would mean.
    return {each.name: data.get(each.name, []) for each in fields(PlanRemarks)}
