"""The ledger of an apply: intent before, records after, and one apply at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, cycle
from typing import Any

import pytest

from builders import ACCOUNT, DEV, SERVICE
from cutting import Cut
from spaces_sync.engine import intents, records
from spaces_sync.engine.intents import Claim, Holder, LockedError
from spaces_sync.engine.ledger import CONFIG, read_ledger
from spaces_sync.model import buckets, ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.ledger import LedgerError
from spaces_sync.model.state import Owned
from spaces_sync.model.xml import Xml, parse
from spaces_sync.ports import NoAnswerError, NotSentError, ServiceError
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

BOB = Jid("bob@megacorp.example")
SOURCE = "megacorp/spaces"
NODE = NodeAddress(SERVICE, ledger.node_of(SOURCE))
SALES = NodeAddress(SERVICE, "sales")
INTENDED = {DEV: Owned({"aaaaaaaa": ""}), SALES: Owned({"bbbbbbbb": ""})}
MEANT = ledger.all_doubtful(INTENDED)  # as it is read: nobody knows whether it came to that
RECORDS = {DEV: Owned({"aaaaaaaa": "1" * 8}), SALES: Owned({"bbbbbbbb": "1" * 8})}


def claim(run: str = "5", holder: Holder = intents.NOBODY, **rest: Any) -> Claim:
    return Claim(SOURCE, {SERVICE: INTENDED}, holder=holder, run=run, **rest)


class Time:
    """Waits that take no time; `then` does something at each."""

    def __init__(self, then: Callable[[float], Any] = lambda _: None) -> None:
        self.passed = 0.0
        self._then = then

    async def wait(self, seconds: float) -> None:
        self.passed += seconds
        done = self._then(self.passed)
        if asyncio.iscoroutine(done):
            await done


async def never(_: float) -> None:
    raise AssertionError("nobody has to wait here")


async def read(simulator: Simulator) -> ledger.Ledger:
    return await read_ledger(simulator, SERVICE, SOURCE)


@pytest.fixture(params=[PROSODY, EJABBERD], ids=lambda profile: profile.name)
def simulator(request: pytest.FixtureRequest) -> Simulator:
    return Simulator(ACCOUNT, request.param)


# --- intent and records -----------------------------------------------------------------------


def test_first_the_intent_then_the_records_and_then_no_intent(simulator):
    async def work() -> None:
        held = await intents.take(claim(), simulator, wait=never)
        meanwhile = await read(simulator)
        assert meanwhile.intended == MEANT
        assert meanwhile.settled == {}
        await records.settle(held, RECORDS, simulator)
        after = await read(simulator)
        assert (after.settled, after.intents) == (RECORDS, {})

    asyncio.run(work())


def test_records_are_replaced_and_go(simulator):
    async def work() -> None:
        held = await intents.take(claim(), simulator, wait=never)
        await records.settle(held, RECORDS, simulator)
        held = await intents.take(claim(), simulator, wait=never)
        newer = {DEV: Owned({"cccccccc": "2" * 8}), SALES: None}
        assert await records.settle(held, newer, simulator) == {DEV: newer[DEV]}
        assert (await read(simulator)).settled == {DEV: newer[DEV]}
        assert len((await simulator.items(NODE)).items) == 2  # a record and a statement

    asyncio.run(work())


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("writes", range(9))
def test_wherever_it_is_cut_nothing_that_was_ever_owned_is_forgotten(simulator, writes, answered):
    before = {DEV: Owned({"oldoldol": "0" * 8})}
    ended = Holder("me", lambda _: "ended")

    async def work() -> None:
        held = await intents.take(claim("0"), simulator, wait=never)
        await records.settle(held, before, simulator)
        line: Any = Cut(simulator, writes, answered=answered)
        begun = False
        try:
            held = await intents.take(claim("5"), line, wait=never)
            begun = True
            await records.settle(held, RECORDS, line)
        except NoAnswerError:
            pass
        found = await read(simulator)
        known = ledger.united((found.settled, found.intended))
        if begun:
            assert {name for owned in known.values() for name in owned.applied} >= {
                "aaaaaaaa",
                "bbbbbbbb",
            }
        else:
            assert "oldoldol" in known[DEV].applied
        held = await intents.take(claim("9", ended), simulator, wait=never)
        await records.settle(held, RECORDS, simulator)
        after = await read(simulator)
        assert (after.settled, after.intents) == (RECORDS, {})

    asyncio.run(work())


def test_what_an_apply_left_behind_is_recorded_by_the_next(simulator):
    """Also of objects that the next one has nothing to do with."""
    ended = Holder("me", lambda _: "ended")

    async def work() -> None:
        await intents.take(claim("0"), simulator, wait=never)
        other = Claim(SOURCE, {SERVICE: {}}, holder=ended)
        held = await intents.take(other, simulator, wait=never)
        assert held.left_behind == MEANT
        await records.settle(held, {}, simulator)
        after = await read(simulator)
        assert (after.settled, after.intents) == (MEANT, {})

    asyncio.run(work())


def test_what_an_apply_left_behind_is_added_to_what_is_recorded(simulator):
    """Of an object that the next one has nothing to do with the old records stay."""
    ended = Holder("me", lambda _: "ended")
    old = {DEV: Owned({"oldoldol": "0" * 8}, protect=True)}

    async def work(*, unlocks: bool) -> None:
        held = await intents.take(Claim(SOURCE, {SERVICE: old}), simulator, wait=never)
        await records.settle(held, old, simulator)
        await intents.take(Claim(SOURCE, {SERVICE: {DEV: INTENDED[DEV]}}), simulator, wait=never)
        if unlocks:
            await records.unlock(await read(simulator), simulator)
        else:
            other = Claim(SOURCE, {SERVICE: {}}, holder=ended)
            held = await intents.take(other, simulator, wait=never)
            await records.settle(held, {}, simulator)
        after = await read(simulator)
        new = frozenset({"aaaaaaaa"})
        both = Owned({"aaaaaaaa": "", "oldoldol": "0" * 8}, protect=True, doubtful=new)
        assert (after.settled, after.intents) == ({DEV: both}, {})

    asyncio.run(work(unlocks=True))
    asyncio.run(work(unlocks=False))


def test_two_services_without_a_ledger_of_their_own_share_one_and_forget_nothing(simulator):
    """Both may make no node: what they record is in one node on the account's own server."""
    hosts = [Jid("a.example"), Jid("b.example")]
    here = NodeAddress(hosts[0], "x")
    names = (NodeAddress(hosts[1], f"y{n}") for n in range(999))
    there = next(each for each in names if buckets.bucket(each) == buckets.bucket(here))
    create = simulator.create_node

    async def refusing(node: NodeAddress, *rest: Any) -> None:
        if node.service in hosts:
            raise ServiceError("forbidden", "auth")
        await create(node, *rest)

    simulator.create_node = refusing

    async def apply(first: Owned | None, second: Owned | None) -> ledger.Objects:
        claim = Claim(SOURCE, {hosts[0]: {here: Owned()}, hosts[1]: {there: Owned()}})
        held = await intents.take(claim, simulator, wait=never)
        assert {each.node.service for each in held.ledgers.values()} == {ACCOUNT}
        return await records.settle(held, {here: first, there: second}, simulator)

    async def work() -> None:
        one, two, three = (Owned({each * 8: each * 8}) for each in "123")
        assert await apply(one, two) == {here: one, there: two}
        assert await apply(None, three) == {there: three}
        after = await read_ledger(simulator, hosts[1], SOURCE)
        assert (after.settled, after.intents) == ({there: three}, {})

    asyncio.run(work())


