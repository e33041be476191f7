"""Exit codes, and the exception by which a command ends with one of them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


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


MEANINGS: Final = {
    Exit.DONE: "done, nothing to do, or changes shown",
    Exit.UNEXPECTED: "unexpected error, or what was to be written is lost, as on a full disk; what "
    "an `apply` did stays done",
    Exit.CHANGES: "`plan --detailed-exitcode`: there are changes that `apply` would make; `check`: "
    "something does not conform",
    Exit.INVALID: "invalid files, or a saved plan that was edited",
    Exit.REFUSED: "refused; `plan --detailed-exitcode`: changes that `apply` would refuse",
    Exit.STALE: "the saved plan is stale or another account's, another source owns it, or another "
    "apply is at work on it",
    Exit.UNAVAILABLE: "cannot connect or log in, the service lacks or does not keep what the plan "
    "needs, or the `--live` file cannot be written",
    Exit.PARTLY: "applied in part or not at all: what was done, failed and skipped is listed",
    Exit.USAGE: "wrong usage",
    Exit.INTERRUPTED: "interrupted",
}
"""As the README has them."""


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
