"""A check as JUnit XML, as forges read it: a test case a finding.

What counts has failed; what cannot be told, and what fails and does not count, was skipped.
"""

from __future__ import annotations

from typing import Final

from spaces_sync.check.values import Checked, Finding
from spaces_sync.profile import XEP
from spaces_sync.report.check_view import fault, services, subject_text
from spaces_sync.report.junit import JunitCase, suite
from spaces_sync.report.style import Style
from spaces_sync.report.visible import printable, visible

_SKIPPED: Final = ("fail", "unverifiable", "works-unadvertised", "not-applicable")


def render(checked: Checked, _: Style) -> str:
    """One suite; places as the attributes `file` and `line`."""
    several = len(services(checked.findings)) > 1
    return suite(XEP, (_case(checked, each, several) for each in checked.findings))


def _case(checked: Checked, finding: Finding, several: bool) -> JunitCase:
    rule, said = finding.rule, finding.said
    about = visible(subject_text(said.subject, several=several))
    wrong = f"{text}: " if (text := fault(finding)) else ""
    counts = checked.counts(finding)
    return JunitCase(
        f"{XEP}.{rule.id}",
        f"{rule.text}: {about}",
        "failure" if counts else "skipped" if said.result in _SKIPPED else None,
        f"{said.result} ({rule.strength}): {wrong}{printable(said.evidence)}",
        rule.strength,
        said.request,
        finding.place,
    )
