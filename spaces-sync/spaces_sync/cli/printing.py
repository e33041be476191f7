"""Writes text: results on stdout, and what a person should know on stderr."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Final

from spaces_sync.cli import streams
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import Colour, Talk, colour_on
from spaces_sync.report.runner_commands import without_commands
from spaces_sync.report.style import NARROWEST
from spaces_sync.report.visible import printable

_OPTION: Final = re.compile(r"(^|\s)(--[a-z-]+) (?=\S)")

_REMARKS: Final = ("-- ", "# ")  # of Lua and of YAML

_MARKS: Final = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m"}  # bold red, bold yellow
_PLAIN: Final = "\x1b[0m"

CHOSEN_COLOUR: Final[ContextVar[Colour]] = ContextVar("colour", default="auto")
"""What `--color` of this process says; `cli.run` sets it."""


def say(*lines: str) -> None:
    """Writes lines to stderr; what would steer a terminal in them is made visible.

    On a terminal they are folded at its width; in a log each is one line.
    """
    write_stderr(_text(lines))


def fail(*lines: str, place: str = "") -> None:
    """As `say`, of what went wrong: `error: ` stands before the first line, behind its place."""
    _say_marked("error", lines, place)


def warn(*lines: str, place: str = "") -> None:
    """As `fail`, with `warning: `: of what is done all the same."""
    _say_marked("warning", lines, place)


def say_end(end: CommandEnd) -> None:
    """Writes the lines with which a command ends."""
    if end.lines and end.error:
        fail(*end.lines, place=end.place)
    else:
        say(*end.lines)


def _say_marked(mark: str, lines: Sequence[str], place: str) -> None:
    head = f"{place}: " if place else ""
    first = lines[0].removeprefix(head)
    text = _text([f"{head}{mark}: {first}", *lines[1:]])
    write_stderr(_coloured(text, mark, len(printable(head))))


def _coloured(text: str, mark: str, start: int = 0) -> str:
    """`text` with the first `mark` from `start` on in its colour, where stderr gets colours."""
    if not _is_coloured():
        return text
    before, found, after = text[start:].partition(f"{mark}:")
    return f"{text[:start]}{before}{_MARKS[mark]}{found}{_PLAIN}{after}"


def _is_coloured() -> bool:
    with suppress(OSError, ValueError):  # it is closed
        return colour_on(CHOSEN_COLOUR.get(), sys.stderr)
    return False


def _text(lines: Sequence[str]) -> str:
    shown = map(printable, lines)
    folded = (part for line in shown for part in _folded(line)) if _on_terminal() else shown
    return "".join(f"{line}\n" for line in folded)


def remark(talk: Talk, *lines: str) -> None:
    """As `say`, what one need not know: nothing where the command is to be quiet."""
    if talk != "quiet":
        say(*lines)


def _on_terminal() -> bool:
    with suppress(OSError, ValueError):  # it is closed
        return sys.stderr.isatty()
    return False


def _folded(line: str) -> list[str]:
    """Further lines stand two columns below the first.

    What is to be copied stays whole: words, an option with its value, and the remarks of a
    configuration, which end with their line. Not by `layout.fold`: it needs rich, without which
    `--help` and errors of usage are told.
    """
    if line.lstrip(" ").startswith(_REMARKS):
        return [line]
    indent = len(line) - len(line.lstrip(" "))
    glued = _OPTION.sub("\\1\\2\xa0", line)
    found = textwrap.wrap(
        glued,
        max(shutil.get_terminal_size().columns, NARROWEST),
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return [part.replace("\xa0", " ") for part in found] or [line]


def say_once(say: Callable[[str], None]) -> Callable[[str], None]:
    """A `say` that leaves out what it has said before: many requests may wait for the same."""
    before: set[str] = set()

    def say_new(line: str) -> None:
        if line not in before:
            before.add(line)
            say(line)

    return say_new


def write_stdout(text: str) -> None:
    """Writes `text` to stdout as it is.

    Raises `CommandEnd` where it is lost, but not where nobody reads the rest (EPIPE).
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        streams.discard_stdout()
        line = f"the report could not be written whole to stdout: {error.strerror}"
        if not isinstance(error, BrokenPipeError):
            raise CommandEnd(Exit.UNEXPECTED, line) from None
        warn(line)


def write_stderr(text: str) -> None:
    """Writes `text` to stderr, of which nothing is a command to a runner.

    What cannot be written is lost without an error.
    """
    with suppress(OSError):  # there is no third stream to complain on
        sys.stderr.write(without_commands(text))
        sys.stderr.flush()
