"""The COMPAT marks of the package: which server does what, from which version to which.

The form of a mark, in a comment or a docstring:
COMPAT(server first): what the server does, and what follows. Shown by test_name.
COMPAT(server first to last): …, where a version after `last` has healed.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "spaces-sync" / "spaces_sync"
_VERSION: Final = r"\d+(?:\.\d+)*"
MARK: Final = re.compile(
    rf"COMPAT\((prosody|ejabberd) ({_VERSION})(?: to ({_VERSION}))?\):"
    r" \S.+?\. Shown by (test_\w+)\."
)


@dataclass(frozen=True)
class Versions:
    """Of a server, both included; without `last` the newest that we know has it, too."""

    server: str
    first: str
    last: str | None = None

    def __contains__(self, version: str) -> bool:
        tested = number(version)
        return number(self.first) <= tested and (not self.last or tested <= number(self.last))


@dataclass(frozen=True)
class Mark:
    versions: Versions
    test: str


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def texts(source: str) -> Iterator[str]:
    """Each comment that spans adjacent lines, and each string, as one line."""
    lines: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield " ".join(lines)
                lines.clear()
            lines.append(token.string.lstrip("# "))
            last = token.start[0]
        elif token.type == tokenize.STRING:
            yield " ".join(token.string.split())
    yield " ".join(lines)


def marks_in(text: str) -> list[Mark]:
    return [
        Mark(Versions(server, first, last or None), test)
        for server, first, last, test in MARK.findall(text)
    ]


def marks_of(path: Path) -> list[Mark]:
    return [mark for text in texts(path.read_text()) for mark in marks_in(text)]


def modules() -> list[Path]:
    """Those of the package that have marks."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "COMPAT" in path.read_text())
