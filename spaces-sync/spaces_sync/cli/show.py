"""`spaces-sync show`: a saved plan, fresh or stale, in any format; no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import printing
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.options import Command, Options
from spaces_sync.cli.plan import FULL

if TYPE_CHECKING:
    from spaces_sync.plan.plan import Plan


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN.json")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@FULL
def show(file: Path, form: str, full: bool, options: Options) -> None:
    """Show a saved plan."""
    printing.show(saved(file), form, options, full=full)


def saved(path: Path) -> Plan:
    """The plan in a file. Raises `Stop` where it holds none."""
    from spaces_sync.model.cursor import DataError
    from spaces_sync.plan.file import from_data
    from spaces_sync.report.visible import visible

    try:
        return from_data(json.loads(path.read_bytes()))
    except OSError as error:
        raise Stop(Exit.INVALID, f"{path}: {error.strerror}") from None
    except DataError as error:
        raise Stop(Exit.INVALID, f"{path} is no plan: {visible(str(error))}") from None
    except (ValueError, RecursionError) as error:  # also of a number that is too long for Python
        raise Stop(Exit.INVALID, f"{path} is no JSON file: {error}") from None
