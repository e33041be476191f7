"""Copies of rooms as the engine makes them: to another service, and cut in the middle of one."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from builders import ACCOUNT, declare_room
from cutting import Cut
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.state import Field, Room, values_of
from spaces_sync.plan.actions import DestroyRoom
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.removals import Removals
from spaces_sync.ports import NoAnswerError, RawReader, Writer
from spaces_sync.profile import MEMBERS_ONLY, PERSISTENT
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, Simulator

OLD, NEW = Jid("old@rooms.megacorp.example"), Jid("new@rooms.megacorp.example")
FAR = Jid("new@halls.megacorp.example")
BOB = Jid("bob@megacorp.example")
NEXT = engine.Holder("next", lambda _: "ended")
LANGUAGE = "muc#roomconfig_lang"
ALL: Removals = {"destroy-room": None}
QUESTIONS = {name for name in vars(RawReader) if not name.startswith("_")}


class CutWithin(Cut):
    """As `Cut`, for raw requests: a room is made by three of them."""

    def asks(self, name: str) -> bool:
        return name in QUESTIONS


def file(jid: Jid, *previously: Jid) -> Declaration:
    wanted = Room({PERSISTENT: Field(("true",))})
    return replace(declare_room(jid, wanted, Policy(previously=previously)), source="us")


async def apply(wanted: Declaration, writer: Writer, removals: Removals | None = None) -> None:
    made = plan(wanted, await engine.read(wanted, writer), removals=removals or {})
    assert made.obstacles == ()
    await engine.execute(made, writer, engine.Approval(holder=NEXT))


async def lived_in(simulator: Simulator) -> None:
    await apply(file(OLD), simulator)
    await simulator.configure_room(OLD, {LANGUAGE: ("de",), MEMBERS_ONLY: ("true",)}, None)
    await simulator.set_room_affiliation(OLD, BOB, "admin")


async def copied(simulator: Simulator, jid: Jid) -> tuple[object, ...]:
    form, people = await simulator.room_config(jid), await simulator.room_affiliations(jid)
    return values_of(form, LANGUAGE), values_of(form, MEMBERS_ONLY), people


WHOLE = (("de",), ("true",), {ACCOUNT: "owner", BOB: "admin"})
PROFILES = pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda p: str(p.server))


@PROFILES
def test_a_room_moves_to_another_room_service(profile: Profile) -> None:
    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await lived_in(simulator)
        wanted = file(FAR, OLD)
        await apply(wanted, simulator)
        assert await copied(simulator, FAR) == WHOLE
        await apply(wanted, simulator, ALL)
        assert OLD not in simulator.raw.world.rooms
        assert plan(wanted, await engine.read(wanted, simulator)).actions == ()

    asyncio.run(work())


@PROFILES
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("writes", range(12))
def test_a_room_that_was_made_and_no_more_becomes_the_copy(
    profile: Profile, writes: int, answered: bool
) -> None:
    """Who was cut off goes on being in it here, so that it does not end by itself."""

    async def work() -> None:
        simulator = Simulator(ACCOUNT, profile)
        await lived_in(simulator)
        wanted = file(NEW, OLD)
        with suppress(NoAnswerError):
            cut = CutWithin(simulator.raw, writes, answered=answered)
            await apply(wanted, CarefulWriter(cut))
        half = plan(wanted, await engine.read(wanted, simulator), removals=ALL)
        if any(isinstance(each, DestroyRoom) for each in half.actions):
            assert await copied(simulator, NEW) == WHOLE
        await apply(wanted, simulator)
        assert await copied(simulator, NEW) == WHOLE
        assert plan(wanted, await engine.read(wanted, simulator)).actions == ()

    asyncio.run(work())
