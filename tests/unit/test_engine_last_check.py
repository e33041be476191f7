"""What the last check asks: a reading an object and stage where much is sent to it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cutting import QUESTIONS
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import NODE_PREFIX
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.irreversible import FEW
from spaces_sync.ports import Writer
from spaces_sync.simulator import PROSODY, Simulator

ADMIN = Jid("admin@megacorp.example")


class Counted:
    """A writer that counts the questions about anything but ledgers."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.asked = Counter[str]()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._writer, name)
        if name not in QUESTIONS or not asyncio.iscoroutinefunction(method):
            return method

        async def counted(about: object, *more: Any) -> Any:
            self.asked[name] += NODE_PREFIX not in str(about)
            return await method(about, *more)

        return counted


@pytest.fixture
def declared(tmp_path: Path) -> Callable[[int, str], Declaration]:
    """A space of so many rooms, each of that name."""

    def made(rooms: int, name: str) -> Declaration:
        listed = [f"      r{n}@rooms.megacorp.example: {name}" for n in range(rooms)]
        path = tmp_path / "spaces.yaml"
        head = "version: 1\nservice: pubsub.megacorp.example\nsource: cost\nspaces:\n"
        path.write_text("\n".join([f"{head}  dev:\n    exposure: public\n    rooms:", *listed]))
        return load([path], {})

    return made


async def asked(declaration: Declaration, writer: Writer) -> Counter[str]:
    made = plan(declaration, await engine.read(declaration, writer))
    assert made.obstacles == ()
    counted: Any = Counted(writer)
    execution = await engine.execute(made, counted)
    assert {each.status for each in execution.results} == {"done"}
    return counted.asked


def test_many_new_items_cost_one_reading(declared: Callable[[int, str], Declaration]) -> None:
    async def work() -> None:
        writer = Simulator(ADMIN, PROSODY).acting_as(ADMIN)
        first = await asked(declared(1, "A"), writer)
        few = await asked(declared(1 + FEW, "A"), writer)
        many = await asked(declared(1 + 11 * FEW, "A"), writer)
        # What is there already is read beforehand, and all is read back.
        assert (first["items"], few["items"], many["items"]) == (1, 2 + FEW, 2 + 1)
        assert first["item"] == few["item"] == many["item"] == 0

    asyncio.run(work())


def test_many_changed_items_cost_a_reading_each_and_one_of_the_marker(
    declared: Callable[[int, str], Declaration],
) -> None:
    async def work() -> None:
        writer = Simulator(ADMIN, PROSODY).acting_as(ADMIN)
        await asked(declared(10 * FEW, "A"), writer)
        assert (await asked(declared(10 * FEW, "B"), writer))["item"] == 10 * FEW + 1

    asyncio.run(work())
