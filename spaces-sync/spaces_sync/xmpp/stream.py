"""The stream: slixmpp connects, starts TLS and binds; the login and all stanzas are ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import slixmpp
from slixmpp.basexmpp import BaseXMPP
from slixmpp.componentxmpp import ComponentXMPP

from spaces_sync.model.bounds import LOGIN
from spaces_sync.model.xml import Xml, escape_attribute
from spaces_sync.ports import NoAnswerError
from spaces_sync.xmpp import failures
from spaces_sync.xmpp.connection import ConnectError, Connection
from spaces_sync.xmpp.errors import STANZAS
from spaces_sync.xmpp.parser import (
    NotXmppError,
    StreamClosed,
    StreamOpened,
    StreamParser,
    TooLarge,
)

STREAMS: Final = "http://etherx.jabber.org/streams"
TLS: Final = "urn:ietf:params:xml:ns:xmpp-tls"
CLOSING_TIME: Final = 1.0  # seconds in which a server may close its side of the stream
LONG_TAG: Final = 1 << 12  # bytes of a start tag which a server may read in more than one piece

_SLIXMPP: Final = str(Path(slixmpp.__file__).parent)
_ours = logging.getLogger("slixmpp")
_ours.addHandler(logging.NullHandler())
_ours.setLevel(logging.CRITICAL + 1)  # its debug lines hold what is sent while logging in


class Session(Protocol):
    """What takes the stanzas once we are logged in."""

    def receive(self, stanza: Xml) -> None:
        """Takes a stanza that came in."""

    def receive_too_large(self, stanza: TooLarge) -> None:
        """Takes what is left of a stanza that is beyond a bound."""

    def lost(self, reason: str) -> None:
        """Is told that the stream has ended, and why, for people."""


class Stream(BaseXMPP):
    """Once logged in, stanzas go to `session`, and out only through `put`.

    `allowed` says of each stanza whether this stream may send it.
    """

    authenticated: bool  # slixmpp's
    connection: Connection
    allowed: Callable[[str], bool]

    def begin(self, connection: Connection, allowed: Callable[[str], bool]) -> None:
        """Must be called first; slixmpp's own `__init__` cannot take more arguments."""
        self.connection = connection
        self.allowed = allowed
        self.session: Session | None = None
        self.logged_in: asyncio.Future[None] = self.loop.create_future()
        self.ended: asyncio.Future[None] = self.loop.create_future()
        self._end_reason = ""  # for people; empty while the stream lives
        self._login_bytes = 0  # that came until now
        self._outbox: list[str] = []
        for event, handler in (
            ("session_start", self._on_session_start),
            ("connection_failed", self._on_connection_failed),
            ("ssl_invalid_chain", self._on_connection_failed),
        ):
            self.add_event_handler(event, handler)
        self._failure: object = None  # of the last attempt to connect

    # Logging in

    def _on_session_start(self, _: object) -> None:
        if not self.logged_in.done():
            self.logged_in.set_result(None)

    def _on_connection_failed(self, error: object) -> None:
        self._failure = error
        if self.transport is not None:  # STARTTLS failed; another address is not tried
            self.fail(failures.cannot_connect(self.connection, error))

    def reschedule_connection_attempt(self) -> None:
        """Ends the login once every address has failed, where slixmpp would go on for ever."""
        self._current_connection_attempt = None
        self.fail(failures.cannot_connect(self.connection, self._failure))

    def fail(self, error: ConnectError) -> None:
        """Ends a login that is still going on with `error`."""
        if not self.logged_in.done():
            self.logged_in.set_exception(error)

    # What comes in

    def init_parser(self) -> None:
        """Begins a stream anew (RFC 6120 4.3.3); slixmpp calls it."""
        self._stanzas = StreamParser()

    def data_received(self, data: bytes | str) -> None:
        """Takes what came in; asyncio calls it. Raises nothing: bad data ends the stream."""
        assert isinstance(data, bytes)  # noqa: S101 - asyncio's transports know only bytes
        acknowledge(self.transport)
        if self.session is None and self._is_too_much(len(data)):
            return
        try:
            for event in self._stanzas.feed(data):
                if self._end_reason:
                    return  # it ended with what came before
                if isinstance(event, StreamOpened):
                    self._opened(event)
                elif isinstance(event, StreamClosed):
                    self._end("the server closed the stream")
                elif isinstance(event, TooLarge):
                    if self.session is not None:
                        self.session.receive_too_large(event)
                elif event.ns == STREAMS and event.name == "error":
                    self.fail(failures.stream_error(self.connection, event))
                    self._end(failures.stream_condition(event))
                elif self.session is not None:
                    self.session.receive(event)
                else:
                    self._during_login(event)
        except NotXmppError as error:
            self.fail(failures.not_xmpp(self.connection, str(error)))
            self._end(f"the server sent bad XML: {error}")

    def _opened(self, stream: StreamOpened) -> None:
        if (stream.ns, stream.name) != (STREAMS, "stream"):
            raise NotXmppError(f"an element {stream.name!r} where a stream begins")
        header = {_clark(*name): value for name, value in stream.attributes.items()}
        root = ET.Element(_clark(stream.ns, stream.name), header)
        self.start_stream_handler(root)  # type: ignore[no-untyped-call]  # slixmpp's

    def _is_too_much(self, count: int) -> bool:
        """Whether `count` more bytes are more than a login takes; then it has failed."""
        self._login_bytes += count
        if self._login_bytes > LOGIN.most:
            self.fail(failures.endless(self.connection))
            self._end("the server sent too much before the login was complete")
        return self._login_bytes > LOGIN.most

    def _during_login(self, stanza: Xml) -> None:
        """Takes an element that came before the session."""
        if stanza.ns == TLS and stanza.name == "failure":
            self.fail(failures.no_starttls(self.connection))
        else:
            self._spawn_event(_to_etree(stanza))

    # What goes out

    def put(self, stanza: str) -> None:
        """Sends one stanza, in one write with the others of this turn of the loop.

        Raises `NoAnswerError` where the stream has ended.
        """
        if not self.allowed(stanza):
            raise PermissionError(f"this session must not send {stanza[:40]!r}")
        if self.transport is None or self._end_reason:
            raise NoAnswerError(self._end_reason or "there is no connection")
        if not self._outbox:
            self.loop.call_soon(self._flush)
        self._outbox.append(stanza + " " * blanks_behind(stanza))

    def _flush(self) -> None:
        data, self._outbox = "".join(self._outbox).encode(), []
        if self.transport is not None:
            self.transport.write(data)

    def send_raw(self, data: str | bytes) -> None:
        """All that slixmpp sends; after the login only whitespace and the end of the stream."""
        text = data if isinstance(data, str) else data.decode()
        if self.session is not None and text not in (" ", self.stream_footer):
            self.put(text)
        else:
            super().send_raw(data)

    # The end

    def _end(self, why: str) -> None:
        self._end_reason = self._end_reason or why
        self.abort()

    def connection_lost(self, exception: BaseException | None) -> None:
        """Fails the login, or tells the session; asyncio calls it. `exception`: None at a close."""
        why = self._end_reason or f"the connection was lost{f': {exception}' if exception else ''}"
        self._end_reason = why
        super().connection_lost(exception)
        if isinstance(exception, ssl.SSLError):  # of STARTTLS, which may come before its event
            self.fail(failures.cannot_connect(self.connection, exception))
        self.fail(failures.lost(self.connection, why))
        if self.session is not None:
            self.session.lost(why)
        if not self.ended.done():
            self.ended.set_result(None)

    async def close(self) -> None:
        """Closes the stream (RFC 6120 4.4) and the socket; ends the tasks that slixmpp began."""
        self.cancel_connection_attempt()
        if self.transport is not None:
            if self.session is not None:
                self._flush()
                self.send_raw(self.stream_footer)
                await asyncio.wait([self.ended], timeout=CLOSING_TIME)
            self._end_reason = self._end_reason or "the session was closed"
            self.abort()
            await asyncio.wait([self.ended], timeout=CLOSING_TIME)
        if not self.logged_in.done():
            self.logged_in.cancel()
        begun = [task for task in asyncio.all_tasks() if _is_slixmpps(task)]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


