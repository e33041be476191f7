"""Writes text: results on stdout, and what a person should know on stderr."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from spaces_sync.cli import streams
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.report.style import NARROWEST
from spaces_sync.report.visible import printable

_OPTION: Final = re.compile(r"(^|\s)(--[a-z-]+) (?=\S)")

_REMARKS: Final = ("-- ", "# ")  # of Lua and of YAML


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
