"""A plan for a terminal: signs that do not depend on colour, no line wider than asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.cells import cell_len

from spaces_sync.model.declaration import Place
from spaces_sync.plan.plan import LeftAlone, Note, Plan, Spared
from spaces_sync.report import words
from spaces_sync.report.layout import GAP, Row, aside, fold, hanging, paint, shorten
from spaces_sync.report.line_text import line_rows, place_text
from spaces_sync.report.summary import plural
from spaces_sync.report.view import Entry, Group, View, view
from spaces_sync.report.visible import visible

NARROWEST = 40  # columns; less is taken for this


def render(plan: Plan, *, width: int, colour: bool, full: bool) -> str:
    """`plan` in lines of at most `width` columns, ending in a line feed.

    `full` shows long values whole, names what is left alone and tells of what is as it should be.
    """
    columns = max(width, NARROWEST)
    return paint(_rows(view(plan), columns, full=full), colour=colour)


def _rows(seen: View, width: int, *, full: bool) -> Iterator[Row]:
    blocks = [list(_risks(seen, width)), list(_obstacles(seen, width))]
    for index, group in enumerate(seen.groups):
        read = f"{plural(seen.spaces, 'space')}, {plural(seen.items, 'item')} read"
        blocks.append(list(_group(group, read if index == 0 else "", width, full=full)))
    blocks.append([Row(line, strong=True) for line in fold(_closing(seen), width)])
    for index, block in enumerate(block for block in blocks if block):
        if index:
            yield Row("")
        yield from block


def _risks(seen: View, width: int) -> Iterator[Row]:
    if seen.summary.risks:
        said = " · ".join(plural(count, word) for word, count in seen.summary.risks.items())
        yield from (Row(line, "!") for line in hanging("! ", said, width))


def _obstacles(seen: View, width: int) -> Iterator[Row]:
    if seen.obstacles:
        yield Row("cannot plan:", strong=True)
    for obstacle in seen.obstacles:
        name = visible(f"{words.named(obstacle.about)}: {obstacle.text}")
        yield from _remark("  ! ", name, obstacle.place, width)


def _remark(prefix: str, text: str, place: Place | None, width: int) -> Iterator[Row]:
    """A sentence, which is folded and never shortened, and its place where there is room."""
    sign = prefix.strip()
    right = place_text(place, width)
    *lines, last = hanging(prefix, text, width)
    yield from (Row(line, sign if not index else "") for index, line in enumerate(lines))
    sign = "" if lines else sign
    joined = aside(last, right, width)
    if joined is not None:
        yield Row(joined, sign)
        return
    yield Row(last, sign)
    yield Row(" " * (width - cell_len(right)) + right)


def _group(group: Group, read: str, width: int, *, full: bool) -> Iterator[Row]:
    parts = [visible(group.service), visible(group.name), read]
    head = (" " * GAP).join(part for part in parts if part)
    yield from (Row(line, strong=True) for line in fold(head, width))
    for entry in group.entries:
        if full or entry.sign != "·":
            yield from _entry(entry, width, full=full)


def _entry(entry: Entry, width: int, *, full: bool) -> Iterator[Row]:
    yield Row("")
    yield from _entry_head(entry, width, full=full)
    for consequence in entry.consequences:
        yield from (Row(line, "!") for line in hanging("    ! ", visible(consequence), width))
    hidden = 0
    for line in entry.lines:
        if line.standard and not full:
            hidden += 1
        else:
            yield from line_rows(line, width, full=full)
    if hidden:
        yield Row(f"    · {plural(hidden, 'field')} as XEP-0503 asks", "·")
    yield from _notes(entry.notes, width)
    yield from _left_alone(entry.left_alone, width, full=full)


def _entry_head(entry: Entry, width: int, *, full: bool) -> Iterator[Row]:
    name, title, reason = visible(entry.name), visible(entry.title), entry.reason
    right = place_text(entry.place, width)
    if not full:
        free = width - cell_len(right) - 2 - 2 * GAP
        name = shorten(name, max(free * 2 // 3, free - cell_len(title) - GAP))
        title = shorten(title, free - cell_len(name) - GAP)
    text = (" " * GAP).join(part for part in (name, title) if part)
    yield from _remark(f"{entry.sign} ", text, entry.place, width)
    if reason:
        yield Row(f"    {reason}")


def _notes(notes: Iterable[Note], width: int) -> Iterator[Row]:
    for note in notes:
        yield from _remark("    · ", f"{note.met} – {visible(note.text)}", note.place, width)


_SPARED: Final[Mapping[Spared, str]] = {
    "not ours": "{} not ours",
    "unknown kind": "{} of an unknown kind",
    "reserved": "{} reserved",
    "duplicate": "{} listed twice",
}


def _left_alone(spared: tuple[LeftAlone, ...], width: int, *, full: bool) -> Iterator[Row]:
    if not spared:
        return
    counts = Counter(each.why for each in spared)
    why = ", ".join(text.format(counts[word]) for word, text in _SPARED.items() if counts[word])
    count = "1 child" if len(spared) == 1 else f"{len(spared)} children"
    yield from (Row(line, "·") for line in hanging("    · ", f"{count} left alone: {why}", width))
    for each in spared if full else ():
        name = f"{words.kind_word(each.key)} {words.target(each.key, each.about)}"
        said = f"{visible(name)} ({each.why})"
        yield from (Row(line) for line in hanging("        ", said, width))


_DOING: Final = {
    "create": "to create",
    "configure": "to configure",
    "publish": "to publish",
    "move": "to move",
    "retract": "to retract",
    "delete": "to delete",
}


def _closing(seen: View) -> str:
    summary = seen.summary
    left = f"{summary.left_alone} left alone" if summary.left_alone else ""
    if not summary.actions and not seen.obstacles:
        return " · ".join(filter(None, ["No changes.", left]))
    touched = [
        plural(count, word)
        for count, word in ((summary.nodes, "node"), (summary.rooms, "room"))
        if count
    ]
    doing = [
        f"{count} {_DOING[word]}" if word in _DOING else plural(count, word)
        for word, count in summary.actions.items()
    ]
    blocked = f"cannot be applied: {plural(summary.obstacles, 'obstacle')}"
    parts = [
        blocked if summary.obstacles else "",
        f"{' and '.join(touched)} touched" if touched else "",
        *doing,
        left,
    ]
    return f"Plan {seen.digest[:6]}: " + " · ".join(filter(None, parts))
