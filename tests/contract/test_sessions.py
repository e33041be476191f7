"""Sessions on real servers: what a reading one sends, what a component can do, at which pace."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.backends import connection
from servers import Server
from spaces_sync.model.addresses import NodeAddress, bare_jid
from spaces_sync.model.state import Secret
from spaces_sync.model.xml import parse
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.xmpp import Connection, reading, writing

Start = Callable[..., AbstractContextManager[Server]]
PRIVATE = {"pubsub#access_model": ("whitelist",), "pubsub#type": ("urn:xmpp:spaces:0",)}
BOOKMARK = parse("<conference xmlns='urn:xmpp:bookmarks:1' name='A &amp; B' autojoin='true'/>")


def test_a_reading_session_sends_no_set_and_no_presence_after_its_login(
    start_server: Start, server_folder: Path
) -> None:
    """Counted on the wire: what leaves the transport, once the server has bound us."""
    sent: list[bytes] = []

    async def run(server: Server) -> None:
        async with reading(connection(server)) as reader:
            session: Any = reader.raw
            session = session._session
            transport = session._stream.transport
            write = transport.write

            def overheard(data: bytes) -> None:
                sent.append(data)
                write(data)

            transport.write = overheard
            service, room = bare_jid(server.pubsub), bare_jid(f"r@{server.rooms}")
            node = NodeAddress(service, "dev")
            await reader.node_list(await reader.service(service))
            for question in (
                *(reader.node_info, reader.node_config, reader.items),
                *(reader.affiliations, reader.subscriptions),
            ):
                with pytest.raises(ServiceError):
                    await question(node)
            for ask in (reader.room_info, reader.room_affiliations):
                with pytest.raises(ServiceError):
                    await ask(room)
            await asyncio.sleep(0.1)  # whatever slixmpp would still like to say

    with start_server(server_folder, log_level="debug") as server:
        asyncio.run(run(server))
        log = server.log.read_text(errors="replace")
    text = b"".join(sent).decode()
    assert text.count("<iq ") == text.count("<iq type='get' ") == 13
    assert "<presence" not in text
    assert "type='set'" not in text
    assert "disco#info" in log  # the server's own record: it holds what it received
    assert "<presence" not in log


def test_a_component_can_do_what_an_account_can(
    prosody: Server, unique: Callable[[str], str]
) -> None:
    node = NodeAddress(bare_jid(prosody.pubsub), unique("component"))
    room = bare_jid(f"{unique('component')}@{prosody.rooms}")
    secret = Secret(prosody.component_secret)
    as_component = Connection(
        *(prosody.component, secret, prosody.host, prosody.component_port),
        tls="none",
        component=True,
    )

    async def run() -> None:
        async with writing(as_component) as w:
            await w.create_node(node, PRIVATE)
            await w.publish(node, "1", BOOKMARK)
            assert [item.payloads for item in (await w.items(node)).items] == [(BOOKMARK,)]
            assert await w.affiliations(node) == {w.account: "owner"}
            with pytest.raises(ServiceError, match="conflict"):
                await w.create_node(node, PRIVATE)
            await w.create_room(room, {"muc#roomconfig_roomname": ("CI",)}, None)
            assert (await w.room_info(room)).name == "CI"

    asyncio.run(run())


# Speed and pace


async def fill(w: Writer, server: Server, count: int, nodes: int = 40) -> tuple[float, int]:
    """Seconds that `count` publishes take, and the bytes they have."""
    addresses = [NodeAddress(bare_jid(server.pubsub), f"pace-{n}") for n in range(nodes)]
    for address in addresses:
        await w.create_node(address, {"pubsub#max_items": ("200",)})
    stream: Any = w.raw._session._stream
    put, sizes = stream.put, list[int]()

    def measured(stanza: str) -> None:
        sizes.append(len(stanza.encode()))
        put(stanza)

    stream.put = measured
    began = time.monotonic()
    await asyncio.gather(
        *(w.publish(addresses[n % nodes], f"{n}@rooms.example", BOOKMARK) for n in range(count))
    )
    return time.monotonic() - began, sum(sizes)


def slow_publishing(server: Server, user: str, count: int) -> float:
    """Bytes per second, with a timeout much shorter than what all of it takes."""

    async def run() -> float:
        async with writing(replace(connection(server, user), timeout=4.0)) as w:
            seconds, size = await fill(w, server, count, nodes=5)
            assert seconds > 8
            return size / seconds

    return asyncio.run(run())


def test_the_stock_limit_of_prosody_is_used_and_no_request_times_out(
    start_prosody: Start, server_folder: Path
) -> None:
    with start_prosody(server_folder, storage="memory", rate="10kb/s") as server:
        assert slow_publishing(server, "admin", 500) > 9000


def test_the_stock_shaper_of_ejabberd_is_used_and_no_request_times_out(
    start_ejabberd: Start, server_folder: Path
) -> None:
    with start_ejabberd(server_folder, shaper="normal") as server:
        assert slow_publishing(server, "alice", 200) > 2700
