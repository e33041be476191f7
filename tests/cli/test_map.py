"""`map` on real servers: of a service by its owner and by a stranger, of a file with its plan."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from servers import Server

DOCUMENT = """\
version: 1
service: {server.pubsub}
spaces:
  {space}:
    title: The developers corner
    exposure: public
    rooms:
      {open}: Open
      {closed}: Closed
    links:
      https://megacorp.example/: Home
rooms:
  {open}:
    name: Open
    members_only: false
  {closed}:
    name: Closed
    members_only: true
    password: {{env: ROOM_PASSWORD}}
    affiliations: {{ada@megacorp.example: member}}
"""
PASSWORD = "correct horse"  # noqa: S105 - the one that must not be drawn


@pytest.fixture
def own_server(start_server: Callable, server_folder: Path) -> Iterator[Server]:
    """A server of this test alone: all of its spaces are drawn."""
    with start_server(server_folder) as server:
        yield server


def objects(text: str) -> dict[str, dict[str, Any]]:
    return {
        each["address"]: each
        for service in json.loads(text)["services"]
        for each in service["objects"]
    }


def test_a_file_then_its_service_then_as_a_stranger_sees_it(
    run, own_server: Server, tmp_path: Path
):
    space, file, page = "corner", tmp_path / "spaces.yaml", tmp_path / "map.html"
    rooms = {name: f"{name}@rooms.megacorp.example" for name in ("open", "closed")}
    file.write_text(DOCUMENT.format(server=own_server, space=space, **rooms))
    environment = {**own_server.environment(), "ROOM_PASSWORD": PASSWORD}
    uri = f"xmpp:{own_server.pubsub}?;node={space}"

    planned = objects(run("map", file, "--format", "json", environment=environment).stdout)
    assert {planned[each]["sign"] for each in (uri, *rooms.values())} == {"+"}
    assert {each["sign"] for each in planned[uri]["children"]} == {"+"}

    assert run("apply", file, "--yes", environment=environment).returncode == 0
    drawn = run("map", own_server.pubsub, "--format", "json", environment=environment)
    assert drawn.returncode == 0, drawn.stderr
    found = objects(drawn.stdout)
    assert found[uri]["exposure"] == "public"
    assert found[uri]["enters"] == "anyone can read it"
    assert found[rooms["open"]]["enters"] == "anyone can enter"
    assert found[rooms["closed"]]["enters"] == "only members can enter, with a password"
    assert {"jid": "ada@megacorp.example", "affiliation": "member"} in found[rooms["closed"]][
        "people"
    ]
    assert [each["target"] for each in found[uri]["children"]] == [
        rooms["closed"],
        rooms["open"],
        "https://megacorp.example/",
    ]
    assert PASSWORD not in drawn.stdout

    again = objects(run("map", file, "--format", "json", environment=environment).stdout)
    assert [each["address"] for each in again.values() if each.get("sign")] == []

    stranger = own_server.environment("bob")
    outside = objects(
        run("map", own_server.pubsub, "--format", "json", environment=stranger).stdout
    )
    assert outside[uri]["found"] == "outside"
    assert outside[rooms["closed"]]["enters"] == "only members can enter, with a password"
    assert outside[rooms["closed"]]["people"] is None

    written = run("map", own_server.pubsub, "-o", page, environment=environment)
    assert (written.returncode, written.stdout) == (0, "")
    assert "The developers corner" in page.read_text()
    shown = run("plan", file, "--format", "html", environment=environment).stdout
    assert "No changes." in shown
    assert 'id="map"' in shown


def test_a_map_does_not_take_the_place_of_what_it_is_made_of(run, tmp_path: Path):
    file = tmp_path / "spaces.yaml"
    file.write_text("version: 1\n")

    result = run("map", file, "-o", file, "--live", tmp_path / "live.json")

    assert result.returncode == 64
    assert "this is among what the command reads" in result.stderr
    assert file.read_text() == "version: 1\n"


def test_files_and_services_are_drawn_together(run, tmp_path: Path):
    file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
    file.write_text(
        "version: 1\nservice: pubsub.megacorp.example\nspaces:\n  dev: {exposure: public}\n"
    )
    assert run("apply", file, "--yes", "--live", live).returncode == 0
    file.write_text(file.read_text() + "  ops: {exposure: private}\n")

    drawn = run("map", file, "pubsub.megacorp.example", "--live", live, "--format", "mermaid")

    assert drawn.returncode == 0, drawn.stderr
    assert '["#43; ops' in drawn.stdout
    assert '["dev' in drawn.stdout


def test_what_is_not_selected_is_not_drawn(run, tmp_path: Path):
    file, live = tmp_path / "spaces.yaml", tmp_path / "live.json"
    file.write_text(
        "version: 1\nservice: pubsub.megacorp.example\nspaces:\n"
        "  dev: {exposure: public, rooms: {a@rooms.megacorp.example: A}}\n"
        "  ops: {exposure: private}\n"
    )
    assert run("apply", file, "--yes", "--live", live).returncode == 0
    service = ("map", "pubsub.megacorp.example", "--live", live, "--format", "json")

    for of in (service, ("map", file, *service[2:])):
        drawn = [*objects(run(*of, "--space", "d*").stdout)]
        assert [each.partition("node=")[2] for each in drawn] == ["dev", ""]
        drawn = [*objects(run(*of, "--exclude", "dev").stdout)]
        assert [each.partition("node=")[2] for each in drawn] == ["ops"]
        wrong = run(*of, "--space", "nothing")
        assert wrong.returncode == 64
        assert "--space 'nothing' matches nothing" in wrong.stderr


def test_a_page_beside_the_plan_has_the_map_too(run, tmp_path: Path):
    file, page = tmp_path / "spaces.yaml", tmp_path / "plan.html"
    file.write_text(
        "version: 1\nservice: pubsub.megacorp.example\nspaces:\n  dev: {exposure: public}\n"
    )

    result = run("plan", file, "--live", tmp_path / "live.json", "--report", f"html={page}")

    assert result.returncode == 0, result.stderr
    assert "+ dev" in result.stdout
    assert 'id="map"' in page.read_text()