def test_an_object_with_100000_children_is_recorded_in_parts_and_read_whole(simulator):
    """Prosody ends a stream at a stanza of some 260 000 bytes, and keeps 256 items a node."""
    names = {ledger.item_name(f"r{n}@rooms.megacorp.example"): "A" * 8 for n in range(100_000)}
    large = Claim(SOURCE, {SERVICE: {DEV: Owned(dict.fromkeys(names, ""))}})

    async def work() -> None:
        held = await intents.take(large, simulator, wait=never)
        meanwhile = await read(simulator)
        assert meanwhile.intended == ledger.all_doubtful(large.intended[SERVICE])
        assert {each.run for each in meanwhile.intents.values()} == {large.run}
        await records.settle(held, {DEV: Owned(names)}, simulator)
        after = await read(simulator)
        assert (after.settled, after.intents) == ({DEV: Owned(names)}, {})
        assert len(after.records) < 100
        items = (await simulator.items(NODE)).items
        assert max(len(str(each.payloads[0])) for each in items) < 70_000

    asyncio.run(work())


def test_what_was_taken_over_leaves_the_other_sources_ledger_and_nothing_else_does(simulator):
    theirs = Claim("them", {SERVICE: INTENDED})

    async def work() -> None:
        held = await intents.take(theirs, simulator, wait=never)
        await records.settle(held, RECORDS, simulator)
        held = await intents.take(claim(taken={DEV: "them"}), simulator, wait=never)
        await records.settle(held, {DEV: RECORDS[DEV]}, simulator)
        left = await read_ledger(simulator, SERVICE, "them")
        assert left.settled == {SALES: RECORDS[SALES]}
        assert (await read(simulator)).settled == {DEV: RECORDS[DEV]}

    asyncio.run(work())


