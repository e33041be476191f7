"""Locks that keep two applies apart: whoever works on a space leaves one among its items.

Everybody places a lock before looking, so of two at least one sees the other; and only who sees
no other goes on. That needs no common clock: age decides merely which of two gives way at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from spaces_sync.engine import concurrency
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.marker import LOCK_PREFIX, NS
from spaces_sync.model.state import EMPTY, Item, Reading
from spaces_sync.model.xml import Xml, element
from spaces_sync.plan.actions import Action, subject
from spaces_sync.plan.capacity import items_added, items_stored, most_items
from spaces_sync.plan.configs import configs
from spaces_sync.ports import (
    NoAnswerError,
    NotSentError,
    UnusableAnswerError,
    Writer,
    one_change,
)
from spaces_sync.profile import is_space

LIFETIME: Final = timedelta(minutes=10)  # of a lock that is not renewed
FREE_ITEMS: Final = 4  # kept free for locks: ours, and those of some who come at the same moment
GIVE_WAY_PAUSES: Final = (0.1, 0.2, 0.4, 0.8, 1.6)  # seconds for a younger one to give way

Now: TypeAlias = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of this machine, which others may not share."""
    return datetime.now(UTC)


class LockedError(Exception):
    """Another apply is at work on a node."""

    def __init__(self, node: NodeAddress, lock: Lock) -> None:
        self.node = node
        self.lock = lock
        super().__init__(f"{node.node} is being changed by {lock.holder}, until {_iso(lock.until)}")


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock item: who works on a space, and until when."""

    id: str  # of its item
    holder: str  # for people
    until: datetime
    process: str = ""  # by which its own machine can tell whether it is still at work

    @property
    def seniority(self) -> tuple[datetime, str]:
        """The lower, the earlier it was taken."""
        return self.until - LIFETIME, self.id


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(lock: Lock) -> Xml:
    """The payload of the lock's item: `<lock xmlns='urn:spaces-sync:managed:0' holder until/>`.

    `until` is in UTC, to the millisecond (XEP-0082); `decode` reads it back.
    """
    process = {"process": lock.process} if lock.process else {}
    return element(NS, "lock", {"holder": lock.holder, "until": _iso(lock.until), **process})


def decode(item: Item) -> Lock | None:
    """None where the item is no lock of a version that we read."""
    if not item.id.startswith(LOCK_PREFIX) or len(item.payloads) != 1:
        return None
    payload = item.payloads[0]
    try:
        until = datetime.fromisoformat(payload.get("until") or "")
    except ValueError:
        return None
    if not payload.is_a((NS, "lock")) or until.tzinfo is None:
        return None
    holder, process = payload.get("holder") or "somebody", payload.get("process") or ""
    return Lock(item.id, holder, until, process)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who takes locks. `ended` says of a process whether it is known to be at work no more."""

    name: str
    process: str = ""
    ended: Callable[[str], bool] = lambda _: False


def fresh_id() -> str:
    """The id of a lock item that nobody has used."""
    return LOCK_PREFIX + secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Locks:
    """`watched`: where locks of others count. `placed`: where ours go, and have to go again."""

    holder: Holder
    watched: tuple[NodeAddress, ...] = ()
    placed: tuple[NodeAddress, ...] = ()
    id: str = field(default_factory=fresh_id)


NO_LOCKS: Final = Locks(Holder("nobody"))


def needed(
    actions: Iterable[Action], reading: Reading, holder: Holder
) -> tuple[Locks, tuple[NodeAddress, ...]]:
    """What to take before sending `actions`, and the spaces that are too full for a lock.

    A node that is still to be created needs none: of two creations one is refused.
    """
    about: dict[NodeAddress, list[Action]] = {}
    for action in actions:
        address = subject(action)
        live = reading.state.nodes.get(address) if isinstance(address, NodeAddress) else None
        if isinstance(address, NodeAddress) and live is not None and is_space(live.config):
            about.setdefault(address, []).append(action)
    full = tuple(address for address in about if not _fits(reading, address, about[address]))
    placed = tuple(address for address in about if address not in full)
    return Locks(holder, tuple(about), placed), full


def _fits(reading: Reading, address: NodeAddress, actions: list[Action]) -> bool:
    """Whether a lock fits beside all items: a service drops the oldest of too many silently."""
    node, service = reading.state.nodes[address], reading.services[address.service]
    limits = (most_items(changes, node, service) for changes in (EMPTY, *configs(actions)))
    most = items_stored(node) + items_added(actions) + FREE_ITEMS
    return all(limit is None or most <= limit for limit in limits)


