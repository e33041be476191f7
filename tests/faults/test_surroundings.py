"""Others change what a plan is about while it is carried out, before each of its requests.

Whatever comes when: the results tell the truth, what was not approved does not happen, and
another apply makes all as the document says.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contract.backends import connection
from faults import scene, surroundings
from faults.points import failures, size, steps, told
from faults.surroundings import CHANGES, Others
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.engine import concurrency, sending
from spaces_sync.model.ledger import NODE_PREFIX
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.removals import Removals
from spaces_sync.ports import NoAnswerError, Reader, Writer

ACTIONS = 30
SAMPLE = 5
ALLOWED: Removals = {"delete-space": None, "destroy-room": None}
APPROVAL = engine.Approval(holder=scene.NEXT)  # who took the lock meanwhile is not waited for
REQUESTS = frozenset(
    name for name in vars(Writer) if name not in vars(Reader) and not name.startswith("_")
)


class Watched:
    """A writer that calls `change` after so many requests that change something."""

    def __init__(
        self, writer: Writer, after: int | None, change: Callable[[], Awaitable[None]]
    ) -> None:
        self._writer = writer
        self._after = after
        self._change = change
        self._requests = 0
        self.last_of_plan = 0  # the number of the last request that is not about the ledger
        self.happened = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._writer, name)
        return partial(self._watched, method) if name in REQUESTS else method

    async def _watched(
        self, method: Callable[..., Awaitable[None]], about: Address, *args: Any, **how: Any
    ) -> None:
        self._requests += 1
        if NODE_PREFIX not in str(about):
            self.last_of_plan = self._requests
        try:
            await method(about, *args, **how)
        finally:
            if self._requests == self._after:
                self.happened = True
                await self._change()


def short(result: Result, uniq: str) -> str:
    about = str(subject(result.action)).replace(uniq, "UNIQ")
    return f"{type(result.action).__name__} {about} {result.status} {result.causes}"


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a step begins when the one before it has ended."""
    each = partial(concurrency.each, workers=1)
    monkeypatch.setattr(sending.concurrency, "each", each)


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_approved_or_less_happens(
    change: str,
    server: Server,
    unique: Callable[[str], str],
    figures: Callable[[str], None],
    tmp_path: Path,
) -> None:
    statuses: Counter[str] = Counter()

    async def tried() -> tuple[int, dict[str, list[int]]]:
        async with AsyncExitStack() as stack:
            admin, own, alice, bob = [
                await stack.enter_async_context(xmpp.writing(connection(server, who)))
                for who in ("admin", "admin", "alice", "bob")
            ]

            async def run(after: int | None) -> int:
                uniq = unique("around")
                before = scene.declared(tmp_path, surroundings.BEFORE, uniq)
                await scene.applied(before, admin)
                wanted = scene.declared(tmp_path, surroundings.AFTER, uniq)
                made = plan(wanted, await engine.read(wanted, admin), removals=ALLOWED)
                assert made.obstacles == ()
                assert len(made.actions) >= ACTIONS
                others = Others(uniq, alice, bob, own)
                watched = Watched(admin, after, lambda: CHANGES[change](others))
                results: Sequence[Result] = ()
                try:
                    results = (await engine.execute(made, watched, APPROVAL)).results  # type: ignore[arg-type]  # by name
                except (engine.StalePlanError, engine.LockedError, NoAnswerError) as error:
                    statuses[type(error).__name__] += 1
                if after is not None:
                    statuses.update(result.status for result in results)
                assert watched.happened == (after is not None)
                await surroundings.restored(others)
                reading = await engine.read(before, admin)
                now = engine.merged(reading, await engine.read_planned(made, admin))
                found = [words for words, law in others.laws if not law(now)]
                # What was skipped may have been done by others.
                done = [result for result in results if result.status == "done"]
                found += [f"lie: {short(result, uniq)}" for result in scene.lies(done, now)]
                if found:
                    raise AssertionError("\n".join(found))
                await surroundings.cleared(others)
                await scene.applied(wanted, admin)
                await scene.removed(uniq, admin)
                return watched.last_of_plan - 1  # later ones come too late

            requests = await run(None)
            chosen = steps(requests, SAMPLE)

            async def survive(number: int) -> None:
                await run(number)

            found = await failures(survive, chosen)
            return len(chosen), found

    tries, lost = asyncio.run(tried())
    survived = tries - sum(map(len, lost.values()))
    became = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    figures(f"{server}, {change}: at {tries} steps, {survived} survived ({became})")
    assert lost == {}, told(lost)
    assert statuses["done"], "an apply that always refused would survive as well"


@pytest.mark.a_newer_server
@pytest.mark.usefixtures("one_at_a_time")
def test_the_server_is_restarted(
    start_server: Callable[..., AbstractContextManager[Server]],
    server_folder: Path,
    unique: Callable[[str], str],
    figures: Callable[[str], None],
    tmp_path: Path,
) -> None:
    statuses: Counter[str] = Counter()
    running = ExitStack()
    server = running.enter_context(start_server(server_folder))

    def restart() -> None:
        nonlocal server
        running.close()
        server = running.enter_context(start_server(server_folder))

    async def run(after: int | None) -> int:
        uniq = unique("restart")
        async with AsyncExitStack() as stack:

            async def connected() -> Writer:
                return await stack.enter_async_context(xmpp.writing(connection(server)))

            admin = await connected()
            await scene.applied(scene.declared(tmp_path, surroundings.BEFORE, uniq), admin)
            wanted = scene.declared(tmp_path, surroundings.AFTER, uniq)
            made = plan(wanted, await engine.read(wanted, admin), removals=ALLOWED)
            watched = Watched(admin, after, lambda: asyncio.to_thread(restart))
            execution = await engine.execute(made, watched, APPROVAL, reconnect=connected)  # type: ignore[arg-type]  # by name
        if after is not None:
            statuses.update(result.status for result in execution.results)
        assert watched.happened == (after is not None)
        async with xmpp.writing(connection(server)) as admin:
            lies = scene.lies(execution.results, await engine.read_planned(made, admin))
            if lies:
                raise AssertionError("\n".join(short(lie, uniq) for lie in lies))
            await scene.applied(wanted, admin)
            await scene.removed(uniq, admin)
        return watched.last_of_plan - 1

    async def tried() -> tuple[int, dict[str, list[int]]]:
        chosen = steps(await run(None), size(SAMPLE, server))

        async def survive(number: int) -> None:
            await run(number)

        return len(chosen), await failures(survive, chosen)

    with running:
        tries, lost = asyncio.run(tried())
    survived = tries - sum(map(len, lost.values()))
    became = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    figures(f"{server}, restarted: at {tries} steps, {survived} survived ({became})")
    assert lost == {}, told(lost)
    assert statuses["done"], "an apply that always refused would survive as well"
