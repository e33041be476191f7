"""The alert boxes of a plan in Markdown: what apply refuses, risks by name, what cannot be planned.

They stand in every stage of a report that has to fit; what is not named in them is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.plan.guards import Objection
from spaces_sync.report.action_table import Risk
from spaces_sync.report.markdown import alert, quoted, sentence
from spaces_sync.report.risks import RiskGroup
from spaces_sync.report.view import View, obstacle_words
from spaces_sync.report.words import short_name

_GRAVE: Final[frozenset[Risk]] = frozenset({"removal", "data loss"})


def boxes(content: View, named: int | None, longest: int | None) -> Iterator[str]:
    """`named`: cases of one kind that are told by name, None: all. `longest`: bytes of a text."""
    yield from alert("CAUTION", _obstacles(content, named, longest))
    yield from alert("CAUTION", _refusals(content.refusals, named, longest))
    grave = [group for group in content.risks if group.risk in _GRAVE]
    others = [group for group in content.risks if group.risk not in _GRAVE]
    yield from alert("CAUTION", _risks(grave, named, longest))
    yield from alert("WARNING", _risks(others, named, longest))


def place_text(place: Place | None, longest: int | None = None) -> str:
    """`file:line` as a code span, nothing where there is no place."""
    return quoted(f"{place.file}:{place.line}", longest) if place is not None else ""


def _refusals(
    refusals: Sequence[Objection], named: int | None, longest: int | None
) -> Iterator[str]:
    if refusals:
        yield "**`apply` would refuse this:**"
    for objection in refusals:
        step = f"; {sentence(objection.next_step, longest)}" if named != 0 else ""
        yield f"- **{objection.guard}**: {sentence(objection.why)}{step}"
        cases = objection.cases if named is None else objection.cases[:named]
        for case in cases:
            about = quoted(short_name(case.about), longest)
            place = place_text(case.place, longest)
            yield f"  - {about}: {sentence(case.text, longest)} {place}".rstrip()
        if named and (more := len(objection.cases) - len(cases)):
            yield f"  - and {more} more"


def _risks(found: Sequence[RiskGroup], named: int | None, longest: int | None) -> Iterator[str]:
    for group in found:
        yield f"- **{plural(len(group.cases), group.risk)}**"
        cases = group.cases if named is None else group.cases[:named]
        for case in cases:
            text = sentence(case.text, longest, name=short_name(case.about))
            yield f"  - {text} {place_text(case.place, longest)}".rstrip()
        if named and (more := len(group.cases) - len(cases)):
            yield f"  - and {more} more"


def _obstacles(content: View, named: int | None, longest: int | None) -> Iterator[str]:
    if not content.obstacles:
        return
    count = plural(len(content.obstacles), "obstacle")
    yield f"**Cannot be planned: {count}{', left out' if content.partial else ''}**"
    found = list(obstacle_words(content.obstacles, full=named is None))
    shown = found if named is None else found[:named]
    for text, place in shown:
        yield f"- {sentence(text, longest)} {place_text(place, longest)}".rstrip()
    if named and len(found) > len(shown):
        yield f"- and {len(found) - len(shown)} more"
