"""What an apply says in ledgers while other things go wrong: a cut, a refusal, a lock, a clock."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from builders import ACCOUNT, DEV, SERVICE, child, declare, declare_room, form
from spaces_sync import engine
from spaces_sync.engine import Approval, Execution, SendContext, StalePlanError, execute, intents
from spaces_sync.engine.intents import Claim, Holder, LockedError
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.ledger import Ledger, LedgerError
from spaces_sync.model.state import Child, Field, Owned, Room, State
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import ConfigureNode, RetractItem, SetAffiliation
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import NoAnswerError, ServiceError, Writer
from spaces_sync.profile import ROOM_NAME
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

SOURCE = "megacorp/spaces"
BOB, EVE = Jid("bob@megacorp.example"), Jid("eve@megacorp.example")
ENDED = Holder("me", lambda _: "ended")
ALIVE = Holder("me", lambda _: "alive")
PLAIN = Approval()
LINKS = Policy("public", frozenset({"link"}))


class Hooked:
    """A writer of which some requests are a test's own, which get the writer first."""

    def __init__(self, writer: Writer, **requests: Any) -> None:
        self._writer = writer
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._writer, name)
        own = self._requests.get(name)
        return real if own is None else lambda *given, **named: own(real, *given, **named)


async def at_once(_: float, __: asyncio.Event) -> None:
    await asyncio.sleep(0)


def context(**given: Any) -> SendContext:
    return replace(SendContext(wait=at_once), **given)


def link(n: int) -> Child:
    return child("link", f"https://megacorp.example/{n}")


def links(*numbers: int, people: Mapping[Jid, str] | None = None, **more: Any) -> Declaration:
    rights = None if people is None else {ACCOUNT: "owner", **people}
    declared = declare(*map(link, numbers), policy=LINKS, affiliations=rights, **more)
    return replace(declared, source=SOURCE)


async def planned(declaration: Declaration, simulator: Simulator) -> Plan:
    return plan(declaration, await engine.read(declaration, simulator))


async def applied(
    declaration: Declaration,
    simulator: Simulator,
    approval: Approval = PLAIN,
    *,
    through: Any = None,
    **given: Any,
) -> Execution:
    made = await planned(declaration, simulator)
    assert made.obstacles == ()
    return await execute(made, through or simulator, approval, context=context(**given))


class Dying:
    """A connection that is lost with the answer of the first request of that name on DEV."""

    def __init__(self, writer: Writer, last: str) -> None:
        self._writer = writer
        self._last = last
        self._lost = False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._writer, name)
        if not callable(real):
            return real

        async def request(*given: Any, **named: Any) -> Any:
            if not self._lost:
                answer = await real(*given, **named)
                self._lost = name == self._last and given[0] == DEV
            if self._lost:
                raise NoAnswerError("the connection was lost")
            return answer

        return request


async def recorded(simulator: Simulator) -> Ledger:
    return await read_ledger(simulator, SERVICE, SOURCE)


def kinds(made: Plan) -> list[type]:
    return [type(each) for each in made.actions]


async def refused(_: Any, *__: Any, **___: Any) -> None:
    raise ServiceError("internal-server-error", "cancel")


# --- what an apply that is over put there ------------------------------------------------------


@pytest.mark.parametrize("ends", ["refused", "stopped"])
def test_what_a_cut_apply_published_is_known_until_it_is_gone(ends):
    """The smaller one that shall remove it may fail as well: then nothing may forget it."""

    async def work() -> None:
        simulator, stop = Simulator(ACCOUNT, PROSODY), asyncio.Event()
        await applied(links(0), simulator)
        await applied(links(0, 1), simulator, through=Dying(simulator, "publish"))
        name = ledger.item_name("https://megacorp.example/1")
        assert name not in (await recorded(simulator)).settled[DEV].applied

        async def on_dev(retract: Any, node: NodeAddress, item_id: str) -> None:
            await (refused(retract) if node == DEV else retract(node, item_id))

        async def read_again(affiliations: Any, node: NodeAddress) -> Any:
            if node == DEV:
                stop.set()
            return await affiliations(node)

        how = {"refused": {"retract": on_dev}, "stopped": {"affiliations": read_again}}[ends]
        through = Hooked(simulator, **how)
        await applied(links(0), simulator, Approval(holder=ENDED), through=through, stop=stop)

        after = await recorded(simulator)
        assert (name in after.settled[DEV].applied, after.intents) == (True, {})
        assert RetractItem in kinds(await planned(links(0), simulator))

    asyncio.run(work())


