"""What reading and planning costs where there is nothing to do: CPU time and memory a child.

.venv/bin/python tests/benchmark/planned.py FILE CHILDREN

A simulator stands for the service. Each of its answers is copied whole, as one that is parsed from
a stream shares nothing with what the service holds.
"""

import asyncio
import copyreg
import gc
import pickle
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from spaces_sync import engine
from spaces_sync.cli import garbage
from spaces_sync.client import CarefulReader
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid
from spaces_sync.plan.compare.planner import plan
from spaces_sync.simulator import PROSODY, RawSimulator, Simulator

copyreg.pickle(MappingProxyType, lambda shown: (dict, (dict(shown),)))


class Copied:
    """A simulator whose answers are copies."""

    def __init__(self, simulator: RawSimulator) -> None:
        self._simulator = simulator
        self.account = simulator.account

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        ask: Any = getattr(self._simulator, name)

        async def request(*given: object, **named: object) -> object:
            answer = pickle.dumps(await ask(*given, **named))
            return pickle.loads(answer)  # noqa: S301 - it is ours

        return request


def main(path: Path, children: int) -> None:
    """Prints CPU seconds, and the most bytes that were taken at a time."""
    simulator = Simulator(Jid("admin@megacorp.example"), PROSODY)
    reader = CarefulReader(Copied(simulator.raw))  # type: ignore[arg-type]  # it passes on all there is

    async def applied() -> None:
        declaration = load([path], {})
        made = plan(declaration, await engine.read(declaration, simulator))
        await engine.execute(made, simulator, engine.Approval(fresh=True))

    async def planned() -> None:
        declaration = load([path], {})
        made = plan(declaration, await engine.read(declaration, reader))
        assert not made.changes

    garbage.collect_rarely()  # as a command does
    asyncio.run(applied())
    gc.collect()
    began = time.process_time()
    asyncio.run(planned())
    seconds = time.process_time() - began
    gc.collect()
    tracemalloc.start()
    asyncio.run(planned())
    print(seconds / children, tracemalloc.get_traced_memory()[1] / children)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
