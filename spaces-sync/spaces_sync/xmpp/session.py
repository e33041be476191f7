"""Requests and their answers on one stream; a reading session, and one that also changes.

Every request of the program passes `ReadSession`, and with it the rule for those that nothing
comes for: what is passed over (pending.py) is asked a second time, then `UnansweredError` says so,
and all others go on. Changes of a plan are sent a second time by the engine, which looks first.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Final

from spaces_sync.model.addresses import Jid, bare_jid, domain_of
from spaces_sync.model.xml import Xml, element, serialise
from spaces_sync.ports import (
    MalformedAnswerError,
    NoAnswerError,
    PortError,
    UnansweredError,
    admit_change,
    may_repeat,
)
from spaces_sync.xmpp.asked import Answered, Asked, names_another_node
from spaces_sync.xmpp.connection import Connection
from spaces_sync.xmpp.errors import check_sendable, service_error
from spaces_sync.xmpp.login import logged_in
from spaces_sync.xmpp.parser import TooLarge
from spaces_sync.xmpp.pending import LOOKS, Order, Pending
from spaces_sync.xmpp.stream import Stream, attributes, unavailable_answer
from spaces_sync.xmpp.window import Window

SLOWEST_RATE: Final = 3000  # bytes/s at which a server reads at least (ejabberd's stock shaper)
QUESTIONS: Final = ("<iq type='get'", "<iq type='error'")  # what a reading session may send
PING: Final = element("urn:xmpp:ping", "ping")
_REPLY: Final = ("result", "error")


class _PassedOverError(Exception):
    """No answer to one request, though the stream lives."""


class ReadSession:
    """Sends questions. It has no method that sends a `set` or presence; its stream refuses them.

    As many requests are in flight as its window admits; the others wait, in order.
    """

    def __init__(self, stream: Stream, connection: Connection) -> None:
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._ns = stream.default_ns
        self._timeout = connection.timeout
        self._told = connection.told
        self._window = Window(connection.window)
        self._pending: dict[str, Pending] = {}  # by id, or by the sender of a presence
        self._order = Order()
        self._timer: asyncio.TimerHandle | None = None
        self._numbers = count(1)
        self._prefix = secrets.token_hex(4)  # what a stream before asked for is not answered here
        self._pings: dict[Jid, asyncio.Task[None]] = {}
        self._silent_until: dict[str, float] = {}  # services that answer nothing
        full = stream.boundjid.full
        self.account: Jid = bare_jid(full.partition("/")[0])
        self._from = self.account if connection.component else None  # XEP-0114 wants it said
        self._ourselves = (None, self.account, full)
        self._server = domain_of(self.account)
        stream.session = self

    async def get(self, to: Jid, payload: Xml) -> Xml:
        """The result of an IQ of type `get`, whole.

        Raises `ServiceError` (also for what cannot be sent, before it is), `MalformedAnswerError`
        where it is about another node or beyond a bound, `UnansweredError` where nothing comes
        twice, and `NoAnswerError`.
        """
        return await self._iq(Asked("get", to, payload))

    async def _iq(self, asked: Asked) -> Xml:
        first = self._order.newest
        try:
            answer = await self._iq_once(asked)
        except _PassedOverError:
            if asked.kind != "get" and not may_repeat():
                raise self._unanswered(asked) from None
            answer = await self._iq_again(asked, first)
        if (node := names_another_node(asked, answer)) is not None:
            text = f"the answer of {asked.to} is about the node {node!r}; asked for: {asked}"
            raise MalformedAnswerError(text)
        return answer

    async def _iq_again(self, asked: Asked, first: int) -> Xml:
        """And with it a ping of the service, which may have nothing against other requests.

        `first`: the number of a request that was sent before `asked`. Raises `UnansweredError`.
        """
        domain = domain_of(asked.to)
        if self._order.nothing_from(domain, first):
            self._ping(Jid(domain))
        try:
            return await self._iq_once(asked)
        except _PassedOverError:
            twice = ", asked twice" if asked.kind == "get" else ", sent twice"
            raise self._unanswered(asked, twice) from None

    async def _iq_once(self, asked: Asked) -> Xml:
        key, text = self._written(asked)
        return await self._exchange(text, key, asked, _REPLY)

    def _written(self, asked: Asked) -> tuple[str, str]:
        """An IQ, with an id of its own: its id, and its text."""
        assert asked.payload is not None  # noqa: S101 - only a presence may have none
        key = f"{self._prefix}-{next(self._numbers):x}"
        head = attributes({"id": key, "to": asked.to, "from": self._from})
        return key, f"<iq type='{asked.kind}'{head}>{serialise(asked.payload, self._ns)}</iq>"

    def _unanswered(self, asked: Asked, tries: str = "") -> UnansweredError:
        text = f"no answer from {asked.to} in {self._timeout:g} s{tries}: {asked}"
        return UnansweredError(text, asked.to)

    def _senders(self, to: str) -> tuple[str | None, ...]:
        """Who may answer a request to `to`: for our own account RFC 6120 8.1.2.1 has three."""
        return self._ourselves if to == self.account else (to,)

    async def _exchange(
        self, text: str, key: str, asked: Asked, types: tuple[str | None, ...]
    ) -> Xml:
        """Raises `_PassedOverError`, and as `get`."""
        size = len(text.encode(errors="surrogatepass"))
        check_sendable(text, size)
        number = await self._window.enter()
        sent, seconds = self._loop.time(), None
        problem = "no answer"
        try:
            if sent < self._silent_until.get(domain_of(asked.to), 0.0):
                text = f"{domain_of(asked.to)} answers nothing; not sent: {asked}"
                raise UnansweredError(text, asked.to)
            if asked.kind in ("set", "enter"):
                admit_change()
            answer = await self._answered(text, key, asked, types, size)
            seconds = self._loop.time() - sent
            error = service_error(answer) if answer.get("type") == "error" else None
            problem = str(error or "")
        finally:
            self._window.leave(number, seconds, domain_of(asked.to))
            self._told(Answered(asked, self._loop.time() - sent, problem))
        if error is not None:
            raise error
        return answer

    async def _answered(
        self, text: str, key: str, asked: Asked, types: tuple[str | None, ...], size: int
    ) -> Xml:
        self._stream.put(text)
        patience = self._timeout + size / SLOWEST_RATE
        number = next(self._numbers)
        senders = self._senders(asked.to)
        pending = Pending(asked, number, senders, types, self._loop.time(), patience)
        self._pending[key] = pending
        if self._timer is None:
            self._look_later()
        try:
            return await pending.answer
        finally:
            self._pending.pop(key, None)

    # --- requests that nothing comes for ---------------------------------------------------------

    def _look_later(self) -> None:
        self._timer = self._loop.call_later(self._timeout / LOOKS, self._look)

    def _look(self) -> None:
        """Fails each request whose patience is at its end; half-way there the server is pinged."""
        self._timer = None
        now = self._loop.time()
        self._order.advance(self._pending.values(), now)
        pinged = self._server in self._pings
        for pending in list(self._pending.values()):
            waited, passed_over = now - pending.since, self._order.passed_over(pending)
            if waited >= pending.patience and (passed_over or pinged):
                self._give_up(pending, passed_over=passed_over)
            elif waited >= pending.patience / 2 and not passed_over:
                self._ping(self._server)
        if self._pending:
            self._look_later()

    def _give_up(self, pending: Pending, *, passed_over: bool) -> None:
        if pending.answer.done():
            return
        if passed_over:
            pending.answer.set_exception(_PassedOverError())
            return
        text = f"no answer from {pending.asked.to} in {self._timeout:g} s, and none to a ping"
        pending.answer.set_exception(NoAnswerError(f"{text}: {pending.asked}", pending.asked.to))

    def _ping(self, to: Jid) -> None:
        if to not in self._pings:
            self._pings[to] = self._loop.create_task(self._pinged(to))

    async def _pinged(self, to: Jid) -> None:
        """Not behind the window; every answer, a refusal too, shows that somebody is there."""
        asked = Asked("get", to, PING)
        key, text = self._written(asked)
        before = self._order.newest
        try:
            with suppress(PortError):
                await self._answered(text, key, asked, _REPLY, len(text))
        except _PassedOverError:
            if self._order.nothing_from(to, before):
                self._silent_until[to] = self._loop.time() + self._timeout
        finally:
            del self._pings[to]

    # --- what comes in ---------------------------------------------------------------------------

    def receive(self, stanza: Xml) -> None:
        """Takes a stanza: an answer to its request, a request to refuse; others are ignored."""
        if stanza.name == "iq" and stanza.get("type") in ("get", "set"):
            self._stream.put(unavailable_answer(stanza))
        elif (pending := self._awaiting(stanza)) is not None:
            pending.answer.set_result(stanza)

    def receive_too_large(self, stanza: TooLarge) -> None:
        """Takes the head of a stanza that is beyond a bound: fails the request that it answers."""
        if (pending := self._awaiting(stanza.head)) is not None:
            text = f"the answer of {pending.asked.to} has more than {stanza.bound}"
            error = MalformedAnswerError(f"{text}; asked for: {pending.asked}")
            pending.answer.set_exception(error)

    def _awaiting(self, stanza: Xml) -> Pending | None:
        """The request that a stanza answers: by its id, its sender and its type."""
        key = stanza.get("id") if stanza.name == "iq" else stanza.get("from")
        pending = self._pending.get(key or "")
        if pending is None or not pending.answered_by(stanza):
            return None
        self._order.answered(pending)
        return pending

    def lost(self, reason: str) -> None:
        """The stream has ended: fails all that is in flight or waits, with `NoAnswerError`."""
        if self._timer is not None:
            self._timer.cancel()
        for pending in self._pending.values():
            if not pending.answer.done():
                pending.answer.set_exception(NoAnswerError(reason))
        self._window.close(lambda: NoAnswerError(reason))


class WriteSession(ReadSession):
    """Also sends changes, and presence to rooms."""

    async def set(self, to: Jid, payload: Xml) -> Xml:
        """As `get`, with an IQ of type `set`. Raises also `NotSentError`.

        A change that `one_change` has sent once is not sent again when nothing comes.
        """
        return await self._iq(Asked("set", to, payload))

    async def enter(self, occupant: str, payload: Xml) -> Xml:
        """Sends presence to `occupant`, ROOM/NICK, and gives what comes back (XEP-0045 7.2).

        Raises `ServiceError` where the room does not admit us, and as `set`.
        """
        head = attributes({"to": occupant, "from": self._from})
        text = f"<presence{head}>{serialise(payload, self._ns)}</presence>"
        asked = Asked("enter", Jid(occupant), payload)
        return await self._presence(text, asked, (None, "error", "unavailable"))

    async def leave(self, occupant: str) -> None:
        """Returns when the room has seen us go (XEP-0045 7.14). A stop does not hold it back."""
        text = f"<presence type='unavailable'{attributes({'to': occupant, 'from': self._from})}/>"
        await self._presence(text, Asked("leave", Jid(occupant)), ("unavailable", "error"))

    async def _presence(self, text: str, asked: Asked, types: tuple[str | None, ...]) -> Xml:
        """Sent once: a room may have taken what it does not answer."""
        try:
            return await self._exchange(text, asked.to, asked, types)
        except _PassedOverError:
            raise self._unanswered(asked) from None


@asynccontextmanager
async def reading_session(connection: Connection) -> AsyncIterator[ReadSession]:
    """A session whose stream sends only questions and refusals. Raises `ConnectError`."""
    async with logged_in(connection, lambda stanza: stanza.startswith(QUESTIONS)) as stream:
        yield ReadSession(stream, connection)


@asynccontextmanager
async def writing_session(connection: Connection) -> AsyncIterator[WriteSession]:
    """A session that may send anything. Raises `ConnectError`."""
    async with logged_in(connection, lambda _: True) as stream:
        yield WriteSession(stream, connection)
