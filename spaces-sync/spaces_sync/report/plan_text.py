"""A plan for a terminal: signs that do not depend on colour, no line wider than asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.cells import cell_len

from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.plan.plan import LeftAlone, LeftReason, Plan
from spaces_sync.report import words
from spaces_sync.report.layout import GAP, Row, fold, hanging, paint, parts, sentence, shorten
from spaces_sync.report.line_text import line_rows, place_text
from spaces_sync.report.style import Style
from spaces_sync.report.view import Entry, Group, View, view
from spaces_sync.report.visible import visible


def render(plan: Plan, style: Style) -> str:
    """`plan` in lines of at most `style.columns`.

    `style.full` also names what is left alone and tells of what is as it should be.
    """
    return paint(_rows(view(plan), style.columns, full=style.full), colour=style.colour)


def _rows(seen: View, width: int, *, full: bool) -> Iterator[Row]:
    blocks = [list(_risks(seen, width)), list(_obstacles(seen, width))]
    quiet: list[Row] = []
    for index, group in enumerate(seen.groups):
        read = f"{plural(seen.spaces, 'space')}, {plural(seen.items, 'item')} read"
        head = _service(group, read if index == 0 else "", width, full=full)
        entries = [row for entry in group.entries for row in _entry(entry, width, full=full)]
        entries.extend(_notes(group.entries, width, full=full))
        if entries:
            blocks.append([*quiet, *head, *entries])
            quiet = []
        elif group.name:  # a service of rooms has none, and no plan without one of its rooms
            quiet.extend(head)
    blocks += [quiet, [Row(line, strong=True) for line in _closing(seen, width)]]
    for index, block in enumerate(block for block in blocks if block):
        if index:
            yield Row("")
        yield from block


def _risks(seen: View, width: int) -> Iterator[Row]:
    if seen.summary.risks:
        said = (plural(count, word) for word, count in seen.summary.risks.items())
        first, *more = parts(said, width - 2)
        yield Row(f"! {first}", "!")
        yield from (Row(f"  {line}") for line in more)


def _obstacles(seen: View, width: int) -> Iterator[Row]:
    if seen.obstacles:
        yield Row("cannot plan:", strong=True)
    for obstacle in seen.obstacles:
        name = visible(f"{words.named(obstacle.about)}: {obstacle.text}")
        yield from _remark("  ! ", name, obstacle.place, width)


def _remark(prefix: str, text: str, place: Place | None, width: int) -> Iterator[Row]:
    """A sentence, which is folded and never shortened, and its place."""
    first, *more = sentence(prefix, text, place_text(place, width), width)
    yield Row(first, prefix.strip())
    yield from map(Row, more)


def _service(group: Group, read: str, width: int, *, full: bool) -> Iterator[Row]:
    service, name = visible(group.service), visible(group.name)
    if not full:
        service = shorten(service, width // 2)
        name = shorten(name, width - cell_len(service) - cell_len(read) - 2 * GAP)
    head = (" " * GAP).join(part for part in (service, name, read) if part)
    yield from (Row(line, strong=True) for line in fold(head, width))


def _entry(entry: Entry, width: int, *, full: bool) -> Iterator[Row]:
    kept = [note for note in entry.notes if note.reason == "stays"]
    if entry.sign == "·" and not full and not kept:
        return
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
    for note in kept:
        yield from _remark("    · ", visible(note.text), note.place, width)
    yield from _left_alone(entry.left_alone, width, full=full)


def _entry_head(entry: Entry, width: int, *, full: bool) -> Iterator[Row]:
    name, title, reason = visible(entry.name), visible(entry.title), visible(entry.reason)
    right = place_text(entry.place, width)
    if not full:
        free = width - cell_len(right) - 2 - 2 * GAP
        name = shorten(name, max(free * 2 // 3, free - cell_len(title) - GAP))
        title = shorten(title, free - cell_len(name) - GAP)
    text = (" " * GAP).join(part for part in (name, title) if part)
    yield from _remark(f"{entry.sign} ", text, entry.place, width)
    if reason:
        yield from (Row(line) for line in hanging("    ", reason, width))


def _notes(entries: Iterable[Entry], width: int, *, full: bool) -> Iterator[Row]:
    """What a service meets by itself, or not at all: once, for all the entries that it is about."""
    about = (note for entry in entries if full or entry.sign != "·" for note in entry.notes)
    told = [(note.reason, note.text) for note in about if note.reason != "stays"]
    counts = Counter(told)
    for index, (met, text) in enumerate(dict.fromkeys(told)):
        if index == 0:
            yield Row("")
        often = f" ({counts[met, text]} times)" if counts[met, text] > 1 else ""
        said = f"{met}: {visible(text)}{often}"
        yield from (Row(line, "·") for line in hanging("· ", said, width))


_LEFT_ALONE: Final[Mapping[LeftReason, str]] = {
    "not ours": "{} not ours",
    "unlisted": "{} ours but unlisted",
    "unknown kind": "{} of an unknown kind",
    "reserved": "{} reserved",
    "duplicate": "{} listed twice",
}


def _left_alone(spared: tuple[LeftAlone, ...], width: int, *, full: bool) -> Iterator[Row]:
    if not spared:
        return
    counts = Counter(each.reason for each in spared)
    why = ", ".join(text.format(counts[word]) for word, text in _LEFT_ALONE.items() if counts[word])
    count = plural(len(spared), "child")
    yield from (Row(line, "·") for line in hanging("    · ", f"{count} left alone: {why}", width))
    for each in spared if full else ():
        name = f"{words.child_kind(each.key)} {words.target(each.key, each.about)}"
        said = f"{visible(name)} ({each.reason})"
        yield from (Row(line) for line in hanging("        ", said, width))


_DOING: Final = {
    "create": "to create",
    "configure": "to configure",
    "publish": "to publish",
    "rename": "to rename",
    "retract": "to retract",
    "delete": "to delete",
}


def _closing(seen: View, width: int) -> list[str]:
    summary = seen.summary
    left = f"{summary.left_alone} left alone" if summary.left_alone else ""
    if not summary.actions and not seen.obstacles:
        return fold(f"No changes. {left}".rstrip(), width)
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
    said = [
        blocked if summary.obstacles else "",
        f"{' and '.join(touched)} touched" if touched else "",
        *doing,
        left,
    ]
    first, *more = filter(None, said)
    return parts([f"Plan {seen.digest[:6]}: {first}", *more], width)
