"""Keeps a source's ledgers what they have to be: their nodes, their owners, what they state.

Whatever was cut off before, or was not so when a node was made, is made good by whoever takes the
ledger next: each step looks at what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from spaces_sync.engine import concurrency
from spaces_sync.engine.ledger import CONFIG, ensure_capacity, publish, read_ledger, usable
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Ledger, LedgerError
from spaces_sync.model.state import EMPTY
from spaces_sync.model.statement import Statement
from spaces_sync.ports import ServiceError, UnusableAnswerError, Writer, one_change


class FormerOperatorsError(Exception):
    """A ledger names some of those no more who would come to own it; `people`: what they are."""

    def __init__(self, node: NodeAddress, people: Mapping[Jid, str]) -> None:
        self.node = node
        self.people = people
        super().__init__(f"{', '.join(people)} left the operators of {node}")


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who looks after the ledgers of a source. Once `stopped()` nothing more is sent.

    `granted`: which operators come to own ledgers by actions of the plan.
    """

    source: str
    operators: tuple[Jid, ...]
    writer: Writer
    stopped: Callable[[], bool] = lambda: False
    granted: frozenset[Jid] = frozenset()

    @property
    def works(self) -> frozenset[Jid]:
        """Who works for the source by the file."""
        return frozenset((self.writer.account, *self.operators))

    async def made(self, services: Iterable[Jid]) -> Mapping[Jid, Ledger]:
        """The ledgers about services, which are there from now on, and which all operators own.

        Raises `FormerOperatorsError` before anything is sent, `LedgerError`, `NoAnswerError`,
        `NotSentError`.
        """
        hosts = sorted(services)
        found = await concurrency.each(self._read, hosts)
        for each in found:
            if former := self._former(each):
                raise FormerOperatorsError(each.node, former)
        return {
            service: await self._made(service, each)  # several may get one together
            for service, each in zip(hosts, found, strict=True)
        }

    async def _read(self, service: Jid) -> Ledger:
        return await read_ledger(self.writer, service, self.source, self.operators)

    async def _made(self, service: Jid, found: Ledger) -> Ledger:
        if not found.exists:
            found = await self._created(found, service)
        if found.unfit:
            with one_change(self.stopped), usable(found.node):
                await self.writer.configure_node(found.node, found.unfit)
        for jid in self.operators:
            if jid != self.writer.account and found.people.get(jid) != "owner":
                with one_change(self.stopped), usable(found.node):
                    await self.writer.set_affiliation(found.node, jid, "owner")
        return replace(found, unfit=EMPTY)

    def _former(self, found: Ledger) -> Mapping[Jid, str]:
        """Which operators a ledger names no more, each with its affiliation to it.

        No action of the plan gives it back to them: whoever made the plan did not know. On the
        account's own server nobody else looks for it.
        """
        named = found.stated().operators
        if not named or found.node.service == self.writer.account:
            return EMPTY
        gone = self.works - {self.writer.account} - named - self.granted
        now = {jid: found.people.get(jid, "none") for jid in sorted(gone)}
        return {jid: word for jid, word in now.items() if word != "owner"}

    async def _created(self, found: Ledger, service: Jid) -> Ledger:
        try:
            with one_change(self.stopped):
                await self.writer.create_node(found.node, CONFIG)
        except ServiceError as error:
            # Somebody made it just now, and it may be anybody's; or it is one at home, made since.
            now = await self._read(service)
            if now.exists:
                return now
            own = replace(found.node, service=self.writer.account)
            if own == found.node:
                raise self._nowhere(service, error) from None
            try:
                with one_change(self.stopped):
                    await self.writer.create_node(own, CONFIG)
            except UnusableAnswerError:
                raise self._nowhere(service, error) from None
            found = replace(found, node=own)
        return replace(found, exists=True)

    def _nowhere(self, service: Jid, error: ServiceError) -> LedgerError:
        return LedgerError(
            f"{service} lets this account create no node ({error}), nor does the account's own "
            f"server: what the source {self.source!r} owns cannot be recorded. Allow it to, or "
            "take 'source' out of the file: then nothing is ever removed for having left it"
        )

    async def stated(self, ledgers: Mapping[Jid, Ledger]) -> Mapping[Jid, Ledger]:
        """Makes all ledgers, by the service that they are about, name each other's services, and
        who works for the source now or did until now. Raises as `made`.
        """
        known = {each.node: each.stated() for each in ledgers.values()}
        services = frozenset(ledgers).union(*(each.services for each in known.values()))

        async def one(node: NodeAddress) -> Mapping[Jid, Ledger]:
            about = [service for service, each in ledgers.items() if each.node == node]
            before = known[node]
            people = before.operators | self.works
            after = Statement(people, services, before.here.union(about))
            return dict.fromkeys(about, await self._says(ledgers[about[0]], after))

        done = await concurrency.each(one, known)
        return dict(chain.from_iterable(each.items() for each in done))

    async def without_former(self, found: Ledger) -> None:
        """Ends that a ledger names who works for the source no more, and owns it no more.

        What else they wrote is written anew by then (records.py). Raises as `made`.
        """
        if found.stated([self.writer.account]).operators <= self.works:
            return
        with usable(found.node):
            people = await self.writer.affiliations(found.node)
        stay = {jid for jid, word in people.items() if word not in ("none", "outcast")}
        before = found.stated()
        after = replace(before, operators=before.operators & (self.works | stay))
        for item_id in found.statements:
            if found.writers.get(item_id, self.writer.account) not in after.operators:
                with usable(found.node):
                    await self.writer.retract(found.node, item_id)
        await self._says(found, after)

    async def _says(self, found: Ledger, after: Statement) -> Ledger:
        """Makes our own statement in a ledger say that; those of others stay."""
        account = self.writer.account
        written = found.statements.items()
        mine = {n: each for n, each in written if found.writers.get(n, account) == account}
        if [*mine.values()] == [after]:
            return found
        new = ledger.fresh_id()
        with one_change(self.stopped):
            await ensure_capacity(found, 1, self.writer)
            await publish(self.writer, found.node, ledger.encode_statement(after), new)
        for old in mine:
            with one_change(self.stopped), usable(found.node):
                await self.writer.retract(found.node, old)
        others = {n: each for n, each in found.statements.items() if n not in mine}
        return replace(found, statements={**others, new: after})
