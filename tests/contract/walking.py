"""Goes through a case of a table on one backend: each state is applied twice."""

from pathlib import Path

from contract.backends import Backend
from contract.table import Allow, Case, Others, See
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Reading
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import NO_REMOVALS, Removals
from spaces_sync.ports import Writer


async def applied(
    declaration: Declaration, writer: Writer, removals: Removals = NO_REMOVALS
) -> Reading:
    """Applies, and proves that nothing is left: by reading back, and by planning again."""
    made = plan(declaration, await engine.read(declaration, writer), removals=removals)
    assert made.obstacles == ()
    execution = await engine.execute(made, writer)
    assert [result for result in execution.results if result.status != "done"] == []
    reading = await engine.read(declaration, writer)
    again: Plan = plan(declaration, reading, removals=removals)
    assert again.actions == ()
    return reading


async def walk(case: Case, backend: Backend, uniq: str, folder: Path) -> None:
    """Each step of `case`, with `uniq` as the name of its own."""
    reading = Reading(account="")
    for step in case.steps:
        if isinstance(step, Others):
            async with backend.acting_as(step.user) as writer:
                await step.act(writer, uniq)
        elif isinstance(step, See):
            assert backend.kind not in step.kinds or step.look(reading, uniq)
        else:
            text, removals = (step.text, step.removals) if isinstance(step, Allow) else (step, {})
            file = folder / "spaces.yaml"
            file.write_text(text.replace("UNIQ", uniq), encoding="utf-8")
            declaration = load([file], {"SECRET": "hunter2"})
            async with backend.acting_as("admin") as writer:
                await applied(declaration, writer, removals)
                reading = await applied(declaration, writer, removals)
