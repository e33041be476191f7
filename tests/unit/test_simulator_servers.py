"""A new node and a new room look the same on the simulator as on the server it stands for."""

import asyncio
from collections.abc import Collection, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest

from compat import number
from servers import Server
from spaces_sync import xmpp
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.state import Field, Form, Secret
from spaces_sync.ports import ServiceError
from spaces_sync.simulator import PROFILES, Profile, Simulator

pytestmark = pytest.mark.newer_servers

BOB = bare_jid("bob@megacorp.example")
# Told by the servers about rooms in disco#info, and of no use to a plan.
NOT_IMITATED = {
    "hats#hash",
    "muc#roomconfig_allowinvites",
    "muc#roomconfig_allowpm",
    "muc#roominfo_avatarhash",
    "{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites",
}


def imitation_of(server: Server) -> Profile:
    """Of its version, or, where it is newer than what was measured, of the newest one."""
    return max(
        (
            profile
            for profile in PROFILES.values()
            if profile.server == server.name and number(profile.version) <= number(server.version)
        ),
        key=lambda profile: number(profile.version),
    )


def comparable(form: Form, without: Collection[str] = ()) -> Mapping[str, Field]:
    """Prosody lists the values of `presencebroadcast` in another order each time."""
    return {
        var: replace(field, values=tuple(sorted(field.values)))
        for var, field in form.items()
        if var not in without
    }


async def said(request: Coroutine[Any, Any, None]) -> str:
    """TYPE/CONDITION of an error, or `result`."""
    try:
        await request
    except ServiceError as error:
        return f"{error.error_type}/{error.condition}"
    return "result"


async def look(writer: CarefulWriter, node: NodeAddress, room: Jid) -> dict[str, object]:
    """What there is to see of a node and a room just made, and of their service; then what is
    said to some changes, and what they come to."""
    await writer.create_node(node, {})
    await writer.create_room(room, {}, None)
    service = await writer.service(node.service)
    info = await writer.room_info(room)
    seen: dict[str, object] = {
        "service": replace(service, default_config=comparable(service.default_config)),
        "node_config": comparable(await writer.node_config(node)),
        "node_info": comparable((await writer.node_info(node)).metadata),
        "items": tuple((await writer.items(node)).items),
        "affiliations": await writer.affiliations(node),
        "subscriptions": await writer.subscriptions(node),
        "room_config": comparable(await writer.room_config(room)),
        "room_info": replace(info, info=comparable(info.info, NOT_IMITATED)),
        "room_affiliations": await writer.room_affiliations(room),
    }
    raw = writer.raw
    return {
        **seen,
        "last owner of a room": await said(raw.set_room_affiliation(room, raw.account, "none")),
        "subscribed": await said(raw.set_subscription(node, BOB, "subscribed")),
        "shut out": await said(raw.set_affiliation(node, BOB, "outcast")),
        "people": (await writer.affiliations(node), await writer.subscriptions(node)),
    }


def test_what_is_new_looks_as_on_the_server(server: Server) -> None:
    account = Jid(server.jid())
    node = NodeAddress(Jid(server.pubsub), f"new-on-{server.name}")
    room = Jid(f"new-on-{server.name}@{server.rooms}")
    connection = xmpp.Connection(
        server.jid(), Secret(server.password()), server.host, server.port, tls="none"
    )

    async def real() -> dict[str, object]:
        async with xmpp.writing(connection) as writer:
            return await look(writer, node, room)

    simulated = asyncio.run(look(Simulator(account, imitation_of(server)), node, room))
    assert simulated == asyncio.run(real())
