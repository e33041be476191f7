"""Reads one node or one room: what is there, that it is not, or why that is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from spaces_sync.model import marker, servers
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.state import FROM_SERVICE, NO_PASSWORD, Form, Node, Room, Secret
from spaces_sync.ports import (
    ItemList,
    NoAnswerError,
    Reader,
    ServiceError,
    UnusableAnswerError,
    in_order,
    together,
)
from spaces_sync.profile import KEPT, SECRET


class Absent:
    """disco#info answered `item-not-found`, or the owner form of a node did."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an object could not be read, for people."""

    reason: str
    destroyed: bool = False  # a room whose service keeps the name from being used again


Found: TypeAlias = Node | Room | Absent | Failure


async def read_node(
    reader: Reader, address: NodeAddress, *, expected: bool = False
) -> Node | Absent | Failure:
    """A node with all that is in it, as its owner may read it. Raises `NoAnswerError`.

    `expected`: it is there, if nothing went wrong: all is asked at once, else not in vain.
    """
    if not expected:
        return await _missing(reader, address) or await _node_there(reader, address)
    missing, found = await in_order(_missing(reader, address), _node_there(reader, address))
    return missing or found


async def _missing(reader: Reader, address: NodeAddress) -> Absent | Failure | None:
    """None where the node is there."""
    try:
        await reader.node_info(address)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return Absent()
        return Failure(f"cannot be read: {error}")
    except UnusableAnswerError as error:
        return Failure(f"cannot be read: {error}")
    return None


async def _node_there(reader: Reader, address: NodeAddress) -> Node | Absent | Failure:
    try:
        config, items, affiliations, subscriptions = await _whole(reader, address)
    except ServiceError as error:
        if error.condition == "item-not-found" and await _has_no_form(reader, address):
            return Absent()  # a service may describe itself, whatever node is asked about
        if error.condition in ("forbidden", "not-allowed"):
            return Failure(f"exists, but {reader.account} is not among its owners ({error})")
        return Failure(f"exists, but cannot be read: {error}")
    except UnusableAnswerError as error:
        return Failure(f"exists, but cannot be read: {error}")
    return Node(
        config=config,
        children=decode(items.items),
        affiliations=affiliations,
        subscriptions=subscriptions,
        complete=items.complete,
        marker=marker.find(items.items),
    )


async def _whole(
    reader: Reader, address: NodeAddress
) -> tuple[Form, ItemList, Mapping[Jid, str], Mapping[Jid, str]]:
    """Of several refusals the first in this order is raised, whichever came first."""
    config = asyncio.ensure_future(reader.node_config(address))
    items = asyncio.ensure_future(items_of(reader, address))
    affiliations = asyncio.ensure_future(reader.affiliations(address))
    subscriptions = asyncio.ensure_future(reader.subscriptions(address))
    questions = (config, items, affiliations, subscriptions)
    for answer in await asyncio.gather(*questions, return_exceptions=True):
        if isinstance(answer, NoAnswerError):
            raise answer
    return config.result(), items.result(), affiliations.result(), subscriptions.result()


async def _has_no_form(reader: Reader, address: NodeAddress) -> bool:
    """Whether the owner form itself, not only what is in the node, is said not to be there."""
    try:
        await reader.node_config(address)
    except ServiceError as error:
        return error.condition == "item-not-found"
    except UnusableAnswerError:
        pass
    return False


async def items_of(reader: Reader, address: NodeAddress) -> ItemList:
    """All items. A node that stores nothing says so instead of an empty list (XEP-0060 6.5.9.4)."""
    try:
        return await reader.items(address)
    except ServiceError as error:
        if error.detail != "persistent-items":
            raise
        return ItemList(())


# COMPAT(prosody 13.0.1): admins of a service do not own its rooms.
# Shown by test_compat_prosody_service_admins_do_not_own_rooms.
_ROOM_ADMINS: Final = (
    "; its owners can, and on this Prosody the component's admins only where "
    "'component_admins_as_room_owners = true' says so"
)


_NO_ROOM: Final = ": so a server answers for an account of its own, which is no room"
"""Of accounts only those are told who are subscribed to them (XEP-0030 8)."""


async def read_room(reader: Reader, room: Jid) -> Room | Absent | Failure:
    """A room's configuration and affiliations. Raises `NoAnswerError`."""
    try:
        info = await reader.room_info(room)
    except ServiceError as error:
        if error.condition == "item-not-found":
            return Absent()
        if error.condition == "gone":
            reason = f"was destroyed, and its name is still blocked: {error}"
            return Failure(reason, destroyed=True)
        no_room = _NO_ROOM if error.condition == "subscription-required" else ""
        return Failure(f"cannot be read: {error}{no_room}")
    except UnusableAnswerError as error:
        return Failure(f"cannot be read: {error}")
    try:
        config, affiliations = await together(
            reader.room_config(room), reader.room_affiliations(room)
        )
    except ServiceError as error:
        hint = _ROOM_ADMINS if servers.is_prosody_13(info.features) else ""
        return Failure(f"exists, but {reader.account} cannot configure it: {error}{hint}")
    except UnusableAnswerError as error:
        return Failure(f"exists, but cannot be read: {error}")
    protected = "muc_passwordprotected" in info.features
    stays = KEPT in info.features
    return _with_secret_apart(Room(config, affiliations, stays=stays), protected=protected)


def _with_secret_apart(room: Room, *, protected: bool) -> Room:
    """The password leaves the form, which is shown and saved, for a value that is neither.

    None where the room has one that its service, or a snapshot of it, does not tell.
    """
    config = dict(room.config)
    field = config.pop(SECRET, None)
    if field is None:
        return room
    config[SECRET] = replace(field, values=())
    value = "".join(field.values)
    if value:
        return replace(room, config=config, password=Secret(value, FROM_SERVICE))
    return replace(room, config=config, password=None if protected else NO_PASSWORD)
