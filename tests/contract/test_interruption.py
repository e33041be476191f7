"""What disturbs an apply on real servers: a cut line, a restart, another apply, Ctrl-C."""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from contract.backends import real
from faults import command
from faults.proxy import Cut, proxied
from servers import Server
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.ports import Writer


def document(folder: Path, prefix: str, spaces: int, children: int, title: str = "Room") -> Path:
    lines = ["version: 1", f"source: {prefix}", "service: pubsub.megacorp.example", "spaces:"]
    for space in range(spaces):
        lines += [f"  {prefix}-{space}:", "    exposure: public", "    rooms:"]
        lines += [f"      r{n}@rooms.megacorp.example: {title} {n}" for n in range(children)]
    path = folder / f"{prefix}-{title}.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def held(server: Server, prefix: str, spaces: int) -> list[str]:
    """The ids of all items in the spaces, but for the markers."""

    async def work(writer: Writer) -> list[str]:
        nodes = [NodeAddress(Jid(server.pubsub), f"{prefix}-{space}") for space in range(spaces)]
        found = [item.id for node in nodes for item in (await writer.items(node)).items]
        return [each for each in found if "managed" not in each]

    return real(server).run(work)


def test_a_restart_in_the_middle_of_two_thousand_publishes(
    start_server: Callable[..., AbstractContextManager[Server]], server_folder: Path, tmp_path: Path
):
    file = document(tmp_path, "restart", 40, 50)

    async def work(running: ExitStack) -> None:
        server = running.enter_context(start_server(server_folder))
        reached = asyncio.Event()
        async with proxied(server, Cut(1000, "before"), reached.set) as proxy:
            process = await command.begin(server, "apply", "--yes", file, port=proxy.port)
            await reached.wait()
            await asyncio.to_thread(running.close)
            server = await asyncio.to_thread(running.enter_context, start_server(server_folder))
            ended = await command.end(process)
        assert ended.code == 0, ended
        assert "connecting again" in ended.errors
        assert len(await asyncio.to_thread(held, server, "restart", 40)) == 2000

    with ExitStack() as running:
        asyncio.run(work(running))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cut_line_is_mended(when, server: Server, unique: Callable[[str], str], tmp_path: Path):
    prefix = unique("cut")
    first = document(tmp_path, prefix, 2, 5)
    wanted = document(tmp_path, prefix, 2, 8, "Other")

    async def work() -> list[command.Ended]:
        ended = [await command.run(server, "apply", "--yes", first)]
        for number in (1, 9, 20):
            async with proxied(server, Cut(number, when)) as proxy:
                file = wanted if len(ended) % 2 else first
                process = await command.begin(server, "apply", "--yes", file, port=proxy.port)
                ended.append(await command.end(process))
                assert proxy.happened
        return ended

    assert [each.code for each in asyncio.run(work())] == [0] * 4
    assert not [each for each in held(server, prefix, 2) if "lock" in each]


def test_of_two_applies_at_once_one_is_kept_out(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    prefix = unique("two")
    first = document(tmp_path, prefix, 3, 10)
    wanted = [document(tmp_path, prefix, 3, 30, title) for title in ("One", "Two")]

    async def work() -> list[command.Ended]:
        assert (await command.run(server, "apply", "--yes", first)).code == 0
        return await asyncio.gather(
            *(command.run(server, "apply", "--yes", file) for file in wanted)
        )

    ended = asyncio.run(work())
    codes = [each.code for each in ended]
    assert 0 in codes
    assert set(codes) <= {0, 5}, ended
    for each in ended:
        if each.code:
            assert "nothing was sent" in each.errors
    ids = held(server, prefix, 3)
    assert len(ids) == 90
    assert not [each for each in ids if "lock" in each]


def test_ctrl_c_takes_the_locks_away(server: Server, unique: Callable[[str], str], tmp_path: Path):
    prefix = unique("ctrlc")
    first = document(tmp_path, prefix, 10, 2)
    wanted = document(tmp_path, prefix, 10, 100, "Other")

    async def work() -> command.Ended:
        assert (await command.run(server, "apply", "--yes", first)).code == 0
        async with proxied(server) as proxy:
            arguments = ("apply", "--yes", "--format", "json", wanted)
            process = await command.begin(server, *arguments, port=proxy.port)
            while len(proxy.seen) < 100:
                assert process.returncode is None
                await asyncio.sleep(0)  # the proxy takes its turn
            process.send_signal(signal.SIGINT)
            return await command.end(process)

    ended = asyncio.run(work())
    told = json.loads(ended.output)
    assert ended.code == 130, ended
    ids = held(server, prefix, 10)
    assert not [each for each in ids if "lock" in each]
    assert told["counts"]["done"] >= len(ids) - 20
    assert asyncio.run(command.run(server, "apply", "--yes", wanted)).code == 0
    assert len(held(server, prefix, 10)) == 1000
