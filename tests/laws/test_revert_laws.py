"""The laws of taking a plan back, over worlds that others have written to before and since."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builders import ACCOUNT, DEV
from laws.test_apply_laws import declarations, foreign_items, picture
from spaces_sync import engine
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Item, Reading
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import Writer
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator

OURS = "megacorp/spaces"
SOURCES = st.sampled_from([None, OURS])


@st.composite
def managed(draw: st.DrawFn) -> Declaration:
    return replace(draw(declarations()), source=draw(SOURCES))


async def read(declaration: Declaration, writer: Writer) -> Reading:
    return await engine.read(replace(declaration, source=OURS), writer)


async def applied(declaration: Declaration, writer: Writer) -> Plan:
    made = plan(declaration, await read(declaration, writer))
    assume(not made.obstacles)
    await sent(made, writer)
    return made


async def sent(made: Plan, writer: Writer) -> None:
    assert made.obstacles == ()
    execution = await engine.execute(made, writer)
    assert [result for result in execution.results if result.status != "done"] == []


async def world(simulator: Simulator, before: Declaration | None, others: list[Item]) -> None:
    if before is not None:
        await applied(before, simulator)
        for item in others:
            await simulator.publish(DEV, item.id, item.payloads[0])


profiles = st.sampled_from([PROSODY, EJABBERD])


@settings(max_examples=25, deadline=None)
@given(profiles, st.none() | managed(), foreign_items(), managed())
def test_what_a_plan_did_is_taken_back_and_then_there_is_nothing_to_do(
    profile, before, others, declaration
):
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await world(simulator, before, others)
        earlier = await read(declaration, simulator)
        made = await applied(declaration, simulator)
        found = revert(made, await engine.read_planned(made, simulator))
        assert found.not_reverted == ()
        await sent(found.plan, simulator)
        after = await read(declaration, simulator)
        assert after.absent == earlier.absent
        assert said(after) == said(earlier)
        assert revert(made, after).plan.actions == ()
        assert revert(made, earlier).plan.actions == ()

    asyncio.run(work())


@settings(max_examples=25, deadline=None)
@given(profiles, st.none() | managed(), foreign_items(), managed(), foreign_items())
def test_what_others_did_since_stays(profile, before, others, declaration, since):
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await world(simulator, before, others)
        made = await applied(declaration, simulator)
        planned = picture(await read(declaration, simulator))[DEV][0]
        news = [item for item in since if planned.get(item.id) != item.payloads]
        for item in news:
            await simulator.publish(DEV, item.id, item.payloads[0])
        found = revert(made, await engine.read_planned(made, simulator))
        await sent(found.plan, simulator)
        after = await read(declaration, simulator)
        assert revert(made, after).plan.actions == ()
        if news:
            items = picture(after)[DEV][0]
            assert [items[item.id] for item in news] == [item.payloads for item in news]

    asyncio.run(work())


def said(reading: Reading) -> Mapping[Any, Any]:
    """Without subscriptions: who was put out does not come back by being let in again."""
    return {address: found[:3] for address, found in picture(reading).items()}
