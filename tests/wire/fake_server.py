"""A socket that plays a server from a script: it logs anybody in, then sends what a test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from spaces_sync.model.state import Secret
from spaces_sync.model.xml import Xml
from spaces_sync.xmpp import Connection
from spaces_sync.xmpp.parser import NotXmppError, StreamParser

DOMAIN = "megacorp.example"
PUBSUB = "pubsub.megacorp.example"
ROOMS = "rooms.megacorp.example"

OPEN = (
    f"<?xml version='1.0'?><stream:stream from='{DOMAIN}' id='s1' version='1.0' xml:lang='en'"
    " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
PLAIN = (
    "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
    "<mechanism>PLAIN</mechanism></mechanisms></stream:features>"
)
SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
BIND = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"

HANG_UP = b"hang up"
T = TypeVar("T")
Script = Callable[[Xml], str | bytes | None]


@dataclass
class FakeServer:
    """`script` takes a stanza and gives what to send back; `HANG_UP` closes the socket."""

    script: Script
    port: int = 0
    received: list[Xml] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def connection(self) -> Connection:
        return Connection(
            f"admin@{DOMAIN}",
            Secret("secret", "test"),
            "127.0.0.1",
            self.port,
            tls="none",
        )

    async def heard(self, count: int) -> None:
        """Returns when so many stanzas have come."""
        while len(self.received) < count:
            self.news.clear()
            await self.news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, NotXmppError):
            await self._log_in(reader, writer)
            parser = StreamParser()
            await self._converse(reader, writer, parser)

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"'1.0'>")
        writer.write((OPEN + PLAIN).encode())
        await reader.readuntil(b"</auth>")
        writer.write(SUCCESS.encode())
        await reader.readuntil(b"'1.0'>")
        writer.write((OPEN + BIND).encode())
        bind = (await reader.readuntil(b"</iq>")).decode()
        number = bind.partition('id="')[2].partition('"')[0]
        writer.write(
            f"<iq type='result' id='{number}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            f"<jid>admin@{DOMAIN}/r</jid></bind></iq>".encode()
        )

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parser: StreamParser
    ) -> None:
        parser.feed(OPEN.encode())  # the client's own header was read while it logged in
        while data := await reader.read(65536):
            for stanza in parser.feed(data):
                if not isinstance(stanza, Xml):
                    return
                self.received.append(stanza)
                self.news.set()
                answer = self.script(stanza)
                if answer == HANG_UP:
                    return
                if answer:
                    writer.write(answer if isinstance(answer, bytes) else answer.encode())
            await writer.drain()


@asynccontextmanager
async def playing(script: Script) -> AsyncIterator[FakeServer]:
    fake = FakeServer(script)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0, limit=1 << 24)
    async with server:
        fake.port = server.sockets[0].getsockname()[1]
        yield fake


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time can be put forward, so that no test of patience has to be patient."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    async def pass_by(self, seconds: float) -> None:
        """Returns when whatever was due in that time has been done."""
        self.ahead += seconds
        for _ in range(5):
            await asyncio.sleep(0)


def on_the_clock(work: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    clock = Clock()
    with asyncio.Runner(loop_factory=lambda: clock) as runner:
        return runner.run(work(clock))


def result(request: Xml, inner: str = "", sender: str | None = None) -> str:
    return (
        f"<iq type='result' id='{request.get('id')}' from='{sender or request.get('to')}'"
        f" to='admin@{DOMAIN}/r'>{inner}</iq>"
    )


def error(request: Xml, inner: str) -> str:
    return (
        f"<iq type='error' id='{request.get('id')}' from='{request.get('to')}'"
        f" to='admin@{DOMAIN}/r'>{inner}</iq>"
    )
