"""Locks: of two applies on one space at most one goes on, however their requests interleave."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ACCOUNT, DEV, PROSODY, SERVICE, SPACE_CONFIG, form, item, live_node
from spaces_sync.engine import lock
from spaces_sync.engine.lock import LIFETIME, Holder, Lock, LockedError, Locks
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode, is_reserved
from spaces_sync.model.state import Field, Item, Key, Reading, State
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import ConfigureNode, CreateNode, PublishItem
from spaces_sync.ports import NoAnswerError, ServiceError, Writer
from spaces_sync.simulator import Simulator

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OTHER = NodeAddress(SERVICE, "other")
PAYLOAD = parse("<x xmlns='urn:x'/>")


async def world() -> Simulator:
    simulator = Simulator(ACCOUNT)
    for node in (DEV, OTHER):
        await simulator.create_node(node, {"pubsub#persist_items": ("true",)})
    return simulator


def held_by(simulator: Simulator, node: NodeAddress = DEV) -> list[str]:
    return list(simulator.world.hosts[SERVICE].nodes[node.node].items)


def mine(name: str, *nodes: NodeAddress) -> Locks:
    nodes = nodes or (DEV,)
    return Locks(Holder(name), nodes, nodes, f"urn:spaces-sync:lock:0:{name}")


async def no_rest(_: float) -> None:
    await asyncio.sleep(0)


# --- two at once ----------------------------------------------------------------------------


class Turns:
    """A writer that gives way before each request, so that a test decides whose turn it is."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def __getattr__(self, name: str) -> Any:
        async def request(*arguments: object) -> object:
            await asyncio.sleep(0)
            return await getattr(self._simulator, name)(*arguments)

        return request


Try = Callable[[Writer], Coroutine[Any, Any, Locks]]


def stepped(first: Try, second: Try, order: Iterator[bool]) -> tuple[list[bool], Simulator]:
    """Both run to their end, each step by whom `order` says; whether each got its lock."""
    simulator = asyncio.run(world())
    writer: Any = Turns(simulator)
    running = {True: first(writer), False: second(writer)}
    got = {True: False, False: False}
    while running:
        who = next(order)
        who = who if who in running else not who
        try:
            running[who].send(None)
        except StopIteration:
            got[who] = True
            del running[who]
        except LockedError:
            del running[who]
    return list(got.values()), simulator


class _Yield:
    def __await__(self) -> Iterator[None]:
        yield


def trying(name: str, clock: timedelta) -> Try:
    """`take` without the event loop, whose turns are the test's to give."""

    async def rest(_: float) -> None:
        await _Yield()

    return lambda writer: lock.take(mine(name), writer, now=lambda: NOW + clock, wait=rest)


def orders(length: int) -> Iterator[list[bool]]:
    for number in range(2**length):
        yield [bool(number >> bit & 1) for bit in range(length)]


def then_fairly(order: list[bool]) -> Iterator[bool]:
    yield from order
    while True:
        yield True
        yield False


@pytest.mark.parametrize("skew", [timedelta(0), timedelta(seconds=5), timedelta(seconds=-5)])
def test_of_two_at_once_exactly_one_goes_on(skew, monkeypatch):
    _in_steps(monkeypatch)
    for order in orders(10):
        got, simulator = stepped(
            trying("one", timedelta(0)), trying("two", skew), then_fairly(order)
        )
        assert got.count(True) == 1, order
        assert held_by(simulator) == [f"urn:spaces-sync:lock:0:{('one', 'two')[got.index(True)]}"]


def test_even_an_unfair_order_lets_at_most_one_go_on(monkeypatch):
    _in_steps(monkeypatch)
    for turn in range(30):
        for first in (True, False):
            order = [first] * turn + [not first] * 60
            got, _ = stepped(
                trying("one", timedelta(0)), trying("two", timedelta(0)), then_fairly(order)
            )
            assert got.count(True) <= 1


def _in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    async def each(ask: Callable[[Any], Awaitable[Any]], values: Any) -> list[Any]:
        return [await ask(value) for value in values]

    async def give_way(_: float) -> None:
        await _Yield()

    monkeypatch.setattr(lock.concurrency, "each", each)
    monkeypatch.setattr(asyncio, "sleep", give_way)


# --- one after the other --------------------------------------------------------------------


def test_the_later_one_hears_who_is_at_work_and_until_when():
    async def work() -> None:
        simulator = await world()
        first = await lock.take(mine("a", DEV, OTHER), simulator, now=lambda: NOW, wait=no_rest)
        with pytest.raises(LockedError) as refused:
            await lock.take(
                mine("b", OTHER), simulator, now=lambda: NOW + LIFETIME / 2, wait=no_rest
            )
        text = str(refused.value)
        assert text == "other is being changed by a, until 2026-01-02T03:14:05.000Z"
        assert held_by(simulator, OTHER) == [first.id]
        await lock.release(first, simulator)
        assert held_by(simulator) == held_by(simulator, OTHER) == []
        await lock.take(mine("b", OTHER), simulator, now=lambda: NOW, wait=no_rest)

    asyncio.run(work())


