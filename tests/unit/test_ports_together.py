"""No question outlives the first failure: with nobody left to hear of it, Python would print it."""

import ast
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import spaces_sync
from builders import ACCOUNT, DEV, declare
from spaces_sync.client import CarefulReader
from spaces_sync.engine import read
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.engine.objects import read_room
from spaces_sync.engine.ownership import read_ownership
from spaces_sync.engine.reading import read_addresses, read_service
from spaces_sync.model.addresses import Jid
from spaces_sync.model.ledger import LedgerError
from spaces_sync.ports import DiscoInfo, NoAnswerError, PortError, ServiceError, together

ROOM = Jid("r@rooms.megacorp.example")
MODULES = sorted(Path(spaces_sync.__file__).parent.rglob("*.py"))


class OneRefused:
    """A raw reader on which one kind of question is refused, and nothing else is answered until
    the stream is closed: then all that is still asked fails."""

    account = ACCOUNT

    def __init__(self, refused: str) -> None:
        self._refused = refused
        self.waiting = 0

    def __getattr__(self, name: str) -> Any:
        async def asked(*_: object, **__: object) -> DiscoInfo:
            if name == "room_info" and self._refused == "room_config":
                return DiscoInfo()
            if name == self._refused:
                await asyncio.sleep(0)
                raise ServiceError("remote-server-not-found", "cancel")
            self.waiting += 1
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass
            finally:
                self.waiting -= 1
            raise NoAnswerError("the server closed the stream")

        return asked


@pytest.mark.parametrize(
    ("refused", "ask"),
    [
        ("service_info", lambda reader: read(declare(), reader)),
        ("service_info", lambda reader: read_addresses([DEV, ROOM], reader, [DEV.service])),
        ("service_info", lambda reader: read_service(reader, DEV.service)),
        ("own_affiliations", lambda reader: read_ownership(reader, "s", [DEV.service])),
        ("disco_items", lambda reader: read_ownership(reader, "s", [DEV.service])),
        ("node_info", lambda reader: read_ledger(reader, DEV.service, "s")),
        ("room_config", lambda reader: read_room(reader, ROOM)),
        ("room_affiliations", lambda reader: reader.room_affiliations(ROOM)),
    ],
)
def test_when_a_reading_fails_nothing_of_it_is_under_way(
    refused: str, ask: Callable[[CarefulReader], Awaitable[object]]
):
    raw = OneRefused(refused)

    async def work() -> None:
        asking = asyncio.ensure_future(ask(CarefulReader(raw)))  # type: ignore[arg-type]  # raw
        done, _ = await asyncio.wait([asking], timeout=1)
        if not done:
            asking.cancel()
            await asyncio.wait([asking])
        assert raw.waiting == 0
        assert isinstance(asking.exception(), PortError | LedgerError | None)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())


def test_the_first_failure_is_raised_and_the_others_have_ended_by_then():
    ended: list[str] = []

    async def waits(name: str) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async def fails() -> None:
        await asyncio.sleep(0)
        raise NoAnswerError("first")

    async def work() -> None:
        with pytest.raises(NoAnswerError, match="first"):
            await together(waits("a"), fails(), waits("b"))
        assert sorted(ended) == ["a", "b"]

    asyncio.run(work())


def test_the_results_come_in_the_order_of_the_questions():
    async def one(value: int) -> int:
        for _ in range(5 - value):
            await asyncio.sleep(0)
        return value

    async def work() -> None:
        assert await together(one(1), one(2), one(3)) == (1, 2, 3)

    asyncio.run(work())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_who_gathers_takes_every_exception(path: Path):
    """`asyncio.gather` lets the others go on when one fails, unless it waits for them all."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    gathers = [call for call in calls if ast.unparse(call.func) == "asyncio.gather"]
    wanting = [c.lineno for c in gathers if "return_exceptions" not in {k.arg for k in c.keywords}]
    assert wanting == []
