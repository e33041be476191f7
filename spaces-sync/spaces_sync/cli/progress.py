"""A bar on stderr that shows how much of a plan has been carried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from spaces_sync.cli.options import Colour, colour_on
from spaces_sync.plan.outcome import Result


@contextmanager
def progress(total: int, colour: Colour) -> Iterator[Callable[[Result], None]]:
    """What is to be called with each of `total` results; no bar where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    console = Console(stderr=True, no_color=not colour_on(colour, sys.stderr))
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("applying", total=total)
        yield lambda _: bar.advance(task)
