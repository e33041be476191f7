"""Writes text: results on stdout, and what a person should know on stderr."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress

from spaces_sync.cli import streams
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.report.style import NARROWEST
from spaces_sync.report.visible import printable


def say(*lines: str) -> None:
    """Writes lines to stderr; what would steer a terminal in them is made visible.

    On a terminal they are folded at its width; in a log each is one line.
    """
    shown = map(printable, lines)
    folded = (part for line in shown for part in _folded(line)) if _on_terminal() else shown
    write_stderr("".join(f"{line}\n" for line in folded))


def _on_terminal() -> bool:
    with suppress(OSError, ValueError):  # it is closed
        return sys.stderr.isatty()
    return False


def _folded(line: str) -> list[str]:
    """As `layout.fold`, further lines two columns below the first."""
    from spaces_sync.report.layout import fold  # noqa: PLC0415 - rich, which --help does without

    indent = len(line) - len(line.lstrip(" "))
    width = max(shutil.get_terminal_size().columns, NARROWEST)
    first, *more = fold(line, width)
    below = " " * (indent + 2)
    rest = fold(" ".join(more), width - len(below)) if more else []
    return [first, *(below + part for part in rest)]


def say_once() -> Callable[[str], None]:
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
        say(line)


def write_stderr(text: str) -> None:
    """Writes `text` to stderr as it is; what cannot be written is lost without an error."""
    with suppress(OSError):  # there is no third stream to complain on
        sys.stderr.write(text)
        sys.stderr.flush()
