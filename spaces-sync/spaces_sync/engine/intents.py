"""What an apply says in ledgers before it sends anything, which keeps other applies off as well.

Everybody publishes an intent before looking for those of others, so of two applies at least one
sees the other, and only who sees no other goes on. No clock is compared: an apply that is at work
changes its intent every `RENEWED` seconds, and one whose intent was seen unchanged for `LASTS`
seconds is over, as is one whose process this machine knows to have ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, repeat
from typing import Final, Literal, TypeAlias

from spaces_sync.engine import concurrency
from spaces_sync.engine.ledger import decoded, ensure_capacity, publish, usable
from spaces_sync.engine.upkeep import Keeper
from spaces_sync.model import buckets, ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import Intent, Ledger, LedgerError, Objects
from spaces_sync.model.state import EMPTY, Address, Owned, Ownership
from spaces_sync.ports import (
    NoAnswerError,
    NotSentError,
    UnusableAnswerError,
    Writer,
    in_order,
    one_change,
)

RENEWED: Final = 20.0  # seconds between two renewals of an intent
_RENEWALS: Final = 2  # under way at a time; where a service throttles each may wait for long
LASTS: Final = 60.0  # seconds after which an intent that was not renewed counts for nothing
PAUSES: Final = (0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between the first looks at another's intent
LOOKS: Final = 2.0  # seconds between the later ones

Alive: TypeAlias = Literal["alive", "ended", "unknown"]


class LockedError(Exception):
    """Another apply of the same source is at work."""

    def __init__(self, node: NodeAddress, intent: Intent) -> None:
        self.node = node
        self.intent = intent
        self.source = ledger.source_of(node.node) or ""
        super().__init__(f"another apply of the source {self.source!r} is at work")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works: a digest of the process, and what is known of a process by its digest."""

    digest: str = ""
    state: Callable[[str], Alive] = lambda _: "unknown"


NOBODY: Final = Holder()


@dataclass(frozen=True, slots=True)
class Claim:
    """What an apply needs of ledgers: whose they are, and what it may do, by pubsub service.

    `operators`: who else owns them. `granted`: to which of these its plan gives them by actions.
    `taken`: which objects it takes from which other source. `given`: which ones it gives back to
    which, and what that one's ledger will say of them.
    """

    source: str
    intended: Mapping[Jid, Objects]
    operators: tuple[Jid, ...] = ()
    holder: Holder = NOBODY
    taken: Mapping[Address, str] = field(default_factory=lambda: EMPTY)
    run: str = field(default_factory=ledger.fresh_id)
    announced: set[NodeAddress] = field(default_factory=set)  # where an intent of it may stand
    granted: frozenset[Jid] = frozenset()
    given: Mapping[Address, tuple[str, Owned]] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Held:
    """The ledgers that a claim holds, by the service that they are about.

    Services on which the account may make no node have one together. `ledgers` is filled while
    they are taken, one after another.
    """

    claim: Claim
    ledgers: Mapping[Jid, Ledger]

    @property
    def ownership(self) -> Ownership:
        """What they say of the source, but for what the claim itself intends."""
        settled = ledger.united(
            each.settled_but_for(self.claim.run) for each, _ in self.by_ledger()
        )
        return Ownership(settled, self.left_behind)

    @property
    def left_behind(self) -> Objects:
        """What applies that are over may have done, and no record says."""
        return ledger.united(
            each.intended_by_others(self.claim.run) for each, _ in self.by_ledger()
        )

    def by_ledger(self) -> list[tuple[Ledger, Objects]]:
        """Each ledger once, with what the claim intends of the services that it is about."""
        services: dict[NodeAddress, list[Jid]] = {}
        for service, found in self.ledgers.items():
            services.setdefault(found.node, []).append(service)
        return [
            (self.ledgers[several[0]], ledger.united(self.claim.intended[s] for s in several))
            for several in services.values()
        ]


