"""Exit codes, and the exception by which a command ends with one of them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command tells whoever started it; the README says when."""

    DONE = 0
    UNEXPECTED = 1
    CHANGES = 2  # `plan --detailed-exitcode`; of `check`: something does not conform
    INVALID = 3
    REFUSED = 4
    STALE = 5
    UNAVAILABLE = 6
    PARTLY = 7
    USAGE = 64
    INTERRUPTED = 130


class CommandEnd(Exception):  # noqa: N818 - not only of commands that fail
    """Ends the command with `code` and with `lines` on stderr, as `printing.fail` has them.

    place: FILE:LINE:COLUMN of what the first line is about, or empty. error: whether they say what
    went wrong; what somebody wanted so (a "no", Ctrl-C) is none.
    """

    def __init__(self, code: Exit, *lines: str, place: str = "", error: bool = True) -> None:
        super().__init__(*lines)
        self.code = code
        self.lines = lines
        self.place = place
        self.error = error
