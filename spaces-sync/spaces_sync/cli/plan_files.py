"""Saved plans: which files hold one, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.paths import NamedPath
from spaces_sync.codec import DataError
from spaces_sync.plan.file import digest, from_data
from spaces_sync.plan.plan import Plan

PLAN: Final = click.argument(
    "file", type=NamedPath(folders=True), metavar="PLAN.json"
)  # a folder is no plan, which `load_plan` says


def load_plan(path: Path) -> Plan:
    """The plan in a file. Raises `Stop` where it holds none, or not what was planned."""
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
        edited = "its digest is of another one, so somebody edited it since; plan again"
        raise Stop(Exit.INVALID, f"{path} is not the plan that was saved: {edited}")
    return plan


def is_plan(path: Path) -> bool:
    """Whether a file holds a saved plan, whatever its name. A pipe is not looked into."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(64).lstrip()
        data = json.loads(path.read_bytes()) if head.startswith(b"{") else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and {"format_version", "actions"} <= data.keys()
