"""Sending what was approved: waiting when asked to, going on after a lost stream, stopping."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ACCOUNT, DEV, child, declare, form, room
from spaces_sync import engine
from spaces_sync.engine import (
    INTERRUPTED,
    Approval,
    Execution,
    SendContext,
    StalePlanError,
    execute,
    retry,
)
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.engine.sending import send
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import Ledger, node_of
from spaces_sync.model.state import Address, State, Values
from spaces_sync.model.xml import Xml, parse
from spaces_sync.plan.actions import ConfigureNode, PublishItem, RecordOwnership
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.outcome import Result, pending
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import NoAnswerError, ServiceError, Writer, admit_change
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

WRITES = [
    "create_node",
    "configure_node",
    "publish",
    "retract",
    "set_affiliation",
    "set_subscription",
]
OTHER = NodeAddress(DEV.service, "other")


class Connection:
    """A simulator's writer; `before` and `after` hear of each request, and may raise."""

    def __init__(
        self,
        simulator: Simulator,
        before: Callable[[str], None] = lambda _: None,
        after: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._simulator = simulator
        self._before = before
        self._after = after
        self.account = simulator.account

    def __getattr__(self, name: str) -> object:
        real = getattr(self._simulator, name)

        async def request(*arguments: object, **named: object) -> object:
            await asyncio.sleep(0)
            self._before(name)
            try:
                return await real(*arguments, **named)
            finally:
                self._after(name)

        return request


class Line:
    """Connections to one simulator; the `fails`-th request on the first one loses it."""

    def __init__(
        self, simulator: Simulator, fails: int, *, answered: bool = False, again: int = 0
    ) -> None:
        self.simulator = simulator
        self.fails = fails
        self.answered = answered
        self.refused = again  # times that nobody listens
        self.count = 0
        self.lost = False

    def _check(self, _: str) -> None:
        if self.lost:
            raise NoAnswerError("the connection was lost")

    def before(self, name: str) -> None:
        self._check(name)
        self.count += 1
        if self.count == self.fails and not self.answered:
            self.lost = True
            self._check(name)

    def after(self, name: str) -> None:
        if self.count >= self.fails and self.answered:  # others may be under way with it
            self.lost = True
        self._check(name)

    def open(self) -> Writer:
        return Connection(self.simulator, self.before, self.after)  # type: ignore[return-value]  # by name

    async def reconnect(self) -> Writer:
        if self.refused:
            self.refused -= 1
            raise NoAnswerError("nobody listens there")
        return self.simulator


async def at_once(_: float, __: asyncio.Event) -> None:
    await asyncio.sleep(0)


def context(**given: object) -> SendContext:
    return replace(SendContext(wait=at_once), **given)  # type: ignore[arg-type]  # a test's own


SOURCE = "megacorp/spaces"
BEFORE = replace(
    declare(
        room("a@rooms.megacorp.example", name="A"),
        room("b@rooms.megacorp.example", name="B"),
        affiliations={Jid("bob@megacorp.example"): "member"},
    ),
    source=SOURCE,
)
WANTED = replace(
    declare(
        room("a@rooms.megacorp.example", name="Other"),
        room("c@rooms.megacorp.example", name="C"),
        child("link", "https://megacorp.example/x"),
        config=form(publish_model="publishers", max_items="max", access_model="open", title="New"),
        affiliations={Jid("bob@megacorp.example"): "publisher"},
    ),
    source=SOURCE,
)


async def prepared(profile=PROSODY, *, empty: bool = False) -> tuple[Simulator, Plan]:
    """A world, and the plan for it."""
    simulator = Simulator(ACCOUNT, profile)
    if not empty:
        made = plan(BEFORE, await engine.read(BEFORE, simulator))
        await execute(made, simulator, context=context())
    reading = await engine.read(WANTED, simulator)
    made = plan(WANTED, reading)
    assert made.actions
    assert not made.obstacles
    return simulator, made


def intents(simulator: Simulator) -> list[str]:
    """What the ledger says that somebody is about to do."""
    node = simulator.world.hosts[DEV.service].nodes.get(node_of(SOURCE))
    items = [] if node is None else node.items.values()
    return [item.id for item in items if item.payloads[0].name == "intent"]


# --- asked to wait --------------------------------------------------------------------------


def refusing(error: ServiceError, times: int) -> Callable[[str], None]:
    left = iter(range(times))

    def before(name: str) -> None:
        if name in WRITES and next(left, None) is not None:
            raise error

    return before


def one_publish() -> PublishItem:
    payload = parse("<x xmlns='urn:x'/>")
    return PublishItem(DEV, ("item", "one"), "one", None, payload)  # type: ignore[arg-type]  # a key


def sent(action: object, error: ServiceError, times: int) -> tuple[str, list[float], list[str]]:
    pauses: list[float] = []
    said: list[str] = []

    async def rest(seconds: float, _: asyncio.Event) -> None:
        pauses.append(seconds)

    async def work() -> str:
        simulator, _ = await prepared()
        writer = Connection(simulator, refusing(error, times))
        (step,), _ = await send([action], writer, SendContext(wait=rest, say=said.append))  # type: ignore[list-item, arg-type]  # by name
        assert isinstance(step, Result)
        return step.status

    return asyncio.run(work()), pauses, said


@pytest.mark.parametrize(
    ("condition", "kind", "objections", "status", "pauses"),
    [
        ("remote-server-timeout", "wait", 2, "done", [0.5, 1]),
        ("recipient-unavailable", "wait", 1, "done", [0.5]),
        ("resource-constraint", "wait", 4, "done", [0.5, 1, 2, 4]),
        ("resource-constraint", "wait", 5, "failed", [0.5, 1, 2, 4]),
        ("policy-violation", "wait", 1, "done", [0.5]),
        ("policy-violation", "modify", 1, "failed", []),
        ("service-unavailable", "wait", 1, "done", [0.5]),
        ("service-unavailable", "cancel", 1, "failed", []),
        ("internal-server-error", "cancel", 1, "done", [0.5]),
        ("internal-server-error", "wait", 2, "failed", [0.5]),
        ("unexpected-request", "wait", 1, "failed", []),
        ("item-not-found", "cancel", 1, "failed", []),
    ],
)
def test_what_is_tried_again(condition, kind, objections, status, pauses):
    found = sent(one_publish(), ServiceError(condition, kind), objections)
    assert found[:2] == (status, pauses)
    assert len(found[2]) == len(pauses)
    assert all("pubsub.megacorp.example asks to wait" in line for line in found[2])


def test_a_form_that_is_refused_is_sent_once_and_a_broken_service_asked_twice():
    action = ConfigureNode(DEV, {"pubsub#title": ("x",)}, {"pubsub#title": ("y",)})
    assert sent(action, ServiceError("resource-constraint", "wait"), 1)[:2] == ("failed", [])
    assert sent(action, ServiceError("internal-server-error", "wait"), 1)[:2] == ("done", [0.5])


@given(st.sampled_from(["wait", "cancel", "modify"]), st.text(max_size=20), st.integers(0, 9))
def test_no_answer_is_worth_more_than_four_tries(kind, condition, tries):
    pause = retry.before_next_try(ServiceError(condition, kind), tries)
    assert pause is None or (tries < 4 and kind == "wait")


def test_connections_are_tried_for_a_minute_at_most():
    pauses = list(retry.before_next_connection())
    assert 30 < sum(pauses) <= 75
    assert pauses[0] < 1


# --- a lost stream --------------------------------------------------------------------------


def carried(profile, *, empty: bool, answered: bool) -> Iterator[tuple[Execution, Simulator, Plan]]:
    """The plan with its stream lost at the first request, at the second, and so on to its end."""
    for fails in range(1, 200):

        async def work(fails: int) -> tuple[Execution, Simulator, Plan, bool]:
            simulator, made = await prepared(profile, empty=empty)
            line = Line(simulator, fails, answered=answered)
            approval = Approval(fresh=True)
            found = await execute(
                made, line.open(), approval, reconnect=line.reconnect, context=context()
            )
            return found, simulator, made, line.lost

        found, simulator, made, lost = asyncio.run(work(fails))
        yield found, simulator, made
        if not lost:
            assert fails > len(made.actions)
            return
    raise AssertionError("it never ends")


@pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda profile: profile.name)
@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("answered", [False, True])
def test_wherever_the_stream_is_lost_the_plan_is_carried_out(profile, empty, answered):
    for found, simulator, made in carried(profile, empty=empty, answered=answered):
        assert [result.action for result in found.results] == list(made.actions)
        assert [result for result in found.results if result.status != "done"] == []
        assert found.halted is None
        assert asyncio.run(_left(simulator)) == ()
        assert intents(simulator) == []


