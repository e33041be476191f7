"""Shows results in the format that was asked for; the options that say how."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TextIO, TypeVar

import click

from spaces_sync.cli import printing
from spaces_sync.cli.choices import Choice
from spaces_sync.cli.options import Colour, Function, colour_on
from spaces_sync.report import formats
from spaces_sync.report.formats import Render
from spaces_sync.report.style import Style

T = TypeVar("T")

FULL: Final = click.option(
    "--full", is_flag=True, help="Show long values, and each of what is counted otherwise."
)
_LOG_COLUMNS: Final = 80  # so that logs look the same everywhere


def format_option(renderers: Iterable[str]) -> Callable[[Function], Function]:
    """Decorates a command that gets `output_format`, a key of `renderers`, a table in `formats`."""
    return click.option(
        "--format",
        "output_format",
        type=Choice(list(renderers)),
        default=formats.DEFAULT,
        show_default=True,
        help="For people or for programs.",
    )


@dataclass(frozen=True, slots=True)
class Display:
    """What the options `--format`, `--full` and `--color` of a command say."""

    output_format: str
    full: bool = False
    colour: Colour = "auto"

    @property
    def for_people(self) -> bool:
        """Whether the format is one for people; see `OutputFormat`."""
        return self.output_format in formats.FOR_PEOPLE

    def style(self, stream: TextIO) -> Style:
        """For `stream`: as wide as its terminal, 80 columns where it is none."""
        columns = shutil.get_terminal_size((_LOG_COLUMNS, 24)).columns
        width = columns if stream.isatty() else _LOG_COLUMNS
        return Style(width, colour_on(self.colour, stream), self.full)


def show(renderers: Mapping[str, Render[T]], result: T, display: Display) -> None:
    """Writes a result to stdout; `renderers` is its table in `formats`.

    Raises `CommandEnd` where it is lost.
    """
    printing.write_stdout(renderers[display.output_format](result, display.style(sys.stdout)))