class ComponentStream(Stream, ComponentXMPP):
    """A component's stream (XEP-0114)."""

    authenticated = False


def acknowledge(transport: asyncio.BaseTransport | None) -> None:
    """Has the kernel tell the server at once what has come in, where it has a way to (Linux).

    A server with Nagle's algorithm on, as Prosody (`nagle` of its `network_settings`), holds the
    end of what it answers back until then, and else a kernel says so after 40 ms.
    """
    sock = transport.get_extra_info("socket") if transport is not None else None
    if sock is not None and (quick := getattr(socket, "TCP_QUICKACK", None)) is not None:
        with contextlib.suppress(OSError):  # closed by now
            sock.setsockopt(socket.IPPROTO_TCP, quick, 1)


def unavailable_answer(request: Xml) -> str:
    """The `service-unavailable` with which we answer every request (RFC 6120 8.4), as text.

    To a ping it is as good an answer as any other.
    """
    back = {"to": request.get("from"), "from": request.get("to"), "id": request.get("id")}
    return (
        f"<iq type='error'{attributes(back)}><error type='cancel'>"
        f"<service-unavailable xmlns='{STANZAS}'/></error></iq>"
    )


_TAG: Final = re.compile("<[^<>]*>")  # in attributes both are escaped (model/xml.py)


def blanks_behind(stanza: str) -> int:
    """How many blanks have to follow a stanza so that a server sees its end: as many as its
    longest start tag is long, if that is a long one; 0 otherwise.

    COMPAT(prosody 13.0.1): its parser (expat from 2.6 on) looks at a tag of which it has read a
    part again only once twice as much is there, and waits for it with the stanza unanswered. It
    reads 8 kB at a time; a shorter tag waits where longer ones came before it.
    Shown by test_compat_prosody_waits_for_more_after_a_long_tag.
    """
    if len(stanza.encode(errors="surrogatepass")) <= LONG_TAG:
        return 0
    longest = max(len(tag.encode(errors="surrogatepass")) for tag in _TAG.findall(stanza))
    return longest if longest > LONG_TAG else 0


def attributes(given: Mapping[str, str | None]) -> str:
    """Attributes as text, those without a value left out."""
    written = ((name, value) for name, value in given.items() if value is not None)
    return "".join(f" {name}='{escape_attribute(value)}'" for name, value in written)


def _clark(ns: str, name: str) -> str:
    return f"{{{ns}}}{name}" if ns else name


def _to_etree(xml: Xml) -> ET.Element:
    """A stanza for slixmpp's handlers, which see only those of the login."""
    made = ET.Element(
        _clark(xml.ns, xml.name), {_clark(*name): value for name, value in xml.attributes}
    )
    made.text = xml.text or None
    made.extend(map(_to_etree, xml.elements))
    return made


def _is_slixmpps(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_filename.startswith(_SLIXMPP)
