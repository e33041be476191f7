"""A check as JUnit XML, as forges read it: a test case a finding.

What counts has failed; what cannot be told, and what fails and does not count, was skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spaces_sync.check.values import Checked, Finding
from spaces_sync.model.xml import escape_attribute, escape_text
from spaces_sync.profile import XEP
from spaces_sync.report.check_view import fault, services, subject_text
from spaces_sync.report.style import Style
from spaces_sync.report.visible import printable, visible

_SKIPPED: Final = ("fail", "unverifiable", "works-unadvertised", "not-applicable")


def render(checked: Checked, _: Style) -> str:
    """One suite; places as the attributes `file` and `line`."""
    several = len(services(checked.findings)) > 1
    failures = sum(map(checked.counts, checked.findings))
    skipped = sum(_is_skipped(checked, each) for each in checked.findings)
    total = len(checked.findings)
    numbers = f"tests='{total}' failures='{failures}' errors='0' skipped='{skipped}'"
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f"<testsuites {numbers}>",
        f" <testsuite name='{XEP}' {numbers}>",
        *(line for each in checked.findings for line in _case(checked, each, several)),
        " </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _is_skipped(checked: Checked, finding: Finding) -> bool:
    return finding.said.result in _SKIPPED and not checked.counts(finding)


def _case(checked: Checked, finding: Finding, several: bool) -> Iterator[str]:
    rule, said = finding.rule, finding.said
    about = visible(subject_text(said.subject, several=several))
    named = {"classname": f"{XEP}.{rule.id}", "name": f"{rule.text}: {about}"}
    if place := finding.place:
        named |= {"file": visible(place.file), "line": str(place.line)}
    wrong = f"{text}: " if (text := fault(finding)) else ""
    message = f"{said.result} ({rule.strength}): {wrong}{printable(said.evidence)}"
    head = f"  <testcase {_attributes(named)}"
    if checked.counts(finding):
        kind = _attributes({"type": rule.strength, "message": message})
        yield f"{head}><failure {kind}>{escape_text(said.request)}</failure></testcase>"
    elif _is_skipped(checked, finding):
        yield f"{head}><skipped {_attributes({'message': message})}/></testcase>"
    else:
        yield f"{head}/>"


def _attributes(values: dict[str, str]) -> str:
    return " ".join(f"{name}='{escape_attribute(value)}'" for name, value in values.items())
