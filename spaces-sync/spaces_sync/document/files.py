"""Files on disk as text: which of them a path stands for, and whether their bytes are text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from spaces_sync import inputs
from spaces_sync.document.layout import LINE_BREAK
from spaces_sync.document.problems import Problem
from spaces_sync.document.tree import mark_of, place_of

_START: Final = mark_of(0, 0)
_SUFFIXES: Final = (".yaml", ".yml")

# What YAML 1.1 and XML 1.0 both take, less C1 controls other than NEL.
_FOREIGN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PLAIN: Final = re.compile(r"(?:[&!]\S*\s+)*([A-Za-z~]*)")


@dataclass(frozen=True)
class DocumentFile:
    """The text of a file. `name`: as it is shown to the user."""

    name: str
    text: str = field(repr=False)

    def written(self, mark: int) -> str:
        """The letters of the plain scalar at `mark`; empty where there is none."""
        place = place_of(self.name, mark)
        if place.line > len(self._lines):
            return ""
        found = _PLAIN.match(self._lines[place.line - 1], place.column - 1)
        return found[1] if found else ""

    @cached_property
    def _lines(self) -> list[str]:
        return LINE_BREAK.split(self.text)


def document_files(paths: Iterable[Path]) -> Iterator[DocumentFile | Problem]:
    """Each file once, in the order of `paths`, or a problem in its place.

    A directory stands for its `*.yaml` and `*.yml`, in the order of their names.
    """
    seen = set()
    for path in paths:
        for file in _files(path):
            if isinstance(file, Problem):
                yield file
                continue
            try:
                real = file.resolve()
            except (OSError, ValueError, RuntimeError) as error:  # the last: links in a circle
                yield _unread(file, error)
                continue
            if real not in seen:
                seen.add(real)
                yield _read(file)


def _files(path: Path) -> Iterator[Path | Problem]:
    try:
        if not path.is_dir():
            yield path
            return
        found = sorted(each for each in path.iterdir() if _is_document(each.name))
    except (OSError, ValueError) as error:
        yield _unread(path, error)
        return
    if not found:
        yield _problem(path, "this directory holds no *.yaml or *.yml file")
    yield from found


def _is_document(name: str) -> bool:
    """Whether a file of a directory is read. Hidden ones are other tools': `.gitlab-ci.yml`."""
    return name.endswith(_SUFFIXES) and not name.startswith(".")


def _problem(path: Path, message: str, mark: int = _START) -> Problem:
    return Problem(place_of(str(path), mark), message, "file")


def _unread(path: Path, error: Exception) -> Problem:
    words = (isinstance(error, OSError) and error.strerror) or str(error)
    return _problem(path, f"this cannot be read: {words}")


def _read(path: Path) -> DocumentFile | Problem:
    try:
        content = inputs.read(path)
    except (OSError, ValueError) as error:
        return _unread(path, error)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        byte = content[error.start]
        return _problem(path, f"the byte 0x{byte:02X} is no UTF-8", _end(before))
    text = text.removeprefix("\ufeff")
    if bad := _FOREIGN.search(text):
        message = f"a document cannot hold the character U+{ord(bad[0]):04X}"
        mark = _end(text[: bad.start()])
        return Problem(place_of(str(path), mark), message, "character")
    return DocumentFile(str(path), text)


def _end(text: str) -> int:
    lines = LINE_BREAK.split(text)
    return mark_of(len(lines) - 1, len(lines[-1]))
