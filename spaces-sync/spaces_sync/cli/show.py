"""`spaces-sync show`: a saved plan, fresh or stale, in any format; no network."""

from __future__ import annotations

from pathlib import Path

import click

from spaces_sync.cli.display import FULL, Display, format_option, show
from spaces_sync.cli.guarding import shown
from spaces_sync.cli.options import Colour, coloured
from spaces_sync.cli.plan_files import PLAN, load_plan
from spaces_sync.report import formats


@click.command("show")
@PLAN
@format_option(formats.PLANS)
@FULL
@coloured
def command(file: Path, output_format: str, full: bool, colour: Colour) -> None:
    """Show a saved plan."""
    show(formats.PLANS, shown(load_plan(file), {}), Display(output_format, full, colour))
