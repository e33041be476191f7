"""Each case of the table on each backend, each state applied twice: the second plan is empty."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.table import CASES, Case, Others, See
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Reading
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import Writer

pytestmark = pytest.mark.a_newer_server


async def applied(declaration: Declaration, writer: Writer) -> Reading:
    """Applies, and proves that nothing is left: by reading back, and by planning again."""
    made = plan(declaration, await engine.read(declaration, writer))
    assert made.obstacles == ()
    execution = await engine.execute(made, writer)
    assert [result for result in execution.results if result.status != "done"] == []
    reading = await engine.read(declaration, writer)
    again: Plan = plan(declaration, reading)
    assert again.actions == ()
    return reading


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_each_state_follows_and_stays(
    case: Case, backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    asyncio.run(walked(case, backend, unique("t"), tmp_path))


async def walked(case: Case, backend: Backend, uniq: str, folder: Path) -> None:
    reading = Reading(account="")
    for step in case.steps:
        if isinstance(step, Others):
            async with backend.acting_as(step.user) as writer:
                await step.act(writer, uniq)
        elif isinstance(step, See):
            assert backend.kind not in step.kinds or step.look(reading, uniq)
        else:
            file = folder / "spaces.yaml"
            file.write_text(step.replace("UNIQ", uniq), encoding="utf-8")
            declaration = load([file], {"SECRET": "hunter2"})
            async with backend.acting_as("admin") as writer:
                await applied(declaration, writer)
                reading = await applied(declaration, writer)
