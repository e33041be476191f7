"""A plan as text: its signs mean the same without colour, and no line is wider than asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from spaces_sync.plan.plan import LeftAlone, Note
from spaces_sync.report import words
from spaces_sync.report.alike import (
    FEW,
    Alike,
    by_readers,
    by_what_changes,
    line_groups,
    object_groups,
)
from spaces_sync.report.cells import width_of
from spaces_sync.report.end_text import end_blocks, remark
from spaces_sync.report.group_text import line_group_rows, object_group_rows
from spaces_sync.report.layout import (
    GAP,
    Row,
    hanging_indent,
    rendered,
    shorten,
)
from spaces_sync.report.line_text import line_rows, place_text
from spaces_sync.report.phrases import expected, left_alone
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.service_text import service_head
from spaces_sync.report.style import Style
from spaces_sync.report.value_text import ARROW, shortened_change
from spaces_sync.report.view import OF_ONE, ObjectView, ServiceView, View, view
from spaces_sync.report.visible import visible

_ROWS: Final = 140
"""So many rows of objects a plan has at most, unless all of it is asked for; beyond that what is
alike is folded, ever more of it."""
_NOTES: Final = 8  # that are told of one service
_FOLDS: Final[Sequence[Alike]] = (by_what_changes, by_readers)


def render(shown: ShownPlan, style: Style) -> str:
    """The plan in lines of at most `style.columns`: objects, then how it ends (end_text.py).

    What is alike is folded, so that a plan of thousands of changes is some 200 lines.
    `style.full`: all of it, with what is left alone and what is as it should be.
    """
    return rendered(_rows(view(shown), style.columns, full=style.full), colour=style.colour)


def _rows(content: View, width: int, *, full: bool) -> Iterator[Row]:
    blocks = _services(content, width, full=full, alike=None)
    for alike in _FOLDS:
        if full or sum(map(len, blocks)) <= _ROWS:
            break
        blocks = _services(content, width, full=full, alike=alike)
        folded = "what is alike is folded; --full shows all of it"
        blocks.append([Row(line, "·") for line in hanging_indent("· ", folded, width)])
    for index, block in enumerate(filter(None, [*blocks, *end_blocks(content, width, full=full)])):
        if index:
            yield Row("")
        yield from block


def _services(content: View, width: int, *, full: bool, alike: Alike | None) -> list[list[Row]]:
    """A block for each service with changes; `alike`: which objects are folded, if any."""
    blocks: list[list[Row]] = []
    quiet: list[Row] = []
    for service_view in content.services:
        head = list(service_head(content, service_view, width, full=full))
        rows = list(_objects(service_view, width, full=full, alike=alike))
        rows.extend(_notes(service_view.objects, width, full=full))
        if rows:
            blocks.append([*quiet, *head, *rows])
            quiet = []
        elif service_view.name:
            quiet.extend(head)
    return [*blocks, quiet]


def _objects(
    service_view: ServiceView, width: int, *, full: bool, alike: Alike | None
) -> Iterator[Row]:
    repeated = _repeated(service_view.objects)
    if alike is None:
        for each in service_view.objects:
            yield from _object(each, repeated, width, full=full, few=False)
        return
    noun = "node" if service_view.holds_nodes else "room"
    changed = (each for each in service_view.objects if each.sign != "·")
    for group in object_groups(changed, alike):
        if len(group.objects) < FEW:
            for each in group.objects:
                yield from _object(each, repeated, width, full=full, few=True)
        else:
            yield Row("")
            yield from object_group_rows(group, noun, width)


def _repeated(objects: Iterable[ObjectView]) -> Collection[str]:
    """What is noted of several objects: a footnote says it once."""
    counts = Counter(note.text for each in objects for note in each.notes)
    return {text for text, count in counts.items() if count >= FEW}


def _object(
    each: ObjectView, repeated: Collection[str], width: int, *, full: bool, few: bool
) -> Iterator[Row]:
    own = [note for note in each.notes if note.reason in OF_ONE and note.text not in repeated]
    if each.sign == "·" and not full and not own:
        return
    yield Row("")
    yield from _object_head(each, width, full=full)
    for consequence in each.consequences:
        yield from (
            Row(line, "!") for line in hanging_indent("    ! ", visible(consequence), width)
        )
    if full:
        for line in each.lines:
            yield from line_rows(line, width, full=True)
    else:
        for group in line_groups((line for line in each.lines if not line.expected), few=few):
            yield from line_group_rows(group, width)
        if hidden := expected(each):
            yield Row(f"    · {hidden}", "·")
    for note in own:
        yield from remark("    · ", visible(note.text), note.place, width)
    yield from _left_alone(each.left_alone, width, full=full)


def _object_head(each: ObjectView, width: int, *, full: bool) -> Iterator[Row]:
    name, title, reason = visible(each.name), visible(each.title), visible(each.reason)
    former = visible(each.former)
    right = place_text(each.place, width)
    if not full:
        free = width - width_of(right) - 2 - 2 * GAP
        most = max(free * 2 // 3, free - width_of(title) - GAP)
        name = shortened_change(former, name, most).text if former else shorten(name, most)
        title = shorten(title, free - width_of(name) - GAP)
    elif former:
        name = f"{former}{ARROW}{name}"
    text = (" " * GAP).join(filter(None, (name, title)))
    yield from remark(f"{each.sign} ", text, each.place, width)
    if reason:
        yield from (Row(line) for line in hanging_indent("    ", reason, width))


def _notes(objects: Sequence[ObjectView], width: int, *, full: bool) -> Iterator[Row]:
    """The notes that are not of one object alone, each once with how often it applies.

    What the file never spoke of is only counted, unless `full`.
    """
    repeated = _repeated(objects)
    notes = (note for each in objects for note in each.notes if full or _is_told(each, note))
    counts = Counter(
        (note.reason, note.text)
        for note in notes
        if note.reason not in OF_ONE or note.text in repeated
    )
    hidden = [] if full else [note for note in counts if note[0] == "recommended"]
    told = [note for note in counts if note not in hidden]
    if counts:
        yield Row("")
    if hidden:
        lacking = f"no such fields on the service: {len(hidden)} that XEP-0503 recommends"
        text = f"{lacking}; --full names them"
        yield from (Row(line, "·") for line in hanging_indent("· ", text, width))
    for reason, text in told if full else told[:_NOTES]:
        often = f" ({counts[reason, text]} times)" if counts[reason, text] > 1 else ""
        note = f"{reason}: {visible(text)}{often}"
        yield from (Row(line, "·") for line in hanging_indent("· ", note, width))
    if not full and len(told) > _NOTES:
        yield Row(f"· {len(told) - _NOTES} notes more; --full names them", "·")


def _is_told(each: ObjectView, note: Note) -> bool:
    """What is noted of an object without changes is not, but for what is meant for its reader."""
    return each.sign != "·" or note.reason in OF_ONE


def _left_alone(spared: tuple[LeftAlone, ...], width: int, *, full: bool) -> Iterator[Row]:
    if not spared:
        return
    text = left_alone(spared)
    yield from (Row(line, "·") for line in hanging_indent("    · ", text, width))
    for each in spared if full else ():
        name = f"{words.child_kind(each.key)} {words.target(each.key, each.about)}"
        line = f"{visible(name)} ({each.reason})"
        yield from map(Row, hanging_indent("        ", line, width))