async def _left(simulator: Simulator) -> object:
    return plan(WANTED, await engine.read(WANTED, simulator)).actions


def test_what_somebody_else_changed_meanwhile_gets_nothing_more():
    theirs = parse("<mine xmlns='urn:m'/>")
    hits = 0

    async def work(fails: int) -> int:
        simulator, made = await prepared()
        line = Line(simulator, fails)

        async def reconnect() -> Writer:
            await simulator.publish(DEV, "c@rooms.megacorp.example", theirs)
            return simulator

        approval = Approval(fresh=True)
        with suppress(StalePlanError):  # where it was lost before anything was sent
            found = await execute(
                made, line.open(), approval, reconnect=reconnect, context=context()
            )
            return judge(found, simulator)
        return 0

    def judge(found: Execution, simulator: Simulator) -> int:
        result = next(r for r in found.results if getattr(r.action, "item_id", "")[:2] == "c@")
        if result.status != "failed" or not result.causes:
            return 0  # it was sent and answered before the other came
        held = simulator.world.hosts[DEV.service].nodes["dev"].items[result.action.item_id]
        assert held.payloads == (theirs,)
        later = [r.status for r in found.results if r.action.stage > result.action.stage]
        assert set(later) <= {"skipped", "done"}
        return 1

    for fails in range(1, 40):
        hits += asyncio.run(work(fails))
    assert hits > 3


