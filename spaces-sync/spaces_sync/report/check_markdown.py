"""A check as Markdown, for a comment on a forge; text of others stands in code spans alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from spaces_sync.check.values import Checked
from spaces_sync.model.counting import plural
from spaces_sync.profile import XEP
from spaces_sync.report.check_view import (
    COLUMNS,
    Group,
    groups,
    numbers,
    services,
    subject_text,
    verdict,
)
from spaces_sync.report.markdown import code, first_that_fits
from spaces_sync.report.style import Style
from spaces_sync.report.visible import printable, visible

_ALL: Final = (None, None)
_MOST: Final = ((200, 50), (50, 20), (10, 10), (0, 3), (0, 0))
"""How many findings and services are told of, where all (None) are too many."""


def render(checked: Checked, style: Style) -> str:
    """A table of numbers, and a list of what is not in order, as long as `style.max_bytes` lets it
    be; what fails comes first.
    """
    found = list(groups(checked, full=style.full))
    stages = (partial(_text, checked, found, *most) for most in (_ALL, *_MOST))
    return first_that_fits(stages, style.max_bytes)


def _text(
    checked: Checked, all_groups: Sequence[Group], most: int | None, most_services: int | None
) -> str:
    found = services(checked.findings)
    lines = [f"### {XEP}: {verdict(checked)}", "", ", ".join(_heads(found, most_services)), ""]
    lines += [f"| | {' | '.join(COLUMNS)} |", f"|---{'|---:' * len(COLUMNS)}|"]
    for result, row in numbers(checked).items():
        if any(row.values()):
            lines.append(f"| {result} | {' | '.join(str(row[name]) for name in COLUMNS)} |")
    lines.append("")
    for group in all_groups[:most]:
        lines += _group(group, several=len(found) > 1)
    if more := len(all_groups) - len(all_groups[:most]):
        lines += ["", f"and {more} more like these, too many for a comment"]
    return "\n".join(lines).rstrip("\n") + "\n"


def _heads(found: Mapping[str, str], most: int | None) -> Iterator[str]:
    shown = [*found.items()][:most]
    yield from (f"{code(visible(service))} {spaces}" for service, spaces in shown)
    if more := len(found) - len(shown):
        yield f"and {more} more" if shown else plural(more, "service")


def _group(group: Group, *, several: bool) -> Iterator[str]:
    finding, rule = group.first, group.rule
    said = finding.said
    about = code(visible(subject_text(said.subject, several=several)))
    more = f" and {group.more} more" if group.more else ""
    place = f", {code(f'{visible(p.file)}:{p.line}')}" if (p := finding.place) else ""
    result = f"**{said.result}**" if group.counts else said.result
    yield f"- {result} {rule.id} {rule.strength} {about}{more}{place}: {_own(group.in_words)}  "
    yield f"  {code(printable(said.evidence))}" + ("  " if said.request or group.cure else "")
    if group.cure:
        yield f"  cure: {_own(group.cure)}" + ("  " if said.request else "")
    if said.request:
        yield f"  {code(said.request)}"


def _own(text: str) -> str:
    """A sentence of ours; what it names is no markup."""
    return text.replace("<", "&lt;")
