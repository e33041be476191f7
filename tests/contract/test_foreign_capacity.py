"""Services of no known brand to which `max_items` says something else."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from contract.test_foreign_forms import ADMIN, DEV, SERVICE, planned, settled
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Field
from spaces_sync.profile import MAX_ITEMS
from spaces_sync.simulator import FOREIGN, Simulator

MANY = 60
# The same form, but what 0 says, it does: nothing is kept.
ZERO = Field(("0",), "text-single")
KEEPS_NONE = replace(FOREIGN, node=replace(FOREIGN.node, unlimited={}, forced={MAX_ITEMS: ZERO}))


def declared(folder: Path, links: int, source: str) -> Declaration:
    lines = ["version: 1", f"source: {source}" if source else "", f"service: {SERVICE}"]
    lines += ["spaces:", "  dev:", "    exposure: public", "    links:"]
    lines += [f"      https://megacorp.example/{n}: {{}}" for n in range(links)]
    path = folder / "spaces.yaml"
    path.write_text("\n".join(lines) + "\n")
    return load([path], {})


@pytest.mark.parametrize("source", ["t/x", ""])
def test_where_no_number_is_no_limit_all_is_kept(tmp_path: Path, source: str) -> None:
    """Metronome knows no `max`, and shows 0 for a node without a limit."""

    async def work() -> None:
        w = Simulator(ADMIN, FOREIGN)
        await settled(declared(tmp_path, 3, source), w)
        assert (await w.node_config(DEV))[MAX_ITEMS].values == ("0",)
        await settled(declared(tmp_path, MANY, source), w)
        assert len((await w.items(DEV)).items) == MANY + bool(source)

    asyncio.run(work())


def test_where_it_says_that_nothing_is_kept_that_is_found_out(tmp_path: Path) -> None:
    async def work() -> None:
        w = Simulator(ADMIN, KEEPS_NONE)
        made = await planned(declared(tmp_path, 3, ""), w)
        with pytest.raises(engine.LimitError, match="it made that 0"):
            await engine.execute(made, w)
        assert await w.own_nodes(SERVICE) == []

    asyncio.run(work())


def test_a_number_is_kept(tmp_path: Path) -> None:
    async def work() -> None:
        w = Simulator(ADMIN, FOREIGN)
        declaration = declared(tmp_path, 3, "t/x")
        await settled(declaration, w)
        await w.configure_node(DEV, {MAX_ITEMS: ("2",)})
        made = await planned(declaration, w)
        done = await engine.execute(made, w)
        assert all(each.status == "done" for each in done.results)
        assert (await w.node_config(DEV))[MAX_ITEMS].values == ("0",)

    asyncio.run(work())
