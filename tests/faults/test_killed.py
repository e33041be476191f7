"""The command is killed around the stanzas of its apply; started once more it completes the work.

As the cut points, but the process itself dies: nothing in it can tidy up.
"""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from contract.backends import connection
from faults import command, scene
from faults.points import around, failures, told
from faults.proxy import Cut, proxied
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.document import load

SAMPLE = 10


async def killed(server: Server, file: Path, cut: Cut | None) -> int:
    """How many stanzas it sent to apply `file`; with a cut it is killed there."""
    running: list[Process] = []

    def kill() -> None:
        running[0].kill()

    async with proxied(server, cut, kill) as proxy:
        running.append(await command.begin(server, *command.APPLY, file, port=proxy.port))
        ended = await command.end(running[0])
    # A ledger has as many records as the names of its objects give: the last cut may be beyond.
    reached = cut is not None and cut.number <= len(proxy.seen)
    assert ended.code == (-signal.SIGKILL if reached else 0), ended
    return len(proxy.seen)


def test_a_death_anywhere_costs_one_more_apply(
    server: Server,
    unique: Callable[[str], str],
    figures: Callable[[str], None],
    tmp_path: Path,
) -> None:
    async def tried() -> tuple[int, dict[str, list[Cut]]]:
        async with AsyncExitStack() as stack:
            admin = await stack.enter_async_context(xmpp.writing(connection(server)))
            alice = await stack.enter_async_context(xmpp.writing(connection(server, "alice")))

            async def run(cut: Cut | None) -> tuple[int, list[str]]:
                uniq = unique("kill")
                prepared = scene.declared(tmp_path, scene.PREPARED, uniq)
                await scene.applied(prepared, admin)
                await scene.others_write(prepared, alice)
                file = scene.written(tmp_path, scene.WANTED, uniq)
                stanzas = await killed(server, file, cut)
                await command.settled(server, file)
                held = scene.found(await engine.read(load([file], {}), admin), uniq)
                await scene.removed(uniq, admin)
                return stanzas, held

            stanzas, expected = await run(None)

            async def survive(cut: Cut) -> None:
                _, held = await run(cut)
                if difference := scene.difference(expected, held):
                    raise AssertionError(difference)

            cuts = around(stanzas, SAMPLE)
            return len(cuts), await failures(survive, cuts, at_once=2)

    tries, lost = asyncio.run(tried())
    survived = tries - sum(map(len, lost.values()))
    figures(f"{server}: killed at {tries} points, {survived} survived")
    assert lost == {}, told(lost)
