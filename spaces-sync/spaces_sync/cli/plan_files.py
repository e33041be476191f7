"""Plan files: reading and writing them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from spaces_sync import inputs
from spaces_sync.cli import files
from spaces_sync.cli.display import Display, show, write_reports
from spaces_sync.cli.documents import files_of
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.paths import NamedPath
from spaces_sync.codec import DataError
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Reading
from spaces_sync.plan.actions import ConfigureRoom, CreateRoom
from spaces_sync.plan.belonging import unlike_planned
from spaces_sync.plan.file import from_data, is_unchanged
from spaces_sync.plan.plan import Plan
from spaces_sync.report import formats, plan_json
from spaces_sync.report.reportable import ShownPlan
from spaces_sync.report.style import Style

PLAN: Final = click.argument(
    "file", type=NamedPath(folders=True), metavar="PLAN.json"
)  # a folder is no plan, which `load_plan` says

_SHOWN: Final = 10  # ways in which services are not those that were planned with


def load_plan(path: Path) -> Plan:
    """The plan in a file. Raises `CommandEnd` where it holds none, or not what was planned."""
    make = "spaces-sync plan FILE -o PLAN.json makes one"
    try:
        data = json.loads(inputs.read(path))
        plan = from_data(data)
    except OSError as error:
        raise CommandEnd(Exit.INVALID, f"{path}: {error.strerror}; {make}") from None
    except DataError as error:
        raise CommandEnd(Exit.INVALID, f"{path} is no plan: {error}; {make}") from None
    except (ValueError, RecursionError) as error:  # also of a number that is too long for Python
        raise CommandEnd(Exit.INVALID, f"{path} is no JSON file: {error}; {make}") from None
    if not is_unchanged(data):
        edited = "its digest does not fit what it says, so somebody edited it since; plan again"
        raise CommandEnd(Exit.INVALID, f"{path} is not the plan that was saved: {edited}")
    return plan


def password_files_of(plan: Plan) -> Iterator[Path]:
    """The files that hold passwords of rooms which a plan sets."""
    rooms = (each for each in plan.actions if isinstance(each, CreateRoom | ConfigureRoom))
    return files_of(each.password for each in rooms)


def refused_account(path: Path, plan: Plan, account: Jid, otherwise: str) -> CommandEnd | None:
    """Why a saved plan is not sent by this account: it belongs to the one that it was made with.

    `otherwise`: what this account can do.
    """
    if account == plan.account:
        return None
    head = f"nothing was sent: {path} belongs to the account {plan.account}, and this is {account}"
    return CommandEnd(Exit.STALE, head, f"  use --jid {plan.account}, or {otherwise}")


def refused_services(path: Path, plan: Plan, reading: Reading) -> CommandEnd | None:
    """Why a saved plan is not sent to what answers by the names of its services."""
    if not (lines := [f"  {line}" for line in unlike_planned(plan, reading)]):
        return None
    head = f"nothing was sent: {path} was made with other services; plan again:"
    return CommandEnd(Exit.STALE, head, *lines[:_SHOWN], *_more(len(lines) - _SHOWN))


def _more(count: int) -> tuple[str, ...]:
    return (f"  and {count} more",) if count > 0 else ()


def save_plan(shown: ShownPlan, output: Path, display: Display) -> None:
    """Writes a plan file and the reports, and shows the plan unless the file is stdout.

    Raises `CommandEnd` where one of them cannot be written.
    """
    files.save(plan_json.render(shown, Style()), output)
    tell = write_reports if files.is_stdout(output) else show
    tell(formats.PLANS, shown, display)
