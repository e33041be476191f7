"""A plan as JSON: what a plan file holds, with the counts that the other formats show."""

from __future__ import annotations

from typing import Any

from spaces_sync.codec import write
from spaces_sync.plan import file
from spaces_sync.plan.codec import CODEC, Digest
from spaces_sync.plan.plan import Plan
from spaces_sync.report.json_text import dump
from spaces_sync.report.style import Style
from spaces_sync.report.summary import Summary, summarise


def render(plan: Plan, _: Style) -> str:
    """The JSON that `schema/plan.schema.json` describes; a plan file is this, too."""
    return dump(_data(plan))


def digest(plan: Plan) -> Digest:
    """The digest of the plan's file; people are shown 6 digits of it."""
    return Digest(_data(plan)["digest"])


def _data(plan: Plan) -> dict[str, Any]:
    return file.to_data(plan, {"summary": write(CODEC, summarise(plan), Summary)})
