"""Holds evidence against all rules."""

from __future__ import annotations

from spaces_sync.check.evidence import Evidence
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Finding, Rule, Said


def checked(evidence: Evidence, *, strict: bool = False) -> Checked:
    """What each rule says, with the places of the declaration. `strict`: as of `Checked`."""
    found = (_finding(evidence, rule, said) for rule in RULES for said in rule.examine(evidence))
    return Checked(tuple(found), strict)


def _finding(evidence: Evidence, rule: Rule, said: Said) -> Finding:
    declaration = evidence.declaration
    return Finding(rule, said, declaration.place(*said.path) if declaration else None)