class Elsewhere(Simulator):
    """Lets the account make nodes on its own service only (XEP-0223), or nowhere."""

    nowhere = False

    async def create_node(self, node: NodeAddress, config: Any) -> None:
        if self.nowhere or node.service == SERVICE:
            raise ServiceError("forbidden", "auth")
        await super().create_node(node, config)


def test_who_may_make_no_node_there_has_the_ledger_at_home():
    simulator = Elsewhere(ACCOUNT)

    async def work() -> None:
        held = await intents.take(claim(), simulator, wait=never)
        assert held.ledgers[SERVICE].node == replace(NODE, service=ACCOUNT)
        await records.settle(held, RECORDS, simulator)
        assert (await read(simulator)).settled == RECORDS

    asyncio.run(work())


def test_a_ledger_at_home_that_is_about_rooms_only_is_not_replaced_either():
    simulator = Elsewhere(ACCOUNT)
    rooms = {Jid("hall@rooms.megacorp.example"): Owned({"aaaaaaaa": "1" * 8})}

    async def work() -> None:
        held = await intents.take(Claim(SOURCE, {SERVICE: rooms}), simulator, wait=never)
        await records.settle(held, rooms, simulator)
        await Simulator.create_node(simulator, NODE, CONFIG)
        with pytest.raises(LedgerError, match="Delete the one that is not true"):
            await read(simulator)

    asyncio.run(work())


def test_a_statement_drops_no_record_from_a_full_ledger(simulator):
    async def work() -> None:
        await simulator.create_node(NODE, {**CONFIG, "pubsub#max_items": ("2",)})
        for owned in (INTENDED, RECORDS):
            await simulator.publish(NODE, ledger.fresh_id(), ledger.encode_record(owned))
        await intents.take(claim(), simulator, wait=never)
        found = await read(simulator)
        assert (len(found.records), len(found.intents), len(found.statements)) == (2, 1, 1)

    asyncio.run(work())


def test_who_may_make_no_node_anywhere_is_told_what_to_do():
    simulator = Elsewhere(ACCOUNT)
    simulator.nowhere = True

    async def work() -> None:
        with pytest.raises(LedgerError, match="take 'source' out of the file"):
            await intents.take(claim(), simulator, wait=never)

    asyncio.run(work())


def test_what_was_claimed_and_not_begun_is_taken_away_again(simulator):
    async def work() -> None:
        mine = claim("5")
        await intents.take(mine, simulator, wait=never)
        await intents.abandon(claim("7"), simulator)
        assert {each.run for each in (await read(simulator)).intents.values()} == {"5"}
        assert list(await intents.abandon(mine, simulator)) == []
        assert (await read(simulator)).intents == {}

    asyncio.run(work())


# --- one apply at a time ----------------------------------------------------------------------


def test_an_apply_that_renews_its_intent_keeps_others_out(simulator):
    async def work() -> None:
        first = await intents.take(claim("5"), simulator, wait=never)
        time = Time(lambda passed: intents.renew(first, simulator) if passed > 20 else None)
        with pytest.raises(LockedError):
            await intents.take(claim("7"), simulator, wait=time.wait)
        assert 20 < time.passed < intents.LASTS
        assert {each.run for each in (await read(simulator)).intents.values()} == {"5"}

    asyncio.run(work())


