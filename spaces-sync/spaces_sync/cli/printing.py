"""Prints and saves plans and outcomes: results on stdout, progress on stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli.exits import Exit, Stop

if TYPE_CHECKING:
    from spaces_sync.cli.options import Options
    from spaces_sync.plan.outcome import Outcome, Result
    from spaces_sync.plan.plan import Plan


def width() -> int:
    """Of the terminal; 80 columns where there is none, so that logs look the same everywhere."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def show(plan: Plan, form: str, options: Options, *, full: bool) -> None:
    if form == "json":
        from spaces_sync.report import json as as_json

        click.echo(as_json.render(plan))
        return
    from spaces_sync.report import text

    click.echo(
        text.render(plan, width=width(), colour=options.colour_on(), full=full),
        nl=False,
        color=True,
    )


def outcome(result: Outcome, plan: Plan, form: str, options: Options) -> None:
    from spaces_sync.report import outcome as report

    if form == "json":
        click.echo(json.dumps(report.to_data(result), indent=2))
        return
    click.echo(
        report.render(result, plan, width=width(), colour=options.colour_on()),
        nl=False,
        color=True,
    )


@contextmanager
def progress(total: int) -> Iterator[Callable[[Result], None]]:
    """A bar on stderr where that is a terminal; the value takes each result as it comes."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("applying", total=total)
        yield lambda _: bar.advance(task)


def once() -> Callable[[str], None]:
    """Says on stderr what it has not said yet: many requests may wait for the same."""
    said: set[str] = set()

    def say(text: str) -> None:
        if text not in said:
            said.add(text)
            click.echo(text, err=True)

    return say


def save(plan: Plan, path: Path) -> None:
    """As a plan file that only the user can read: it holds what services said."""
    from spaces_sync.report import json as as_json

    write(path, as_json.render(plan) + "\n")


def write(path: Path, text: str) -> None:
    """All of it or nothing: a file is replaced only by a complete one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Stop(Exit.USAGE, f"{path}: {error.strerror}") from None