def test_what_has_run_out_is_cleared_away():
    async def work() -> None:
        simulator = await world()
        await lock.take(mine("dead"), simulator, now=lambda: NOW, wait=no_rest)
        later = NOW + LIFETIME
        taken = await lock.take(mine("new"), simulator, now=lambda: later, wait=no_rest)
        assert held_by(simulator) == [taken.id]

    asyncio.run(work())


def test_what_a_dead_process_left_behind_holds_nobody_up():
    async def work() -> None:
        simulator = await world()
        dead = replace(mine("dead"), holder=Holder("dead", "boot 1"))
        await lock.take(dead, simulator, wait=no_rest)
        new = replace(mine("new"), holder=Holder("new", "boot 2", lambda who: who == "boot 1"))
        await lock.take(new, simulator, wait=no_rest)
        assert held_by(simulator) == [new.id]

    asyncio.run(work())


def test_a_renewed_one_goes_on_holding():
    async def work() -> None:
        simulator = await world()
        first = await lock.take(mine("a"), simulator, now=lambda: NOW, wait=no_rest)
        await lock.renew(first, simulator, lambda: NOW + LIFETIME / 2)
        after = NOW + LIFETIME * 1.2
        with pytest.raises(LockedError):
            await lock.take(mine("b"), simulator, now=lambda: after, wait=no_rest)

    asyncio.run(work())


def test_it_is_renewed_at_half_time(monkeypatch):
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) > 3:
            raise NoAnswerError("enough")

    async def work() -> None:
        simulator = await world()
        monkeypatch.setattr(lock.asyncio, "sleep", rest)
        with suppress(NoAnswerError):
            await lock._keep_renewing(mine("a"), simulator, lambda: NOW)
        assert held_by(simulator) == [mine("a").id]

    asyncio.run(work())
    assert rests == [300] * 4


def test_a_service_that_refuses_it_is_worked_on_without():
    class Refusing(Simulator):
        async def publish(self, *_: object) -> None:
            raise ServiceError("not-acceptable", "modify")

    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await simulator.create_node(DEV, {})
        said: list[str] = []
        taken = await lock.take(mine("a"), simulator, warn=said.append, wait=no_rest)
        assert taken.placed == ()
        assert said == ["dev is not locked: not-acceptable"]

    asyncio.run(work())


# --- what gets one --------------------------------------------------------------------------


def reading(*items: Item, most: str = "max", **config: str) -> Reading:
    held = {**SPACE_CONFIG, **form(**config), "pubsub#max_items": Field((most,), highest=256)}
    node = live_node(*items, config=held)
    return Reading(ACCOUNT, State({DEV: node}), services={SERVICE: PROSODY})


def publishes(count: int) -> list[PublishItem]:
    return [PublishItem(DEV, Key("item", str(n)), str(n), None, PAYLOAD) for n in range(count)]


@pytest.mark.parametrize(
    ("added", "most", "placed"),
    [(1, "max", True), (252, "max", True), (253, "max", False), (6, "10", True), (7, "10", False)],
)
def test_nothing_is_pushed_out_by_a_lock(added, most, placed):
    found, full = lock.needed(publishes(added), reading(most=most), Holder("me"))
    assert found.watched == (DEV,)
    assert (found.placed, full) == (((DEV,), ()) if placed else ((), (DEV,)))


def test_a_lower_limit_counts_before_it_is_set():
    resize = ConfigureNode(DEV, {"pubsub#max_items": ("max",)}, {"pubsub#max_items": ("3",)})
    assert lock.needed([resize], reading(), Holder("me"))[1] == (DEV,)


def test_new_nodes_and_nodes_that_are_no_spaces_need_none():
    actions = [CreateNode(OTHER, {}), *publishes(1)]
    assert lock.needed(actions, reading(type="urn:other"), Holder("me"))[0].watched == ()


# --- its item -------------------------------------------------------------------------------


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    st.sampled_from(["", "boot pid:[1] 17 4711"]),
)
def test_a_lock_survives_the_way_there_and_back(holder, until, process):
    until = until.replace(microsecond=until.microsecond // 1000 * 1000)
    made = Lock(lock.fresh_id(), holder, until, process)
    assert lock.decode(Item(made.id, (lock.encode(made),))) == made


@pytest.mark.parametrize(
    "payload",
    [
        "<lock xmlns='urn:spaces-sync:0' holder='x'/>",
        "<lock xmlns='urn:spaces-sync:0' holder='x' until='soon'/>",
        "<lock xmlns='urn:spaces-sync:0' holder='x' until='2026-01-02T03:04:05'/>",
        "<lock xmlns='urn:other' holder='x' until='2026-01-02T03:04:05Z'/>",
    ],
)
def test_what_is_no_lock_locks_nothing(payload):
    assert lock.decode(item("urn:spaces-sync:lock:0:x", payload)) is None


def test_a_lock_is_no_child():
    made = Lock(lock.fresh_id(), str(Jid("me")), NOW)
    assert decode([Item(made.id, (lock.encode(made),))]) == {}
    assert is_reserved(made.id)