def test_a_right_that_a_cut_apply_gave_is_known_until_it_is_gone():
    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        await applied(links(0, people={}), simulator)
        given = links(0, people={EVE: "member"})
        await applied(given, simulator, through=Dying(simulator, "set_affiliation"))
        through = Hooked(simulator, set_affiliation=refused)
        await applied(links(0, people={}), simulator, Approval(holder=ENDED), through=through)
        assert (await simulator.affiliations(DEV))[EVE] == "member"
        assert SetAffiliation in kinds(await planned(links(0, people={}), simulator))

    asyncio.run(work())


# --- what was never sent -----------------------------------------------------------------------


def test_a_right_that_was_never_sent_is_not_recorded_as_ours():
    """Else it is taken from whom another owner gave it, once the file drops the person."""

    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        await applied(links(0), simulator)
        await simulator.set_affiliation(DEV, BOB, "publisher")
        given = links(0, 1, people={BOB: "member"})
        made, known = await planned(given, simulator), await engine.read(given, simulator)
        sent = []

        async def meanwhile(affiliations: Any, node: NodeAddress) -> Any:
            if node == DEV and not sent:
                await simulator.set_affiliation(DEV, BOB, "owner")
            return await affiliations(node)

        async def noted(give: Any, node: NodeAddress, *right: Any) -> None:
            sent.append(node)
            await give(node, *right)

        through: Any = Hooked(simulator, affiliations=meanwhile, set_affiliation=noted)
        approval = Approval(fresh=True, known=known.ownership)
        await execute(made, through, approval, context=context())
        assert sent == []
        name = ledger.affiliation_name(BOB)
        assert name not in (await recorded(simulator)).settled[DEV].applied
        later = await planned(links(0, 1, people={}), simulator)
        assert not [a for a in later.actions if isinstance(a, SetAffiliation) and a.jid == BOB]

    asyncio.run(work())


# --- whose it is by now ------------------------------------------------------------------------


def _room_of(source: str, name: str) -> Declaration:
    room = Room({ROOM_NAME: Field((name,))})
    declared = declare_room(Jid("hall@rooms.megacorp.example"), room)
    return replace(declared, source=source, home=SERVICE)


def _node_of(source: str, name: str) -> Declaration:
    return replace(declare(config=form(title=name), policy=Policy()), source=source)


@pytest.mark.parametrize("of", [_room_of, _node_of], ids=["room", "node"])
def test_what_another_source_has_taken_charge_of_since_gets_nothing(of):
    """Its look may be as it was planned for: only the other ledger tells."""

    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        room, node = Jid("hall@rooms.megacorp.example"), DEV
        await simulator.create_node(node, {"pubsub#title": ("Old",)})
        await simulator.create_room(room, {ROOM_NAME: ("Old",)}, None)
        saved = await planned(of("us", "New"), simulator)
        await applied(of("them", "Theirs"), simulator)
        await simulator.configure_node(node, {"pubsub#title": ("Old",)})
        await simulator.configure_room(room, {ROOM_NAME: ("Old",)}, None)
        with pytest.raises(StalePlanError) as refusal:
            await execute(saved, simulator, context=context())
        causes = {cause for each in refusal.value.stale_results for cause in each.causes}
        assert {(cause.code, cause.after) for cause in causes} == {("source-changed", "them")}

    asyncio.run(work())


# --- one apply at a time -----------------------------------------------------------------------


def test_what_somebody_changed_is_not_put_right_while_another_apply_is_at_work():
    """Nothing new is recorded then; the lock is taken all the same."""

    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        declared = links(0, config=form(publish_model="publishers", max_items="max", title="Ours"))
        await applied(declared, simulator)
        await simulator.configure_node(DEV, {"pubsub#title": ("theirs",)})
        made = await planned(declared, simulator)
        assert kinds(made) == [ConfigureNode]
        other = Claim(SOURCE, {SERVICE: {DEV: Owned()}}, holder=ALIVE, run="1")
        await intents.take(other, simulator)
        with pytest.raises(LockedError):
            await execute(made, simulator, Approval(holder=ALIVE), context=context())
        assert {each.run for each in (await recorded(simulator)).intents.values()} == {"1"}

    asyncio.run(work())


