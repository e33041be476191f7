"""Lines of a fixed width: folding, shortening, alignment to the right, and colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from spaces_sync.report.cells import head, tail, width_of

_AHEAD: Final = 8  # characters a column that are looked at; some have no width
GAP: Final = 2  # columns between what stands side by side
_SIGNS: Final = {
    "+": "green",
    "~": "yellow",
    "-": "red",
    "→": "cyan",
    "!": "bold red",
    "because": "bold red",
    "·": "dim",
}


class Span(NamedTuple):
    """A piece of a text, from one character to another, in a style as rich names it."""

    start: int
    end: int
    style: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with pieces in styles of their own, in order."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of output; the `sign` that it begins with is coloured, `strong` makes it bold.

    `alarm`: all of it is red. `spans`: what else has a style.
    """

    text: str
    sign: str = ""
    strong: bool = False
    alarm: bool = False
    spans: tuple[Span, ...] = ()


def shorten(text: str, width: int) -> str:
    """`text` in at most `width` columns, with `…` in place of its middle."""
    if width_of(text) <= width:
        return text
    if width <= 1:
        return "…"[: max(width, 0)]
    right = tail(text, (width - 1) // 2)
    left = head(text, width - 1 - width_of(right))
    return f"{left}…{right}"


def fold(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces where there are any.

    An option (`--allow`) and what follows it, to be copied, stay on one line where they fit.
    """
    lines: list[str] = []
    begin = 0
    # Looked at piece by piece: measuring all that is left for each line would be quadratic.
    while not _fits(piece := text[begin : begin + _AHEAD * width + 1], width):
        line = head(piece, width) or piece[: max(width // 2, 1)]  # no character is wider than 2
        cut = line.rfind(" ") if piece[len(line) : len(line) + 1] != " " else len(line)
        before = line.rfind(" ", 0, max(cut, 0))
        if before > 0 and line.startswith("--", before + 1):
            cut = before
        end = cut if cut > 0 else len(line)
        lines.append(piece[:end].rstrip(" "))
        begin += end
        while text.startswith(" ", begin):
            begin += 1
    rest = text[begin:]
    return [*lines, rest] if rest or not lines else lines


def _fits(piece: str, width: int) -> bool:
    return len(piece) <= _AHEAD * width and width_of(piece) <= width


def hanging_indent(prefix: str, text: str, width: int) -> list[str]:
    """`text` folded behind `prefix`, further lines below its beginning."""
    indent = width_of(prefix)
    first, *more = fold(text, width - indent)
    return [prefix + first, *(" " * indent + line for line in more)]


def folded_with_right(
    prefix: str, text: str, right: str, width: int, *, hang: int = 0
) -> list[str]:
    """`text` folded behind `prefix`, and `right` at the margin of the first line.

    hang: columns that further lines begin farther to the right.
    """
    joined = with_right(prefix + text, right, width)
    if joined is not None:
        return [joined]
    column = width - width_of(right) - GAP if right else width
    indent = width_of(prefix) + hang
    first, *more = fold(text, column - indent)
    first = prefix + first
    return [with_right(first, right, width) or first, *(" " * indent + line for line in more)]


def chained(parts: Iterable[Marked], between: str = "") -> Marked:
    """The texts that are not empty, with `between` between them."""
    text, spans = "", list[Span]()
    for part in parts:
        if not part.text:
            continue
        text = f"{text}{between}" if text else ""
        spans += [Span(s + len(text), e + len(text), style) for s, e, style in part.spans]
        text += part.text
    return Marked(text, tuple(spans))


def marked_rows(prefix: str, marked: Marked, width: int) -> Iterator[Row]:
    """As `hanging_indent`, with the spans on the lines that they come to stand on."""
    indent = width_of(prefix)
    position = 0
    for index, line in enumerate(fold(marked.text, width - indent)):
        head = " " * indent if index else prefix
        start = marked.text.index(line, position)
        position = start + len(line)
        spans = (
            Span(max(s, start) - start + len(head), min(e, position) - start + len(head), style)
            for s, e, style in marked.spans
            if s < position and e > start
        )
        yield Row(head + line, spans=tuple(spans))


def dot_joined(texts: Iterable[str], width: int) -> list[str]:
    """The texts with `·` between them in lines of `width`, folded between two and not within one.

    Empty ones are left out.
    """
    whole = (text.replace(" ", "\xa0") for text in texts if text)
    return [line.replace("\xa0", " ") for line in fold("\xa0· ".join(whole), width)]


def with_right(text: str, right: str, width: int) -> str | None:
    """`text` with `right` at the right margin; None where the two do not fit on one line."""
    free = width - width_of(text) - width_of(right)
    if not right:
        return text if free >= 0 else None
    return text + " " * free + right if free >= GAP else None


def rendered(rows: Iterable[Row], *, colour: bool) -> str:
    """The rows as text that ends in a line feed, with ANSI colours where asked for."""
    return "".join(f"{line}\n" for line in _rendered(rows, colour=colour))


def _rendered(rows: Iterable[Row], *, colour: bool) -> Iterator[str]:
    if not colour:
        yield from (row.text.rstrip(" ") for row in rows)
        return
    from rich.color import ColorSystem  # noqa: PLC0415 - only where there is colour
    from rich.style import Style  # noqa: PLC0415 - only where there is colour

    for row in rows:
        shown, position = "", 0
        for start, end, style in _spans(row):
            text = row.text[start:end]
            styled = Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
            shown += row.text[position:start] + styled
            position = end
        yield shown + row.text[position:].rstrip(" ")


def _spans(row: Row) -> Iterator[Span]:
    """In order, and none within another."""
    text = row.text.rstrip(" ")
    begin = len(text) - len(text.lstrip(" "))
    if row.sign and text.startswith(row.sign, begin):
        yield Span(begin, begin + len(row.sign), _SIGNS[row.sign])
        begin += len(row.sign)
    if row.alarm or (row.strong and not row.sign):
        yield Span(begin, len(text), "red" if row.alarm else "bold")
    else:
        yield from (span for span in row.spans if begin <= span.start < span.end <= len(text))
