"""Writes text: results on stdout, and what a person should know on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from spaces_sync.cli import streams
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.report.visible import printable


def say(*lines: str) -> None:
    """Writes lines to stderr; what would steer a terminal in them is made visible."""
    write_stderr("".join(f"{printable(line)}\n" for line in lines))


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
