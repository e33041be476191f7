"""The names of files on the command line, as click converts them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click


class NamedPath(click.Path):
    """A `Path`. An empty one is an unset variable of a shell, and not the folder we are in."""

    def __init__(self, *, folders: bool = False) -> None:
        super().__init__(path_type=Path, dir_okay=folders)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A `Path`. Raises `click.BadParameter` for an empty name and as `click.Path` does."""
        if not os.fspath(value):
            self.fail("an empty file name", param, ctx)
        # What is no option stands behind `--`, which says that it is a name.
        optional = not isinstance(param, click.Argument)
        if optional and str(value).startswith("-") and str(value) != "-":
            text = f"{value!r} looks like an option; a file of that name is written ./{value}"
            self.fail(text, param, ctx)
        return super().convert(value, param, ctx)


FILE: Final = NamedPath()
