"""Loads the files that a command names; what is wrong in them ends it with exit code 3."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from spaces_sync.cli import printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.paths import NamedPath
from spaces_sync.document import DocumentError, ParserError, load
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.grouping import grouped
from spaces_sync.model.state import Secret

_WARNINGS: Final = 3  # of those that differ only in names
_QUOTED: Final = re.compile(r"'[^']*'")

FILES: Final = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE|DIRECTORY...",
    type=NamedPath(folders=True),
)


def declared(files: Sequence[Path], *, secrets: bool = True) -> Declaration:
    """What the files declare; their warnings go to stderr, a few of each kind: `validate` has all.

    `secrets`: as `load`.

    Raises `CommandEnd` with all problems of invalid files.
    """
    end_if_plan(files)
    try:
        declaration = load(files, os.environ, secrets=secrets)
    except DocumentError as error:
        for problem in error.problems:
            printing.fail(problem.message, place=problem.where)
        found = plural(len(error.problems), "problem")
        raise CommandEnd(Exit.INVALID, f"{found} in the files") from None
    except ParserError as error:
        raise CommandEnd(Exit.UNEXPECTED, str(error)) from None
    _warn(declaration.warnings)
    return declaration


def _warn(warnings: Iterable[tuple[Place, str]]) -> None:
    alike = grouped((_QUOTED.sub("", text), (place, text)) for place, text in warnings)
    for found in alike.values():
        for place, text in found[:_WARNINGS]:
            printing.warn(text, place=str(place))
        if (more := len(found) - _WARNINGS) > 0:
            printing.warn(f"{more} more like it; spaces-sync validate names them all")


def end_if_plan(files: Sequence[Path]) -> None:
    """Raises `CommandEnd` where one of the files declares nothing, as it is a saved plan."""
    for file in filter(is_plan, files):
        raise CommandEnd(
            Exit.USAGE,
            f"{file} is a saved plan: spaces-sync show {file} shows it, and spaces-sync apply "
            f"{file} carries it out",
        )


def password_files(declaration: Declaration) -> Iterator[Path]:
    """The files that hold passwords of rooms."""
    return files_of(room.password for room in declaration.state.rooms.values())


def files_of(passwords: Iterable[Secret | None]) -> Iterator[Path]:
    """Those of the passwords that stand in files."""
    for password in passwords:
        if password is not None and password.origin.startswith("file:"):
            yield Path(password.origin.removeprefix("file:"))


def is_plan(path: Path) -> bool:
    """Whether a file holds a saved plan, whatever its name. A pipe is not looked into."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(64).lstrip()
        data = json.loads(path.read_bytes()) if head.startswith(b"{") else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and {"format_version", "actions"} <= data.keys()
