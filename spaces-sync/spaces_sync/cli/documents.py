"""Loads the files that a command names; what is wrong with them ends it with exit code 3."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli.exits import Exit, Stop

if TYPE_CHECKING:
    from spaces_sync.model.declaration import Declaration

FILES = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE|DIRECTORY...",
    type=click.Path(path_type=Path),
)


def declared(files: Sequence[Path]) -> Declaration:
    """What the files declare; their warnings go to stderr."""
    from spaces_sync.document import DocumentError, load

    try:
        declaration = load(files, os.environ)
    except DocumentError as error:
        lines = [str(problem) for problem in error.problems]
        raise Stop(Exit.INVALID, "\n".join([*lines, _count(len(lines))])) from None
    for place, text in declaration.warnings:
        click.echo(f"{place}: warning: {text}", err=True)
    return declaration


def _count(problems: int) -> str:
    return f"{problems} problem{'s' if problems != 1 else ''}"
