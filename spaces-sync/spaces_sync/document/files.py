"""Files on disk as text: which of them a path stands for, and whether their bytes are text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final

from spaces_sync import inputs
from spaces_sync.document.layout import LINE_BREAK
from spaces_sync.document.problems import Problem
from spaces_sync.document.tree import mark_of, place_of
from spaces_sync.model.counting import first_of
from spaces_sync.model.nearest import did_you_mean

_START: Final = mark_of(0, 0)
_SUFFIXES: Final = (".yaml", ".yml")

# What YAML 1.1 and XML 1.0 both take, less C1 controls other than NEL.
_FOREIGN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_VERSION: Final = re.compile(rb"^version[ \t]*:", re.MULTILINE)
_SECTION: Final = re.compile(
    rb"^(?:source|service|operators|defaults|spaces|rooms|nodes)[ \t]*:", re.MULTILINE
)
_HEAD: Final = 1 << 16  # bytes of a file in which those stand
_FOLDERS: Final = 1000  # that are looked at below a directory

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
    paths = tuple(paths)
    yield from _unread_folders(paths)
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
        if path == inputs.STDIN or not path.is_dir():
            yield path
            return
        found = sorted(each for each in path.iterdir() if _is_document(each.name))
    except (OSError, ValueError) as error:
        yield _unread(path, error)
        return
    if not found:
        yield _problem(path, f"this directory holds no *.yaml or *.yml file{_instead(path)}")
    yield from found


def _is_document(name: str) -> bool:
    """Whether a file of a directory is read. Hidden ones are other tools': `.gitlab-ci.yml`."""
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".")


def _instead(path: Path) -> str:
    """What a directory without documents holds, as far as that tells what was meant."""
    if folders := first_of([str(each) for each in _below(path)]):
        return f"; {folders} does, and is named by itself"
    others = [each.name for each in path.iterdir() if not each.name.startswith(".")]
    return f", but {first_of(others)}" if others else ", and nothing else"


def _unread_folders(paths: Sequence[Path]) -> Iterator[Problem]:
    """The folders in those of `paths` that hold documents and are not among them.

    What they declare would be taken for what has left the file, and removed.
    """
    paths = [each for each in paths if "\0" not in str(each)]  # nothing has such a name
    named = {os.path.realpath(each) for each in paths}
    for path in paths:
        below = list(_below(path))
        if below and not any(_is_document(each.name) for each in path.iterdir()):
            continue  # which is a problem of the directory itself
        for folder in below:
            if os.path.realpath(folder) not in named:
                text = "this folder holds documents, and is not read with the one that it is in"
                yield _problem(folder, f"{text}; name it, too, or move them")


def _below(path: Path) -> Iterator[Path]:
    """The folders in a directory, at any depth, that hold documents of this language."""
    for folder, inner, names in islice(os.walk(path), _FOLDERS):
        inner[:] = sorted(each for each in inner if not each.startswith("."))
        here = Path(folder)
        if here != path and any(_looks_like_ours(here / n) for n in names if _is_document(n)):
            yield here


def _looks_like_ours(path: Path) -> bool:
    """Whether a YAML file seems to be a document of ours; those of others may lie there, too."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return bool(_VERSION.search(head) and _SECTION.search(head))


def _problem(path: Path, message: str, mark: int = _START) -> Problem:
    return Problem(place_of(_name(path), mark), message, "file")


def _unread(path: Path, error: Exception) -> Problem:
    words = (isinstance(error, OSError) and error.strerror) or str(error)
    near = did_you_mean(path.name, _beside(path)) if isinstance(error, FileNotFoundError) else ""
    place = place_of(_name(path), _START)
    return Problem(place, f"this cannot be read: {words}{near}", "file", unread=True)


def _beside(path: Path) -> list[str]:
    """The documents in the folder of a file that is not there."""
    with suppress(OSError):
        found = (each.name for each in path.parent.iterdir())
        return [each for each in found if _is_document(each) and each.isprintable()]
    return []


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
        return Problem(place_of(_name(path), mark), message, "character")
    return DocumentFile(_name(path), text)


def _name(path: Path) -> str:
    return "<stdin>" if path == inputs.STDIN else str(path)


def _end(text: str) -> int:
    lines = LINE_BREAK.split(text)
    return mark_of(len(lines) - 1, len(lines[-1]))
