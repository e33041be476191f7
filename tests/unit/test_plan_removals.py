"""What removals and renames must not do: each a fault that was once there."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from builders import ACCOUNT, SERVICE
from cutting import Cut
from spaces_sync import engine
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.load import examine_files
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import DeleteNode, DestroyRoom
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import NO_REMOVALS, Removals
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError
from spaces_sync.simulator import Simulator

HALL = Jid("hall@rooms.megacorp.example")
LINK = "<x xmlns='jabber:x:oob'><url>{}</url></x>"
NEXT = engine.Holder("next", lambda _: "ended")
ANY: Removals = {"delete-space": None, "delete-node": None, "destroy-room": None}
U, V, W = (f"https://megacorp.example/{name}" for name in "uvw")
OLD = NodeAddress(SERVICE, "old")


def read_back(*texts: str) -> Declaration:
    files = [DocumentFile(f"{number}.yaml", text) for number, text in enumerate(texts)]
    declaration, problems = examine_files(files, {})
    assert [each for each in problems if each.severity == "error"] == []
    return declaration


def file(**sections: object) -> Declaration:
    return read_back(json.dumps({"version": 1, "source": "us", "service": SERVICE, **sections}))


def space(**keys: object) -> dict[str, object]:
    return {"exposure": "public", **keys}


async def apply(wanted: Declaration, writer: Any, removals: Removals = NO_REMOVALS) -> Plan:
    made = plan(wanted, await engine.read(wanted, writer), removals=removals)
    assert made.obstacles == ()
    done = await engine.execute(made, writer, engine.Approval(holder=NEXT))
    assert [each for each in done.results if each.status != "done"] == []
    return made


def lived(work: Callable[[Simulator], Awaitable[None]]) -> None:
    asyncio.run(work(Simulator(ACCOUNT)))


async def ends(wanted: Declaration, simulator: Simulator, removals: Removals = ANY) -> None:
    """The old space goes, and then there is nothing to do."""
    made = await apply(wanted, simulator, removals)
    assert [each.node for each in made.actions if isinstance(each, DeleteNode)] == [OLD]
    assert (await apply(wanted, simulator, removals)).actions == ()


@pytest.mark.parametrize("absent", [True, False])
def test_an_old_space_whose_items_the_file_prunes_does_not_wait_for_them(absent):
    async def work(simulator: Simulator) -> None:
        await apply(file(spaces={"old": space(links={W: "W"})}), simulator)
        await simulator.publish(OLD, "theirs", parse(LINK.format(U)))
        new = {"new": space(links={W: "W"}, prune="all", previously=["old"])}
        gone = {"old": {"absent": True}} if absent else {}
        wanted = file(spaces={**new, **gone})
        await apply(wanted, simulator)
        await ends(wanted, simulator, NO_REMOVALS if absent else ANY)

    lived(work)


def test_an_old_space_does_not_wait_for_an_item_that_has_another_name_in_the_new_one():
    async def work(simulator: Simulator) -> None:
        await apply(file(spaces={"old": space(links={W: "W"})}), simulator)
        await simulator.publish(OLD, "theirs", parse(LINK.format(U)))
        await apply(file(spaces={"new": space(links={W: "W"}, previously=["old"])}), simulator)
        links = {W: "W", V: {"description": "V", "previously": [U]}}
        wanted = file(spaces={"new": space(links=links, previously=["old"])})
        await apply(wanted, simulator)
        await ends(wanted, simulator)

    lived(work)


def test_what_a_plan_takes_out_of_the_new_space_does_not_stop_the_end_of_the_old_one():
    async def work(simulator: Simulator) -> None:
        await apply(file(spaces={"old": space(links={W: "W"})}), simulator)
        await apply(
            file(spaces={"new": space(links={W: "W", U: "U"}, previously=["old"])}), simulator
        )
        await simulator.publish(OLD, "theirs", parse(LINK.format(U)))
        await ends(file(spaces={"new": space(links={W: "W"}, previously=["old"])}), simulator)

    lived(work)


def test_each_earlier_name_stays_until_the_new_one_is_there():
    async def work(simulator: Simulator) -> None:
        await apply(file(nodes={"one": {}, "two": {}}), simulator)
        wanted = file(nodes={"new": {"previously": ["one", "two"]}})
        await apply(wanted, simulator, ANY)
        made = await apply(wanted, simulator, ANY)
        assert sum(isinstance(each, DeleteNode) for each in made.actions) == 2

    lived(work)


def test_what_an_apply_was_only_about_to_protect_is_not_protected():
    async def work(simulator: Simulator) -> None:
        larger = file(rooms={HALL: {"protect": True, "name": "Hall"}})
        wanted = file(rooms={HALL: {"absent": True}})
        made = plan(larger, await engine.read(larger, simulator))
        for writes in range(9):  # until what is intended is there, and the room is not
            with suppress(NoAnswerError):
                await engine.execute(made, Cut(simulator, writes, answered=False))
            if (await engine.read(wanted, simulator)).ownership.owned(HALL):
                break
        others = simulator.acting_as(Jid("bob@megacorp.example"))
        await others.create_room(HALL, {"muc#roomconfig_persistentroom": ("1",)}, None)
        await others.set_room_affiliation(HALL, ACCOUNT, "owner")
        ended = await apply(wanted, simulator)
        assert any(isinstance(each, DestroyRoom) for each in ended.actions)

    lived(work)


@pytest.mark.parametrize("writes", range(3, 9))
def test_each_earlier_name_stays_until_all_of_the_one_that_was_begun_is_there(writes):
    async def work(simulator: Simulator) -> None:
        await apply(file(nodes={"one": {}, "two": {}}), simulator)
        for name, url in (("one", U), ("two", V)):
            await simulator.publish(NodeAddress(SERVICE, name), name, parse(LINK.format(url)))
        begun = file(nodes={"one": {}, "new": {"previously": ["two"]}})
        made = plan(begun, await engine.read(begun, simulator))
        with suppress(NoAnswerError):
            await engine.execute(made, Cut(simulator, writes, answered=True))
        wanted = file(nodes={"new": {"previously": ["two", "one"]}})
        for _ in range(3):
            await apply(wanted, simulator, ANY)
        items = simulator.world.hosts[SERVICE].nodes["new"].items
        assert {"one", "two"} <= items.keys()
        assert (await apply(wanted, simulator, ANY)).actions == ()

    lived(work)


def test_a_late_copy_under_another_name_is_taken_back():
    async def work(simulator: Simulator) -> None:
        await apply(file(spaces={"old": space(links={})}), simulator)
        await apply(file(spaces={"new": space(previously=["old"])}), simulator)
        await simulator.publish(OLD, "theirs", parse(LINK.format(U)))
        await simulator.publish(OLD, "too", parse(LINK.format(W)))
        links = {V: {"description": "V", "previously": [U]}}
        before = dict(simulator.world.hosts[SERVICE].nodes["new"].items)
        made = await apply(
            file(spaces={"new": space(links=links, previously=["old"])}), simulator, ANY
        )
        back = revert(made, await engine.read_planned(made, simulator))
        done = await engine.execute(back.plan, simulator, engine.Approval(holder=NEXT))
        assert {each.status for each in done.results} == {"done"}
        assert simulator.world.hosts[SERVICE].nodes["new"].items == before

    lived(work)
