"""The arguments FILE|SERVICE, of commands that look at what files declare or at a whole service."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from spaces_sync.cli.paths import NamedPath
from spaces_sync.model.addresses import Jid, bare_jid


class Subject(NamedTuple):
    """One of the two."""

    file: Path | None = None
    service: Jid | None = None


class _FileOrService(click.ParamType["Subject"]):
    """A file is what is there, ends in .yaml or .yml, or has a slash in its name."""

    name = "FILE|SERVICE"
    _files = NamedPath(folders=True)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Subject:
        if _is_file(value):
            return Subject(file=self._files.convert(value, param, ctx))
        try:
            return Subject(service=bare_jid(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _is_file(text: str) -> bool:
    return (
        not text
        or text == "-"
        or "/" in text
        or text.endswith((".yaml", ".yml"))
        or _is_there(Path(text))
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # no file has so long a name
        return False


SUBJECTS: Final = click.argument(
    "subjects", type=_FileOrService(), metavar="FILE|SERVICE...", nargs=-1, required=True
)
"""Decorates a command that gets `subjects`, at least one `Subject`."""


def files_of(subjects: tuple[Subject, ...]) -> list[Path]:
    """The files among them, in order."""
    return [each.file for each in subjects if each.file is not None]


def services_of(subjects: tuple[Subject, ...]) -> list[Jid]:
    """The services among them, each once, in order."""
    return list(dict.fromkeys(each.service for each in subjects if each.service is not None))
