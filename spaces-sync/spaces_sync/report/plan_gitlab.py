"""A plan as the numbers that GitLab's widget of merge requests reads.

https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from spaces_sync.report import action_table
from spaces_sync.report.counted import counted
from spaces_sync.report.json_text import dump
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.style import Style
from spaces_sync.report.words import Sign

_WORDS: Final[Mapping[str, tuple[Sign, ...]]] = {
    "create": ("+",),
    "update": ("~", "→"),
    "delete": ("-",),
}


def render(shown: ShownPlan, _: Style) -> str:
    """How many actions create, change and remove something; a rename is a change."""
    signs = Counter(action_table.sign(each) for each in counted(shown.plan.actions))
    return dump({word: sum(signs[each] for each in of) for word, of in _WORDS.items()})
