"""Prints and saves plans and outcomes: results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from spaces_sync.cli import files, streams
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.report.visible import printable

if TYPE_CHECKING:
    from spaces_sync.cli.options import Options
    from spaces_sync.plan.outcome import Outcome, Result
    from spaces_sync.plan.plan import Plan


def say(*lines: str) -> None:
    """On stderr. All in a line may be foreign: what would steer a terminal is made visible."""
    with suppress(OSError):  # there is no third stream to complain on
        sys.stderr.write("".join(f"{printable(line)}\n" for line in lines))
        sys.stderr.flush()


def put(text: str) -> None:
    """On stdout, as it is. Raises `Stop` where it is lost, but not where nobody wants the rest."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        streams.discard()
        said = f"the report could not be written whole to stdout: {error.strerror}"
        if not isinstance(error, BrokenPipeError):
            raise Stop(Exit.UNEXPECTED, said) from None
        say(said)


def width(stream: TextIO) -> int:
    """Of the terminal; 80 columns where there is none, so that logs look the same everywhere."""
    return shutil.get_terminal_size((80, 24)).columns if stream.isatty() else 80


def show(plan: Plan, form: str, options: Options, *, full: bool) -> None:
    if form == "json":
        from spaces_sync.report import json as as_json

        put(as_json.render(plan) + "\n")
    else:
        put(_text(plan, options, sys.stdout, full=full))


def show_aside(plan: Plan, options: Options, *, full: bool) -> None:
    """For whoever is asked, where stdout is for a program."""
    with suppress(OSError):
        sys.stderr.write(_text(plan, options, sys.stderr, full=full))


def _text(plan: Plan, options: Options, stream: TextIO, *, full: bool) -> str:
    from spaces_sync.report import text

    return text.render(plan, width=width(stream), colour=options.colour_on(stream), full=full)


def outcome(result: Outcome, plan: Plan, form: str, options: Options, *, full: bool) -> None:
    from spaces_sync.report import json as as_json
    from spaces_sync.report import outcome as report

    if form == "json":
        put(as_json.dumps(report.to_data(result, plan)) + "\n")
        return
    colour = options.colour_on(sys.stdout)
    put(report.render(result, plan, width=width(sys.stdout), colour=colour, full=full))


@contextmanager
def progress(total: int, options: Options) -> Iterator[Callable[[Result], None]]:
    """A bar on stderr where that is a terminal; the value takes each result as it comes."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True, no_color=not options.colour_on(sys.stderr))
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("applying", total=total)
        yield lambda _: bar.advance(task)


def once() -> Callable[[str], None]:
    """Says on stderr what it has not said yet: many requests may wait for the same."""
    said: set[str] = set()

    def tell(text: str) -> None:
        if text not in said:
            said.add(text)
            say(text)

    return tell


def save(text: str, path: Path) -> None:
    """Raises `Stop` where that is not possible."""
    if files.is_stdout(path):
        streams.be_utf8()
        put(text)
        return
    try:
        files.write(path, text)
    except OSError as error:
        raise Stop(Exit.USAGE, f"-o {path}: {error.strerror}; name another file") from None


def save_plan(plan: Plan, output: Path, form: str, options: Options, *, full: bool) -> None:
    """The plan in a file and the report on stdout, unless that is where the plan went."""
    from spaces_sync.report import json as as_json

    save(as_json.render(plan) + "\n", output)
    if not files.is_stdout(output):
        show(plan, form, options, full=full)
