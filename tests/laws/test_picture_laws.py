"""What a picture of a plan shows is what is there when the plan has been applied."""

import asyncio
from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings

import strategies
from builders import ACCOUNT, DEV
from laws.test_apply_laws import worlds
from spaces_sync import engine
from spaces_sync.model.state import Reading, State
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.report import formats
from spaces_sync.report.picture import Picture, PicturedObject
from spaces_sync.report.picturing import picture
from spaces_sync.report.style import Style


def dev(drawn: Picture) -> PicturedObject:
    return next(each for each in drawn.objects if each.address == DEV)


def left(space: PicturedObject) -> Any:
    """What is there without what goes, and without the creator, whom a service makes an owner."""
    return (
        space.sort,
        space.title,
        space.access_model,
        {(each.kind, each.target, each.name) for each in space.children if each.sign != "-"},
        {
            (each.jid, each.affiliation)
            for each in space.people or ()
            if each.affiliation and each.sign != "-" and each.jid != ACCOUNT
        },
        space.source,
    )


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_what_is_drawn_of_a_plan_is_what_comes_of_it(world):
    simulator, declaration = world

    async def work() -> tuple[Picture, Picture]:
        before = await engine.read(declaration, simulator)
        made = plan(declaration, before)
        assume(not made.obstacles)
        drawn = picture(before, made)
        await engine.execute(made, simulator)
        return drawn, picture(await engine.read(declaration, simulator))

    drawn, after = asyncio.run(work())

    assert left(dev(drawn)) == left(dev(after))


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_a_plan_of_nothing_changes_nothing_in_the_picture(world):
    simulator, declaration = world
    reading = asyncio.run(engine.read(declaration, simulator))

    assert picture(reading, Plan(ACCOUNT)) == replace(picture(reading), planned=True)


@settings(max_examples=25, deadline=None)
@given(strategies.plans())
def test_every_format_draws_every_plan(made: Plan):
    """Also one of which nothing was read."""
    drawn = picture(Reading(ACCOUNT, State()), made)

    for render in formats.MAPS.values():
        assert render(drawn, Style()).endswith("\n")
