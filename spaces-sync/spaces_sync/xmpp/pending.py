"""Requests that wait for their answers: whose turn it is, which of them nothing will come for.

A server reads what a stream brings in order. While it answers what was sent before a request, that
only waits for its turn; once it answers what was sent after it, the request has been passed over.
A ping (XEP-0199) tells a silent service from a dead connection where nothing comes at all, and
where nothing comes from a service, that from one that is silent about one object.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from spaces_sync.model.addresses import domain_of
from spaces_sync.model.xml import Xml
from spaces_sync.xmpp.asked import Asked

LOOKS: Final = 8  # how often one waits in the time that an answer may take


@dataclass(slots=True)
class Pending:
    """A request that was sent, and who may answer it, with which types of stanza."""

    asked: Asked
    number: int  # in the order of sending
    senders: Sequence[str | None]
    types: Sequence[str | None]
    since: float  # when it was sent, or last known to wait for its turn
    patience: float  # seconds that nothing may come for it then
    answer: asyncio.Future[Xml] = field(default_factory=asyncio.Future)

    def answered_by(self, stanza: Xml) -> bool:
        """Whether a stanza that has its id, or its occupant, is the answer that is waited for."""
        right = stanza.get("from") in self.senders and stanza.get("type") in self.types
        return right and not self.answer.done()


@dataclass(slots=True)
class Order:
    """What was answered, by the numbers of the requests."""

    newest: int = 0  # the latest that was
    oldest: int | None = None  # the earliest that was since the last look
    by_domain: dict[str, int] = field(default_factory=dict)  # the latest of each domain that was

    def answered(self, pending: Pending) -> None:
        """Notes an answer to a request."""
        number, domain = pending.number, domain_of(pending.asked.to)
        self.newest = max(self.newest, number)
        self.oldest = number if self.oldest is None else min(self.oldest, number)
        self.by_domain[domain] = max(number, self.by_domain.get(domain, 0))

    def advance(self, waiting: Iterable[Pending], now: float) -> None:
        """Notes of each that waits whether an earlier one has been answered since the last look."""
        if self.oldest is not None:
            for each in waiting:
                if each.number > self.oldest:
                    each.since = now
            self.oldest = None

    def passed_over(self, pending: Pending) -> bool:
        """Whether something that was sent later has been answered."""
        return pending.number < self.newest

    def nothing_from(self, domain: str, number: int) -> bool:
        """Whether a domain answered nothing that was sent after the request of that number."""
        return self.by_domain.get(domain, 0) <= number
