"""Reads what a command is about; where a service is down it says who names that service."""

from __future__ import annotations

from collections.abc import Mapping

from spaces_sync import engine
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import subject
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import NoServiceError, Reader


async def read_declared(
    declaration: Declaration, reader: Reader, *, partial: bool = False, command: str = "apply"
) -> Reading:
    """As `engine.read`, but for `CommandEnd` instead of `NoServiceError`.

    command: which takes `--partial`; empty: none that would help.
    """
    try:
        return await engine.read(declaration, reader, partial=partial)
    except NoServiceError as error:
        places = {each: declaration.place(each) for each in declaration.addresses}
        raise _no_service(error, places, command) from None


async def read_planned(
    plan: Plan, reader: Reader, *, partial: bool = False, command: str = "apply"
) -> Reading:
    """As `engine.read_planned`, but for `CommandEnd` instead of `NoServiceError`."""
    try:
        return await engine.read_planned(plan, reader, partial=partial)
    except NoServiceError as error:
        places = {subject(action): action.why.place for action in plan.actions}
        raise _no_service(error, places, command) from None


def _no_service(
    error: NoServiceError, places: Mapping[Address, Place | None], command: str
) -> CommandEnd:
    """`places`: where each object of the command stands; `command`: which takes `--partial`."""
    on_it = [each for each in places if _is_on(each, error)]
    place = next((found for each in on_it if (found := places[each])), None)
    lines = [f"{error}. Nothing was changed."]
    if command and 0 < len(on_it) < len(places):
        lines.append(f"    {command} --partial leaves out what is on {error.service}")
    return CommandEnd(Exit.UNAVAILABLE, *lines, place=str(place or ""))


def _is_on(address: Address, error: NoServiceError) -> bool:
    return isinstance(address, NodeAddress) and address.service == error.service
