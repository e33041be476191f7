"""Spaces as other clients leave them, into a file of which a plan has nothing to do, and back."""

import asyncio
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from contract.backends import real
from servers import Server
from spaces_sync import cli
from spaces_sync.cli.exits import Exit
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.xml import parse
from spaces_sync.ports import Writer
from spaces_sync.profile import ACCESS_MODEL, SPACE, TYPE

pytestmark = pytest.mark.newer_servers

SERVICE = Jid("pubsub.megacorp.example")
Command = Callable[..., "CompletedProcess[str]"]

ROOM = "<conference xmlns='urn:xmpp:bookmarks:1' {}/>"
ITEMS = {
    "hall@rooms.megacorp.example": "<conference xmlns='urn:xmpp:bookmarks:1' name='A &lt;hall&gt;'"
    " autojoin='1' minimize='true'><nick>visitor</nick><extensions>"
    "<notify xmlns='urn:xmpp:notification-settings:1'><always/></notify>"
    "<pinned xmlns='urn:xmpp:bookmarks-pinning:0'/></extensions></conference>",
    "lab@rooms.megacorp.example": ROOM.format("name='yes'"),
    "quiet@rooms.megacorp.example": ROOM.format(""),
    "0f3a-made-up": "<x xmlns='jabber:x:oob'><url>https://megacorp.example/a?b=c#d</url>"
    "<desc>1.0</desc></x>",
    "some-hash": "<subscription xmlns='urn:xmpp:pubsub:subscription:0' node='news'"
    " server='pubsub.megacorp.example'><title>News: all of it</title></subscription>",
    "urn:xmpp:avatar:metadata": "<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='1'"
    " id='357a8123a30844a3aa99861b6349264ba67a5694' type='image/png'/></metadata>",
    "urn:xmpp:spaces:avatar:metadata:0": "<metadata xmlns='urn:xmpp:avatar:metadata'><info"
    " bytes='1' id='357a8123a30844a3aa99861b6349264ba67a5694' type='image/png'"
    " url='https://megacorp.example/a.png'/></metadata>",
    "null": "<note xmlns='urn:example:note'>line one\nline two\n</note>",
}
# As the tool itself makes spaces, with what others put into them by hand.
SPACES = """\
version: 1
service: pubsub.megacorp.example
spaces:
  dev: {title: "The dev corner: #1", exposure: public}
  "yes": {title: "null", exposure: private}
  "xmpp:pubsub.megacorp.example?;node=x-y%20%F0%9F%91%A9%E2%80%8D%F0%9F%94%A7%20%E2%80%AEoof":
    description: "a\\nb"
    exposure: private
"""
NODES = {"dev": ITEMS, "yes": {}, "x-y 👩\u200d🔧 \u202eoof": {"1.0": ITEMS["null"]}}


async def filled(writer: Writer) -> None:
    for node, items in NODES.items():
        for item_id, payload in items.items():
            await writer.publish(NodeAddress(SERVICE, node), item_id, parse(payload))
    await writer.set_affiliation(NodeAddress(SERVICE, "dev"), Jid("bob@megacorp.example"), "owner")


async def made_otherwise(writer: Writer) -> None:
    """A space as a service makes it by itself, which tells nobody of what is retracted."""
    config = {TYPE: (SPACE,), ACCESS_MODEL: ("open",), "pubsub#notify_retract": ("false",)}
    await writer.create_node(NodeAddress(SERVICE, "other"), config)


async def removed(writer: Writer) -> None:
    for node in NODES:
        await writer.delete_node(NodeAddress(SERVICE, node))


def work(server: Server, what: Callable[[Writer], object]) -> None:
    async def connected() -> None:
        async with real(server).acting_as("admin") as writer:
            await what(writer)  # type: ignore[misc]  # of the two above

    asyncio.run(connected())


def test_import_then_plan_is_empty_and_back_again(
    run: Command, start_server: Callable[..., Any], server_folder: Path, tmp_path: Path
):
    with start_server(server_folder) as server:

        def command(*words: object, code: int = 0) -> str:
            found = run(*words, environment=server.environment())
            assert found.returncode == code, found.stdout + found.stderr
            return found.stdout

        everything = ("import", SERVICE, "--with-items", "--with-subscriptions")
        file = tmp_path / "spaces.yaml"
        file.write_text(SPACES)
        command("apply", "--yes", file)
        work(server, filled)
        command(*everything, "-o", file, "--force")
        command("plan", "--detailed-exitcode", file)
        text = file.read_text()
        assert command(*everything) == text
        assert all(line.isprintable() for line in text.split("\n"))
        for line in EXPECTED:
            assert line in text, line

        work(server, removed)
        command("apply", "--yes", file)
        again = command(*everything)
        assert without_lost(again) == without_lost(text)

        work(server, made_otherwise)
        told = run(*everything, environment=server.environment())
        field = "pubsub.megacorp.example/other: pubsub#notify_retract"
        assert field in told.stderr
        assert f"#   {field}" in told.stdout


