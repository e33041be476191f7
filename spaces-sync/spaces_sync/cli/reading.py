"""Reads what a command is about; where a service is down it says who names that service."""

from __future__ import annotations

from collections.abc import Mapping

from spaces_sync import engine
from spaces_sync.cli import connecting
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import Talk
from spaces_sync.cli.progress import READING, progress
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.actions import subject
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import NoAnswerError, NoServiceError, Reader


async def read_declared(
    declaration: Declaration,
    reader: Reader,
    talk: Talk,
    *,
    partial: bool = False,
    command: str = "apply",
) -> tuple[Reading, float]:
    """As `engine.read`, and how many seconds it took; tells how far it is meanwhile.

    Raises `CommandEnd` instead of `NoServiceError`.

    command: which takes `--partial`; empty: none that would help.
    """
    try:
        with progress(READING, talk) as shown:
            found = await engine.read(declaration, reader, partial=partial, count=shown.count)
            return found, shown.seconds
    except NoServiceError as error:
        raise _no_service(error, _places(declaration), command) from None
    except NoAnswerError as error:
        raise _no_answer(error, _places(declaration)) from None


async def read_planned(
    plan: Plan, reader: Reader, talk: Talk, *, partial: bool = False, command: str = "apply"
) -> tuple[Reading, float]:
    """As `engine.read_planned`, in the way of `read_declared`."""
    try:
        with progress(READING, talk) as shown:
            found = await engine.read_planned(plan, reader, partial=partial, count=shown.count)
            return found, shown.seconds
    except NoServiceError as error:
        raise _no_service(error, _places_of(plan), command) from None
    except NoAnswerError as error:
        raise _no_answer(error, _places_of(plan)) from None


def _places(declaration: Declaration) -> Mapping[Address, Place | None]:
    return {each: declaration.place(each) for each in declaration.addresses}


def _places_of(plan: Plan) -> Mapping[Address, Place | None]:
    return {subject(action): action.why.place for action in plan.actions}


def _no_answer(error: NoAnswerError, places: Mapping[Address, Place | None]) -> CommandEnd:
    """`places`: as of `_no_service`."""
    asked = [place for each, place in places.items() if error.to in _asked_for(each) and place]
    place = str(asked[0]) if asked else ""
    lines = (f"{error}. Nothing was changed.", *connecting.next_steps(error))
    return CommandEnd(Exit.UNAVAILABLE, *lines, place=place)


def _asked_for(address: Address) -> tuple[Jid, ...]:
    """Who is asked about an object: its service, or the room itself and who has it."""
    if isinstance(address, NodeAddress):
        return (address.service,)
    return address, Jid(domain_of(address))


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
