"""The connection is cut around every stanza of an apply; one more apply makes all as it should be.

Each cut point has nodes of its own on one server: prepared, written to by others, disturbed,
applied once more in peace, and compared with what no cut disturbed.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from contract.backends import connection
from faults import scene
from faults.points import around, failures, size, told
from faults.proxy import Cut, Proxy, proxied
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.outcome import Result
from spaces_sync.ports import NoAnswerError


async def disturbed(
    declaration: Declaration, server: Server, cut: Cut | None
) -> tuple[Proxy, Sequence[Result]]:
    """An apply through a proxy, and what it believes of each action at its end."""
    results: Sequence[Result] = ()
    async with proxied(server, cut) as proxy:
        with suppress(NoAnswerError, xmpp.ConnectError):
            async with xmpp.writing(replace(connection(server), port=proxy.port)) as writer:
                made = await scene.planned(declaration, writer)
                results = (await engine.execute(made, writer, engine.Approval(fresh=True))).results
    # A ledger has as many records as the names of its objects give: the last cut may be beyond.
    assert proxy.happened == (cut is not None and cut.number <= len(proxy.seen))
    return proxy, results


@pytest.mark.a_newer_server
@pytest.mark.parametrize(
    ("name", "before", "after", "actions", "sample"),
    [
        ("everyday", scene.PREPARED, scene.WANTED, 30, 28),
        ("a child moved", scene.BEFORE_MOVING, scene.MOVED, 2, 20),
        ("all renamed", scene.BEFORE_RENAMING, scene.RENAMED, 12, 16),
    ],
    ids=["everyday", "a-child-moved", "all-renamed"],
)
def test_a_cut_anywhere_costs_one_more_apply(
    name: str,
    before: str,
    after: str,
    actions: int,
    sample: int,
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
                uniq = unique("cut")
                prepared = scene.declared(tmp_path, before, uniq)
                await scene.applied(prepared, admin)
                await scene.others_write(prepared, alice)
                wanted = scene.declared(tmp_path, after, uniq)
                proxy, results = await disturbed(wanted, server, cut)
                assert scene.lies(results, await engine.read(wanted, admin)) == []
                assert cut or len(results) >= actions
                await scene.applied(wanted, admin)
                held = scene.found(await engine.read(wanted, admin), uniq)
                await scene.removed(uniq, admin)
                return len(proxy.seen), held

            stanzas, expected = await run(None)

            async def survive(cut: Cut) -> None:
                _, held = await run(cut)
                if difference := scene.difference(expected, held):
                    raise AssertionError(difference)

            cuts = around(stanzas, size(sample, server))
            return len(cuts), await failures(survive, cuts)

    tries, lost = asyncio.run(tried())
    survived = tries - sum(map(len, lost.values()))
    figures(f"{server}, {name}: {tries} cut points tried, {survived} survived")
    assert lost == {}, told(lost)
