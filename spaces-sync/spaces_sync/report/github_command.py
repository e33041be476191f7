"""Workflow commands of GitHub Actions, which show a problem beside the line that it is about.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions; the escaping is that
of actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from spaces_sync.model.declaration import Place
from spaces_sync.report.file_names import relative
from spaces_sync.report.visible import printable

Level: TypeAlias = Literal["error", "warning", "notice"]

_DATA: Final = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY: Final = {**_DATA, ord(":"): "%3A", ord(","): "%2C"}


def command(level: Level, title: str, lines: Iterable[str], place: Place | None) -> str:
    """One line, ended. `place`: beside which line of which file it is shown; None: beside none."""
    properties = {}
    if place is not None:
        name = relative(place.file)
        properties = {"file": name, "line": str(place.line), "col": str(place.column)}
    properties["title"] = title
    said = ",".join(
        f"{name}={printable(value).translate(_PROPERTY)}" for name, value in properties.items()
    )
    message = "\n".join(map(printable, lines)).translate(_DATA)
    return f"::{level} {said}::{message}\n"
