"""A check as annotations of a GitHub Actions job."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.check.values import Checked
from spaces_sync.profile import XEP
from spaces_sync.report.check_view import Group, groups, services, subject_text
from spaces_sync.report.github_command import Level, command
from spaces_sync.report.style import Style


def render(checked: Checked, style: Style) -> str:
    """An error for what counts, a warning for what fails besides, a notice for the rest of what is
    not in order. Nothing where all is well.
    """
    several = len(services(checked.findings)) > 1
    found = groups(checked, full=style.full)
    return "".join(line for each in found for line in _commands(each, several=several))


def _commands(group: Group, *, several: bool) -> Iterator[str]:
    said = group.first.said
    level: Level = "error" if group.counts else "warning" if said.result == "fail" else "notice"
    title = f"{XEP} {group.rule.id} ({group.rule.strength})"
    about = subject_text(said.subject, several=several)
    more = f" and {group.more} more" if group.more else ""
    lines = [f"{about}{more}: {group.in_words}: {said.evidence}", group.cure]
    yield command(level, title, filter(None, lines), group.first.place)
