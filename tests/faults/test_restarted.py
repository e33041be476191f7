"""The server is stopped and started in the middle of many publishes: none is lost or doubled."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from contract.backends import connection
from faults import command, scene
from faults.proxy import Cut, proxied
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.codec import read
from spaces_sync.plan.actions import Action
from spaces_sync.plan.codec import CODEC
from spaces_sync.plan.outcome import Result

SPACES, CHILDREN = 40, 50
MIDDLE = 1000
ACCEPTED = (0, 6, 7)  # it came back by itself, could not, or says what it did not do

DOCUMENT = f"{scene.HEAD}spaces:\n" + "".join(
    f"  s{space}-UNIQ:\n    exposure: public\n    title: Space {space}\n    rooms:\n"
    + "".join(f"      r{n}@rooms.megacorp.example: Room {n}\n" for n in range(CHILDREN))
    for space in range(SPACES)
)


def results(output: str) -> list[Result]:
    """Of what `apply --format json` prints; nothing where it could not begin to."""
    told = json.loads(output)["results"] if output else []
    return [Result(read(CODEC, each["action"], Action), each["status"]) for each in told]


def test_a_restart_in_the_middle(
    start_server: Callable[..., AbstractContextManager[Server]],
    server_folder: Path,
    figures: Callable[[str], None],
    tmp_path: Path,
) -> None:
    declaration = scene.declared(tmp_path, DOCUMENT, "restart")
    file = tmp_path / "restart.yaml"

    async def tried(running: ExitStack) -> None:
        server = running.enter_context(start_server(server_folder))
        reached = asyncio.Event()
        async with proxied(server, Cut(MIDDLE, "held"), reached.set) as proxy:
            arguments = (*command.APPLY, "--format", "json", file)
            process = await command.begin(server, *arguments, port=proxy.port)
            async with asyncio.timeout(command.SECONDS):
                await reached.wait()
            await asyncio.to_thread(running.close)
            await asyncio.to_thread(running.enter_context, start_server(server_folder))
            ended = await command.end(process)
        assert ended.code in ACCEPTED, ended

        async with xmpp.writing(connection(server)) as admin:
            reading = await engine.read(declaration, admin)
            said = results(ended.output)
            assert scene.lies(said, reading) == []
            held = sum(len(node.children) for node in reading.state.nodes.values())
            await command.settled(server, file)
            after = scene.found(await engine.read(declaration, admin), "restart")
            await scene.applied(scene.declared(tmp_path, DOCUMENT, "peace"), admin)
            peace = scene.declared(tmp_path, DOCUMENT, "peace")
            expected = scene.found(await engine.read(peace, admin), "peace")
        done = sum(result.status == "done" for result in said)
        figures(
            f"{server}: restarted at stanza {MIDDLE}, exit code {ended.code}, "
            f"{done} of {len(said)} reported done, {held} items there, all after one more apply"
        )
        assert scene.difference(expected, after) == ""
        assert sum(" holds " in fact for fact in after) >= SPACES * CHILDREN

    with ExitStack() as running:
        asyncio.run(tried(running))
