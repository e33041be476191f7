"""Markdown in which no text of others is markup, a link or a mention, on any forge.

Whatever is not plainly a word of a sentence stands in a code span, which CommonMark, the extensions
of GitHub and what the forges do with the page afterwards (mentions, references to issues and
commits) leave alone. Blocks are separated by empty lines; their text is one line each.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from spaces_sync.report.runner_commands import without_commands
from spaces_sync.report.visible import visible

_TICKS: Final = re.compile("`+")
_WORD: Final = re.compile(r"\d{1,4}%?|[^\W\d_]+(?:['-][^\W\d_]+)*")
_COMMIT: Final = re.compile(r"[0-9A-Fa-f]{7,}")  # a forge links what looks like one
_AROUND: Final = re.compile(r"(\(?)(.*?)([),;:]*|[.?]?)", re.DOTALL)  # of a word in a sentence
_NAME: Final = 48  # bytes of a name in a sentence that is too long
_DASHES: Final = frozenset({"→", "·", "…"})


def code(text: str) -> str:
    """One line of any text as a code span (CommonMark 6.1): nothing in it is read, or notifies.

    Its fence is longer than any run of backticks in it; a blank on both sides is taken off.
    """
    if not text.strip():
        return "(empty)"
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    if longest == 0 and text[0] != " " and text[-1] != " ":
        return f"`{text}`"
    return f"{fence} {text} {fence}"


def quoted(text: str, most: int | None = None) -> str:
    """A text of others as a code span, on one line; in at most `most` bytes of its own."""
    return code(shortened(visible(text), most))


def sentence(text: str, most: int | None = None, *, name: str = "") -> str:
    """A sentence of ours that holds text of others: what is no plain word is a code span.

    most: bytes beyond which names in it are cut, so that our own words stay whole; what is thrice
    as long even so loses its middle. name: an object that it speaks of, whose name is one code span
    though it may have words of a sentence in it.
    """
    shown = visible(text)
    if most is not None and len(shown.encode()) > most:
        named = " ".join(shortened(word, _NAME) for word in shown.split(" "))
        return _words(shortened(named, 3 * most)) or "(empty)"
    called = re.escape(visible(name).strip())
    # Two code spans are never side by side: their backticks would be read together.
    parts = re.split(rf"(?<![^ ])({called})(?=[,;:.]*(?: |$))", shown) if called else [shown]
    said = "".join(
        code(part) if index % 2 else _spaced(part, _words(part)) for index, part in enumerate(parts)
    )
    return said.strip() or "(empty)"


def _spaced(text: str, said: str) -> str:
    """`said` with the blanks that `text` has around it."""
    if not said:
        return " " if text else ""
    return f"{' ' * text.startswith(' ')}{said}{' ' * text.endswith(' ')}"


def _words(text: str) -> str:
    return " ".join(_pieces(word for word in text.split(" ") if word))


def _pieces(words: Iterable[str]) -> Iterator[str]:
    """Foreign words that follow each other share a code span."""
    parts = [_parted(word) for word in words]
    runs: list[list[tuple[str, str, str]]] = []
    for part in parts:
        before = runs[-1][-1] if runs else None
        if before and before[1] and part[1] and not before[2] and not part[0]:
            runs[-1].append(part)
        else:
            runs.append([part])
    for run in runs:
        head, tail = run[0][0], run[-1][2]
        foreign = " ".join(each[1] for each in run)
        yield f"{head}{code(foreign)}{tail}" if foreign else f"{head}{tail}"


def _parted(word: str) -> tuple[str, str, str]:
    """What stands before, in and behind a code span; of a plain word the second is empty."""
    found = _AROUND.fullmatch(word)
    head, core, tail = found.groups() if found else ("", word, "")
    if not core:
        return word, "", ""
    if core.count("(") > core.count(")"):
        return "", word, ""
    is_number = core.isdecimal() and tail.startswith((".", ")"))  # would begin a list
    if (_WORD.fullmatch(core) and not _COMMIT.fullmatch(core) and not is_number) or (
        core in _DASHES and not head and not tail
    ):
        return f"{head}{core}{tail}", "", ""
    return head, core, tail


def shortened(text: str, most: int | None) -> str:
    """`text` in at most `most` bytes of UTF-8, with `…` in place of its middle; None: whole."""
    if most is None or len(text.encode()) <= most:
        return text
    left = _first(text, (most - 3) * 2 // 3)
    right = _first(text[::-1], most - 3 - len(left.encode()))[::-1]
    # Half of a doubled backslash would escape what escapes a pipe behind it, in a table.
    before = text[: len(text) - len(right)]
    if (len(before) - len(before.rstrip("\\"))) % 2:
        right = right[1:]
    return f"{left}…{right}"


def _first(text: str, most: int) -> str:
    """As many characters as fit in `most` bytes."""
    piece = text[: max(most, 0)]
    while len(piece.encode()) > most > 0:
        over = len(piece.encode()) - most
        piece = piece[: -max(1, over // 4)]
    return piece


def html_code(text: str, most: int | None = None) -> str:
    """A text of others for where Markdown is not read: the line of a fold."""
    shown = shortened(visible(text), most)
    return f"<code>{html.escape(shown)}</code>" if shown.strip() else "(empty)"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table (GFM 4.10), without columns in which nothing stands. Cells are Markdown.

    Backslashes before a pipe are even in number, as `visible` leaves them.
    """
    cells = list(rows)
    used = [index for index in range(len(heads)) if any(row[index] for row in cells)]
    if used:
        yield _row(heads[index] for index in used)
        yield "|" + "---|" * len(used)
        yield from (_row(row[index] for index in used) for row in cells)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def fold(summary: str, lines: Iterable[str], *, is_open: bool = False) -> Iterator[str]:
    """Lines that a click shows; `summary` is HTML of one line. Nothing where there are none."""
    inner = list(lines)
    if inner:
        yield f"<details{' open' if is_open else ''}><summary>{summary}</summary>"
        yield from ("", *inner, "", "</details>", "")


def alert(kind: str, lines: Iterable[str]) -> Iterator[str]:
    """A box as GitHub, GitLab and Forgejo draw it, elsewhere a quotation; `kind`: CAUTION, …"""
    inner = list(lines)
    if inner:
        yield f"> [!{kind}]"
        yield from (f"> {line}".rstrip() for line in inner)
        yield ""


def marker(what: str, identity: object) -> str:
    """A comment that no renderer shows, the same for the same `identity`, which is JSON data.

    Who posts the report again finds what was posted before by this line.
    """
    text = json.dumps(identity, ensure_ascii=False, sort_keys=True)
    return f"<!-- spaces-sync:{what}:{hashlib.sha256(text.encode()).hexdigest()[:16]} -->"


def joined(lines: Iterable[str]) -> str:
    """The lines as a text that ends in one line feed, with no two empty lines in a row."""
    runs = (
        run
        for empty, group in groupby(lines, lambda line: not line)
        for run in (("",) if empty else tuple(group),)
    )
    return "\n".join(line for run in runs for line in run).strip("\n") + "\n"


def first_that_fits(stages: Iterable[Callable[[], str]], most: int | None) -> str:
    """The first of several texts that has at most `most` bytes of UTF-8, else the last one.

    Each is whole in itself: nothing is cut. There is one at least. They are measured, and come, as
    they are written: without commands to a runner.
    """
    text = ""
    for stage in stages:
        text = without_commands(stage())
        if most is None or len(text.encode()) <= most:
            return text
    return text
