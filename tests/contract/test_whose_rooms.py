"""Whose a room or a plain node is: another source's, a person's, or nobody's who can be reached."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compat import number
from contract.backends import Backend, real
from contract.walking import applied
from servers import Server
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.actions import CreateRoom, RecordOwnership, subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import Writer
from spaces_sync.profile import PERSISTENT

ALICE = Jid("alice@megacorp.example")
FAR = bare_jid("far@rooms.elsewhere.example")


@pytest.fixture
def declared(tmp_path: Path) -> Callable[[str, str], Declaration]:
    def declared(source: str, entries: str) -> Declaration:
        file = tmp_path / "spaces.yaml"
        head = f"version: 1\nsource: {source}\nservice: pubsub.megacorp.example\n"
        file.write_text(f"{head}{entries}", encoding="utf-8")
        return load([file], {})

    return declared


@pytest.mark.parametrize("section", ["rooms", "nodes"])
def test_what_one_source_declares_another_does_not_change(
    section: str,
    backend: Backend,
    unique: Callable[[str], str],
    declared: Callable[[str, str], Declaration],
) -> None:
    name = unique("whose")
    key = f"{name}@rooms.megacorp.example" if section == "rooms" else name
    title = "name" if section == "rooms" else "title"
    first = declared(f"first/{name}", f"{section}:\n  {key}: {{{title}: Ours}}\n")
    second = declared(f"second/{name}", f"{section}:\n  {key}: {{{title}: Theirs}}\n")

    async def work(writer: Writer) -> None:
        await applied(first, writer)
        made = plan(second, await engine.read(second, writer))
        assert [each.source for each in made.obstacles] == [f"first/{name}"]
        assert made.actions == ()
        await applied(first, writer)

    backend.run(work)


def test_whose_a_room_is_that_is_adopted_is_said(
    server: Server, unique: Callable[[str], str], declared: Callable[[str, str], Declaration]
) -> None:
    """By an admin of the service, where such a one owns the rooms of others."""
    name = unique("alices")
    room = bare_jid(f"{name}@{server.rooms}")
    real(server).run(lambda w: w.create_room(room, {PERSISTENT: ("true",)}, None), "alice")
    wanted = declared(name, f"rooms:\n  {room}: {{name: Ours}}\n")

    async def work(writer: Writer) -> None:
        made = plan(wanted, await engine.read(wanted, writer))
        if server.name == "prosody" and number(server.version) >= (13,):
            assert [each.about for each in made.obstacles] == [room]
            return
        (record,) = (each for each in made.actions if isinstance(each, RecordOwnership))
        assert f"is owned by {ALICE}, whom the file does not name" in record.why.consequences

    real(server).run(work)


def test_a_room_on_a_host_that_is_not_there_fails_alone(
    server: Server, unique: Callable[[str], str], declared: Callable[[str, str], Declaration]
) -> None:
    name = unique("near")
    near = bare_jid(f"{name}@{server.rooms}")
    wanted = declared(name, f"rooms:\n  {near}: {{name: Near}}\n  {FAR}: {{name: Far}}\n")

    async def work(writer: Writer) -> None:
        made = plan(wanted, await engine.read(wanted, writer))
        assert [each.about for each in made.obstacles] == [FAR]
        assert [subject(each) for each in made.actions if isinstance(each, CreateRoom)] == [near]
        results = (await engine.execute(made, writer)).results
        assert {each.status for each in results} == {"done"}
        assert [
            subject(each) for each in plan(wanted, await engine.read(wanted, writer)).actions
        ] == []

    real(server).run(work)
