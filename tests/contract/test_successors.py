"""What those hear who are in a room, or subscribed to a node, that ends under one name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contract.backends import connection, real
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import ServiceError
from spaces_sync.profile import ACCESS_MODEL
from spaces_sync.xmpp.requests import XmppWriter
from spaces_sync.xmpp.session import WriteSession, writing_session

pytestmark = pytest.mark.newer_servers

BOB = bare_jid("bob@megacorp.example")
PING = element("urn:xmpp:ping", "ping")


@asynccontextmanager
async def listening(server: Server) -> AsyncIterator[tuple[WriteSession, list[Xml]]]:
    """Bob's session, and all that comes to it."""
    async with writing_session(connection(server, "bob")) as session:
        heard: list[Xml] = []
        receive = session.receive

        def overheard(stanza: Xml) -> None:
            heard.append(stanza)
            receive(stanza)

        session.receive = overheard  # type: ignore[method-assign]  # as a client would look on
        session._stream.put("<presence/>")
        await session.get(BOB, PING)
        yield session, heard


def test_who_is_in_a_room_that_ends_is_told_of_its_successor(server: Server, room: Jid) -> None:
    new = bare_jid(f"new-{room}")

    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        async with listening(server) as (session, heard):
            await XmppWriter(session).enter_room(room, "bob")
            await w.destroy_room(room, new)
            await session.get(BOB, PING)
        ends = [x for stanza in heard for x in stanza.elements if "<destroy" in str(x)]
        assert len(ends) == 1
        (destroy,) = (each for each in ends[0].elements if each.name == "destroy")
        assert destroy.get("jid") == new
        assert f"This room is {new} now." in str(destroy)

    real(server).run(work)


def test_compat_prosody_tells_nobody_where_a_deleted_node_went(
    prosody: Server, node: NodeAddress
) -> None:
    heard = real(prosody).run(lambda w: deleted(w, prosody, node))
    assert f"<delete node='{node.node}'/>" in heard


def test_compat_ejabberd_tells_nobody_where_a_deleted_node_went(
    ejabberd: Server, node: NodeAddress
) -> None:
    heard = real(ejabberd).run(lambda w: deleted(w, ejabberd, node))
    assert f"<delete node='{node.node}'/>" in heard


async def deleted(w: CarefulWriter, server: Server, node: NodeAddress) -> str:
    """What bob, who is subscribed, hears of the end of a node that another one has followed."""
    new = NodeAddress(node.service, f"new-{node.node}")
    config = {ACCESS_MODEL: ("open",), "pubsub#notify_delete": ("true",)}
    for each in (node, new):
        await w.create_node(each, config)
    await w.set_subscription(node, BOB, "subscribed")
    async with listening(server) as (session, heard):
        await w.delete_node(node, new)
        await session.get(BOB, PING)
        with pytest.raises(ServiceError, match="item-not-found"):
            await w.node_info(node)
        await w.delete_node(new)
    return "".join(str(stanza) for stanza in heard if "<delete" in str(stanza))
