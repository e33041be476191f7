"""Rooms that a file runs, from their making to their end, on every backend."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import values_of
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.profile import ACCESS_MODEL, ALLOW_INVITES, MEMBERS_ONLY, PERSISTENT, SPACE, TYPE

Declare = Callable[[str], Declaration]


@pytest.fixture
def declared(tmp_path: Path, room: Jid) -> Declare:
    """A document with one room, given by what stands in its entry."""

    def made(body: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nsource: {room.partition('@')[0]}\nservice: pubsub.megacorp.example\n"
        path.write_text(f"{head}rooms:\n  {room}: {{{body}}}\n")
        return load([path], {})

    return made


def test_the_outcome_names_what_a_new_room_did_not_take(backend: Backend, declared: Declare):
    """Before there is a room, nothing tells what its service has fields for."""
    odd = "muc#roomconfig_nonsense"
    wanted = declared(f"name: Hall, config: {{{odd}: 'yes', muc#roomconfig_absurd: false}}")

    async def work(writer: Writer) -> None:
        made = plan(wanted, await engine.read(wanted, writer))
        results = (await engine.execute(made, writer)).results
        assert {result.status for result in results} == {"done"}
        (causes,) = {result.causes for result in results if result.causes}
        assert causes == (Cause("not-offered", odd),)

        notes = plan(wanted, await engine.read(wanted, writer)).notes
        assert [odd in note.text for note in notes if note.reason == "impossible"] == [True]
        await applied(declared("name: The hall"), writer)

    backend.run(work)


def test_a_rename_and_the_end_of_the_old_room_are_taken_back(
    backend: Backend, room: Jid, tmp_path: Path
):
    """In their order: while the old room is gone, the new one is all there is."""
    old, bob = Jid(f"old-{room}"), Jid("bob@megacorp.example")
    head = f"version: 1\nsource: {room.partition('@')[0]}\nservice: pubsub.megacorp.example\n"

    def file(text: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        path.write_text(f"{head}rooms:\n  {text}\n")
        return load([path], {})

    renamed = file(f"{room}: {{previously: [{old}]}}")

    async def work(writer: Writer) -> None:
        await applied(file(f"{old}: {{name: Hall, members_only: true}}"), writer)
        await writer.set_room_affiliation(old, bob, "admin")
        copied = plan(renamed, await engine.read(renamed, writer))
        await engine.execute(copied, writer)
        ended = plan(renamed, await engine.read(renamed, writer), removals={"destroy-room": None})
        await engine.execute(ended, writer)
        early = revert(copied, await engine.read_planned(copied, writer)).plan
        assert [each.about for each in early.obstacles] == [room]
        for done in (ended, copied):
            back = revert(done, await engine.read_planned(done, writer))
            assert (back.plan.obstacles, back.not_reverted) == ((), ())
            results = (await engine.execute(back.plan, writer)).results
            assert {result.status for result in results} == {"done"}
        reading = await engine.read(renamed, writer)
        assert room in reading.absent | reading.destroyed
        assert reading.state.rooms[old].affiliations == {writer.account: "owner", bob: "admin"}
        assert values_of(reading.state.rooms[old].config, MEMBERS_ONLY) == ("true",)

    backend.run(work)


def test_invitations_are_allowed_and_forbidden_whatever_the_field_is_called(
    backend: Backend, room: Jid, declared: Declare
):
    async def work(writer: Writer) -> None:
        for word in ("true", "false", "true"):
            after = await applied(declared(f"allow_invites: {word}"), writer)
            assert after.state.rooms[room].config[ALLOW_INVITES].values == (word,)

    backend.run(work)


def test_a_server_among_the_people_of_a_space_lets_none_of_its_accounts_read_it(
    backend: Backend, node: NodeAddress
):
    """What the warning of it says; in rooms ejabberd goes by that as well."""
    members = {"megacorp.example": False, "bob@megacorp.example": True}

    async def reads(member: str) -> bool:
        async with backend.acting_as("admin") as writer:
            await writer.set_affiliation(node, Jid(member), "member")
        async with backend.acting_as("bob") as bob:
            try:
                await bob.items(node)
            except ServiceError:
                return False
        return True

    async def work(writer: Writer) -> None:
        await writer.create_node(node, {TYPE: (SPACE,), ACCESS_MODEL: ("whitelist",)})
        assert {each: await reads(each) for each in members} == members

    backend.run(work)


def test_a_listed_room_that_nobody_made_is_said_where_the_file_runs_rooms(
    backend: Backend, room: Jid, tmp_path: Path
):
    """Whoever joins first owns it (XEP-0045 10.1)."""
    name, file = room.partition("@")[0], tmp_path / "spaces.yaml"
    there, other = Jid(f"{name}-2@rooms.megacorp.example"), Jid(f"{name}-3@rooms.megacorp.example")
    listed = f"{room}: {{}}, {there}: {{}}, {other}: {{}}, far@chat.example: {{}}"
    head = f"version: 1\nsource: {name}\nservice: pubsub.megacorp.example\nspaces:\n"
    space = f"  {name}: {{exposure: public, rooms: {{{listed}}}}}\n"

    async def said(writer: Writer, text: str) -> list[str]:
        file.write_text(text)
        wanted = load([file], {})
        await applied(wanted, writer)
        made = plan(wanted, await engine.read(wanted, writer))
        return [note.text for note in made.notes if note.reason == "advice"]

    async def work(writer: Writer) -> None:
        async with backend.acting_as("alice") as alice:
            await alice.create_room(there, {PERSISTENT: ("true",)}, None)
        assert await said(writer, head + space) == []
        (text,) = await said(writer, f"{head}{space}rooms: {{{room}: {{}}}}\n")
        assert text.startswith(f"lists {other}, which is not there: whoever joins first owns it")

    backend.run(work)
