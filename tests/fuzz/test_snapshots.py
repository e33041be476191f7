"""Damaged snapshots: a simulator that can be read and planned against, or an error."""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

from fuzz.mutations import bytes_of, json_bytes_of
from showing import as_shown
from spaces_sync import engine
from spaces_sync.codec import DataError
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import NoServiceError
from spaces_sync.report import plan_json, plan_text
from spaces_sync.report.style import Style
from spaces_sync.simulator import PROFILES, Simulator, snapshot

HERE = Path(__file__).parent
DECLARATION = load([HERE / "document.yaml"], {})


async def taken(name: str) -> Any:
    """The snapshot of a server that holds all that the document says."""
    simulator = Simulator(Jid("admin@megacorp.example"), PROFILES[name])
    made = plan(DECLARATION, await engine.read(DECLARATION, simulator))
    await engine.execute(made, simulator)
    return snapshot.world_to_data(simulator)


def test_a_damaged_snapshot(hammer, tmp_path: Path):
    path = tmp_path / "live.json"
    originals = [asyncio.run(taken(name)) for name in PROFILES]
    contents = [json.dumps(each, indent=1).encode() for each in originals]
    with asyncio.Runner() as runner:

        def case(rng: Random) -> None:
            if rng.random() < 0.3:
                path.write_bytes(bytes_of(rng, rng.choice(contents), contents))
            else:
                path.write_bytes(json_bytes_of(rng, rng.choice(originals)))
            try:
                simulator = snapshot.read(path)
                reading = runner.run(engine.read(DECLARATION, simulator))
            except (DataError, NoServiceError):
                return
            made = plan(DECLARATION, reading)
            plan_text.render(as_shown(made), Style()).encode()
            plan_json.render(as_shown(made), Style()).encode()
            path.write_text(snapshot.render(simulator), encoding="utf-8")
            assert snapshot.read(path).world.hosts == simulator.world.hosts

        hammer("snapshots", 2500, case)
