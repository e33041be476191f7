"""What a check says of spaces that an apply made, on each server, and how its command ends."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

import pytest

from contract.backends import Backend, real
from contract.check_table import COLUMNS, DOCUMENT, SERVERS, compare, markdown
from contract.walking import applied
from servers import Server
from spaces_sync.check.examining import checked
from spaces_sync.check.gathering import gather
from spaces_sync.check.values import Checked
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.model.declaration import Declaration

pytestmark = pytest.mark.newer_servers

README: Final = Path(__file__).parents[2] / "README.md"
Command = Callable[..., "CompletedProcess[str]"]


def declared(folder: Path, name: str) -> Declaration:
    file = folder / "spaces.yaml"
    file.write_text(DOCUMENT.replace("NAME", name), encoding="utf-8")
    return load([file], {})


async def held_against(declaration: Declaration, writer: CarefulWriter) -> Checked:
    return checked(await gather(writer, (), declaration))


def column(kind: str, version: str) -> str:
    """That of the newest server which is no newer."""
    older = [each for each in SERVERS if each.startswith(kind)]
    newer = older[1].rpartition("-")[2]
    as_numbers = [tuple(map(int, each.split("."))) for each in (version, newer)]
    in_the_table = older[as_numbers[0][0] >= as_numbers[1][0]]
    return COLUMNS[SERVERS.index(in_the_table)]


def test_the_readme_has_the_table_that_is_tried() -> None:
    text = README.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_README"):
        text = re.sub(r"(?s)\| rule \| \|.*?\n\n", lambda _: f"{markdown()}\n", text)
        README.write_text(text, encoding="utf-8")
    assert markdown() in text


def test_a_check_of_what_was_applied_says_what_the_table_says(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path, server_version: str
) -> None:
    declaration = declared(tmp_path, unique("check"))
    backend.run(lambda w: applied(declaration, w))
    found = backend.run(lambda w: held_against(declaration, w))
    compare(found, column(backend.kind, server_version))
    assert all(each.place for each in found.findings if each.said.subject.node is not None)
    assert found.conforms


@pytest.fixture
def server_version(request: pytest.FixtureRequest) -> str:
    """Of the backend, or of what it imitates."""
    return str(request.node.callspec.params["backend"].version)


def test_the_command_ends_with_2_where_something_does_not_conform(
    server: Server, unique: Callable[[str], str], tmp_path: Path, run: Command
) -> None:
    declaration = declared(tmp_path, name := unique("check"))
    writer = real(server)
    writer.run(lambda w: applied(declaration, w))

    def check(*words: object, code: int) -> str:
        found = run("check", *words, environment=server.environment())
        assert found.returncode == code, found.stdout + found.stderr
        return found.stdout

    file = tmp_path / "spaces.yaml"
    assert "Conforms: no MUST fails" in check(file, code=0)
    assert "Does not conform" in check(file, "--strict", code=2)
    space = next(each for each in declaration.state.nodes if each.node == name)
    writer.run(lambda w: w.configure_node(space, {"pubsub#notify_retract": ("false",)}))
    said = json.loads(check(file, server.pubsub, "--format", "json", code=2))
    (wrong,) = [
        each for each in said["findings"] if each["counts"] and each["subject"]["node"] == name
    ]
    assert (wrong["rule"], wrong["result"]) == ("R2", "fail")
    assert wrong["place"]["line"] == 4
    assert check(file, "--format", "junit", code=2).count("<failure ") == 1


def test_a_check_changes_nothing_and_creates_nothing(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    declaration = declared(tmp_path, unique("check"))
    found = backend.run(lambda w: held_against(declaration, w))
    missing = {n.node for n in declaration.state.nodes}
    said = [each.said for each in found.findings if each.said.subject.node in missing]
    assert {(each.result, each.subject.child) for each in said} == {("fail", None)}
    assert len(said) == len(missing)
    again = backend.run(lambda w: held_against(declaration, w))
    assert again == found
