"""A new node and a new room look the same on the simulator as on the server it stands for."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from servers import Server
from spaces_sync import xmpp
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Field, Form, Secret
from spaces_sync.ports import Writer
from spaces_sync.simulator import PROFILES, Simulator

# Told by the servers about rooms in disco#info, and of no use to a plan.
NOT_IMITATED = {
    "muc#roomconfig_allowinvites",
    "muc#roomconfig_allowpm",
    "{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites",
}


def comparable(form: Form) -> Mapping[str, Field]:
    """Prosody lists the values of `presencebroadcast` in another order each time."""
    return {
        var: replace(field, values=tuple(sorted(field.values)))
        for var, field in form.items()
        if var not in NOT_IMITATED
    }


async def look(writer: Writer, node: NodeAddress, room: Jid) -> dict[str, object]:
    """What there is to see of a node and a room just made, and of their service."""
    await writer.create_node(node, {})
    await writer.create_room(room, {}, None)
    service = await writer.service(node.service)
    info = await writer.room_info(room)
    return {
        "service": replace(service, default_config=comparable(service.default_config)),
        "node_config": comparable(await writer.node_config(node)),
        "node_info": comparable((await writer.node_info(node)).metadata),
        "items": tuple((await writer.items(node)).items),
        "affiliations": await writer.affiliations(node),
        "subscriptions": await writer.subscriptions(node),
        "room_config": comparable(await writer.room_config(room)),
        "room_info": replace(info, info=comparable(info.info)),
        "room_affiliations": await writer.room_affiliations(room),
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

    simulated = asyncio.run(look(Simulator(account, PROFILES[server.name]), node, room))
    assert simulated == asyncio.run(real())
