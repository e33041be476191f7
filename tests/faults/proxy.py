"""A TCP proxy that counts a client's stanzas, cuts the connection at one, holds the answers, or
swallows particular ones.

Counted is from the first stanza that changes something, so that logging in and planning, which
only reads, are left in peace.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from servers import HOST, Server

CHUNK: Final = 65536
ANSWER_SECONDS: Final = 10  # a server answers what it has been sent long before
TAG: Final = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
ATTRIBUTE: Final = re.compile(rb"""\s([\w:]+)=(?:"([^"]*)"|'([^']*)')""")


Ends: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


When: TypeAlias = Literal["before", "after", "held"]


class Cut(NamedTuple):
    """`before` stanza `number` reaches the server, or `after` the server has acted on it: its
    answer comes back to nobody. `held`: it waits with all that follows for the server's own end.
    """

    number: int
    when: When

    def __str__(self) -> str:
        return f"{self.when} {self.number}"


class Splitter:
    """Takes a stream's bytes and gives its stanzas; the stream's head and foot count as such."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._rest += data
        start = depth = 0
        for tag in TAG.finditer(self._rest):
            text = tag[0]
            if text.startswith((b"<?", b"<stream:stream", b"</stream:stream")):
                depth = 0
            elif text.startswith(b"</"):
                depth -= 1
            elif not text.endswith(b"/>"):
                depth += 1
            if not depth:
                yield self._rest[start : tag.end()]
                start = tag.end()
        self._rest = self._rest[start:]


def attributes(stanza: bytes) -> dict[bytes, bytes]:
    tag = TAG.search(stanza)
    return {name: one or other for name, one, other in ATTRIBUTE.findall(tag[0] if tag else b"")}


def changes(stanza: bytes) -> bool:
    """Whether it asks for a change of something; what has no address is of the login."""
    said = attributes(stanza)
    written = stanza.lstrip().startswith(b"<presence") or said.get(b"type") == b"set"
    return written and b"to" in said


def answers(stanza: bytes, answer: bytes) -> bool:
    """An IQ is answered by its id; a presence in a room by that occupant's."""
    asked, said = attributes(stanza), attributes(answer)
    if stanza.lstrip().startswith(b"<presence"):
        return answer.lstrip().startswith(b"<presence") and said.get(b"from") == asked[b"to"]
    return said.get(b"id") == asked[b"id"] and said.get(b"type") in (b"result", b"error")


@dataclass
class Proxy:
    """`seen` grows by each counted stanza; `cut` happens once, and `happened` says that it did.

    Connections made after it are passed on as they are. `heard` is told of every stanza of the
    client, counted or not, `delivered` of every stanza of the server; while `answering` is clear
    nothing that the server sends arrives. What answers a stanza that `silent` is true of never
    does, and one that `lost` is true of never reaches the server.
    """

    server: Server
    cut: Cut | None
    at_cut: Callable[[], None]
    port: int = 0
    happened: bool = False
    heard: Callable[[bytes], None] = lambda _: None
    delivered: Callable[[bytes], None] = lambda _: None
    silent: Callable[[bytes], bool] = lambda _: False
    lost: Callable[[bytes], bool] = lambda _: False

    def __post_init__(self) -> None:
        self.seen: list[bytes] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self._links: set[asyncio.Task[None]] = set()

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Of `asyncio.start_server`, which does not look after what it begins."""
        link = asyncio.create_task(self._link((reader, writer)))
        self._links.add(link)
        link.add_done_callback(self._links.discard)

    async def _link(self, client: Ends) -> None:
        with contextlib.suppress(ConnectionError):
            async with _closing(client[1]):
                far = await asyncio.open_connection(self.server.host, self.server.port)
                async with _closing(far[1]):
                    await _Link(self, client, far).run()

    async def close(self) -> None:
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    def due(self, stanza: bytes) -> When | None:
        """Counts it, and says whether the cut is at this one."""
        self.heard(stanza)
        if (self.seen or changes(stanza)) and b"</stream:stream" not in stanza:
            self.seen.append(stanza)
            if self.cut and not self.happened and len(self.seen) == self.cut.number:
                return self.cut.when
        return None

    def sever(self) -> None:
        self.happened = True
        self.at_cut()


class _Link:
    """One connection of a client through the proxy; over when either side or the cut ends it."""

    def __init__(self, proxy: Proxy, client: Ends, server: Ends) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._asked = b""  # the stanza at whose answer the connection is cut
        self._unanswered: list[bytes] = []  # stanzas whose answers are swallowed
        self._answered = asyncio.Event()

    async def run(self) -> None:
        ways = {asyncio.create_task(self._up()), asyncio.create_task(self._down())}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self) -> None:
        splitter = Splitter()
        while data := await self._client[0].read(CHUNK):
            for stanza in splitter.feed(data):
                if self._proxy.lost(stanza):
                    continue
                if self._proxy.silent(stanza):
                    self._unanswered.append(stanza)
                due = self._proxy.due(stanza)
                if due is None:
                    self._server[1].write(stanza)
                else:
                    await self._cut(stanza, due)
                    return
            await self._server[1].drain()

    async def _cut(self, stanza: bytes, when: When) -> None:
        if when == "after":
            self._asked = stanza
            self._server[1].write(stanza)
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answered.wait()
        self._proxy.sever()
        if when == "held":
            await asyncio.Event().wait()

    async def _down(self) -> None:
        splitter = Splitter()
        while data := await self._server[0].read(CHUNK):
            for stanza in splitter.feed(data):
                if self._asked and answers(self._asked, stanza):
                    self._answered.set()
                    await asyncio.Event().wait()  # until the other way has cut
                if any(answers(asked, stanza) for asked in self._unanswered):
                    continue
                await self._proxy.answering.wait()
                self._proxy.delivered(stanza)
                self._client[1].write(stanza)
            await self._client[1].drain()


@contextlib.asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """What was written still goes out."""
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def proxied(
    server: Server, cut: Cut | None = None, at_cut: Callable[[], None] = lambda: None
) -> AsyncIterator[Proxy]:
    """A proxy to `server` that cuts once; `at_cut` is called the moment that it does."""
    proxy = Proxy(server, cut, at_cut)
    listener = await asyncio.start_server(proxy.connected, HOST, 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        await listener.wait_closed()
        await proxy.close()
