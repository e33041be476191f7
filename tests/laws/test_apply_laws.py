"""The laws of plan and apply, over worlds that other clients have written to."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import strategies
from builders import ACCOUNT, DEV, SERVICE, child, declare, form
from cutting import Cut
from spaces_sync import engine
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.state import Child, Item, Node, Reading, same_values, values_of
from spaces_sync.plan.actions import DeleteNode
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.finish import finish
from spaces_sync.plan.undo.inverse import inverses
from spaces_sync.ports import NoAnswerError, ServiceError
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator
from spaces_sync.simulator.loading import load
from spaces_sync.simulator.snapshot import dump, world_to_data

ROOMS = [f"{name}@rooms.megacorp.example" for name in ("a", "b", "c")]
LINKS = ["https://megacorp.example/x", "https://megacorp.example/y"]
NODES = [NodeAddress(SERVICE, "news").uri, NodeAddress(Jid("pubsub.else.example"), "a b").uri]
TARGETS = {name: strategies.examples_of(name) for name in BY_NAME} | {
    "room": ROOMS,
    "link": LINKS,
    "node": NODES,
}
PEOPLE = [Jid(f"{name}@megacorp.example") for name in ("bob", "carol", "dave")]
OTHER = NodeAddress(SERVICE, "other")

names = st.text(st.sampled_from("ab <&>'\"é\u202e"), max_size=6)


def some(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=given)


@cache
def children() -> st.SearchStrategy[list[Child]]:
    """Declared children of each kind, few enough that worlds hold some of them already."""
    each = [
        st.tuples(st.sampled_from(TARGETS[name]), strategies.declared(name, names)).map(
            lambda pair, name=name: child(name, pair[0], **pair[1])
        )
        for name in BY_NAME
    ]
    return st.lists(st.one_of(each), max_size=6, unique_by=lambda each: each.key)


@st.composite
def declarations(draw: st.DrawFn, address: NodeAddress = DEV) -> Declaration:
    wanted = draw(children())
    exposure = draw(st.sampled_from(["public", "private"]))
    config = {**draw(some(title=names, description=names)), "publish_model": "publishers"}
    access = {"access_model": "open"} if exposure == "public" else {}
    absent = draw(st.lists(st.sampled_from(["one", "two"]), unique=True, max_size=2))
    policy = Policy(
        exposure=exposure,
        sections=frozenset(each.key.kind for each in wanted)
        | draw(st.sets(st.sampled_from([*BY_NAME]))),
        prune=draw(st.sampled_from(["owned", "all", "none"])),
        absent_items=tuple(absent),
    )
    people = st.dictionaries(
        st.sampled_from(PEOPLE), st.sampled_from(["owner", "publisher", "member", "outcast"])
    )
    return declare(
        *wanted,
        config=form(**config, **access, max_items="max"),
        policy=policy,
        address=address,
        affiliations=draw(st.none() | people),
    )


@cache
def foreign_items() -> st.SearchStrategy[list[Item]]:
    """What others publish: our rooms in their words, other kinds, odd ids and twins."""
    known = [BY_NAME[name].item_id(target) for name in BY_NAME for target in TARGETS[name]]
    ids = st.sampled_from([*known, ROOMS[0].upper(), "one", "two", "three", "hash"])
    return st.lists(
        st.tuples(ids, strategies.payloads()).map(lambda pair: Item(pair[0], (pair[1],))),
        max_size=6,
        unique_by=lambda item: item.id,
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Simulator, Declaration]:
    """A simulated service after an earlier state and other clients, or an empty one."""
    simulator = Simulator(ACCOUNT, draw(st.sampled_from([PROSODY, EJABBERD])))
    if draw(st.booleans()):
        earlier = draw(declarations())
        strangers = draw(foreign_items())
        asyncio.run(_lived(simulator, earlier, strangers))
    return simulator, draw(declarations())


async def _lived(simulator: Simulator, earlier: Declaration, strangers: list[Item]) -> None:
    made = plan(earlier, await engine.read(earlier, simulator))
    await engine.execute(made, simulator)
    for item in strangers:
        await simulator.publish(DEV, item.id, item.payloads[0])
    with suppress(ServiceError):  # a private space lets in only its members
        await simulator.set_subscription(DEV, PEOPLE[0], "subscribed")


def twin(simulator: Simulator) -> Simulator:
    """The same world once more."""
    return load(world_to_data(simulator), ACCOUNT)


def picture(reading: Reading) -> Mapping[NodeAddress, Any]:
    """All of the live state that a plan could change, without what has no meaning."""
    return {address: _picture(node) for address, node in reading.state.nodes.items()}


def _picture(node: Node) -> Any:
    items = {item.id: item.payloads for item in node.items}
    config = {var: field.values for var, field in node.config.items() if any(field.values)}
    return items, config, node.affiliations, node.subscriptions


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_what_was_applied_is_there_and_nothing_is_left_to_do(world):
    simulator, declaration = world

    async def work() -> None:
        before = await engine.read(declaration, simulator)
        made = plan(declaration, before)
        assume(not made.obstacles)
        execution = await engine.execute(made, simulator)
        results, after = execution.results, execution.reading or before
        assert [result for result in results if result.status != "done"] == []
        assert plan(declaration, engine.merged(before, after)).actions == ()
        assert plan(declaration, await engine.read(declaration, simulator)).actions == ()
        node = (await engine.read(declaration, simulator)).state.nodes[DEV]
        for key, wanted in declaration.state.nodes[DEV].children.items():
            payload, found = node.children[key].item.payloads[0], node.children[key].fields
            kind = BY_NAME[key.kind]
            assert kind.overlay(payload, key.target, wanted.fields) == payload
            for name, value in wanted.fields.items():
                assert name in kind.xml or found.get(name, "") == value
        for var, field in declaration.state.nodes[DEV].config.items():
            assert same_values(values_of(node.config, var), field.values)

    asyncio.run(work())


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_what_we_do_not_manage_is_untouched(world):
    simulator, declaration = world

    async def work() -> None:
        before = (await engine.read(declaration, simulator)).state.nodes.get(DEV)
        made = plan(declaration, await engine.read(declaration, simulator))
        assume(not made.obstacles and before is not None)
        await engine.execute(made, simulator)
        after = (await engine.read(declaration, simulator)).state.nodes[DEV]
        old, new = _picture(before)[0], _picture(after)[0]
        spared = {left.key for left in made.left_alone}
        absent = declaration.policies[
            DEV
        ].absent_items  # a twin of what goes is left alone by its key
        for key, found in before.children.items():
            if key in spared and found.item.id not in absent:
                assert new[found.item.id] == old[found.item.id]
        for jid, word in (before.affiliations or {}).items():
            if jid not in (declaration.state.nodes[DEV].affiliations or {}):
                assert after.affiliations[jid] == word

    asyncio.run(work())


@settings(max_examples=50, deadline=None)
@given(worlds(), st.integers(0, 12), st.booleans())
def test_a_plan_cut_anywhere_and_made_again_reaches_the_same_state(world, writes, answered):
    simulator, declaration = world

    async def work() -> None:
        made = plan(declaration, await engine.read(declaration, simulator))
        assume(not made.obstacles)
        other = twin(simulator)
        await engine.execute(made, simulator)
        undisturbed = picture(await engine.read(declaration, simulator))
        with suppress(NoAnswerError):
            await engine.execute(made, Cut(other, writes, answered=answered))
        again = plan(declaration, await engine.read(declaration, other))
        assert again.obstacles == ()
        await engine.execute(again, other)
        assert picture(await engine.read(declaration, other)) == undisturbed

    asyncio.run(work())


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_a_plan_and_its_inverse_cancel(world):
    simulator, declaration = world

    async def work() -> None:
        before = await engine.read(declaration, simulator)
        made = plan(declaration, before)
        assume(not made.obstacles and simulator.profile is PROSODY)
        await engine.execute(made, simulator)
        filled = await engine.read(declaration, simulator)
        # The inverse of a creation deletes an empty node; what the plan put there goes with it.
        undone = (
            replace(each, before=filled.state.nodes[each.node])
            if isinstance(each, DeleteNode)
            else each
            for each in inverses(made.actions)
        )
        results = (await engine.execute(finish(undone, filled), simulator)).results
        assert [result for result in results if result.status != "done"] == []
        after = await engine.read(declaration, simulator)
        assert after.absent == before.absent
        for address, (items, config, affiliations, _) in picture(after).items():
            old = _picture(before.state.nodes[address])
            assert (items, config, affiliations) == old[:3]

    asyncio.run(work())


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_planning_changes_nothing(world):
    simulator, declaration = world

    async def work() -> None:
        before = dump(await engine.read(declaration, simulator))
        plan(declaration, await engine.read(declaration, simulator))
        assert dump(await engine.read(declaration, simulator)) == before

    asyncio.run(work())
