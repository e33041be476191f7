"""Reads what is owned, by the ledgers of a source and of others on several services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from spaces_sync.engine import concurrency
from spaces_sync.engine.ledger import other_ledgers, read_ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Ledger, LedgerError, Objects, source_of, united
from spaces_sync.model.state import Address, LedgerNode, Owned, Ownership, State
from spaces_sync.ports import Reader, together


async def read_ownership(
    reader: Reader, source: str | None, services: Iterable[Jid], operators: Iterable[Jid] = ()
) -> Ownership:
    """What the ledgers on `services` say of `source` and of others. Raises as `read_addresses`.

    Also those about services that only these ledgers name: the source owns something there.
    """
    trusted = tuple(operators)

    async def own(service: Jid) -> Ledger | LedgerError:
        assert source is not None  # noqa: S101 - else there is no service to ask
        try:
            return await read_ledger(reader, service, source, trusted)
        except LedgerError as error:
            return error

    found: dict[Jid, Ledger | LedgerError] = {}
    known = Others()
    hosts = sorted(set(services))
    while hosts:
        mine, others = await together(
            concurrency.each(own, hosts if source is not None else ()),
            read_others(reader, source, hosts),
        )
        found.update(zip(hosts, mine, strict=False))
        known.named.update(others.named)
        known.said.update(others.said)
        known.unread.update(others.unread)
        usable = [each for each in found.values() if isinstance(each, Ledger)]
        hosts = sorted({jid for each in usable for jid in each.stated().services} - found.keys())
    ledgers = {jid: each for jid, each in found.items() if isinstance(each, Ledger)}
    return Ownership(
        settled=united(each.settled for each in ledgers.values()),
        intended=united(each.intended for each in ledgers.values()),
        others=known.named,
        theirs=known.said,
        unread=known.unread,
        unusable={jid: str(each) for jid, each in found.items() if isinstance(each, LedgerError)},
        ledgers={
            jid: LedgerNode(each.node, each.people, each.stated().operators)
            for jid, each in ledgers.items()
            if each.exists
        },
    )


def with_people(ownership: Ownership, state: State) -> Ownership:
    """`ownership`, with who owns its ledgers by now, as far as `state` tells."""
    now = ((jid, each, state.nodes.get(each.node)) for jid, each in ownership.ledgers.items())
    ledgers = {
        jid: each if node is None else replace(each, people=node.affiliations or {})
        for jid, each, node in now
    }
    return replace(ownership, ledgers=ledgers)


@dataclass(frozen=True, slots=True)
class Others:
    """What ledgers of other sources tell.

    `named`: the source of each object that they name. `said`: what they say of it. `unread`: why
    some of them tell nothing.
    """

    named: dict[Address, str] = field(default_factory=dict)
    said: dict[Address, Owned] = field(default_factory=dict)
    unread: dict[NodeAddress, str] = field(default_factory=dict)


async def read_others(reader: Reader, source: str | None, services: Iterable[Jid]) -> Others:
    """What the ledgers of other sources on `services` tell. Raises as `read_addresses`."""
    ledgers = await concurrency.each(lambda jid: other_ledgers(reader, jid, source), services)
    found = Others()
    for node, each in chain.from_iterable(each.items() for each in ledgers):
        if isinstance(each, LedgerError):
            found.unread[node] = str(each)
        else:
            objects: Objects = united((each.settled, each.intended))
            found.named.update(dict.fromkeys(objects, source_of(node.node) or ""))
            found.said.update(objects)
    return found
