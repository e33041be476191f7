"""`spaces-sync show`: a saved plan, fresh or stale, in any format; no network."""

from __future__ import annotations

from pathlib import Path

import click

from spaces_sync.cli.display import Display, displays, end_if_clash, show
from spaces_sync.cli.guarding import shown
from spaces_sync.cli.plan_files import PLAN, load_plan
from spaces_sync.report import formats


@click.command("show")
@PLAN
@displays(formats.PLANS)
def command(file: Path, display: Display) -> None:
    """Show a saved plan."""
    end_if_clash(display, [file])
    show(formats.PLANS, shown(load_plan(file), {}), display)
