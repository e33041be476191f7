"""A child that leaves one space of the file and appears in another: nothing of it is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from builders import ACCOUNT, DEV, child, declare, room
from cutting import Cut
from spaces_sync import engine
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.model import ledger
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import Ledger
from spaces_sync.model.state import Child, Key, State
from spaces_sync.model.xml import Xml, element
from spaces_sync.plan.actions import PublishItem, RetractItem
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.simulator import Simulator

OTHER = NodeAddress(DEV.service, "other")
HALL, LAB = "hall@rooms.megacorp.example", "lab@rooms.megacorp.example"
LINK = child("link", "https://megacorp.example/x", description="X")
BELL = element("urn:theirs", "bell")


def two(dev: list[Child], other: list[Child] | None, **policies: Any) -> Declaration:
    """Two spaces of one source; None: only the first."""
    first = declare(*dev)
    nodes, kinds = dict(first.state.nodes), frozenset({"room", "link"})
    found = {DEV: replace(first.policies[DEV], sections=kinds, **policies)}
    if other is not None:
        second = declare(*other, address=OTHER)
        nodes.update(second.state.nodes)
        found[OTHER] = replace(second.policies[OTHER], sections=kinds)
    return replace(first, state=State(nodes), policies=found, source="us")


class Refusing(Simulator):
    """Refuses to publish what `refused` says, by node and item id."""

    refused: Callable[[NodeAddress, str], bool] = staticmethod(lambda *_: False)

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        if self.refused(node, item_id):
            raise ServiceError("forbidden", "auth")
        await super().publish(node, item_id, payload, access_model=access_model)


def payloads(simulator: Simulator, node: NodeAddress) -> dict[str, Xml]:
    items = simulator.world.hosts[DEV.service].nodes[node.node].items
    return {name: item.payloads[0] for name, item in items.items()}


async def extend(simulator: Simulator, node: NodeAddress, item_id: str) -> None:
    payload = payloads(simulator, node)[item_id]
    await simulator.publish(node, item_id, payload.with_children((*payload.children, BELL)))


async def made(simulator: Simulator, declaration: Declaration) -> Plan:
    found = plan(declaration, await engine.read(declaration, simulator))
    assert found.obstacles == ()
    return found


async def applied(simulator: Simulator, declaration: Declaration, **how: Any) -> list[str]:
    """What became of each action."""
    approved = await made(simulator, declaration)
    results = (await engine.execute(approved, simulator, engine.Approval(**how))).results
    return [result.status for result in results]


BEFORE = two([room(HALL, name="Hall"), LINK], [room(LAB, name="Lab")])
AFTER = two([LINK], [room(LAB, name="Lab"), room(HALL, name="Great hall")])


GREAT = "great@rooms.megacorp.example"


def moved_and_renamed() -> Declaration:
    """The hall moves, and is another room by now."""
    after = two([LINK], [room(LAB, name="Lab"), room(GREAT, name="Great hall")])
    former = {Key("room", GREAT): (Key("room", HALL),)}
    policies = {**after.policies, OTHER: replace(after.policies[OTHER], former_keys=former)}
    return replace(after, policies=policies)


BOTH = moved_and_renamed()
ways = pytest.mark.parametrize(
    ("after", "name"), [(AFTER, HALL), (BOTH, GREAT)], ids=["moved", "renamed as well"]
)


def halves(found: Plan) -> tuple[PublishItem, RetractItem]:
    (new,) = (each for each in found.actions if isinstance(each, PublishItem))
    (old,) = (each for each in found.actions if isinstance(each, RetractItem))
    return new, old


@ways
def test_it_moves_with_what_others_added_and_is_no_removal(after: Declaration, name: str):
    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, BEFORE)
        await extend(simulator, DEV, HALL)
        moving = await made(simulator, after)
        new, old = halves(moving)
        assert (new.moved_from, old.moved_to) == (DEV, OTHER)
        assert new.stage < old.stage
        assert new.why.consequences == ("moves here from dev",)
        assert [each.guard for each in objections(moving, {})] == []

        assert set(await applied(simulator, after)) == {"done"}
        assert HALL not in payloads(simulator, DEV)
        hall = payloads(simulator, OTHER)[name]
        assert (hall.get("name"), BELL in hall.children) == ("Great hall", True)
        assert (await made(simulator, after)).actions == ()
        found = await read_ledger(simulator, DEV.service, "us")
        assert isinstance(found, Ledger)
        assert ledger.item_name(name) in found.settled[OTHER].applied
        assert ledger.item_name(HALL) not in found.settled[DEV].applied

    asyncio.run(work())


def test_where_it_does_not_arrive_it_stays():
    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, BEFORE)
        simulator.refused = lambda node, item_id: (node, item_id) == (OTHER, HALL)
        assert set(await applied(simulator, AFTER)) == {"failed", "skipped"}
        assert HALL in payloads(simulator, DEV)
        simulator.refused = Refusing.refused
        assert set(await applied(simulator, AFTER)) == {"done"}
        assert HALL not in payloads(simulator, DEV)

    asyncio.run(work())


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("spaces", [AFTER, BOTH, two([room("new@rooms.megacorp.example")], [])])
def test_a_connection_that_is_lost_on_its_way_leaves_nothing_undone(
    spaces: Declaration, answered: bool
):
    """What waits for it to arrive is sent on the next connection, as is all else."""

    async def run(writes: int) -> bool:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, BEFORE)
        await extend(simulator, DEV, HALL)
        moving = await made(simulator, renamed(spaces))
        line = Cut(simulator, writes, answered=answered)

        async def reconnect() -> Writer:
            return simulator

        async def wait(_: float, __: asyncio.Event) -> None:
            await asyncio.sleep(0)

        context = engine.SendContext(wait=wait)
        approval = engine.Approval(fresh=True)
        execution = await engine.execute(
            moving,
            line,  # type: ignore[arg-type]  # by name
            approval,
            reconnect=reconnect,
            context=context,
        )
        assert {each.status for each in execution.results} == {"done"}
        return line.is_lost

    async def work() -> None:
        writes = 0
        while await run(writes):
            writes += 1
        assert writes > 5

    asyncio.run(work())


def renamed(declaration: Declaration) -> Declaration:
    """Whose new room, if it has one, is the hall under another name."""
    new = Key("room", "new@rooms.megacorp.example")
    if new not in declaration.state.nodes[DEV].children:
        return declaration
    policy = replace(declaration.policies[DEV], former_keys={new: (Key("room", HALL),)})
    return replace(declaration, policies={**declaration.policies, DEV: policy})


def test_nor_does_it_go_where_the_other_space_could_not_be_made():
    class NoOther(Refusing):
        async def create_node(self, node: NodeAddress, config: Any) -> None:
            if node == OTHER:
                raise ServiceError("forbidden", "auth")
            await super().create_node(node, config)

    async def work() -> None:
        simulator = NoOther(ACCOUNT)
        await applied(simulator, two([room(HALL, name="Hall"), LINK], None))
        await applied(simulator, AFTER)
        assert HALL in payloads(simulator, DEV)

    asyncio.run(work())


@pytest.mark.parametrize("at", [DEV, OTHER], ids=["where it was", "where it goes"])
def test_neither_half_is_sent_where_one_is_stale(at):
    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, BEFORE)
        moving = await made(simulator, AFTER)
        if at == DEV:
            await extend(simulator, DEV, HALL)
        else:
            await simulator.publish(OTHER, HALL, element("urn:theirs", "mine"))
        found = await engine.execute(moving, simulator, engine.Approval(partial=True))
        became = {type(r.action): r.status for r in found.results if r.status != "done"}
        assert {PublishItem, RetractItem} <= became.keys()
        assert HALL in payloads(simulator, DEV)

    asyncio.run(work())


@pytest.mark.parametrize("extended", [(), (DEV,), (OTHER,), (DEV, OTHER)])
def test_what_is_in_the_other_space_already_is_no_move(extended: tuple[NodeAddress, ...]):
    """It leaves one, and nothing of that goes into the other. What others added to it is not lost:
    then it stays, and that is said.
    """

    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        both = two([room(HALL, name="Hall", nick="boss"), LINK], [room(HALL, name="Hall")])
        await applied(simulator, both)
        for node in extended:
            await extend(simulator, node, HALL)
        before = payloads(simulator, OTHER)[HALL]
        after = two([LINK], [room(HALL, name="Hall")])
        found = await made(simulator, after)
        retracted = [each for each in found.actions if isinstance(each, RetractItem)]
        stays = [note for note in found.notes if "absent_items" in note.text]
        assert [each.moved_to for each in retracted] == ([] if DEV in extended else [None])
        assert len(stays) == (1 if DEV in extended else 0)
        assert not any(isinstance(each, PublishItem) for each in found.actions)
        await applied(simulator, after)
        assert (HALL in payloads(simulator, DEV)) == (DEV in extended)
        assert payloads(simulator, OTHER)[HALL] == before

    asyncio.run(work())


def test_what_others_put_there_does_not_move():
    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, two([LINK], [room(LAB, name="Lab")]))
        await simulator.publish(DEV, HALL, element("urn:xmpp:bookmarks:1", "conference"))
        found = await made(simulator, AFTER)
        assert not any(isinstance(each, RetractItem) for each in found.actions)
        (new,) = (each for each in found.actions if isinstance(each, PublishItem))
        assert new.moved_from is None

    asyncio.run(work())


@ways
def test_a_move_is_taken_back_as_one(after: Declaration, name: str):
    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, BEFORE)
        before = payloads(simulator, DEV), payloads(simulator, OTHER)
        moving = await made(simulator, after)
        await engine.execute(moving, simulator)
        assert name in payloads(simulator, OTHER)
        back = revert(moving, await engine.read_planned(moving, simulator))
        new, old = halves(back.plan)
        assert (new.node, new.moved_from, old.node, old.moved_to) == (DEV, OTHER, OTHER, DEV)
        await engine.execute(back.plan, simulator)
        assert (payloads(simulator, DEV), payloads(simulator, OTHER)) == before

    asyncio.run(work())


def test_nothing_leaves_a_space_where_the_other_one_cannot_be_planned():
    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        await applied(simulator, BEFORE)
        reading = await engine.read(AFTER, simulator)
        nodes = {DEV: reading.state.nodes[DEV]}
        failed = {OTHER: "cannot be read: timeout"}
        found = plan(AFTER, replace(reading, state=State(nodes), failed=failed))
        (old,) = (each for each in found.actions if isinstance(each, RetractItem))
        assert old.moved_to == OTHER
        assert [obstacle.about for obstacle in found.obstacles] == [OTHER]

    asyncio.run(work())


def test_a_full_space_does_not_lose_what_is_to_move():
    """It goes when it is there, so that until then there is no place for what is new."""

    async def work() -> None:
        simulator = Refusing(ACCOUNT)
        full = [room(f"r{n}@rooms.megacorp.example", name="R") for n in range(254)]
        await applied(simulator, two([room(HALL, name="Hall"), *full], [room(LAB, name="Lab")]))
        wanted = two([*full, LINK], [room(LAB, name="Lab"), room(HALL, name="Hall")])
        found = plan(wanted, await engine.read(wanted, simulator))
        assert ["too full for what is new in it" in each.text for each in found.obstacles] == [True]

    asyncio.run(work())
