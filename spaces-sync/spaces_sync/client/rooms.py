"""Creating, configuring and destroying rooms: the sequences of requests that each takes.

The contract of each function, its errors too, is that of the method of `Writer` that it names.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from spaces_sync.client.forms import (
    offered_fields,
    password_fields,
    with_empty_values,
    with_names_of,
)
from spaces_sync.model.addresses import Jid
from spaces_sync.model.servers import MAY_KEEP_ROOMS
from spaces_sync.model.state import Form, Secret, Values
from spaces_sync.ports import (
    Occupancy,
    RawWriter,
    ServiceError,
    UnansweredError,
    UnusableAnswerError,
)
from spaces_sync.profile import KEPT, PERSISTENT

CREATED: Final = "201"  # the status of a presence that created the room (XEP-0045 10.1.1)
_MAY_NOT_KEEP: Final = (
    "the account may not make a room persistent there, so that it would go with its last occupant; "
    f"{MAY_KEEP_ROOMS}"
)
# Only a room that exists asks for a password, for membership, or for another nick (XEP-0045 7.2).
PROVES_IT_EXISTS: Final = ("not-authorized", "registration-required", "conflict")
END_CHECKS: Final = (0.5, 1.0, 2.0, 4.0)  # seconds for an answer, question by question


async def create(
    raw: RawWriter, room: Jid, config: Mapping[str, Values], password: Secret | None
) -> None:
    """As `Writer.create_room`, by entering it (XEP-0045 10.1), the one way of all servers."""
    wanted = {PERSISTENT: ("true",), **config}
    ends = False  # whether the room ends when we leave it
    try:
        async with _visit(raw, room) as created:
            if not created:
                raise _exists(room)
            ends = True  # a new room is not persistent
            form = await raw.room_config(room)
            if wanted[PERSISTENT] in (("true",), ("1",)) and PERSISTENT not in form:
                await _check_that_it_stays(raw, room)
            await _submit(raw, room, form, wanted, password)
            ends = wanted[PERSISTENT] not in (("true",), ("1",))
    except UnusableAnswerError:
        if ends:
            await _wait_until_ended(raw, room)
        raise
    if ends:
        await _wait_until_ended(raw, room)


async def _check_that_it_stays(raw: RawWriter, room: Jid) -> None:
    """Raises `ServiceError` where a new room would go with us, since we may not have it stay.

    Services leave the field out of the forms of those who may not set it.
    """
    if KEPT not in (await raw.room_info(room)).features:
        raise ServiceError("not-allowed", "auth", _MAY_NOT_KEEP)


@asynccontextmanager
async def _visit(raw: RawWriter, room: Jid) -> AsyncIterator[bool]:
    """Enters it and leaves it; yields whether our coming created it."""
    nick = f"spaces-sync-{secrets.token_hex(4)}"
    try:
        occupancy = await raw.enter_room(room, nick)
    except ServiceError as error:
        raise (_exists(room) if error.condition in PROVES_IT_EXISTS else error) from None
    except UnansweredError:
        with suppress(UnusableAnswerError, TimeoutError):  # it may have let us in all the same
            async with asyncio.timeout(END_CHECKS[-1]):
                await raw.leave_room(room, nick)
        raise
    try:
        yield _created(occupancy)
    finally:
        await raw.leave_room(room, nick)


def _created(occupancy: Occupancy) -> bool:
    # COMPAT(ejabberd 23.01): the first to enter a room that an IQ made gets status 201 too, owner
    # or not, so that the status alone proves nothing.
    # Shown by test_compat_ejabberd_says_created_to_who_did_not_create.
    return CREATED in occupancy.statuses and occupancy.affiliation == "owner"


async def configure(
    raw: RawWriter, room: Jid, config: Mapping[str, Values], password: Secret | None
) -> None:
    """As `Writer.configure_room`."""
    # COMPAT(ejabberd 23.01): it has a form for a room that is not there, and submitting it makes
    # the room.
    # Shown by test_compat_ejabberd_configures_a_room_that_is_not_there.
    await raw.room_info(room)
    await _submit(raw, room, await raw.room_config(room), config, password)


async def _submit(
    raw: RawWriter,
    room: Jid,
    form: Form,
    config: Mapping[str, Values],
    password: Secret | None,
) -> None:
    wanted = with_names_of(form, {**config, **password_fields(password)})
    await raw.configure_room(room, with_empty_values(offered_fields(form, wanted)))


async def destroy(raw: RawWriter, room: Jid, renamed_to: Jid | None = None) -> None:
    """As `Writer.destroy_room`."""
    await raw.destroy_room(room, renamed_to)
    await _wait_until_ended(raw, room)


async def _wait_until_ended(raw: RawWriter, room: Jid) -> None:
    """Returns when a room that was told to end has done so, or after a few seconds.

    COMPAT(ejabberd 23.01): what reaches a room while it ends is lost and never answered. What is
    lost can only be asked again; an answer, whatever it says, comes from after the end.
    Shown by test_compat_ejabberd_what_reaches_a_room_while_it_ends_is_lost.
    """
    for seconds in END_CHECKS:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                with suppress(UnusableAnswerError):
                    await raw.room_info(room)
                return


def _exists(room: Jid) -> ServiceError:
    return ServiceError("conflict", "cancel", f"the room {room} exists already")
