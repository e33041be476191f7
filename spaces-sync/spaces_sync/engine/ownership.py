"""Reads what ledgers say: what a source owns, and what other sources do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from itertools import chain

from spaces_sync.engine import concurrency
from spaces_sync.engine.ledger import other_ledgers, read_ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Ledger, LedgerError, source_of, united
from spaces_sync.model.state import Address, Ownership
from spaces_sync.ports import Reader


async def read_ownership(
    reader: Reader, source: str | None, services: Iterable[Jid], operators: Iterable[Jid] = ()
) -> Ownership:
    """What the ledgers on `services` say of `source` and of others.

    Raises `NoServiceError`, `NoAnswerError`.
    """
    trusted = tuple(operators)

    async def own(service: Jid) -> Ledger | str | None:
        if source is None:
            return None
        try:
            return await read_ledger(reader, service, source, trusted)
        except LedgerError as error:
            return str(error)

    hosts = sorted(set(services))
    found, others = await asyncio.gather(
        concurrency.each(own, hosts), read_others(reader, source, hosts)
    )
    named, unread = others
    mine = [each for each in found if isinstance(each, Ledger)]
    return Ownership(
        settled=united(each.settled for each in mine),
        intended=united(each.intended for each in mine),
        others=named,
        unread=unread,
        unusable={h: each for h, each in zip(hosts, found, strict=True) if isinstance(each, str)},
    )


async def read_others(
    reader: Reader, source: str | None, services: Iterable[Jid]
) -> tuple[Mapping[Address, str], Mapping[NodeAddress, str]]:
    """What the ledgers of other sources on `services` name, with their source, and why some of
    them tell nothing. Raises `NoServiceError`, `NoAnswerError`.
    """
    found = await concurrency.each(lambda jid: other_ledgers(reader, jid, source), services)
    named: dict[Address, str] = {}
    unread: dict[NodeAddress, str] = {}
    for node, each in chain.from_iterable(ledgers.items() for ledgers in found):
        if isinstance(each, LedgerError):
            unread[node] = str(each)
        else:
            name = source_of(node.node) or ""
            named.update(dict.fromkeys((*each.settled, *each.intended), name))
    return named, unread