def test_an_apply_whose_process_is_at_work_here_keeps_others_out_at_once(simulator):
    async def work() -> None:
        await intents.take(claim("5", Holder("here")), simulator, wait=never)
        time = Time()
        with pytest.raises(LockedError):
            await intents.take(
                claim("7", Holder("me", lambda _: "alive")), simulator, wait=time.wait
            )
        assert time.passed < 5

    asyncio.run(work())


@pytest.mark.parametrize("until", ["", "9999-12-31T23:59:59Z"])
def test_what_nobody_renews_is_over_whatever_it_says_of_itself(simulator, until):
    async def work() -> None:
        await intents.take(claim("5"), simulator, wait=never)
        (item_id,) = (await read(simulator)).intents
        forged = f"<intent xmlns='{ledger.NS}' run='0' beat='{until or 'b'}' until='{until}'/>"
        await simulator.publish(NODE, item_id, parse(forged))
        time = Time()
        held = await intents.take(claim("7"), simulator, wait=time.wait)
        assert intents.LASTS <= time.passed < intents.LASTS + 10
        await records.settle(held, RECORDS, simulator)
        assert (await read(simulator)).intents == {}

    asyncio.run(work())


def test_of_two_at_the_same_moment_both_get_their_turn(simulator):
    async def one(run: str) -> None:
        held = await intents.take(claim(run), simulator, wait=lambda _: asyncio.sleep(0))
        inside.append(run)
        assert len(inside) == 1
        inside.remove(run)
        await records.settle(held, RECORDS, simulator)

    inside: list[str] = []

    async def work() -> None:
        found = await asyncio.gather(one("5"), one("7"), return_exceptions=True)
        assert [each for each in found if each is None]
        assert all(each is None or isinstance(each, LockedError) for each in found)

    asyncio.run(work())


class Turns:
    """Requests and waits of several, one at a time, by whom `order` says.

    What one of them asks before it has an answer is answered in the order of asking.
    """

    def __init__(self, simulator: Simulator, order: Iterator[str]) -> None:
        self._simulator, self._order = simulator, order
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def turn(self, who: str) -> None:
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(mine)
        await mine

    def writer(self, who: str) -> Any:
        return _OfOne(self, self._simulator, who)

    async def give(self, tasks: list[asyncio.Task[Any]]) -> None:
        while not all(task.done() for task in tasks):
            for _ in range(5):  # to where all of them wait for their turn
                await asyncio.sleep(0)
            if self._waiting:
                who = next(self._order)
                who = who if who in self._waiting else next(iter(self._waiting))
                self._waiting[who].popleft().set_result(None)
                if not self._waiting[who]:
                    del self._waiting[who]


class _OfOne:
    def __init__(self, turns: Turns, simulator: Simulator, who: str) -> None:
        self._turns, self._simulator, self._who = turns, simulator, who
        self.account = simulator.account

    def __getattr__(self, name: str) -> Any:
        async def request(*given: Any, **named: Any) -> Any:
            if name in ("publish", "retract", "items"):
                await self._turns.turn(self._who)
            return await getattr(self._simulator, name)(*given, **named)

        return request


def orders(length: int) -> Iterator[list[str]]:
    for number in range(2**length):
        yield ["57"[number >> bit & 1] for bit in range(length)]


def test_of_two_at_once_only_one_is_at_work_however_their_requests_interleave():
    async def work(order: list[str]) -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        await simulator.create_node(NODE, CONFIG)
        turns = Turns(simulator, chain(order, cycle("57")))
        inside: list[str] = []

        async def one(run: str) -> None:
            writer = turns.writer(run)
            held = await intents.take(claim(run), writer, wait=lambda _: turns.turn(run))
            inside.append(run)
            await turns.turn(run)
            assert inside == [run], order
            await records.settle(held, RECORDS, writer)
            inside.remove(run)

        tasks = [asyncio.ensure_future(one(run)) for run in "57"]
        await turns.give(tasks)
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert found == [None, None], order
        after = await read(simulator)
        assert (after.settled, after.intents) == (RECORDS, {})

    for order in orders(9):
        asyncio.run(work(order))


class Clock:
    """A clock of several that wait; it goes on when all of them do."""

    def __init__(self) -> None:
        self.now, self._due = 0.0, []

    async def wait(self, seconds: float) -> None:
        until = self.now + seconds
        self._due.append(until)
        while self.now < until:  # noqa: ASYNC110 - the time of a test
            await asyncio.sleep(0)

    async def run(self, tasks: list[asyncio.Task[Any]]) -> None:
        while not all(task.done() for task in tasks):
            for _ in range(100):
                await asyncio.sleep(0)
            self._due = sorted(each for each in self._due if each > self.now)
            if self._due:
                self.now = self._due.pop(0)


