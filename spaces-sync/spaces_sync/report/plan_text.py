"""A plan as text: its signs mean the same without colour, and no line is wider than asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.plan.plan import LeftAlone, NoteReason
from spaces_sync.report import words
from spaces_sync.report.cells import width_of
from spaces_sync.report.layout import (
    GAP,
    Row,
    dot_joined,
    fold,
    folded_with_right,
    hanging_indent,
    rendered,
    shorten,
)
from spaces_sync.report.line_text import line_rows, place_text
from spaces_sync.report.phrases import left_alone, no_changes, totals
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.style import Style
from spaces_sync.report.view import ObjectView, ServiceView, View, obstacle_words, view
from spaces_sync.report.visible import visible


def render(shown: ShownPlan, style: Style) -> str:
    """The plan in lines of at most `style.columns`.

    `style.full` also names what is left alone and tells of what is as it should be.
    """
    return rendered(_rows(view(shown), style.columns, full=style.full), colour=style.colour)


def _rows(content: View, width: int, *, full: bool) -> Iterator[Row]:
    blocks = [list(_risks(content, width)), list(_obstacles(content, width, full=full))]
    quiet: list[Row] = []
    for index, service_view in enumerate(content.services):
        read = f"{plural(content.spaces, 'space')}, {plural(content.items, 'item')} read"
        first = index == 0 and service_view.holds_nodes
        head = _service_head(service_view, read if first else "", width, full=full)
        rows = [row for each in service_view.objects for row in _object(each, width, full=full)]
        rows.extend(_notes(service_view.objects, width, full=full))
        if rows:
            blocks.append([*quiet, *head, *rows])
            quiet = []
        elif service_view.name:
            quiet.extend(head)
    blocks += [quiet, [Row(line, strong=True) for line in _closing_lines(content, width)]]
    for index, block in enumerate(block for block in blocks if block):
        if index:
            yield Row("")
        yield from block


def _risks(content: View, width: int) -> Iterator[Row]:
    if content.summary.risks:
        risks = (plural(count, word) for word, count in content.summary.risks.items())
        first, *more = dot_joined(risks, width - 2)
        yield Row(f"! {first}", "!")
        yield from (Row(f"  {line}") for line in more)


def _obstacles(content: View, width: int, *, full: bool) -> Iterator[Row]:
    if content.obstacles:
        yield Row("cannot plan:", strong=True)
    for text, place in obstacle_words(content.obstacles, full=full):
        yield from _remark("  ! ", visible(text), place, width)


def _remark(prefix: str, text: str, place: Place | None, width: int) -> Iterator[Row]:
    """A sentence, folded and never shortened, with its place in a file at the right margin."""
    first, *more = folded_with_right(prefix, text, place_text(place, width), width)
    yield Row(first, prefix.strip())
    yield from map(Row, more)


_OF_ONE: Final[Collection[NoteReason]] = ("stays", "advice")
"""What notes say that is shown with the one object that they are about."""


def _service_head(service_view: ServiceView, read: str, width: int, *, full: bool) -> Iterator[Row]:
    service, name = visible(service_view.service), visible(service_view.name)
    if not full:
        service = shorten(service, width // 2)
        name = shorten(name, width - width_of(service) - width_of(read) - 2 * GAP)
    head = (" " * GAP).join(filter(None, (service, name, read)))
    yield from (Row(line, strong=True) for line in fold(head, width))


def _object(each: ObjectView, width: int, *, full: bool) -> Iterator[Row]:
    kept = [note for note in each.notes if note.reason in _OF_ONE]
    if each.sign == "·" and not full and not kept:
        return
    yield Row("")
    yield from _object_head(each, width, full=full)
    for consequence in each.consequences:
        yield from (
            Row(line, "!") for line in hanging_indent("    ! ", visible(consequence), width)
        )
    hidden = 0
    for line in each.lines:
        if line.standard and not full:
            hidden += 1
        else:
            yield from line_rows(line, width, full=full)
    if hidden:
        yield Row(f"    · {plural(hidden, 'field')} as XEP-0503 asks", "·")
    for note in kept:
        yield from _remark("    · ", visible(note.text), note.place, width)
    yield from _left_alone(each.left_alone, width, full=full)


def _object_head(each: ObjectView, width: int, *, full: bool) -> Iterator[Row]:
    name, title, reason = visible(each.name), visible(each.title), visible(each.reason)
    right = place_text(each.place, width)
    if not full:
        free = width - width_of(right) - 2 - 2 * GAP
        name = shorten(name, max(free * 2 // 3, free - width_of(title) - GAP))
        title = shorten(title, free - width_of(name) - GAP)
    text = (" " * GAP).join(filter(None, (name, title)))
    yield from _remark(f"{each.sign} ", text, each.place, width)
    if reason:
        yield from (Row(line) for line in hanging_indent("    ", reason, width))


def _notes(objects: Iterable[ObjectView], width: int, *, full: bool) -> Iterator[Row]:
    """The notes that are not of one object alone, each once with how often it applies.

    What the file never spoke of is only counted, unless `full`.
    """
    notes = (note for each in objects if full or each.sign != "·" for note in each.notes)
    counts = Counter((note.reason, note.text) for note in notes if note.reason not in _OF_ONE)
    hidden = [] if full else [note for note in counts if note[0] == "recommended"]
    if counts:
        yield Row("")
    if hidden:
        lacking = f"no such fields on the service: {len(hidden)} that XEP-0503 recommends"
        text = f"{lacking}; --full names them"
        yield from (Row(line, "·") for line in hanging_indent("· ", text, width))
    for reason, text in (note for note in counts if note not in hidden):
        often = f" ({counts[reason, text]} times)" if counts[reason, text] > 1 else ""
        note = f"{reason}: {visible(text)}{often}"
        yield from (Row(line, "·") for line in hanging_indent("· ", note, width))


def _left_alone(spared: tuple[LeftAlone, ...], width: int, *, full: bool) -> Iterator[Row]:
    if not spared:
        return
    text = left_alone(spared)
    yield from (Row(line, "·") for line in hanging_indent("    · ", text, width))
    for each in spared if full else ():
        name = f"{words.child_kind(each.key)} {words.target(each.key, each.about)}"
        line = f"{visible(name)} ({each.reason})"
        yield from map(Row, hanging_indent("        ", line, width))


def _closing_lines(content: View, width: int) -> list[str]:
    if not (counts := totals(content)):
        return fold(no_changes(content), width)
    first, *more = counts
    return dot_joined([f"Plan {content.digest[:6]}{content.part}: {first}", *more], width)
