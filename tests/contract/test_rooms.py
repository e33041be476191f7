"""Rooms that a file runs, from their making to their end, on every backend."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import Writer
from spaces_sync.profile import ALLOW_INVITES

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


def test_invitations_are_allowed_and_forbidden_whatever_the_field_is_called(
    backend: Backend, room: Jid, declared: Declare
):
    async def work(writer: Writer) -> None:
        for word in ("true", "false", "true"):
            after = await applied(declared(f"allow_invites: {word}"), writer)
            assert after.state.rooms[room].config[ALLOW_INVITES].values == (word,)

    backend.run(work)
