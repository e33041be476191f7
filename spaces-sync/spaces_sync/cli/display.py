"""Shows results in the formats that were asked for, on stdout and in files; the options for it."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO, TypeVar

import click

from spaces_sync.cli import files, printing
from spaces_sync.cli.choices import OF_SUFFIX, Choice, not_one_of
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import (
    Colour,
    ConnectionOptions,
    Function,
    colour_on,
    coloured,
)
from spaces_sync.model.counting import whole_number
from spaces_sync.report import formats
from spaces_sync.report.formats import Render
from spaces_sync.report.runner_commands import without_commands
from spaces_sync.report.style import FEWEST_BYTES, MOST_BYTES, Style

T = TypeVar("T")

_LOG_COLUMNS: Final = 80  # so that logs look the same everywhere


class ReportFile(NamedTuple):
    """What `--report` says: a format, and where the report in it goes."""

    output_format: str
    path: Path

    @property
    def option(self) -> str:
        """What stands before the path on the command line, for messages."""
        return f"--report {self.output_format}="


@dataclass(frozen=True, slots=True)
class Display:
    """What `--format`, `--report`, `--max-bytes`, `--full` and `--color` of a command say."""

    output_format: str
    full: bool = False
    colour: Colour = "auto"
    reports: tuple[ReportFile, ...] = ()
    max_bytes: int = MOST_BYTES

    @property
    def draws(self) -> bool:
        """Whether a plan in one of the formats has a picture; see `OutputFormat`."""
        asked = {self.output_format, *(each.output_format for each in self.reports)}
        return bool(asked & formats.DRAWN)

    @property
    def for_people(self) -> bool:
        """Whether the format is one for people; see `OutputFormat`."""
        return self.output_format in formats.FOR_PEOPLE

    def style(self, stream: TextIO) -> Style:
        """For `stream`: as wide as COLUMNS says, else as its terminal, else 80 columns."""
        columns = shutil.get_terminal_size((_LOG_COLUMNS, 24)).columns
        said = os.environ.get("COLUMNS", "").isdecimal()
        width = columns if said or stream.isatty() else _LOG_COLUMNS
        return Style(width, colour_on(self.colour, stream), self.full, self.max_bytes)

    @property
    def style_of_files(self) -> Style:
        """Without colour, as wide as `COLUMNS` says, else 80 columns."""
        width = whole_number(os.environ.get("COLUMNS", "")) or _LOG_COLUMNS
        return Style(width, colour=False, full=self.full, max_bytes=self.max_bytes)


class _Report(click.ParamType[ReportFile]):
    name = "FORMAT=PATH"

    def __init__(self, renderers: Iterable[str]) -> None:
        self._formats = tuple(renderers)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ReportFile:
        if isinstance(value, ReportFile):  # converted before
            return value
        output_format, equals, path = str(value).partition("=")
        if not equals and output_format not in self._formats and set("./") & set(output_format):
            meant = OF_SUFFIX.get(output_format.rpartition(".")[2].lower(), "")
            example = meant if meant in self._formats else self._formats[0]
            text = f"{value!r} lacks its format: write FORMAT=PATH, as in {example}={value}"
            self.fail(text, param, ctx)
        if output_format not in self._formats:
            self.fail(not_one_of(output_format, self._formats), param, ctx)
        if not equals or not path:
            self.fail(f"say where it goes, as in {output_format}=FILE", param, ctx)
        if files.is_stdout(Path(path)):
            self.fail(f"stdout is for --format {output_format}; name a file", param, ctx)
        return ReportFile(output_format, Path(path))


def displays(
    renderers: Mapping[str, Render[T]], *, full: bool = True, colours: bool = True
) -> Callable[[Callable[..., None]], Function]:
    """Decorates a command that gets `display`; `renderers`, a table in `formats`, has its formats.

    full, colours: whether it has `--full` and `--color`.
    """

    def decorate(function: Callable[..., None]) -> Function:
        @functools.wraps(function)
        def called(**given: Any) -> None:
            found = {name: given.pop(name) for name in _PARAMETERS if name in given}
            function(display=Display(**found), **given)

        decorated: Function = called
        for option in (
            *((coloured,) if colours else ()),
            *((_FULL,) if full else ()),
            *((_MAX_BYTES,) if formats.BOUNDED & renderers.keys() else ()),
            _reports(renderers),
            format_option(renderers),
        ):
            decorated = option(decorated)
        return decorated

    return decorate


_PARAMETERS: Final = ("output_format", "full", "colour", "reports", "max_bytes")
_FULL: Final = click.option(
    "--full", is_flag=True, help="Show long values, and each of what is counted otherwise."
)
_MAX_BYTES: Final = click.option(
    "--max-bytes",
    type=click.IntRange(min=FEWEST_BYTES),
    default=MOST_BYTES,
    show_default=True,
    metavar="N",
    help="How long Markdown may be; what does not fit is told in fewer words, never cut.",
)


def format_option(
    renderers: Iterable[str], default: str = formats.DEFAULT
) -> Callable[[Function], Function]:
    """Decorates a command that gets `output_format`, a key of `renderers`, a table in `formats`."""
    return click.option(
        "--format",
        "output_format",
        type=Choice(list(renderers)),
        default=default,
        show_default=True,
        help="For people or for programs.",
    )


def _reports(renderers: Iterable[str]) -> Callable[[Function], Function]:
    return click.option(
        "--report",
        "reports",
        multiple=True,
        type=_Report(renderers),
        help="Also write it to a file in this format. Repeats.",
    )


def end_if_clash(
    display: Display,
    inputs: Iterable[Path | None],
    connection: ConnectionOptions | None = None,
    outputs: Iterable[Path | None] = (),
) -> None:
    """Raises `CommandEnd` where a report would overwrite what the command reads (`inputs`), or
    other things that it writes, or cannot be written.
    """
    read = tuple(inputs)
    taken = [path for path in outputs if path is not None]
    for report in display.reports:
        files.end_if_input(report.path, read, connection, report.option)
        if any(files.is_same(report.path, path) for path in taken):
            head = files.named(report.path, report.option)
            text = f"{head}: this command writes something else there, too; name another file"
            raise CommandEnd(Exit.USAGE, text)
        files.end_if_unwritable(report.path, report.option)
        taken.append(report.path)


def show(renderers: Mapping[str, Render[T]], result: T, display: Display) -> None:
    """Writes a result to stdout and into the files of the reports; `renderers` is its table.

    Raises `CommandEnd` where one of them is lost, when all others are written.
    """
    lost: list[CommandEnd] = []
    for write in (show_on_stdout, write_reports):
        try:
            write(renderers, result, display)
        except CommandEnd as end:
            lost.append(end)
    _end_if_lost(lost)


def show_on_stdout(renderers: Mapping[str, Render[T]], result: T, display: Display) -> None:
    """Writes a result to stdout alone. Raises `CommandEnd` where it is lost."""
    style = display.style(sys.stdout)
    printing.write_stdout(_rendered(renderers, display.output_format, result, style))


def _rendered(
    renderers: Mapping[str, Render[T]], output_format: str, result: T, style: Style
) -> str:
    """The text for stdout, or for a file, which a job may print: what people read of it has
    nothing in it that is a command to a runner.
    """
    text = renderers[output_format](result, style)
    return without_commands(text) if output_format in formats.LOGGED else text


def write_reports(renderers: Mapping[str, Render[T]], result: T, display: Display) -> None:
    """Writes a result into the files of the reports.

    Raises `CommandEnd` where one of them is lost, when all others are written.
    """
    lost: list[CommandEnd] = []
    for report in display.reports:
        text = _rendered(renderers, report.output_format, result, display.style_of_files)
        try:
            files.save(text, report.path, report.option)
        except CommandEnd as end:
            lost.append(end)
    _end_if_lost(lost)


def _end_if_lost(lost: list[CommandEnd]) -> None:
    if lost:
        raise CommandEnd(lost[0].code, *(line for end in lost for line in end.lines))
