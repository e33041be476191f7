"""Requests and their answers on one stream; a reading session, and one that also changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final

from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.xml import Xml, serialise
from spaces_sync.ports import NoAnswerError, admit_change
from spaces_sync.xmpp.connection import Connection
from spaces_sync.xmpp.errors import check_sendable, service_error
from spaces_sync.xmpp.login import logged_in
from spaces_sync.xmpp.stream import Stream, attributes, unavailable_answer
from spaces_sync.xmpp.window import Window

SLOWEST_RATE: Final = 3000  # bytes/s at which a server reads at least (ejabberd's stock shaper)
QUESTIONS: Final = ("<iq type='get'", "<iq type='error'")  # what a reading session may send
_REPLY: Final = ("result", "error")


@dataclass(slots=True)
class _Pending:
    answer: asyncio.Future[Xml]
    senders: Sequence[str | None]  # only they can answer
    types: Sequence[str | None]  # of the stanza that is the answer
    sent: float
    time_limit: float  # seconds without any answer after which it has failed


class ReadSession:
    """Sends questions. It has no method that sends a `set` or presence; its stream refuses them.

    As many requests are in flight as its window admits; the others wait, in order.
    """

    def __init__(self, stream: Stream, connection: Connection) -> None:
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._ns = stream.default_ns
        self._timeout = connection.timeout
        self._window = Window(connection.window)
        self._pending: dict[str, _Pending] = {}  # by id, or by the sender of a presence
        self._last_answer = self._loop.time()  # when the last answer came
        self._timer: asyncio.TimerHandle | None = None
        self._numbers = count(1)
        full = stream.boundjid.full
        self.account: Jid = bare_jid(full.partition("/")[0])
        self._from = self.account if connection.component else None  # XEP-0114 wants it said
        self._ourselves = (None, self.account, full)
        stream.session = self

    async def get(self, to: Jid, payload: Xml) -> Xml:
        """The result of an IQ of type `get`, whole.

        Raises `ServiceError` (also for what cannot be sent, before it is), `NoAnswerError`.
        """
        number = f"{next(self._numbers):x}"
        head = attributes({"id": number, "to": to, "from": self._from})
        text = f"<iq type='get'{head}>{serialise(payload, self._ns)}</iq>"
        return await self._exchange(text, number, self._senders(to), _REPLY)

    def _senders(self, to: str) -> Sequence[str | None]:
        """Who may answer a request to `to`: for our own account RFC 6120 8.1.2.1 has three."""
        return self._ourselves if to == self.account else (to,)

    async def _exchange(
        self,
        text: str,
        key: str,
        senders: Sequence[str | None],
        types: Sequence[str | None],
        *,
        changes: bool = False,
    ) -> Xml:
        size = len(text.encode(errors="surrogatepass"))
        check_sendable(text, size)
        number = await self._window.enter()
        sent, seconds = self._loop.time(), None
        try:
            if changes:
                admit_change()
            self._stream.put(text)
            pending = _Pending(
                self._loop.create_future(),
                senders,
                types,
                sent,
                self._timeout + size / SLOWEST_RATE,
            )
            self._pending[key] = pending
            if self._timer is None:
                self._timer = self._loop.call_later(self._timeout, self._fail_overdue)
            answer = await pending.answer
            seconds = self._loop.time() - sent
        finally:
            self._pending.pop(key, None)
            self._window.leave(number, seconds, _domain(senders[-1]))
        if answer.get("type") == "error":
            raise service_error(answer)
        return answer

    def _fail_overdue(self) -> None:
        """Fails each request that is overdue: for its patience no answer has come, to any request.

        While answers come in, a request only waits for its turn at a slow server.
        """
        self._timer = None
        now = self._loop.time()
        left = []
        for pending in self._pending.values():
            due = max(pending.sent, self._last_answer) + pending.time_limit - now
            if due > 0:
                left.append(due)
            elif not pending.answer.done():
                pending.answer.set_exception(NoAnswerError(f"no answer in {self._timeout:g} s"))
        if left:
            # No later than a request that is sent in the meantime may be due.
            self._timer = self._loop.call_later(min(self._timeout, *left), self._fail_overdue)

    def receive(self, stanza: Xml) -> None:
        """Takes a stanza: an answer to its request, a request to refuse; others are ignored."""
        stanza_type, sender = stanza.get("type"), stanza.get("from")
        if stanza.name == "iq" and stanza_type in ("get", "set"):
            self._stream.put(unavailable_answer(stanza))
            return
        key = stanza.get("id") if stanza.name == "iq" else sender
        pending = self._pending.get(key or "")
        if pending is None or sender not in pending.senders or stanza_type not in pending.types:
            return
        if not pending.answer.done():
            self._last_answer = self._loop.time()
            pending.answer.set_result(stanza)

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
        """As `get`, with an IQ of type `set`. Raises also `NotSentError`."""
        number = f"{next(self._numbers):x}"
        head = attributes({"id": number, "to": to, "from": self._from})
        text = f"<iq type='set'{head}>{serialise(payload, self._ns)}</iq>"
        return await self._exchange(text, number, self._senders(to), _REPLY, changes=True)

    async def enter(self, occupant: str, payload: Xml) -> Xml:
        """Sends presence to `occupant`, ROOM/NICK, and gives what comes back (XEP-0045 7.2).

        Raises `ServiceError` where the room does not admit us, and as `set`.
        """
        head = attributes({"to": occupant, "from": self._from})
        text = f"<presence{head}>{serialise(payload, self._ns)}</presence>"
        types = (None, "error", "unavailable")
        return await self._exchange(text, occupant, (occupant,), types, changes=True)

    async def leave(self, occupant: str) -> None:
        """Returns when the room has seen us go (XEP-0045 7.14). A stop does not hold it back."""
        text = f"<presence type='unavailable'{attributes({'to': occupant, 'from': self._from})}/>"
        await self._exchange(text, occupant, (occupant,), ("unavailable", "error"))


def _domain(sender: str | None) -> str:
    return (sender or "").partition("/")[0].rpartition("@")[2]


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
