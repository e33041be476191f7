"""How far a service, its spaces and what they list meet XEP-0503: reads alone, rule by rule.

`gather` asks the services and gives frozen `Evidence`; `checked` holds it against each of `RULES`.
"""

from __future__ import annotations

from spaces_sync.check.evidence import Evidence
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Checked, Finding, Result, Rule, Strength, Subject

__all__ = [
    "RULES",
    "Checked",
    "Evidence",
    "Finding",
    "Result",
    "Rule",
    "Strength",
    "Subject",
    "checked",
    "gather",
]