def test_after_a_lost_stream_only_what_was_changed_meanwhile_is_left_out():
    """Wherever that was: before its record is written, too, where all has been done."""
    theirs, changed = parse("<mine xmlns='urn:m'/>"), "c@rooms.megacorp.example"

    async def work(fails: int) -> bool:
        simulator, made = await prepared()
        line = Line(simulator, fails)

        async def reconnect() -> Writer:
            await simulator.publish(DEV, changed, theirs)
            return simulator

        found = await execute(
            made, line.open(), Approval(partial=True), reconnect=reconnect, context=context()
        )
        undone = [each.action for each in found.results if each.status != "done"]
        if not undone:
            return False
        item, record = undone
        assert isinstance(item, PublishItem)
        assert item.item_id == changed
        assert isinstance(record, RecordOwnership)
        held = simulator.world.hosts[DEV.service].nodes["dev"].items[changed]
        assert held.payloads == (theirs,)
        return True

    assert sum(asyncio.run(work(fails)) for fails in range(1, 40)) > 10


def test_who_cannot_come_back_says_what_is_known():
    async def work() -> None:
        simulator, made = await prepared()
        said: list[str] = []
        line = Line(simulator, 20, again=100)
        approval = Approval(fresh=True)
        found = await execute(
            made,
            line.open(),
            approval,
            reconnect=line.reconnect,
            context=context(say=said.append),
        )
        assert len(found.results) == len(made.actions)
        assert {r.status for r in found.results} <= {"done", "unknown", "skipped"}
        assert found.halted is not None
        assert found.halted.code == "not-sent"
        assert found.reading is None
        assert len(said) == len(list(retry.before_next_connection()))

    asyncio.run(work())