@pytest.mark.parametrize("later", [0.01, 0.1, 1, 1.9, 30])
@pytest.mark.parametrize("runs", ["57", "75"])
@pytest.mark.parametrize("third", ["3", "9"])
def test_of_two_that_wait_for_the_end_of_a_third_one_goes_on(simulator, third, runs, later):
    async def one(run: str, clock: Clock, start: float) -> None:
        await clock.wait(start)
        held = await intents.take(claim(run), simulator, wait=clock.wait)
        inside.append(run)
        await clock.wait(10)
        assert inside == [run]
        await records.settle(held, RECORDS, simulator)
        inside.remove(run)

    inside: list[str] = []

    async def work() -> None:
        await intents.take(claim(third), simulator, wait=never)  # it was cut off
        clock = Clock()
        starts = zip(runs, (0.001, later), strict=True)
        tasks = [asyncio.ensure_future(one(run, clock, start)) for run, start in starts]
        await clock.run(tasks)
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert None in found
        assert all(each is None or isinstance(each, LockedError) for each in found)
        assert (await read(simulator)).intents == {}

    asyncio.run(work())


def test_what_is_held_is_renewed_while_another_service_is_waited_for(simulator, monkeypatch):
    monkeypatch.setattr(intents, "RENEWED", 0.001)
    elsewhere = Jid("zpubsub.megacorp.example")
    both = Claim(SOURCE, {SERVICE: INTENDED, elsewhere: {}}, run="5")
    beats: set[str] = set()

    async def wait(_: float) -> None:
        await asyncio.sleep(0.005)
        beats.update(each.beat for each in (await read(simulator)).intents.values())

    async def work() -> None:
        await intents.take(Claim(SOURCE, {elsewhere: {}}, run="3"), simulator, wait=never)
        await intents.take(both, simulator, wait=wait)
        assert len(beats) > 2

    asyncio.run(work())


def test_what_is_held_is_renewed_while_much_is_recorded_and_not_after(simulator, monkeypatch):
    beats: set[str] = set()

    async def work() -> None:
        held = await intents.take(claim(), simulator, wait=never)
        monkeypatch.setattr(intents, "RENEWED", 0.001)
        publish = simulator.publish

        async def slow(node: NodeAddress, item_id: str, payload: Xml, **named: Any) -> None:
            if payload.name == "record":
                for _ in range(2):
                    await asyncio.sleep(0.02)
                    beats.update(each.beat for each in (await read(simulator)).intents.values())
            await publish(node, item_id, payload, **named)

        monkeypatch.setattr(simulator, "publish", slow)
        await records.settle(held, RECORDS, simulator)
        await asyncio.sleep(0.01)
        assert len(beats) > 1
        assert (await read(simulator)).intents == {}

    asyncio.run(work())


def test_a_renewal_that_is_refused_is_not_the_last(simulator, monkeypatch):
    monkeypatch.setattr(intents, "RENEWED", 0.001)

    async def work() -> None:
        held = await intents.take(claim(), simulator, wait=never)
        (before,) = (await read(simulator)).intents.values()
        renewed = asyncio.Event()
        publish, refusals = simulator.publish, iter([ServiceError("resource-constraint", "wait")])

        async def busy(*given: Any, **named: Any) -> None:
            for error in refusals:
                raise error
            await publish(*given, **named)
            renewed.set()

        monkeypatch.setattr(simulator, "publish", busy)
        async with asyncio.timeout(60), intents.renewing(held, simulator):
            await renewed.wait()
        (after,) = (await read(simulator)).intents.values()
        assert before.beat != after.beat

    asyncio.run(work())


def test_who_is_stopped_while_waiting_leaves_nothing_behind(simulator):
    async def work() -> None:
        await intents.take(claim("5"), simulator, wait=never)
        stop = asyncio.Event()
        time = Time(lambda _: stop.set())
        with pytest.raises(NotSentError):
            await intents.take(claim("7"), simulator, wait=time.wait, stopped=stop.is_set)
        assert {each.run for each in (await read(simulator)).intents.values()} == {"5"}

    asyncio.run(work())


