"""What is selected, on real servers: the rest is there as it was, also where it cannot be read."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

SERVICE = "pubsub.megacorp.example"
Command = Callable[..., "CompletedProcess[str]"]
DOCUMENT = """\
version: 1
source: megacorp/selected
service: pubsub.megacorp.example
spaces:
  chosen: {title: Chosen, exposure: public, rooms: {chosen@rooms.megacorp.example: Chosen}}
  other: {title: Other, exposure: private, rooms: {other@rooms.megacorp.example: Other}}
rooms:
  chosen@rooms.megacorp.example: {name: Chosen}
  other@rooms.megacorp.example: {name: Other}
"""


@pytest.mark.newer_servers
def test_what_is_not_selected_stays_and_follows_later(
    run: Command, start_server: Callable[..., Any], server_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "spaces.yaml"
    file.write_text(DOCUMENT)
    with start_server(server_folder) as server:

        def command(*words: object, code: int = 0) -> str:
            found = run(*words, environment=server.environment())
            assert found.returncode == code, found.stdout + found.stderr
            return found.stdout

        chosen = ("--space", "chosen*")
        command("apply", "--yes", file, *chosen)
        command("plan", "--detailed-exitcode", file, *chosen)
        assert "other" not in command("list", SERVICE)
        command("plan", "--detailed-exitcode", file, code=2)
        command("apply", "--yes", file)
        assert "other" not in command("list", SERVICE, "--exclude", "oth*")
        assert "other" not in command("import", SERVICE, "--space", "chosen", "--with-rooms")
        checked = command("check", SERVICE, "--space", "chosen", "--format", "json")
        assert "node='other'" not in checked

        file.write_text(DOCUMENT.replace("  other: {title: Other", "  third: {title: Third"))
        allow = ("--allow", "delete-space=1")
        command("apply", "--yes", file, "--exclude", "other*", "--exclude", "third", *allow)
        assert "other" in command("list", SERVICE)
        command("apply", "--yes", file, *allow)
        assert "other " not in command("list", SERVICE)
        command("plan", "--detailed-exitcode", file)