def test_a_server_that_drops_us_each_time_is_given_up():
    async def work() -> None:
        simulator, made = await prepared()
        line = Line(simulator, 1)

        async def reconnect() -> Writer:
            return line.open()

        with pytest.raises(NoAnswerError):
            await execute(
                made,
                line.open(),
                Approval(),
                reconnect=reconnect,
                context=context(),
            )

    asyncio.run(work())


# --- held against what is there -------------------------------------------------------------


@pytest.mark.parametrize("count", range(12))
def test_a_plan_cut_anywhere_goes_on_with_the_rest(count):
    async def work() -> None:
        simulator, made = await prepared(empty=True)
        sent = [a for a in made.actions[:count] if not isinstance(a, RecordOwnership)]
        for action in sent:
            await send([action], simulator, context())
        steps = resumed(made.actions, await engine.read(WANTED, simulator), made.preconditions)
        done = [step for step in steps if not pending(step)]
        assert all(isinstance(step, Result) and step.status == "done" for step in done)
        assert [s.action for s in done if isinstance(s, Result)] == sent
        results = (await execute(made, simulator, Approval(steps), context=context())).results
        assert {result.status for result in results} == {"done"}
        assert await _left(simulator) == ()

    asyncio.run(work())


def test_a_stale_plan_is_refused_and_names_both_versions():
    async def work() -> None:
        simulator, made = await prepared()
        await simulator.publish(DEV, "a@rooms.megacorp.example", parse("<mine xmlns='urn:m'/>"))
        approval = Approval()
        before = dict(simulator.world.hosts[DEV.service].nodes["dev"].items)
        with pytest.raises(StalePlanError) as refused:
            await execute(made, simulator, approval, context=context())
        assert simulator.world.hosts[DEV.service].nodes["dev"].items == before
        (result,) = refused.value.stale_results
        (cause,) = result.causes
        assert cause.code == "item-changed"
        assert "conference" in cause.before
        assert "mine" in cause.after

    asyncio.run(work())


def test_partial_leaves_out_what_moved_and_nothing_else():
    async def work() -> None:
        simulator, made = await prepared()
        await simulator.set_affiliation(DEV, Jid("bob@megacorp.example"), "none")
        lone = declare(room("z@rooms.megacorp.example"), address=OTHER)
        more = plan(lone, await engine.read(lone, simulator)).actions
        actions = tuple(sorted((*made.actions, *more), key=lambda action: action.stage))
        both = replace(made, actions=actions)
        approval = Approval(partial=True)
        found = await execute(both, simulator, approval, context=context())
        (failed, record) = (r for r in found.results if r.status != "done")
        assert failed.status == "failed"
        assert failed.causes == (Cause("right-changed", "bob@megacorp.example", "member", "none"),)
        assert (type(record.action), record.status) == (RecordOwnership, "skipped")

    asyncio.run(work())


def test_of_a_configuration_the_field_that_moved_is_left_out():
    async def work() -> None:
        simulator, _ = await prepared()
        texts = {"pubsub#title": "New", "pubsub#description": "Text"}
        config = {**BEFORE.state.nodes[DEV].config, **form(title="New", description="Text")}
        node = replace(BEFORE.state.nodes[DEV], config=config)
        wanted = replace(BEFORE, state=State({DEV: node}))
        made = plan(wanted, await engine.read(wanted, simulator))
        (action,) = (each for each in made.actions if isinstance(each, ConfigureNode))
        assert action.after == {var: (text,) for var, text in texts.items()}
        await simulator.configure_node(DEV, {"pubsub#title": ("Theirs",)})

        found = await execute(made, simulator, Approval(partial=True), context=context())
        became = {
            tuple(each.action.after): each.status
            for each in found.results
            if isinstance(each.action, ConfigureNode)
        }
        assert became == {("pubsub#title",): "failed", ("pubsub#description",): "done"}
        left = plan(wanted, await engine.read(wanted, simulator)).actions
        assert [each.after for each in left if isinstance(each, ConfigureNode)] == [
            {"pubsub#title": ("New",)}
        ]

    asyncio.run(work())


