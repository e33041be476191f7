"""Loads the files that a command names; what is wrong in them ends it with exit code 3."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from spaces_sync.cli import printing
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.paths import NamedPath
from spaces_sync.cli.plan_files import is_plan
from spaces_sync.document import DocumentError, ParserError, load
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration

FILES: Final = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE|DIRECTORY...",
    type=NamedPath(folders=True),
)


def declared(files: Sequence[Path]) -> Declaration:
    """What the files declare; their warnings go to stderr. Raises `Stop` where it is invalid."""
    for file in filter(is_plan, files):
        raise Stop(
            Exit.USAGE,
            f"{file} is a saved plan: spaces-sync show {file} shows it, and spaces-sync apply "
            f"{file} carries it out",
        )
    try:
        declaration = load(files, os.environ)
    except DocumentError as error:
        lines = [str(problem) for problem in error.problems]
        raise Stop(Exit.INVALID, *lines, plural(len(lines), "problem")) from None
    except ParserError as error:
        raise Stop(Exit.UNEXPECTED, str(error)) from None
    printing.say(*(f"{place}: warning: {text}" for place, text in declaration.warnings))
    return declaration