def test_where_the_second_of_two_services_is_locked_no_intent_stays_on_the_first():
    first = NodeAddress(Jid("a.example"), "dev")
    second = NodeAddress(Jid("b.example"), "dev")

    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        there = Claim(SOURCE, {second.service: {second: Owned()}}, holder=ALIVE)
        await intents.take(there, simulator)
        one, two = declare(address=first), declare(address=second)
        both = Declaration(
            State({**one.state.nodes, **two.state.nodes}),
            {**one.policies, **two.policies},
            source=SOURCE,
        )
        with pytest.raises(LockedError):
            await applied(both, simulator, Approval(holder=ALIVE))
        assert (await read_ledger(simulator, first.service, SOURCE)).intents == {}

    asyncio.run(work())


def test_the_lock_is_renewed_while_objects_are_read_again(monkeypatch):
    monkeypatch.setattr(intents, "RENEWED", 0.001)
    beats: set[str] = set()

    async def slow(node_info: Any, node: NodeAddress) -> Any:
        if node == DEV and not beats:  # nothing has been sent yet
            for _ in range(20):
                await asyncio.sleep(0.002)
                beats.update(each.beat for each in (await recorded(simulator)).intents.values())
        return await node_info(node)

    simulator = Simulator(ACCOUNT, PROSODY)
    made = asyncio.run(planned(links(0), simulator))
    through: Any = Hooked(simulator, node_info=slow)
    asyncio.run(execute(made, through, context=context()))
    assert len(beats) > 2


# --- what is tried on a node itself ------------------------------------------------------------


def test_a_node_is_never_told_to_keep_less_than_it_holds():
    """Of a plan that was saved: others may have published since."""
    erin, note = Jid("erin@megacorp.example"), parse("<note xmlns='urn:example:note'/>")
    given: list[str] = []

    async def configure(real: Any, node: NodeAddress, config: Mapping[str, Any]) -> None:
        given.extend(config.get("pubsub#max_items", ()))
        await real(node, config)

    async def work() -> None:
        admin = Simulator(ACCOUNT, replace(EJABBERD, anyone_creates=False))
        admin.world.admins.add(ACCOUNT)
        await applied(replace(links(0), source=None), admin)
        await admin.set_affiliation(DEV, erin, "owner")
        simulator = admin.acting_as(erin)
        saved = await planned(replace(links(0, 1), source=None), simulator)
        for n in range(20):
            await simulator.publish(DEV, f"theirs-{n}", note)
        through: Any = Hooked(simulator, configure_node=configure)
        await execute(saved, through, context=context())
        assert given == ["71", "max"]

    asyncio.run(work())


# --- a ledger that takes nothing ---------------------------------------------------------------


def _elsewhere(publishes: Any) -> Any:
    async def publish(real: Any, node: NodeAddress, *rest: Any, **named: Any) -> None:
        if node != DEV and publishes():
            raise ServiceError("resource-constraint", "wait", "slow down")
        await real(node, *rest, **named)

    return publish


def test_a_ledger_that_takes_no_intent_is_named():
    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        through = Hooked(simulator, publish=_elsewhere(lambda: True))
        with pytest.raises(LedgerError, match=r"the ledger .* cannot be used .*slow down"):
            await applied(links(0), simulator, through=through)
        assert (await simulator.items(NodeAddress(SERVICE, ledger.node_of(SOURCE)))).items == ()

    asyncio.run(work())


def test_a_ledger_that_takes_nothing_after_a_lost_stream_leaves_an_outcome():
    async def work() -> None:
        simulator = Simulator(ACCOUNT, PROSODY)
        made, lost = await planned(links(0), simulator), asyncio.Event()

        async def configured(node_config: Any, node: NodeAddress) -> Any:
            if node == DEV and not lost.is_set():
                lost.set()
                raise NoAnswerError("lost")
            return await node_config(node)

        writer: Any = Hooked(simulator, publish=_elsewhere(lost.is_set), node_config=configured)

        async def reconnect() -> Writer:
            return writer  # type: ignore[no-any-return]  # by name

        done = await execute(made, writer, reconnect=reconnect, context=context())
        assert done.halted is not None
        assert "slow down" in done.halted.after
        assert {each.status for each in done.results} == {"unknown", "skipped"}

    asyncio.run(work())
