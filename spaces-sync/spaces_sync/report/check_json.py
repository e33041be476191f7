"""A check as JSON."""

from __future__ import annotations

from collections import Counter

from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Finding
from spaces_sync.codec import write
from spaces_sync.report.check_format import (
    CHECK_VERSION,
    CODEC,
    CheckFile,
    CheckFinding,
    CheckVersion,
)
from spaces_sync.report.check_view import RESULTS
from spaces_sync.report.json_text import dump
from spaces_sync.report.style import Style


def render(checked: Checked, _: Style) -> str:
    """As `schema/check.schema.json` describes it, all findings."""
    counted = Counter(each.said.result for each in checked.findings)
    file = CheckFile(
        CheckVersion(CHECK_VERSION),
        checked.conforms,
        checked.strict,
        {result: counted[result] for result in RESULTS},
        tuple(row.rule for row in RULES),
        tuple(_finding(checked, each) for each in checked.findings),
    )
    return dump(write(CODEC, file, CheckFile))


def _finding(checked: Checked, finding: Finding) -> CheckFinding:
    said = finding.said
    return CheckFinding(
        finding.rule.id,
        said.result,
        checked.counts(finding),
        said.subject,
        said.evidence,
        said.request,
        finding.place,
    )
