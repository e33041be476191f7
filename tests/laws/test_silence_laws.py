"""Nothing comes for one request, whichever: the rest goes on, and one more apply completes."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from builders import ACCOUNT
from faults import scene
from silence import Silent
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.model.addresses import Jid
from spaces_sync.model.ledger import LedgerError
from spaces_sync.plan.actions import RecordOwnership
from spaces_sync.plan.outcome import Result
from spaces_sync.ports import PortError, Writer
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, Simulator

ALICE = Jid("alice@megacorp.example")
UNIQ = "1"

SCENES = {
    "everyday": (scene.PREPARED, scene.WANTED),
    "a child moved": (scene.BEFORE_MOVING, scene.MOVED),
    "a space renamed": (scene.BEFORE_RENAMING, scene.RENAMED),
}


class Tried:
    """One scene, played on a simulator of its own each time."""

    def __init__(self, folder: Path, name: str, profile: Profile) -> None:
        before, after = SCENES[name]
        self._before = scene.declared(folder, before, UNIQ)
        self._after = scene.declared(folder, after, UNIQ)
        self._profile = profile

    async def run(self, at: int, *, works: bool = False, times: int = 2) -> "Told":
        simulator = Simulator(ACCOUNT, self._profile)
        await scene.applied(self._before, simulator)
        await scene.others_write(self._before, simulator.acting_as(ALICE))
        silent = Silent(simulator.raw, at, works=works, times=times)
        told = Told(silent.requests)
        await self._disturbed(CarefulWriter(silent), told)
        told.locked = await self._is_locked(simulator)
        lies = scene.lies(told.results, await engine.read(self._after, simulator))
        # Of what could not be read back that may be recorded which may be there.
        told.lies = [each for each in lies if not isinstance(each.action, RecordOwnership)]
        await scene.applied(self._after, simulator)
        told.found = scene.found(await engine.read(self._after, simulator), UNIQ)
        return told

    async def _disturbed(self, writer: Writer, told: "Told") -> None:
        async def at_once(_: float, __: asyncio.Event) -> None:
            return

        context = engine.SendContext(say=told.said.append, wait=at_once)
        with suppress(
            PortError, LedgerError, engine.LimitError, engine.StalePlanError, AssertionError
        ):  # nothing was sent, or the plan has an obstacle
            made = await scene.planned(self._after, writer)
            told.planned = True
            # As after a question: everything is held against the services once more.
            done = await engine.execute(made, writer, engine.Approval(), context=context)
            told.results = done.results

    async def _is_locked(self, simulator: Simulator) -> bool:
        if self._after.source is None:
            return False
        services = {node.service for node in self._after.state.nodes}
        ledgers = [await read_ledger(simulator, each, self._after.source) for each in services]
        return any(each.intents for each in ledgers)


class Told:
    """What came of a disturbed apply, and of the next one."""

    def __init__(self, requests: list[str]) -> None:
        self.requests = requests
        self.said: list[str] = []
        self.planned = False
        self.results: Sequence[Result] = ()
        self.lies: Sequence[Result] = ()
        self.locked = False
        self.found: list[str] = []


@pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda each: each.name)
@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("works", [False, True])
def test_silence_anywhere_costs_one_more_apply(
    name: str, profile: Profile, works: bool, tmp_path: Path
) -> None:
    async def tried() -> dict[int, str]:
        scenes = Tried(tmp_path, name, profile)
        peace = await scenes.run(0)
        wrong: dict[int, str] = {}
        for at in range(1, len(peace.requests) + 1):
            try:
                told = await scenes.run(at, works=works)
            except AssertionError as error:
                wrong[at] = f"{peace.requests[at - 1]}: {error}"
                continue
            complaints = [
                scene.difference(peace.found, told.found),
                f"lies: {told.lies}" if told.lies else "",
                "locked" if told.locked and not any("unlock" in s for s in told.said) else "",
            ]
            if any(complaints):
                wrong[at] = f"{peace.requests[at - 1]}: {complaints}"
        return wrong

    wrong = asyncio.run(tried())
    assert wrong == {}, "\n".join(f"{at} {what}" for at, what in wrong.items())


@pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda each: each.name)
def test_a_change_that_is_not_answered_once_is_made(profile: Profile, tmp_path: Path) -> None:
    """Whether it took effect or not: it is looked at, and sent again where it did not."""

    async def tried() -> list[tuple[str, str]]:
        scenes = Tried(tmp_path, "everyday", profile)
        peace = await scenes.run(0)
        undone: list[tuple[str, str]] = []
        for at, request in enumerate(peace.requests, 1):
            for works in (False, True):
                if request not in ("publish", "retract", "set_affiliation", "configure_node"):
                    continue
                told = await scenes.run(at, works=works, times=1)
                undone += [(request, str(each)) for each in told.results if each.status != "done"]
        return undone

    assert asyncio.run(tried()) == []
