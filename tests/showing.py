"""A plan as `plan` shows it where no option allows anything."""

from spaces_sync.plan.file import digest
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.report.reportable import ShownPlan


def as_shown(plan: Plan) -> ShownPlan:
    return ShownPlan(plan, digest(plan), refusals=objections(plan, {}))
