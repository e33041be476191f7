"""The file of `--events`: a line for each thing that an apply does, when it does it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

import click

from spaces_sync.cli import files, printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.paths import FILE
from spaces_sync.plan.codec import Digest
from spaces_sync.plan.outcome import Result
from spaces_sync.report import event_json

EVENTS: Final = click.option(
    "--events",
    type=FILE,
    help="Add what happens, as it happens, to this file: a line of JSON a step.",
)


@dataclass(slots=True)
class EventLog:
    """Where events go; None: nowhere. A file that cannot be written any more undoes nothing."""

    file: TextIO | None = None
    plan: Digest | None = None
    steps: int | None = None
    number: int = 0

    def begun(self, plan: Digest, steps: int) -> None:
        """So many actions of this plan are to be sent from now on."""
        self.plan, self.steps = plan, steps
        self._write(event_json.begun(plan, steps, datetime.now(UTC)))

    def step(self, result: Result) -> None:
        """A result came."""
        self.number += 1
        now = datetime.now(UTC)
        self._write(event_json.step(self.plan, self.steps, now, self.number, result))

    def ended(self, exit_code: int) -> None:
        """The command ends so."""
        self._write(event_json.ended(self.plan, self.steps, datetime.now(UTC), exit_code))

    def _write(self, line: str) -> None:
        if self.file is None:
            return
        try:
            self.file.write(line)
            self.file.flush()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            printing.warn(f"--events: {reason}; no more events are written")
            self.file = None


@contextmanager
def logging(path: Path | None) -> Iterator[EventLog]:
    """An `EventLog` that adds to a file; its last event says how the command ended.

    Raises `CommandEnd` where the file cannot be written.
    """
    with ExitStack() as stack:
        log = EventLog(None if path is None else stack.enter_context(_opened(path)))
        try:
            yield log
        except CommandEnd as end:
            log.ended(end.code)
            raise
        except (click.Abort, KeyboardInterrupt):
            log.ended(Exit.INTERRUPTED)
            raise
        except Exception:
            log.ended(Exit.UNEXPECTED)
            raise
        log.ended(Exit.DONE)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    if files.is_stdout(path):
        raise CommandEnd(Exit.USAGE, "--events: stdout is for the report; name a file")
    try:
        file = _appending(path)
    except OSError as error:
        raise files.not_written(path, "--events", error) from None
    try:
        yield file
    finally:
        try:
            file.close()
        except OSError as error:  # of a full disk once more, as of what could not be flushed
            printing.warn(f"--events {path}: {error.strerror}")


def _appending(path: Path) -> TextIO:
    """Raises `OSError`."""
    if path.is_fifo():
        return os.fdopen(files.open_stream(path), "w", encoding="ascii")
    # Private where it is new: it holds what people wrote.
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    file = os.fdopen(number, "a", encoding="ascii")
    if _ends_within_a_line(path):
        file.write("\n")
    return file


def _ends_within_a_line(path: Path) -> bool:
    """As a run that was killed leaves it: what comes next would be part of that line."""
    with suppress(OSError):  # it is for us to write and not to read
        if path.is_file() and (size := path.stat().st_size):
            with path.open("rb") as before:
                before.seek(size - 1)
                return before.read(1) != b"\n"
    return False
