"""A real stream, logged in without a network: what it sends is answered from a table, damaged."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from spaces_sync.client import CarefulReader
from spaces_sync.model.state import Secret
from spaces_sync.model.xml import Xml, parse, serialise
from spaces_sync.ports import Reader
from spaces_sync.xmpp.connection import Connection
from spaces_sync.xmpp.login import _client, _ssl_context
from spaces_sync.xmpp.parser import StreamParser
from spaces_sync.xmpp.requests import XmppReader
from spaces_sync.xmpp.session import ReadSession
from wire.fake_server import DOMAIN, OPEN

ANSWERS = Path(__file__).parent / "answers"
CONNECTION = Connection(
    f"admin@{DOMAIN}", Secret("secret", "test"), "127.0.0.1", 1, tls="none", timeout=5
)
Table = dict[tuple[str, str], Xml]
Damage = Callable[[Xml], bytes]


def table(server: str) -> Table:
    """What that server answers, by whom it was asked and what."""
    recorded = json.loads((ANSWERS / f"{server}.json").read_text(encoding="utf-8"))
    client = "xmlns='jabber:client'"
    return {
        (each["to"], serialise(parse(each["question"]))): parse(
            each["answer"].replace("<iq ", f"<iq {client} ", 1)
        )
        for each in recorded
    }


def _refused(by: str) -> Xml:
    return parse(
        f"<iq xmlns='jabber:client' type='error' from='{by}'><error type='cancel'>"
        "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )


class Wire(asyncio.Transport):
    """The other end: it answers each question at once, then hangs up on whoever still waits."""

    def __init__(self, answers: Table, damage: Damage) -> None:
        super().__init__()
        self._answers = answers
        self._damage = damage
        self._closed = False
        self._requests = StreamParser()
        self._requests.feed(OPEN.encode())
        stream = _client(CONNECTION, _ssl_context(CONNECTION))
        stream.begin(CONNECTION, lambda stanza: stanza.startswith("<iq type='"))
        stream.transport = self
        stream.init_parser()
        stream.data_received(OPEN.encode())
        stream.logged_in.set_result(None)
        self._stream = stream
        self._session = ReadSession(stream, CONNECTION)
        self.reader: Reader = CarefulReader(XmppReader(self._session))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        asyncio.get_running_loop().call_soon(self._answer, bytes(data))

    def _answer(self, data: bytes) -> None:
        numbers = []
        for request in self._requests.feed(data):
            if isinstance(request, Xml) and request.get("type") == "get":
                numbers.append(request.get("id"))
                question = next(request.elements)
                to = request.get("to") or ""
                # Whom a server is asked about where an answer is damaged, nobody has recorded.
                answer = self._answers.get((to, serialise(question))) or _refused(to)
                self._hear(self._damage(answer.with_attribute("id", request.get("id"))))
        waiting = [self._session._pending.get(number or "") for number in numbers]
        if any(each is not None and not each.answer.done() for each in waiting):
            self.abort()

    def _hear(self, data: bytes) -> None:
        if not self._closed:
            self._stream.data_received(data)

    def abort(self) -> None:
        """As asyncio does it: whoever reads hears of it in the next turn of the loop."""
        if not self._closed:
            self._closed = True
            asyncio.get_running_loop().call_soon(self._stream.connection_lost, None)

    def close(self) -> None:
        self.abort()

    def is_closing(self) -> bool:
        return self._closed
