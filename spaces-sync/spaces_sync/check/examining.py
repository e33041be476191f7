"""Holds evidence against all rules."""

from __future__ import annotations

from dataclasses import replace

from spaces_sync.check.evidence import Evidence
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Finding, Rule, Said
from spaces_sync.model.bounds import shortened


def checked(evidence: Evidence, *, strict: bool = False) -> Checked:
    """What each rule says, with the places of the declaration. `strict`: as of `Checked`."""
    found = (_finding(evidence, row.rule, said) for row in RULES for said in row.examine(evidence))
    return Checked(tuple(found), strict)


def _finding(evidence: Evidence, rule: Rule, said: Said) -> Finding:
    declaration = evidence.declaration
    place = declaration.place(*said.path) if declaration else None
    return Finding(rule, replace(said, evidence=shortened(said.evidence)), place)