async def take(
    claim: Claim,
    writer: Writer,
    *,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    say: Callable[[str], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Held:
    """Publishes the intents of `claim` and returns when no other apply is at work.

    Raises `FormerOperatorsError` before anything is published, `LockedError` where one is,
    `LedgerError`, `NoAnswerError`, and once `stopped()` `NotSentError`; then `abandon` takes away
    what has been published.
    """
    keeper = Keeper(claim.source, claim.operators, writer, stopped, claim.granted)
    made = await keeper.stated(await keeper.made(claim.intended))
    wanted = Held(claim, made)
    taken: dict[Jid, Ledger] = {}
    held = Held(claim, taken)
    async with renewing(held, writer):  # the first while the next are waited for
        for found, objects in wanted.by_ledger():
            pieces = list(buckets.parts(objects)) or [EMPTY]
            with one_change(stopped):
                await ensure_capacity(found, len(pieces), writer)
            bid = _Bid(claim, writer, found.node, pieces[0], stopped)
            alone = await _alone(bid, wait, say)
            about = [service for service, each in made.items() if each.node == found.node]
            taken.update(dict.fromkeys(about, alone))
            await concurrency.each(partial(_add, bid), pieces[1:])
    return held


@dataclass(frozen=True, slots=True)
class _Bid:
    """What an apply publishes in one ledger to be the only one at work on it."""

    claim: Claim
    writer: Writer
    node: NodeAddress
    objects: Objects
    stopped: Callable[[], bool]
    item_id: str = field(default_factory=ledger.fresh_id)


async def _announce(bid: _Bid) -> None:
    intent = Intent(bid.claim.run, bid.claim.holder.digest, ledger.fresh_id(), bid.objects)
    bid.claim.announced.add(bid.node)
    with one_change(bid.stopped):
        await publish(bid.writer, bid.node, ledger.encode_intent(intent), bid.item_id)


async def _add(bid: _Bid, piece: Objects) -> None:
    """What of an intent other items than the lock have to hold."""
    with one_change(bid.stopped):
        payload = ledger.encode_intent(Intent(bid.claim.run, objects=piece))
        await publish(bid.writer, bid.node, payload)


async def _announce_and_look(bid: _Bid) -> Ledger:
    """What stands there after our intent does: what does not show it was looked at too early."""
    _, found = await in_order(_announce(bid), _look(bid))
    return found if bid.item_id in found.intents else await _look(bid)


async def _step_back(bid: _Bid) -> None:
    with usable(bid.node):
        await bid.writer.retract(bid.node, bid.item_id)


async def _look(bid: _Bid) -> Ledger:
    with usable(bid.node):
        return decoded(bid.node, await bid.writer.items(bid.node))


@dataclass(slots=True)
class _Watch:
    """What was seen of other applies' intents: their beats at first, and when, in seconds."""

    holder: Holder
    first: dict[str, tuple[frozenset[str], float]] = field(default_factory=dict)
    waited: float = 0.0

    def at_work(self, others: Iterable[Intent]) -> tuple[list[Intent], Intent | None]:
        """Which of `others` may be at work, and one that certainly is."""
        beats: dict[str, set[str]] = {}
        about: dict[str, Intent] = {}
        for each in others:
            beats.setdefault(each.run, set()).add(each.beat)
            if each.beat or each.run not in about:
                about[each.run] = each
        maybe: list[Intent] = []
        surely: Intent | None = None
        for run, intent in about.items():
            now = frozenset(beats[run] - {""})
            then, since = self.first.setdefault(run, (now, self.waited))
            state = self.holder.state(intent.holder)
            if state == "ended" or (now == then and self.waited - since >= LASTS):
                continue
            maybe.append(intent)
            if now != then or (state == "alive" and self.waited >= sum(PAUSES)):
                surely = intent
        return maybe, surely


async def _alone(
    bid: _Bid, wait: Callable[[float], Awaitable[None]], say: Callable[[str], None]
) -> Ledger:
    """Returns when our intent stands there and no other apply is at work on the ledger.

    Of two that come at the same moment the one with the lower name stays, the other steps back.
    """
    watch = _Watch(bid.claim.holder)
    found = await _announce_and_look(bid)
    stands, renewed = True, 0.0
    for pause in chain(PAUSES, repeat(LOOKS)):
        rivals, surely = watch.at_work(i for i in found.intents.values() if i.run != bid.claim.run)
        if not rivals and stands:
            return found
        if not rivals:
            found = await _announce_and_look(bid)
            stands, renewed = True, watch.waited
            continue
        if stands and (surely or bid.stopped() or min(r.run for r in rivals) < bid.claim.run):
            await _step_back(bid)
            stands = False
        if surely:
            raise LockedError(bid.node, surely)
        if bid.stopped():
            raise NotSentError("not sent: stopped while another apply was at work")
        if pause == LOOKS:
            say(f"an apply of the same source is at work on {bid.node.service}, or was cut off")
        if stands and watch.waited - renewed >= RENEWED:  # or others who wait take it for over
            await _announce(bid)
            renewed = watch.waited
        await wait(pause)
        watch.waited += pause
        found = await _look(bid)
    raise AssertionError  # the pauses have no end


@asynccontextmanager
async def renewing(held: Held | None, writer: Writer) -> AsyncIterator[None]:
    """Meanwhile the intents change in good time."""
    if held is None:
        yield
        return
    task = asyncio.create_task(_renewed(held, writer))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _renewed(held: Held, writer: Writer) -> None:
    """One that is not answered holds the next one up no longer than it is due."""

    async def once() -> None:
        with suppress(LedgerError, NoAnswerError):  # the next one may be taken
            await renew(held, writer)

    under_way: set[asyncio.Task[None]] = set()
    try:
        while True:
            await asyncio.sleep(RENEWED)
            if len(under_way) < _RENEWALS:
                under_way.add(task := asyncio.create_task(once()))
                task.add_done_callback(under_way.discard)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def renew(held: Held, writer: Writer) -> None:
    """Says of each intent that it is still at work. Raises `NoAnswerError`, `LedgerError`."""
    for each, _ in held.by_ledger():
        for item_id, intent in each.intents.items():
            if intent.run == held.claim.run and intent.beat:
                await publish(
                    writer,
                    each.node,
                    ledger.encode_intent(replace(intent, beat=ledger.fresh_id())),
                    item_id,
                )


async def abandon(claim: Claim, writer: Writer) -> Iterable[str]:
    """Takes the intents of a claim away of which nothing was sent.

    What there is to know of each that it could not.
    """
    left: list[str] = []
    for node in sorted(claim.announced):
        try:
            found = decoded(node, await writer.items(node))
            for item_id, intent in found.intents.items():
                if intent.run == claim.run:
                    await writer.retract(node, item_id)
        except (UnusableAnswerError, LedgerError, NoAnswerError):
            left.append(left_locked(claim, node))
    return left


def left_locked(claim: Claim, node: NodeAddress) -> str:
    """What whoever applies next should know of a lock that could not be taken away."""
    return (
        f"the lock of this apply may still be on {node.service}: others wait until they have seen "
        f"it unchanged for {LASTS:g} s; or: "
        f"spaces-sync unlock {node.service} --source {claim.source}"
    )
