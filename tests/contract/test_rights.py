"""What an account may not do there: refused with the setting of that server that would allow it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compat import number
from contract.backends import real
from servers import Server
from spaces_sync.model.addresses import bare_jid
from spaces_sync.profile import PERSISTENT

pytestmark = pytest.mark.a_newer_server

SPACE = """\
version: 1
source: {name}
service: pubsub.megacorp.example
spaces:
  {name}:
    exposure: public
"""
ROOM = """\
version: 1
source: {name}
service: pubsub.megacorp.example
rooms:
  {name}@rooms.megacorp.example:
    name: Ours
"""
Run = Callable[..., Any]


@pytest.fixture
def written(tmp_path: Path, unique: Callable[[str], str]) -> Callable[[str], tuple[Path, str]]:
    def written(text: str) -> tuple[Path, str]:
        path, name = tmp_path / "spaces.yaml", unique("rights")
        path.write_text(text.format(name=name), encoding="utf-8")
        return path, name

    return written


def words(text: str) -> str:
    return " ".join(text.replace("!", "").split())


def test_who_may_not_create_nodes_is_told_what_would_allow_it(
    run: Run, written: Callable[[str], tuple[Path, str]], prosody: Server
) -> None:
    path, _ = written(SPACE)
    applied = run(
        "apply", path, "--yes", environment={**prosody.environment("erin"), "COLUMNS": "300"}
    )
    knows = number(prosody.version) < (13,)  # before an attempt, so that nothing is sent
    assert applied.returncode == (6 if knows else 7), applied.stdout + applied.stderr
    said = words(applied.stdout)
    assert "erin@megacorp.example may not create" in said
    assert "'admins'" in said
    assert ("'pubsub:create-node'" in said) is (number(prosody.version) >= (13,))


def test_an_admin_is_told_when_rooms_are_their_owners_alone(
    run: Run, written: Callable[[str], tuple[Path, str]], server: Server
) -> None:
    """On Prosody 13; on the others an admin of the service owns its rooms, too."""
    path, name = written(ROOM)
    room = bare_jid(f"{name}@{server.rooms}")
    real(server).run(lambda w: w.create_room(room, {PERSISTENT: ("true",)}, None), "alice")
    planned = run("plan", path, environment={**server.environment(), "COLUMNS": "300"})
    alone = server.name == "prosody" and number(server.version) >= (13,)
    assert planned.returncode == (6 if alone else 0), planned.stdout
    hint = "component_admins_as_room_owners = true"
    assert (hint in words(planned.stdout)) is alone