# --- whose it is ------------------------------------------------------------------------------


def test_operators_own_it_and_go_on(simulator):
    async def work() -> None:
        people = (ACCOUNT, BOB)
        held = await intents.take(claim(operators=people), simulator, wait=never)
        await records.settle(held, RECORDS, simulator)
        bob = simulator.acting_as(BOB)
        held = await intents.take(claim(operators=people), bob, wait=never)
        await records.settle(held, {DEV: None}, bob)
        found = await read_ledger(simulator, SERVICE, SOURCE, people)
        assert found.settled == {SALES: RECORDS[SALES]}

    asyncio.run(work())


def test_what_strangers_could_have_written_is_not_believed(simulator):
    async def work() -> None:
        await intents.take(claim(), simulator, wait=never)
        await simulator.set_affiliation(NODE, BOB, "publisher")
        with pytest.raises(LedgerError, match=f"can be written by {BOB}"):
            await read(simulator)

    asyncio.run(work())


def test_what_a_later_version_wrote_stops_an_apply_and_stays(simulator):
    newer = parse("<record xmlns='urn:spaces-sync:ledger:1'/>")

    async def work() -> None:
        await simulator.create_node(NODE, CONFIG)
        await simulator.publish(NODE, "new", newer)
        with pytest.raises(LedgerError, match="A later version"):
            await intents.take(claim(), simulator, wait=never)
        (item,) = (await simulator.items(NODE)).items
        assert item.payloads == (newer,)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("var", "value"), [("pubsub#access_model", "open"), ("pubsub#publish_model", "open")]
)
def test_a_ledger_that_is_open_is_not_believed(simulator, var, value):
    async def work() -> None:
        await simulator.create_node(NODE, {**CONFIG, var: (value,)})
        with pytest.raises(LedgerError, match=var):
            await read(simulator)

    asyncio.run(work())


def test_anothers_ledger_of_the_same_name_is_refused_with_what_to_do(simulator):
    async def work() -> None:
        await intents.take(claim(), simulator, wait=never)
        with pytest.raises(LedgerError, match="operators"):
            await read_ledger(simulator.acting_as(BOB), SERVICE, SOURCE)

    asyncio.run(work())


def test_a_service_that_does_not_give_all_of_it_is_not_believed(simulator):
    async def work() -> None:
        await intents.take(claim(), simulator, wait=never)
        node = simulator.world.hosts[SERVICE].nodes[NODE.node]
        node.complete = False
        with pytest.raises(LedgerError, match="all of the ledger"):
            await read(simulator)

    asyncio.run(work())


def test_a_look_that_does_not_show_all_proves_nothing(simulator):
    """Another's intent may be what was held back."""

    class Short:
        account = ACCOUNT

        def __getattr__(self, name: str) -> Any:
            async def request(*given: Any, **named: Any) -> Any:
                answer = await getattr(simulator, name)(*given, **named)
                looks.append(name == "items")
                whole = name != "items" or sum(looks) == 1
                return answer if whole else replace(answer, complete=False)

            return request

    looks: list[bool] = []
    short: Any = Short()

    async def work() -> None:
        await simulator.create_node(NODE, CONFIG)
        with pytest.raises(LedgerError, match="all of the ledger"):
            await intents.take(claim(), short, wait=never)

    asyncio.run(work())


def test_a_node_that_vanishes_is_not_made_anew_open(simulator):
    async def work() -> None:
        held = await intents.take(claim(), simulator, wait=never)
        await simulator.delete_node(NODE)
        try:
            await intents.renew(held, simulator)
        except Exception:  # noqa: BLE001 - a refusal is right as well
            return
        config = await simulator.node_config(NODE)
        assert config["pubsub#access_model"].values == ("whitelist",)

    asyncio.run(work())


def test_the_text_of_a_lock_names_no_machine(simulator):
    async def work() -> None:
        first = replace(claim("5"), holder=Holder("0123456789abcdef-0123456789abcdef"))
        await intents.take(first, simulator, wait=never)
        with pytest.raises(LockedError) as caught:
            await intents.take(
                claim("7", Holder("", lambda _: "alive")), simulator, wait=Time().wait
            )
        assert str(caught.value) == f"another apply of the source {SOURCE!r} is at work"

    asyncio.run(work())