def test_a_field_that_somebody_else_set_as_planned_is_done():
    async def work() -> None:
        simulator, _ = await prepared()
        config = {**BEFORE.state.nodes[DEV].config, **form(title="New", description="Text")}
        node = replace(BEFORE.state.nodes[DEV], config=config)
        wanted = replace(BEFORE, state=State({DEV: node}))
        made = plan(wanted, await engine.read(wanted, simulator))
        await simulator.configure_node(DEV, {"pubsub#title": ("New",)})
        found = await execute(made, simulator, Approval(), context=context())
        assert {each.status for each in found.results} == {"done"}
        assert plan(wanted, await engine.read(wanted, simulator)).actions == ()

    asyncio.run(work())


def test_what_was_left_out_is_not_recorded_and_what_was_done_is():
    async def work() -> None:
        simulator = Simulator(ACCOUNT)
        made = plan(BEFORE, await engine.read(BEFORE, simulator))
        await execute(made, simulator, context=context())
        wanted = declare(
            *(room(f"{name}@rooms.megacorp.example") for name in "abcd"),
            affiliations=BEFORE.state.nodes[DEV].affiliations,
        )
        wanted = replace(wanted, source=SOURCE)
        made = plan(wanted, await engine.read(wanted, simulator))
        await simulator.publish(DEV, "c@rooms.megacorp.example", parse("<mine xmlns='urn:m'/>"))

        await execute(made, simulator, Approval(partial=True), context=context())
        after = await read_ledger(simulator, DEV.service, SOURCE)
        assert isinstance(after, Ledger)
        owned = after.settled[DEV].applied
        assert owned[ledger.item_name("d@rooms.megacorp.example")]
        assert ledger.item_name("c@rooms.megacorp.example") not in owned
        assert ledger.item_name("a@rooms.megacorp.example") in owned

    asyncio.run(work())


# --- interrupted ----------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(1, 60, 3))
def test_stopped_anywhere_it_says_what_was_done_and_takes_its_intents_away(after):
    async def work() -> None:
        simulator, made = await prepared()
        stop = asyncio.Event()
        seen: list[str] = []

        def count(name: str) -> None:
            seen.append(name)
            if len(seen) == after:
                stop.set()

        writer: Writer = Connection(simulator, count)  # type: ignore[assignment]  # by name
        approval = Approval(fresh=True)
        found = await execute(made, writer, approval, context=context(stop=stop))
        assert {result.status for result in found.results} <= {"done", "skipped"}
        if any(result.status == "skipped" for result in found.results):
            assert found.halted == INTERRUPTED
        assert intents(simulator) == []
        rest = plan(WANTED, await engine.read(WANTED, simulator)).actions
        skipped = [r.action for r in found.results if r.status == "skipped"]
        assert len(rest) == len(skipped)

    asyncio.run(work())


def test_nobody_waits_for_a_connection_after_ctrl_c():
    async def work() -> None:
        simulator, made = await prepared()
        stop = asyncio.Event()
        line = Line(simulator, 20)

        async def rest(_: float, stop: asyncio.Event) -> None:
            stop.set()

        approval = Approval(fresh=True)
        found = await execute(
            made,
            line.open(),
            approval,
            reconnect=line.reconnect,
            context=SendContext(stop=stop, wait=rest),
        )
        assert found.halted == INTERRUPTED

    asyncio.run(work())


