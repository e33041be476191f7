"""Two applies at once, of one document and of two: each leaves what it declares, and no more."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from contract.backends import connection
from faults import command, scene
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.document import load

ROUNDS = 2
# Of one document: who comes second may be kept out, or find that what it planned is done.
ACCEPTED = {1: (0, 5, 7), 2: (0,)}


@pytest.mark.parametrize("documents", [1, 2])
def test_two_at_once(
    documents: int,
    server: Server,
    unique: Callable[[str], str],
    figures: Callable[[str], None],
    tmp_path: Path,
) -> None:
    codes: list[int] = []

    async def tried() -> None:
        async with AsyncExitStack() as stack:
            admin = await stack.enter_async_context(xmpp.writing(connection(server)))
            alice = await stack.enter_async_context(xmpp.writing(connection(server, "alice")))

            async def prepared() -> tuple[str, Path]:
                """Of a source of its own."""
                uniq = unique("both")
                before = scene.declared(tmp_path, scene.PREPARED, uniq)
                await scene.applied(before, admin)
                await scene.others_write(before, alice)
                return uniq, scene.written(tmp_path, scene.WANTED, uniq)

            async def held(uniq: str, file: Path) -> list[str]:
                await command.settled(server, file)
                return scene.found(await engine.read(load([file], {}), admin), uniq)

            expected = await held(*await prepared())
            for _ in range(ROUNDS):
                written = [await prepared() for _ in range(documents)]
                files = [file for _, file in written] * (2 // documents)
                ended = await asyncio.gather(
                    *(command.run(server, *command.APPLY, file) for file in files)
                )
                codes.extend(each.code for each in ended)
                assert {each.code for each in ended} <= {*ACCEPTED[documents]}, ended
                for uniq, file in written:
                    assert scene.difference(expected, await held(uniq, file)) == ""

    asyncio.run(tried())
    what = "the same document" if documents == 1 else "two documents"
    figures(f"{server}: {ROUNDS} times two applies at once of {what}, exit codes {codes}")
