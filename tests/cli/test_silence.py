"""A service, or one object of it, of which nothing comes: what is said, and what is done."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from faults import command
from faults.proxy import proxied
from servers import Server

HEAD: Final = "version: 1\nservice: pubsub.megacorp.example\nspaces:\n"
SPACE: Final = "  {name}:\n    exposure: public\n    title: {title}\n"
DOWN: Final = "pubsub.else.example"
ELSEWHERE: Final = f"  far:\n    service: {DOWN}\n    exposure: public\n    title: Far\n"
PARTLY, UNAVAILABLE = 7, 6


def spaces(folder: Path, *names: str, title: str = "T", more: str = "") -> Path:
    file = folder / "spaces.yaml"
    text = "".join(SPACE.format(name=name, title=title) for name in names)
    file.write_text(HEAD + text + more)
    return file


async def through(
    server: Server, silent: Callable[[bytes], bool], *arguments: object
) -> command.Ended:
    async with proxied(server) as proxy:
        proxy.silent = silent
        begun = await command.begin(server, *arguments, "--timeout", "1", port=proxy.port)
        return await command.end(begun)


def about(node: str) -> Callable[[bytes], bool]:
    return lambda stanza: b"<items node='" + node.encode() in stanza


def said(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def names(unique: Callable[[str], str]) -> tuple[str, str]:
    return unique("hush"), unique("loud")


def test_plan_names_the_service_the_request_and_the_object(
    server: Server, names: tuple[str, str], tmp_path: Path
) -> None:
    async def work() -> command.Ended:
        applied = await command.run(server, *command.APPLY, spaces(tmp_path, *names))
        assert applied.code == 0, applied
        return await through(server, about(names[0]), "plan", spaces(tmp_path, *names, title="New"))

    planned = asyncio.run(work())
    assert planned.code == UNAVAILABLE
    text = said(re.sub(r"\S+spaces.yaml:\d+", "", planned.output))  # the margin
    assert f"no answer from {server.pubsub} in 1 s, asked twice" in text
    assert f"the items of the node {names[0]}" in text
    assert f"~ {names[1]}" in text  # the others are planned


def test_apply_partial_does_the_others(
    server: Server, names: tuple[str, str], tmp_path: Path
) -> None:
    async def work() -> tuple[command.Ended, command.Ended, command.Ended]:
        assert (await command.run(server, *command.APPLY, spaces(tmp_path, *names))).code == 0
        new = spaces(tmp_path, *names, title="New")
        silent = about(names[0])
        refused = await through(server, silent, *command.APPLY, new)
        partly = await through(server, silent, *command.APPLY, new, "--partial")
        return refused, partly, await command.run(server, *command.APPLY, new)

    refused, partly, after = asyncio.run(work())
    assert refused.code == UNAVAILABLE
    assert partly.code == PARTLY
    assert "left out, as it could not be planned" in said(partly.output)
    assert after.code == 0
    assert "1 done" in said(after.output)  # the one that was left out


def test_a_silent_room_service_fails_its_rooms_alone(
    server: Server, names: tuple[str, str], tmp_path: Path
) -> None:
    """All that it is asked, pings too: with `--partial` the spaces are done, a room is not."""
    rooms = b"@" + server.rooms.encode()

    def silent(stanza: bytes) -> bool:
        return rooms in stanza or f"to='{server.rooms}'".encode() in stanza

    async def work() -> tuple[command.Ended, command.Ended, command.Ended]:
        new = spaces(
            tmp_path, names[0], more=f"rooms:\n  {names[1]}@{server.rooms}: {{name: Hush}}\n"
        )
        refused = await through(server, silent, *command.APPLY, new)
        partly = await through(server, silent, *command.APPLY, new, "--partial")
        return refused, partly, await command.run(server, *command.APPLY, new)

    refused, partly, after = asyncio.run(work())
    assert refused.code == UNAVAILABLE
    assert f"no answer from {names[1]}@{server.rooms} in 1 s, asked twice" in said(refused.output)
    assert partly.code == PARTLY
    assert f"+ {names[0]}" in partly.output
    assert after.code == 0
    assert "1 done" in said(after.output)


def test_an_item_that_is_not_answered_is_told_with_what_is_left(
    server: Server, names: tuple[str, str], tmp_path: Path
) -> None:
    async def work() -> tuple[command.Ended, command.Ended]:
        assert (await command.run(server, *command.APPLY, spaces(tmp_path, *names))).code == 0
        rooms = "    rooms: {a@rooms.megacorp.example: A, b@rooms.megacorp.example: B}\n"
        new = spaces(tmp_path, *names, more=rooms)
        async with proxied(server) as proxy:
            proxy.lost = lambda stanza: b"<publish " in stanza and b"b@rooms" in stanza
            begun = await command.begin(
                server, *command.APPLY, new, "--timeout", "1", port=proxy.port
            )
            applied = await command.end(begun)
        return applied, await command.run(server, *command.APPLY, new)

    applied, after = asyncio.run(work())
    text = said(applied.output)
    assert applied.code == PARTLY
    assert f"no answer from {server.pubsub} in 1 s: publish the item b@rooms" in text
    assert "sent twice; the item is not there" in text
    assert "room b@rooms.megacorp.example of" in text
    assert "1 done" in text
    assert "looking what became of it" in said(applied.errors)
    assert after.code == 0


def test_list_names_what_it_does_not_know(
    start_server: Callable, server_folder: Path, tmp_path: Path
) -> None:
    async def work(server: Server) -> command.Ended:
        file = spaces(tmp_path, "hush", "loud")
        assert (await command.run(server, *command.APPLY, file)).code == 0

        def silent(stanza: bytes) -> bool:
            return b"disco#info" in stanza and b"node='hush'" in stanza

        return await through(server, silent, "list", server.pubsub)

    with start_server(server_folder) as server:
        listed = asyncio.run(work(server))
    assert listed.code == UNAVAILABLE
    assert "loud" in listed.output
    assert "hush" not in listed.output
    assert "asked twice: what the node hush is" in said(listed.errors)


# --- a service that is down ------------------------------------------------------------------


def closed(live: Path, *gone: str) -> Path:
    """A snapshot of services as they are, beside which there are no others."""
    data = json.loads(live.read_text())
    del data["profile"]
    data["services"] = {jid: each for jid, each in data["services"].items() if jid not in gone}
    data["nodes"] = {uri: each for uri, each in data["nodes"].items() if not _on(uri, gone)}
    live.write_text(json.dumps(data))
    return live


def _on(uri: str, services: Sequence[str]) -> bool:
    return any(f":{each}?" in uri for each in services)


@pytest.fixture
def live(run, tmp_path: Path) -> Path:
    """A snapshot of one service; another one is not there."""
    file = tmp_path / "live.json"
    first = spaces(tmp_path, "dev", title="T")
    assert run("apply", first, "--live", file, "--yes").returncode == 0
    return closed(file)


@pytest.mark.parametrize("arguments", [("plan",), ("apply", "--yes")])
def test_a_service_that_is_down_ends_the_command_without_partial(
    run, live: Path, tmp_path: Path, arguments: tuple[str, ...]
):
    file = spaces(tmp_path, "dev", title="New", more=ELSEWHERE)
    before = json.loads(live.read_text())["nodes"]
    ended = run(*arguments, file, "--live", live)
    assert ended.returncode == UNAVAILABLE
    text = said(ended.stderr)
    assert f"{file}:7:3: error: no pubsub service answers at {DOWN}" in text
    assert f"apply --partial leaves out what is on {DOWN}" in text
    assert json.loads(live.read_text())["nodes"] == before


def test_where_all_is_on_the_service_that_is_down_nothing_is_left_to_do(
    run, live: Path, tmp_path: Path
):
    ended = run("plan", spaces(tmp_path, more=ELSEWHERE), "--live", live)
    assert ended.returncode == UNAVAILABLE
    assert f"spaces.yaml:4:3: error: no pubsub service answers at {DOWN}" in said(ended.stderr)
    assert "--partial" not in ended.stderr


@pytest.mark.parametrize("head", ["", "source: t/x\n"])
def test_with_partial_what_is_on_it_is_left_out_and_said(
    run, live: Path, tmp_path: Path, head: str
):
    file = spaces(tmp_path, "dev", title="New", more=ELSEWHERE)
    file.write_text(file.read_text().replace("spaces:\n", f"{head}spaces:\n"))
    options = ("--live", live, "--yes", "--partial", "--take-over")
    applied = run("apply", file, *options)
    assert applied.returncode == PARTLY, applied.stdout + applied.stderr
    text = said(applied.stdout)
    assert f"no pubsub service answers at {DOWN}" in text
    assert "not applied" not in text
    again = run("apply", file, *options, "--format", "json")
    assert again.returncode == UNAVAILABLE  # nothing else is to do
    assert json.loads(again.stdout)["results"] == []  # all the rest was done


def test_a_saved_plan_with_partial(run, tmp_path: Path):
    """Made while the service was there; what is on it is left out by the name of its objects."""
    live, saved = tmp_path / "live.json", tmp_path / "plan.json"
    first = spaces(tmp_path, "dev", more=ELSEWHERE)
    assert run("apply", first, "--live", live, "--yes").returncode == 0
    file = spaces(tmp_path, "dev", title="New", more=ELSEWHERE.replace("Far", "Farther"))
    assert run("plan", file, "--live", live, "-o", saved).returncode == 0
    closed(live, DOWN)
    refused = run("apply", saved, "--live", live, "--yes")
    assert refused.returncode == UNAVAILABLE, refused.stdout + refused.stderr
    applied = run("apply", saved, "--live", live, "--yes", "--partial")
    assert applied.returncode == PARTLY, applied.stdout + applied.stderr
    assert "1 done" in said(applied.stdout)
    assert DOWN in said(applied.stdout + applied.stderr)


def test_revert_with_partial(run, tmp_path: Path):
    live, saved = tmp_path / "live.json", tmp_path / "plan.json"
    first = spaces(tmp_path, "dev", more=ELSEWHERE)
    assert run("apply", first, "--live", live, "--yes").returncode == 0
    file = spaces(tmp_path, "dev", title="New", more=ELSEWHERE.replace("Far", "Farther"))
    assert run("plan", file, "--live", live, "-o", saved).returncode == 0
    assert run("apply", saved, "--live", live, "--yes").returncode == 0
    closed(live, DOWN)
    assert run("revert", saved, "--live", live, "--yes").returncode == UNAVAILABLE
    reverted = run("revert", saved, "--live", live, "--yes", "--partial")
    assert reverted.returncode == PARTLY, reverted.stdout + reverted.stderr
    assert "1 done" in said(reverted.stdout)
    assert DOWN in said(reverted.stdout + reverted.stderr)
