"""`spaces-sync show`: a saved plan, fresh or stale, in any format; no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spaces_sync.cli import printing
from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.files import NamedPath
from spaces_sync.cli.options import FORMAT, Command, Options
from spaces_sync.cli.plan import FULL

if TYPE_CHECKING:
    from spaces_sync.plan.plan import Plan


PLAN = click.argument(
    "file", type=NamedPath(folders=True), metavar="PLAN.json"
)  # a folder is no plan


@click.command(cls=Command)
@PLAN
@FORMAT
@FULL
def show(file: Path, form: str, full: bool, options: Options) -> None:
    """Show a saved plan."""
    printing.show(saved(file), form, options, full=full)


def saved(path: Path) -> Plan:
    """The plan in a file. Raises `Stop` where it holds none, or not what was planned."""
    from spaces_sync.codec import DataError
    from spaces_sync.plan.file import digest, from_data

    make = "spaces-sync plan FILE -o PLAN.json makes one"
    try:
        data = json.loads(path.read_bytes())
        plan = from_data(data)
    except OSError as error:
        raise Stop(Exit.INVALID, f"{path}: {error.strerror}; {make}") from None
    except DataError as error:
        raise Stop(Exit.INVALID, f"{path} is no plan: {error}; {make}") from None
    except (ValueError, RecursionError) as error:  # also of a number that is too long for Python
        raise Stop(Exit.INVALID, f"{path} is no JSON file: {error}; {make}") from None
    if data.get("digest") != digest(plan):
        said = "its digest is of another one, so somebody edited it since; plan again"
        raise Stop(Exit.INVALID, f"{path} is not the plan that was saved: {said}")
    return plan
