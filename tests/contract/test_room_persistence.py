"""Who may not make rooms persistent is told so, before anything else where that can be known."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from contract.backends import real
from servers import Server
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.actions import subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import Writer
from spaces_sync.profile import PERSISTENT

pytestmark = pytest.mark.a_newer_server

Start = Callable[..., AbstractContextManager[Server]]
HALL = Jid("hall@rooms.megacorp.example")
LOBBY = Jid("lobby@rooms.megacorp.example")
OWNERS = {"alice@megacorp.example": "owner"}


def declared(folder: Path) -> Declaration:
    path = folder / "spaces.yaml"
    path.write_text(f"version: 1\nrooms:\n  {HALL}: {{name: Hall}}\n")
    return load([path], {})


def test_the_failure_says_who_may_let_it_stay(
    start_server: Start, server_folder: Path, tmp_path: Path
):
    """Before there is a room, nothing tells that (XEP-0045 has no such question)."""
    wanted = declared(tmp_path)

    async def work(writer: Writer) -> None:
        made = plan(wanted, await engine.read(wanted, writer))
        assert made.obstacles == ()
        (result,) = (await engine.execute(made, writer)).results
        assert result.status == "failed"
        assert "may not make a room persistent there" in result.causes[0].after
        assert HALL in (await engine.read(wanted, writer)).absent

    with start_server(server_folder, persistent_for_all=False) as server:
        real(server).run(work, "alice")


def test_another_room_shows_it_beforehand(start_server: Start, server_folder: Path, tmp_path: Path):
    """Of a room that an admin made and alice owns, the form has no such field."""
    both = tmp_path / "spaces.yaml"
    both.write_text(f"version: 1\nrooms:\n  {HALL}: {{name: Hall}}\n  {LOBBY}: {{name: Lobby}}\n")
    wanted = load([both], {})

    async def by_admin(writer: Writer) -> None:
        await writer.create_room(LOBBY, {PERSISTENT: ("true",)}, None)
        await writer.set_room_affiliation(LOBBY, Jid("alice@megacorp.example"), "owner")

    async def work(writer: Writer) -> None:
        made = plan(wanted, await engine.read(wanted, writer))
        assert made.obstacles == ()  # the service may make all rooms persistent by itself
        (note,) = (each for each in made.notes if each.about == HALL)
        assert "'access_persistent' of mod_muc" in note.text
        assert f"by the form of {LOBBY}" in note.text
        assert [each.about for each in made.notes if "persistentroom" in each.text] == []

    with start_server(server_folder, persistent_for_all=False) as server:
        real(server).run(by_admin)
        real(server).run(work, "alice")


def test_a_room_that_went_with_its_last_occupant_stops_nothing_of_its_file(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    gone, stays = (f"{unique(name)}@{server.rooms}" for name in ("gone", "stays"))

    def loaded(entry: str, name: str) -> Declaration:
        file = tmp_path / "spaces.yaml"
        file.write_text(
            f"version: 1\nsource: t/{gone}\nservice: {server.pubsub}\n"
            f"rooms:\n  {gone}: {entry}\n  {stays}: {{name: {name}}}\n"
        )
        return load([file], {})

    async def work(writer: Writer) -> None:
        for wanted in (loaded("{}", "A"), loaded("{persistent: false}", "A")):
            made = plan(wanted, await engine.read(wanted, writer))
            done = await engine.execute(made, writer)
            assert {each.status for each in done.results} == {"done"}
        for name in ("B", "C"):
            wanted = loaded("{persistent: false}", name)
            reading = await engine.read(wanted, writer)
            made = plan(wanted, reading)
            assert made.obstacles == ()
            assert {str(subject(each)) for each in made.actions} == {stays}
            notes = [each for each in made.notes if each.about == gone]
            assert len(notes) == (gone in reading.absent)
            await engine.execute(made, writer)
        left = loaded("{}", "C")
        made = plan(left, await engine.read(left, writer))
        await engine.execute(made, writer)
        assert plan(left, await engine.read(left, writer)).actions == ()

    real(server).run(work)
