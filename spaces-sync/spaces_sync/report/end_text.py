"""How a plan ends, for people: counts, obstacles, risks by name, and what apply would refuse.

It stands right above the question, where a reader looks last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.plan.guards import Objection
from spaces_sync.report.layout import (
    GAP,
    Row,
    dot_joined,
    fold,
    folded_with_right,
    shorten,
    with_right,
)
from spaces_sync.report.line_text import place_text
from spaces_sync.report.phrases import extent, no_changes, totals
from spaces_sync.report.risks import NamedCase, RiskGroup
from spaces_sync.report.view import View, obstacle_words
from spaces_sync.report.visible import visible

_MOST_CASES: Final = 5  # of one kind of risk that are named; --full names all
_MOST_OBSTACLES: Final = 10
_OPTIONS: Final = 60  # columns of the options that a plan is narrowed to
_LINES: Final = 4  # that one of them takes at most, but for --full
_INDENT: Final = "    "
_HANG: Final = 2


def end_blocks(content: View, width: int, *, full: bool) -> Iterator[list[Row]]:
    """Blocks of rows, between which a line is empty; some may have none."""
    yield [Row(line, strong=True) for line in _closing_lines(content, width)]
    yield list(_obstacles(content, width, full=full))
    yield list(_risks(content.risks, width, full=full))
    yield list(_refusals(content.refusals, width))


def remark(
    prefix: str, text: str, place: Place | None, width: int, *, hang: int = 0
) -> Iterator[Row]:
    """A sentence, folded and never shortened, with its place in a file at the right margin."""
    first, *more = folded_with_right(prefix, text, place_text(place, width), width, hang=hang)
    yield Row(first, prefix.strip())
    yield from map(Row, more)


def _closing_lines(content: View, width: int) -> list[str]:
    within = extent(content, lambda options: shorten(visible(options), _OPTIONS))
    if not (counts := totals(content)):
        return fold(no_changes(content, within), width)
    first, *more = counts
    return dot_joined([f"Plan {content.digest[:6]}{within}: {first}", *more], width)


def _obstacles(content: View, width: int, *, full: bool) -> Iterator[Row]:
    found = list(obstacle_words(content.obstacles, full=full))
    if found:
        yield Row("cannot plan:", strong=True)
    for text, place in found if full else found[:_MOST_OBSTACLES]:
        yield from remark(_INDENT, _short(text, width, full=full), place, width, hang=_HANG)
    yield from _more(len(found) - _MOST_OBSTACLES, full=full)


def _risks(groups: Iterable[RiskGroup], width: int, *, full: bool) -> Iterator[Row]:
    for group in groups:
        head = plural(len(group.cases), group.risk)
        only = group.cases[0]
        one = f"! {head}{' ' * GAP}{visible(only.text)}"
        joined = with_right(one, place_text(only.place, width), width)
        if len(group.cases) == 1 and joined is not None:
            yield Row(joined, "!", alarm=True)
            continue
        yield Row(f"! {head}", "!", alarm=True)
        shown = group.cases if full else group.cases[:_MOST_CASES]
        for case in shown:
            yield from _case(case, width, full=full)
        yield from (
            replace(row, alarm=True) for row in _more(len(group.cases) - len(shown), full=full)
        )


def _case(case: NamedCase, width: int, *, full: bool) -> Iterator[Row]:
    text = _short(case.text, width - len(_INDENT), full=full)
    right = place_text(case.place, width)
    for line in folded_with_right(_INDENT, text, right, width, hang=_HANG):
        yield Row(line, alarm=True)


def _refusals(refusals: Iterable[Objection], width: int) -> Iterator[Row]:
    head = "apply will refuse this:"
    texts = [f"{visible(each.why)}; {visible(each.next_step)}" for each in refusals]
    if len(texts) > 1:
        yield Row(head, alarm=True)
    for text in texts:
        prefix, said = (_INDENT, text) if len(texts) > 1 else ("", f"{head} {text}")
        lines = folded_with_right(prefix, said, "", width, hang=_HANG)
        yield from (Row(line, alarm=True) for line in lines)


def _more(count: int, *, full: bool) -> Iterator[Row]:
    if count > 0 and not full:
        yield Row(f"{_INDENT}and {count} more; --full names them")


def _short(text: str, width: int, *, full: bool) -> str:
    """What is told of one of many takes few lines."""
    room = _LINES * (width - width // 3 - GAP)  # beside a place
    return visible(text) if full else shorten(visible(text), room)
