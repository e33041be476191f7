"""The yardstick: a bare socket that logs in, writes the given stanzas in one go, counts answers."""

import base64
import re
import selectors
import socket
import time
from collections.abc import Sequence

from servers import Server

_ANSWER = re.compile(rb"<iq [^>]*?(?:type='(?:result|error)')")
_CHUNK = 1 << 16


class Bare:
    """A logged-in socket. Nothing is parsed but the number of answers."""

    def __init__(self, server: Server, user: str = "admin") -> None:
        self._socket = socket.create_connection((server.host, server.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        header = (
            f"<stream:stream to='{server.domain}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        secret = base64.b64encode(f"\0{user}\0{server.password(user)}".encode()).decode()
        self._say(header, b"</stream:features>")
        self._say(
            f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>",
            b"<success",
        )
        self._say(header, b"</stream:features>")
        bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
        self._say(f"<iq type='set' id='bind'>{bind}</iq>", b"</iq>")

    def _say(self, text: str, until: bytes) -> None:
        self._socket.sendall(text.encode())
        heard = b""
        while until not in heard:
            part = self._socket.recv(_CHUNK)
            if not part:
                raise ConnectionError(f"the server closed the login: {heard[-200:]!r}")
            heard += part

    def exchange(self, stanzas: Sequence[str]) -> float:
        """Seconds from the first byte written to the last answer."""
        data = memoryview("".join(stanzas).encode())
        answers, tail = 0, b""
        self._socket.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            began = time.perf_counter()
            while answers < len(stanzas):
                for _, ready in selector.select(timeout=120):
                    if ready & selectors.EVENT_WRITE and data:
                        data = data[self._socket.send(data[:_CHUNK]) :]
                        if not data:
                            selector.modify(self._socket, selectors.EVENT_READ)
                    if ready & selectors.EVENT_READ:
                        part = self._socket.recv(_CHUNK)
                        if not part:
                            raise ConnectionError("the server closed the stream")
                        answers, tail = _count(tail + part, answers)
            seconds = time.perf_counter() - began
        self._socket.setblocking(True)
        return seconds

    def close(self) -> None:
        self._socket.close()


def _count(data: bytes, answers: int) -> tuple[int, bytes]:
    """The answers so far, and the rest that may hold the beginning of one."""
    end = 0
    for match in _ANSWER.finditer(data):
        answers += 1
        end = match.end()
    last = data.rfind(b"<iq ", end)
    return answers, data[last:] if last >= 0 else data[-4:]
