"""A problem of a document as a value, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.declaration import Place

Severity: TypeAlias = Literal["error", "warning"]

MAX_SHOWN: Final = 80
"""How many characters of a text a message repeats at most."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `place`. `code`: a key of `document.CODES`. `unread`: the file could not be
    opened, so that no line of it is meant, though programs are told of its first one.

    `str()` gives one line: `file:line:column: error: message`, as compilers do and editors read it.
    """

    place: Place
    message: str
    code: str
    severity: Severity = "error"
    unread: bool = False

    @property
    def where(self) -> str:
        """The place for people: `file:line:column`, or the file alone."""
        return self.place.file if self.unread else str(self.place)

    def __str__(self) -> str:
        where = "".join(c if c.isprintable() else repr(c)[1:-1] for c in self.where)
        return f"{where}: {self.severity}: {self.message}"


def shown(text: str) -> str:
    """`text` for a message: in quotes, escaped, and shortened in the middle beyond `MAX_SHOWN`."""
    if len(text) > MAX_SHOWN:
        text = f"{text[:50]}…{text[-20:]}"
    return repr(text)