def test_what_the_service_asked_to_wait_for_is_not_sent_again_after_ctrl_c():
    async def work() -> None:
        simulator, made = await prepared()
        stop = asyncio.Event()
        asked: list[str] = []

        def busy(name: str) -> None:
            if name == "publish":
                admit_change()  # as a session does with what it is about to send
                asked.append(name)
                raise ServiceError("resource-constraint", "wait")

        async def rest(_: float, stop: asyncio.Event) -> None:
            stop.set()

        action = next(each for each in made.actions if isinstance(each, PublishItem))
        writer: Writer = Connection(simulator, busy)  # type: ignore[assignment]  # by name
        (step,), _ = await send([action], writer, SendContext(stop=stop, wait=rest))
        assert step is action
        assert asked == ["publish"]

    asyncio.run(work())


# --- what is recorded -------------------------------------------------------------------------


class Refusing(Simulator):
    """Refuses to publish what `refused` says, by node and item id."""

    refused: Callable[[NodeAddress, str], bool] = staticmethod(lambda *_: False)

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        if self.refused(node, item_id):
            raise ServiceError("forbidden", "auth")
        await super().publish(node, item_id, payload, access_model=access_model)


def two_spaces() -> Declaration:
    """BEFORE, and another space with one room, by the same source."""
    other = declare(room("z@rooms.megacorp.example"), address=OTHER)
    nodes = {**BEFORE.state.nodes, **other.state.nodes}
    policies = {**BEFORE.policies, **other.policies}
    return replace(BEFORE, state=State(nodes), policies=policies)


def carried_out(
    simulator: Simulator, declaration: Declaration
) -> tuple[Mapping[Address, str], Ledger]:
    """What became of the records of a plan, and the ledger afterwards."""

    async def work() -> tuple[Mapping[Address, str], Ledger]:
        made = plan(declaration, await engine.read(declaration, simulator))
        found = await execute(made, simulator, Approval(fresh=True), context=context())
        results = [r for r in found.results if isinstance(r.action, RecordOwnership)]
        after = await read_ledger(simulator, DEV.service, SOURCE)
        return {r.action.about: r.status for r in results}, after

    return asyncio.run(work())


def test_what_was_done_is_recorded():
    simulator = Refusing(ACCOUNT)
    found, after = carried_out(simulator, two_spaces())

    assert found == {DEV: "done", OTHER: "done"}
    assert after.settled.keys() == {DEV, OTHER}
    assert after.intents == {}
    assert all(all(owned.applied.values()) for owned in after.settled.values())


def test_of_an_object_left_half_done_all_that_may_be_there_is_recorded():
    simulator = Refusing(ACCOUNT)
    simulator.refused = lambda _, item_id: item_id.startswith("z@")
    found, after = carried_out(simulator, two_spaces())

    assert found == {DEV: "done", OTHER: "skipped"}
    assert after.settled.keys() == {DEV, OTHER}
    assert after.intents == {}
    assert ledger.item_name("z@rooms.megacorp.example") in after.settled[OTHER].applied
    simulator.refused = Refusing.refused
    assert carried_out(simulator, two_spaces())[0] == {OTHER: "done"}


def test_an_object_of_which_nothing_was_made_is_not_recorded():
    class NoOther(Simulator):
        async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
            if node == OTHER:
                raise ServiceError("forbidden", "auth")
            await super().create_node(node, config)

    found, after = carried_out(NoOther(ACCOUNT), two_spaces())

    assert found == {DEV: "done", OTHER: "skipped"}
    assert after.settled.keys() == {DEV}
    assert after.intents == {}


def test_what_cannot_be_recorded_stays_in_the_intent():
    simulator = Refusing(ACCOUNT)
    writes = iter(range(10**6))
    simulator.refused = lambda node, _: node.node.startswith(ledger.NS) and next(writes) > 1
    found, after = carried_out(simulator, two_spaces())

    assert found == {DEV: "failed", OTHER: "failed"}
    assert after.settled == {}
    assert after.intended.keys() == {DEV, OTHER}
