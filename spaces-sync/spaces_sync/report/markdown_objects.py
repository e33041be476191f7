"""What a plan does to one object as a table in Markdown: a row for each thing that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from spaces_sync.model.children import BY_NAME
from spaces_sync.model.counting import plural
from spaces_sync.model.grouping import grouped
from spaces_sync.report import words
from spaces_sync.report.alike import LineBlock, line_blocks
from spaces_sync.report.explain import Difference
from spaces_sync.report.lines import Line
from spaces_sync.report.markdown import code, fold, html_code, quoted, sentence, table
from spaces_sync.report.markdown_boxes import place_text
from spaces_sync.report.phrases import expected, folded, left_alone
from spaces_sync.report.view import OF_ONE, ObjectView
from spaces_sync.report.visible import visible
from spaces_sync.report.word_diff import plain, shortened

HEADS: Final = ("", "what", "before", "after", "where")
_LEFT_ALONE: Final = 50  # that are named

Cells = tuple[str, str, str, str, str]


def object_table(each: ObjectView, longest: int | None, alike: int | None) -> Iterator[str]:
    """The table of an object, with what follows from its creation or end, and what is left alone.

    alike: how many lines of one kind are told, of which more are counted; None: all of them.
    longest: bytes of a text.
    """
    yield from (f"- `!` **{sentence(text, longest)}**" for text in each.consequences)
    yield ""
    own = [line for line in each.lines if not line.expected]
    if alike is None:
        yield from _blocks(own, longest)
    else:
        yield from table(HEADS, _rows(own, longest, alike))
    yield ""
    yield from (
        f"- {sentence(note.text, longest)} {place_text(note.place, longest)}".rstrip()
        for note in each.notes
        if note.reason in OF_ONE
    )
    yield ""
    if alike is None:
        rows = [row for line in each.lines if line.expected for row in line_rows(line, longest)]
        yield from fold(expected(each), table(HEADS, rows))
    yield from _spared(each, longest, named=alike is None)


def _blocks(lines: Sequence[Line], longest: int | None) -> Iterator[str]:
    """A table of what stands alone, and of many lines that are alike one that is folded."""
    for block in line_blocks(lines):
        rows = table(HEADS, (row for line in block.lines for row in line_rows(line, longest)))
        if block.folded:
            yield from ("", *fold(_summary(block, longest), rows))
        else:
            yield from rows


def _summary(block: LineBlock, longest: int | None) -> str:
    """HTML of one line."""
    said = folded(block, lambda text: html_code(text, longest))
    return f"<code>{block.lines[0].sign}</code> {said}"


def _rows(lines: Sequence[Line], longest: int | None, alike: int | None) -> Iterator[Cells]:
    for (sign, noun), found in grouped(((line.sign, line.noun), line) for line in lines).items():
        shown = found if alike is None or len(found) <= alike + 1 else found[:alike]
        for line in shown:
            yield from line_rows(line, longest)
        if more := len(found) - len(shown):
            yield (f"`{sign}`", f"and {more} more: {_noun(noun, longest)}", "", "", "")


def line_rows(line: Line, longest: int | None) -> Iterator[Cells]:
    """The rows of a line: one, or one for each of several values that change."""
    what = [_noun(line.noun, longest)]
    if line.former:
        what += [quoted(line.former, longest), "→"]
    if line.identity:
        what.append(quoted(line.identity, longest))
    reason = f" ({sentence(line.reason, longest)})" if line.reason else ""
    head, where = " ".join(what), place_text(line.place, longest)
    changes = line.sign in ("~", "→") and line.differences
    if changes:
        for index, each in enumerate(line.differences):
            name = f": {sentence(each.name, longest)}" if each.name else ""
            before, after = _both(each, longest)
            first = index == 0
            said = f"{head}{name}{reason if first else ''}"
            yield (f"`{line.sign}`", said, before, after, where if first else "")
    else:
        before, after = _sides(line, longest)
        yield (f"`{line.sign}`", f"{head}{reason}", before, after, where)
    for text in line.consequences:
        yield _consequence(text, longest)


def _sides(line: Line, longest: int | None) -> tuple[str, str]:
    """All values of something that comes or goes; of what is true its name alone."""
    was = [_named(line, each, each.before, longest) for each in line.differences]
    is_now = [_named(line, each, each.after, longest) for each in line.differences]
    return ", ".join(filter(None, was)), ", ".join(filter(None, is_now))


def _named(line: Line, each: Difference, value: str | None, longest: int | None) -> str:
    short = BY_NAME[line.noun].short if line.noun in BY_NAME else None
    if value is None:
        return ""
    if not each.name or each.name == short:
        return quoted(value, longest)
    name = sentence(each.name, longest)
    return name if value == "true" else f"{name} {quoted(value, longest)}"


def _both(each: Difference, longest: int | None) -> tuple[str, str]:
    """Two values; where both are long, as much of them as fits around what differs."""
    before, after = each.before, each.after
    if before is None or after is None or longest is None:
        return _value(before, longest), _value(after, longest)
    if min(len(before), len(after)) <= longest // 2:
        return _value(before, longest), _value(after, longest)
    pair = shortened(visible(before), visible(after), longest // 2)
    return code(plain(pair.before)), code(plain(pair.after))


def _value(value: str | None, longest: int | None) -> str:
    return "nothing" if value is None else quoted(value, longest)


def _noun(noun: str, longest: int | None) -> str:
    return sentence(noun, longest)  # of a field that we do not know it is the service's word


def _consequence(text: str, longest: int | None) -> Cells:
    return ("`!`", f"**{sentence(text, longest)}**", "", "", "")


def _spared(each: ObjectView, longest: int | None, *, named: bool) -> Iterator[str]:
    if not each.left_alone:
        return
    said = left_alone(each.left_alone)
    if not named:
        yield from (f"· {said}", "")
        return
    names = [
        f"- {words.child_kind(spared.key)} "
        f"{quoted(words.target(spared.key, spared.about), longest)} ({spared.reason})"
        for spared in each.left_alone[:_LEFT_ALONE]
    ]
    if more := len(each.left_alone) - len(names):
        names.append(f"- and {more} more")
    yield from fold(said, names)


def kinds(each: ObjectView) -> str:
    """What a plan does to an object, in numbers: `+` 50 rooms · `~` access model."""
    counts = Counter((line.sign, line.noun, bool(line.identity)) for line in each.lines)
    return " · ".join(
        f"`{sign}` {plural(count, _noun(noun, 60)) if is_one_of_many else _noun(noun, 60)}"
        for (sign, noun, is_one_of_many), count in counts.items()
        if sign != "·"
    )


def signs(objects: Iterable[ObjectView]) -> Counter[str]:
    """How many objects come (`+`), change (`~`) and go (`-`)."""
    return Counter(each.sign for each in objects)