EXPECTED = (
    'title: "The dev corner: #1"',
    "hall@rooms.megacorp.example:",
    'lab@rooms.megacorp.example: "yes"',
    '"https://megacorp.example/a?b=c#d": "1.0"',
    'news: "News: all of it"',
    "bob@megacorp.example: owner",
    "# urn:xmpp:avatar:metadata: left out: its id is reserved",
)


def without_lost(text: str) -> str:
    """Without what a document leaves out, which is not there the second time."""
    return re.sub(r"(?m)^ *# urn:.*\n", "", text)


def test_a_file_that_is_there_is_replaced_only_by_force(run: Command, tmp_path: Path):
    file = tmp_path / "spaces.yaml"
    file.write_text("version: 1\n")
    live = tmp_path / "live.json"
    found = run("import", SERVICE, "--live", live, "-o", file)
    assert (found.returncode, file.read_text()) == (64, "version: 1\n")
    assert "--force" in found.stderr


def test_a_folder_of_yaml_files_is_written_into_only_by_force(run: Command, tmp_path: Path):
    live, folder = tmp_path / "live.json", tmp_path / "spaces"
    assert run("import", SERVICE, "--live", live, "--split", folder).returncode == 0
    assert [each.name for each in folder.iterdir()] == ["service.yaml"]
    again = run("import", SERVICE, "--live", live, "--split", folder)
    assert (again.returncode, "--force" in again.stderr) == (64, True)
    assert run("import", SERVICE, "--live", live, "--split", folder, "--force").returncode == 0
    both = run("import", SERVICE, "--live", live, "--split", folder, "-o", tmp_path / "a.yaml")
    assert both.returncode == 64


EMPTY = "version: 1\nservice: pubsub.megacorp.example\n"
ONE = f"{EMPTY}spaces:\n  dev:\n    exposure: public\n"


@pytest.fixture
def live(run: Command, tmp_path: Path) -> Path:
    """A service with one space."""
    (tmp_path / "one.yaml").write_text(ONE)
    done = run("apply", "one.yaml", "--live", "live.json", "--yes")
    assert done.returncode == 0, done.stderr
    return tmp_path / "live.json"


def test_into_a_file_that_names_no_service(run: Command, live: Path, tmp_path: Path):
    file = tmp_path / "spaces.yaml"
    file.write_text("version: 1\n")
    done = run("import", SERVICE, "--live", live, "--into", file)
    assert (done.returncode, done.stderr) == (0, f"{file}: 1 entry added\n")
    key = '"xmpp:pubsub.megacorp.example?;node=dev"'
    assert file.read_text() == f"version: 1\nspaces:\n  {key}:\n    exposure: public\n"
    planned = run("plan", "--detailed-exitcode", "--live", live, file)
    assert planned.returncode == 0, planned.stdout


def test_into_what_a_link_leads_to_and_never_what_is_read_only(
    run: Command, live: Path, tmp_path: Path
):
    file, link = tmp_path / "spaces.yaml", tmp_path / "link.yaml"
    file.write_text(EMPTY)
    link.symlink_to(file)
    file.chmod(0o444)
    done = run("import", SERVICE, "--live", live, "--into", link)
    assert (done.returncode, done.stderr) == (64, f"error: --into {link}: it is read-only\n")
    file.chmod(0o640)
    assert run("import", SERVICE, "--live", live, "--into", link).returncode == 0
    assert (link.is_symlink(), file.read_text(), file.stat().st_mode & 0o777) == (True, ONE, 0o640)


@pytest.mark.parametrize("then", ["version: 1\n# mine\n", None])
def test_what_somebody_writes_into_the_file_meanwhile_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    live: Path,
    tmp_path: Path,
    then: str | None,
):
    """Between its reading and its writing all of a service is read, which takes minutes."""
    module = import_module("spaces_sync.cli.import")
    file = tmp_path / "spaces.yaml"
    file.write_text(EMPTY)
    everything = module.everything

    async def meanwhile(*given: Any, **more: Any) -> Any:
        file.unlink() if then is None else file.write_text(then)
        return await everything(*given, **more)

    monkeypatch.setattr(module, "everything", meanwhile)
    assert cli.run(["import", SERVICE, "--live", str(live), "--into", str(file)]) == Exit.STALE
    said = f"error: --into {file}: it has changed meanwhile; nothing was written, begin again\n"
    assert capsys.readouterr() == ("", said)
    assert (file.read_text() if file.exists() else None) == then


def test_a_folder_is_written_whole_or_not_at_all(run: Command, live: Path, tmp_path: Path):
    folder = tmp_path / "spaces"
    (folder / "dev.yaml").mkdir(parents=True)
    split = ("import", SERVICE, "--live", live, "--split", folder, "--force")
    done = run(*split)
    said = f"error: --split {folder}: dev.yaml is a directory\n"
    assert (done.returncode, done.stderr) == (64, said)
    assert [each.name for each in folder.iterdir()] == ["dev.yaml"]
    (folder / "dev.yaml").rmdir()
    assert run(*split).returncode == 0
    assert sorted(each.name for each in folder.iterdir()) == ["dev.yaml", "service.yaml"]
