"""From a server on which people have made spaces by hand to a repository that keeps them."""

import asyncio
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

import installed
from contract.backends import connection, real
from hand_made import make_spaces
from servers import Server
from servers.starting import Start
from spaces_sync.model.addresses import Jid
from spaces_sync.profile import PERSISTENT
from spaces_sync.xmpp.session import writing_session

pytestmark = pytest.mark.newer_servers

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HALL = Jid("hall-0@rooms.megacorp.example")


@pytest.fixture
def lived_in(start_server: Start, server_folder: Path) -> Iterator[Server]:
    """A server with twelve spaces, and one of the rooms that they list."""
    with start_server(server_folder) as server:
        private = "whitelist" if server.name == "prosody" else "authorize"

        async def filled() -> None:
            async with writing_session(connection(server)) as session:
                await make_spaces(session, Jid(server.pubsub), private)
            async with real(server).acting_as("admin") as writer:
                await writer.create_room(HALL, {PERSISTENT: ("true",)}, None)

        asyncio.run(filled())
        yield server


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    return tmp_path


def steps(text: str, job: str) -> tuple[str, Mapping[str, str]]:
    """The shell lines of a job for GitHub, and its variables but for the secret."""
    found = yaml.safe_load(text)["jobs"][job]
    lines = [step["run"] for step in found["steps"] if "run" in step]
    return "\n".join(lines), {n: v for n, v in found["env"].items() if "secrets." not in v}


def ran(script: str, folder: Path, environment: Mapping[str, str]) -> str:
    """As a runner does it, with the command that is installed: pip has nothing to do."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "python3").write_text('#!/bin/sh\n[ "$*" = "-m pip install $PACKAGE" ]\n')
    (tools / "python3").chmod(0o755)
    path = f"{tools}:{installed.TOOL.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        env={**installed.environment(environment), "PATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_newcomers_path(run: Run, lived_in: Server, repository: Path):
    """init, an empty plan, an edit, an apply, an empty plan: the two last as the printed job."""
    environment = lived_in.environment()
    begun = run("init", "--import", environment=environment)
    assert begun.returncode == 0, begun.stderr
    assert "    may read 12 of 12 spaces as an owner\n" in begun.stderr
    assert "spaces.yaml: 12 spaces\n" in begun.stderr
    line = "    uncomment source in spaces.yaml: else nothing that leaves it can be removed"
    assert line in begun.stderr.partition("\nnext:\n")[2].partition("spaces-sync apply")[0]
    file = repository / "spaces.yaml"
    assert run("import", lived_in.pubsub, environment=environment).stdout == file.read_text()

    def planned() -> int:
        done = run("plan", "--detailed-exitcode", file, environment=environment)
        return int(done.returncode)

    assert planned() == 0
    text = file.read_text()
    room = "  attic-0@rooms.megacorp.example:\n"
    assert room in text
    file.write_text(text.replace(room, "  new@rooms.megacorp.example: New\n    " + room, 1))
    assert planned() == 2

    secret = {"SPACES_SYNC_PASSWORD": environment["SPACES_SYNC_PASSWORD"]}
    script, variables = steps(begun.stdout, "plan")
    assert "+ room new@rooms.megacorp.example" in ran(script, repository, {**variables, **secret})
    assert "No password here" in ran(script, repository, variables)
    assert planned() == 2
    script, variables = steps(begun.stdout, "apply")
    assert "1 done" in ran(script, repository, {**variables, **secret})
    assert planned() == 0


def test_with_a_source_the_first_apply_takes_charge(run: Run, lived_in: Server, repository: Path):
    environment = lived_in.environment()
    begun = run("init", "--import", "--source", repository.name, environment=environment)
    assert begun.returncode == 0, begun.stderr
    assert "uncomment source" not in begun.stderr
    file = repository / "spaces.yaml"
    planned = run("plan", file, environment=environment)
    assert "12 nodes touched · 12 markers · 12 records\n" in planned.stdout
    assert run("apply", "--yes", file, environment=environment).returncode == 0
    assert run("plan", "--detailed-exitcode", file, environment=environment).returncode == 0
    said = f"the source {repository.name!r} has been applied there before"
    assert said in run("init", "--force", environment=environment).stderr
    for more in (["--source", "others"], ["--import"]):
        assert "before" not in run("init", "--force", *more, environment=environment).stderr


def test_without_import_it_says_how_many_there_are_and_declares_nothing(
    run: Run, lived_in: Server, repository: Path
):
    environment = lived_in.environment()
    begun = run("init", environment=environment)
    assert begun.returncode == 0, begun.stderr
    said = begun.stderr.splitlines()
    place = said.index("12 spaces there, and not in the file; this writes one with them:")
    assert said[place + 1].split() == [
        *("spaces-sync", "import", lived_in.pubsub, "-o", "spaces.yaml", "--force")
    ]
    named = run("init", "--force", "--source", "a club", environment=environment)
    line = f"    spaces-sync import {lived_in.pubsub} --source 'a club' -o spaces.yaml --force\n"
    assert line in named.stderr
    begun = run("init", "--force", environment=environment)
    file = repository / "spaces.yaml"
    assert f"source: {repository.name}\n" in file.read_text()
    assert run("validate", file).returncode == 0
    assert run("plan", "--detailed-exitcode", file, environment=environment).returncode == 0
    head, example = re.split("(?m)^# Below.*\n", file.read_text())
    file.write_text(head + re.sub("(?m)^# ?", "", example))
    applied = run("apply", "--yes", file, environment=environment)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert run("plan", "--detailed-exitcode", file, environment=environment).returncode == 0


def test_somebody_else_is_told_what_they_may_not(run: Run, lived_in: Server):
    environment = lived_in.environment("bob")
    begun = run("init", "--no-import", environment=environment)
    assert begun.returncode == 0, begun.stderr
    prosody = lived_in.name == "prosody"
    hidden = prosody and not lived_in.version.startswith("0.")
    assert f"    may read 0 of {6 if hidden else 12} spaces as an owner\n" in begun.stderr
    assert "pubsub.megacorp.example/x8fk2z00: exists, but bob@megacorp.example is not" in (
        begun.stderr
    )
    admins = '        -- admins = { "bob@megacorp.example" }\n'
    assert (admins in begun.stderr) is prosody
    lacks = begun.stderr.partition("check whether /etc/")[0]
    assert (admins in lacks) is lived_in.version.startswith("0.")
    may = "may not create nodes" if lived_in.version.startswith("0.") else "whether it may create"
    assert f"    {may}" in begun.stderr