async def take(
    locks: Locks,
    writer: Writer,
    *,
    now: Now = utc_now,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    warn: Callable[[str], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Locks:
    """Places the locks and looks for those of others; gives the locks as they are held then.

    `wait` waits so many seconds. `warn` is told, for people, where a lock could not be placed.
    Once `stopped()`, no further lock is placed. Raises `LockedError` where another is at work,
    with none of ours left behind, and `NoAnswerError`.
    """
    unplaced = await _publish(locks, writer, now, stopped)
    for node, reason in unplaced.items():
        if not stopped():
            warn(f"{node.node} is not locked: {reason}")
    placed = tuple(node for node in locks.placed if node not in unplaced)
    taken = replace(locks, placed=placed)
    ours = _lock(locks, now)
    for pause in (*GIVE_WAY_PAUSES, None):
        rivals = await _rivals(taken, writer, now)
        if not rivals:
            return taken
        node, rival = min(rivals, key=lambda pair: pair[1].seniority)
        if rival.seniority < ours.seniority or pause is None:
            with suppress(NoAnswerError):
                await release(taken, writer)
            raise LockedError(node, rival)
        await wait(pause)
    raise AssertionError  # the last of them has no pause


def _lock(locks: Locks, now: Now) -> Lock:
    return Lock(locks.id, locks.holder.name, now() + LIFETIME, locks.holder.process)


async def _publish(
    locks: Locks, writer: Writer, now: Now, stopped: Callable[[], bool] = lambda: False
) -> Mapping[NodeAddress, str]:
    """Why it could not be placed, where it could not."""
    payload = encode(_lock(locks, now))

    async def one(node: NodeAddress) -> str:
        try:
            # COMPAT(ejabberd 23.01): publishing to a node that is gone makes it anew, open to all.
            # Shown by test_compat_ejabberd_publishing_to_a_node_that_is_gone_makes_it_open.
            await writer.node_info(node)
            with one_change(stopped):
                await writer.publish(node, locks.id, payload)
        except (UnusableAnswerError, NotSentError) as error:
            return str(error)
        return ""

    reasons = await concurrency.each(one, locks.placed)
    return {node: text for node, text in zip(locks.placed, reasons, strict=True) if text}


async def _rivals(locks: Locks, writer: Writer, now: Now) -> list[tuple[NodeAddress, Lock]]:
    """The locks of others that count; what has run out, or was left behind, is cleared away."""

    async def one(node: NodeAddress) -> list[tuple[NodeAddress, Lock]]:
        try:
            items = (await writer.items(node)).items
        except UnusableAnswerError:
            return []
        others = [lock for lock in map(decode, items) if lock is not None and lock.id != locks.id]
        ended = [lock for lock in others if lock.until <= now() or locks.holder.ended(lock.process)]
        for lock in ended:
            await _retract(writer, node, lock.id)
        return [(node, lock) for lock in others if lock not in ended]

    return [pair for found in await concurrency.each(one, locks.watched) for pair in found]


@asynccontextmanager
async def renewing(locks: Locks, writer: Writer, now: Now = utc_now) -> AsyncIterator[None]:
    """Within, the locks are renewed whenever half of `LIFETIME` has passed.

    A renewal that gets no answer ends the renewing and raises nothing here.
    """
    task = asyncio.create_task(_keep_renewing(locks, writer, now))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_renewing(locks: Locks, writer: Writer, now: Now) -> None:
    while locks.placed:
        await asyncio.sleep(LIFETIME.total_seconds() / 2)
        await renew(locks, writer, now)


async def renew(locks: Locks, writer: Writer, now: Now = utc_now) -> None:
    """Has the locks run out `LIFETIME` from `now`, by publishing them again.

    A lock that a service refuses to renew stays as it is. Raises `NoAnswerError`.
    """
    await _publish(locks, writer, now)


async def release(locks: Locks, writer: Writer) -> None:
    """Takes our locks away. Raises `NoAnswerError`; what is not taken away runs out."""
    await concurrency.each(lambda node: _retract(writer, node, locks.id), locks.placed)


async def _retract(writer: Writer, node: NodeAddress, item_id: str) -> None:
    with suppress(UnusableAnswerError):
        await writer.retract(node, item_id)
