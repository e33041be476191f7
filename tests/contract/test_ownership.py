"""Who made what, on the real servers: two sources side by side, and spaces that left their file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import real
from contract.test_transitions import applied
from servers import Server
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.engine.ledger import CONFIG, read_ledger
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Owned
from spaces_sync.plan.actions import DeleteNode, RecordOwnership, subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.removals import Removals
from spaces_sync.ports import Writer

pytestmark = pytest.mark.a_newer_server


SERVICE = Jid("pubsub.megacorp.example")
DELETE: Removals = {"delete-space": None}


def declared(folder: Path, source: str, *spaces: str) -> Declaration:
    """Each space lists one room of its own name."""
    lines = ["version: 1", f"source: {source}", f"service: {SERVICE}", "spaces:"]
    for name in spaces:
        lines += [f"  {name}:", "    exposure: public", "    rooms:"]
        lines += [f"      {name}@rooms.megacorp.example: {{}}"]
    if not spaces:
        lines[-1] = "spaces: {}"
    path = folder / "spaces.yaml"
    path.write_text("\n".join(lines) + "\n")
    return load([path], {})


async def names(writer: Writer, unique: str) -> set[str]:
    nodes = await writer.own_nodes(SERVICE)
    return {node.node for node in nodes if node.node.startswith(unique)}


def test_two_sources_leave_each_other_alone(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    name = unique("two")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, f"a/{name}", f"{name}-a"), writer)
        await applied(declared(tmp_path, f"b/{name}", f"{name}-b"), writer)

        theirs = declared(tmp_path, f"a/{name}", f"{name}-b")
        made = plan(theirs, await engine.read(theirs, writer), removals=DELETE)
        assert [obstacle.source for obstacle in made.obstacles] == [f"b/{name}"]
        assert {subject(action).node for action in made.actions} == {f"{name}-a"}

        mine = declared(tmp_path, f"b/{name}")
        made = plan(mine, await engine.read(mine, writer), removals=DELETE)
        assert [(type(action), subject(action).node) for action in made.actions] == [
            (DeleteNode, f"{name}-b"),
            (RecordOwnership, f"{name}-b"),
        ]

    real(server).run(work)


def test_a_space_that_left_the_file_is_named_and_goes_only_if_allowed(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    name = unique("left")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, name, f"{name}-a", f"{name}-b"), writer)
        fewer = declared(tmp_path, name, f"{name}-a")

        made = plan(fewer, await engine.read(fewer, writer))
        assert made.actions == ()
        assert [note.about.node for note in made.notes if note.reason == "stays"] == [f"{name}-b"]

        made = plan(fewer, await engine.read(fewer, writer), removals=DELETE)
        results = (await engine.execute(made, writer)).results
        assert [result.status for result in results] == ["done", "done"]
        assert await names(writer, name) == {f"{name}-a"}

    real(server).run(work)


def test_a_space_beyond_what_the_service_lists_is_found(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    """ejabberd lists 100 nodes; which, a hash decides."""
    name = unique("many")

    async def work(writer: Writer) -> None:
        spaces = [f"{name}-{number}" for number in range(110)]
        await applied(declared(tmp_path, name, *spaces), writer)
        nothing = declared(tmp_path, name)

        made = plan(nothing, await engine.read(nothing, writer), removals=DELETE)
        assert {subject(action).node for action in made.actions} == set(spaces)
        await engine.execute(made, writer)
        assert await names(writer, f"{name}-") == set()

    real(server).run(work)


def test_a_record_of_10_000_children_is_taken_in_parts(
    server: Server, unique: Callable[[str], str]
):
    """170 kB; Prosody's stanzas end at 262 144 bytes and ejabberd's payloads at 250 000."""
    name = unique("big")
    node = NodeAddress(SERVICE, ledger.node_of(name))
    names = [ledger.item_name(f"room-{i}@rooms.megacorp.example") for i in range(10_000)]
    objects = {NodeAddress(SERVICE, name): Owned({name: name for name in names})}

    async def work(writer: Writer) -> None:
        await writer.create_node(node, CONFIG)
        for piece in ledger.parts(objects):
            payload = ledger.encode_record(piece)
            await writer.publish(node, ledger.fresh_id(), payload, access_model="whitelist")
        assert (await read_ledger(writer, SERVICE, name)).settled == objects

    real(server).run(work)
