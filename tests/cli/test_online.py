"""Commands against the real servers, as a user and a pipeline run them."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compat import number
from servers import Server


@pytest.fixture
def own_server(start_server: Callable, server_folder: Path) -> Iterator[Server]:
    """A server of this test alone, for what lists all nodes: of the shared one ejabberd lists a
    hundred, and beside long titles of others ours is shortened.
    """
    with start_server(server_folder) as server:
        yield server


def test_the_whole_way(run, document, own_server: Server):
    environment = own_server.environment()

    planned = run("plan", document, "--detailed-exitcode", environment=environment)
    assert (planned.returncode, planned.stderr) == (2, "")
    assert "+ room hall@rooms.megacorp.example" in planned.stdout

    applied = run("apply", document, "--yes", environment=environment)
    assert (applied.returncode, applied.stderr) == (0, "")

    again = run("plan", document, "--detailed-exitcode", environment=environment)
    assert again.returncode == 0
    assert "No changes." in again.stdout

    listed = run("list", own_server.pubsub, environment=environment)
    assert listed.returncode == 0
    assert "The developers corner" in listed.stdout


def test_our_own_items_are_no_children_of_a_space(run, document, own_server: Server, unique):
    node, source = unique("own"), unique("source")
    document.write_text(
        f"version: 1\nsource: {source}\nservice: {own_server.pubsub}\n"
        f"spaces:\n  {node}:\n    exposure: public\n"
        "    rooms: {hall@rooms.megacorp.example: Hall}\n"
    )
    run("apply", document, "--yes", environment=own_server.environment())

    listed = run(
        "list", own_server.pubsub, "--format", "json", environment=own_server.environment()
    )
    (space,) = [s for s in json.loads(listed.stdout)["spaces"] if s["node"] == node]
    assert (space["children"], space["source"]) == (1, source)


def test_a_snapshot_stands_in_for_the_service(run, document, own_server: Server, tmp_path: Path):
    environment, live = own_server.environment(), tmp_path / "live.json"
    run("apply", document, "--yes", environment=environment)

    taken = run("snapshot", own_server.pubsub, "-o", live, environment=environment)
    assert taken.returncode == 0
    assert re.search(r"live\.json: \d+ nodes?, \d+ rooms?\n", taken.stderr)
    piped = run("snapshot", own_server.pubsub, "-o", "-", environment=environment)
    assert json.loads(piped.stdout) == json.loads(live.read_text())

    assert run("plan", document, "--live", live, "--detailed-exitcode").returncode == 0
    document.write_text(document.read_text().replace("Hall", "Great hall"))
    offline = run("plan", document, "--live", live, "--format", "json")
    online = run("plan", document, "--format", "json", environment=environment)
    assert json.loads(offline.stdout)["actions"] == json.loads(online.stdout)["actions"]


def test_a_saved_plan_applied(run, document, server: Server, tmp_path: Path):
    environment, saved = server.environment(), tmp_path / "plan.json"
    run("plan", document, "-o", saved, environment=environment)

    assert run("apply", saved, "--yes", environment=environment).returncode == 0
    result = run("plan", document, "--detailed-exitcode", environment=environment)
    assert result.returncode == 0
    assert saved.stat().st_mode & 0o077 == 0


def test_a_wrong_password_is_6(run, document, server: Server):
    environment = {**server.environment(), "SPACES_SYNC_PASSWORD": "wr0ng-canary"}
    result = run("plan", document, environment=environment)

    assert result.returncode == 6
    assert result.stdout == ""
    assert "password" in result.stderr
    assert "wr0ng-canary" not in result.stderr
    assert "Traceback" not in result.stderr


def test_nobody_listens_there(run, document, server: Server):
    environment = {**server.environment(), "SPACES_SYNC_CONNECT": "127.0.0.1:1"}
    result = run("plan", document, environment=environment)

    assert result.returncode == 6
    assert "127.0.0.1" in result.stderr


@pytest.mark.parametrize("service", ["rooms.megacorp.example", "nowhere.megacorp.example"])
def test_no_pubsub_service_there_is_6(run, document, server: Server, service: str):
    document.write_text(document.read_text().replace("pubsub.megacorp.example", service))
    result = run("plan", document, environment=server.environment())

    assert result.returncode == 6
    assert service in result.stderr
    assert "Traceback" not in result.stderr


def test_no_right_to_create_is_named(run, document, prosody: Server):
    result = run("apply", document, "--yes", environment=prosody.environment("alice"))

    knows = number(prosody.version) < (13,)  # before an attempt, so that nothing is sent
    assert result.returncode == (6 if knows else 7)
    assert "may not create" in result.stdout
    assert "'admins'" in result.stdout


def test_a_node_of_somebody_else_is_an_obstacle(run, document, server: Server):
    run("apply", document, "--yes", environment=server.environment())
    result = run("plan", document, "--format", "json", environment=server.environment("bob"))

    assert result.returncode == 6
    (obstacle,) = json.loads(result.stdout)["obstacles"]
    assert "bob@megacorp.example is not among its owners" in obstacle["text"]


def test_plan_is_seen_to_send_no_set_and_no_presence(
    run, document, start_prosody: Callable, server_folder: Path
):
    with start_prosody(server_folder, log_level="debug") as server:
        before = len(server.log.read_text())
        assert run("plan", document, environment=server.environment()).returncode == 0
        seen = server.log.read_text()[before:]

    stanzas = [line for line in seen.splitlines() if "Received[c2s]" in line]
    assert any("disco#info" in line for line in seen.splitlines())
    sets = [line for line in stanzas if "type='set'" in line and "bind" not in line]
    assert [line for line in sets if "session" not in line] == []
    assert [line for line in stanzas if "<presence" in line] == []


def test_a_snapshot_that_was_taken_before_the_first_apply_can_be_planned_with(
    run, document, own_server: Server, tmp_path: Path
):
    """Nobody has a ledger then, and a snapshot holds nothing of the account's own server."""
    live, environment = tmp_path / "live.json", own_server.environment()
    document.write_text(document.read_text().replace("version: 1\n", "version: 1\nsource: t/x\n"))
    assert run("snapshot", own_server.pubsub, "-o", live, environment=environment).returncode == 0
    planned = run("plan", document, "--live", live, "--detailed-exitcode", environment=environment)
    assert (planned.returncode, planned.stderr) == (2, "")


def test_a_snapshot_holds_what_the_service_does_not_list(
    run, document, own_server: Server, tmp_path: Path
):
    """ejabberd lists 100 nodes: the ledger may be any of them."""
    live, environment = tmp_path / "live.json", own_server.environment()
    spaces = "".join(f"  many-{n}: {{exposure: public}}\n" for n in range(120))
    document.write_text(f"version: 1\nsource: t/x\nservice: {own_server.pubsub}\nspaces:\n{spaces}")
    assert run("apply", document, "--yes", environment=environment).returncode == 0
    assert run("snapshot", own_server.pubsub, "-o", live, environment=environment).returncode == 0
    planned = run("plan", document, "--live", live, "--detailed-exitcode", environment=environment)
    assert (planned.returncode, planned.stderr) == (0, "")
    cut = own_server.name == "ejabberd"
    (service,) = json.loads(live.read_text())["services"].values()
    assert service.get("complete", True) == (not cut)
    listed = run("list", own_server.pubsub, "--format", "json", environment=environment)
    assert len(json.loads(listed.stdout)["spaces"]) == 120
    assert ("named 100 nodes and may hold others back" in listed.stderr) == cut
    imported = run("import", own_server.pubsub, environment=environment)
    assert imported.stdout.count("exposure: public") == 120


def test_a_snapshot_takes_what_ledgers_and_files_name_and_no_space_lists(
    run, document, own_server: Server, tmp_path: Path
):
    live, environment = tmp_path / "live.json", own_server.environment()
    text = f"version: 1\nservice: {own_server.pubsub}\nrooms:\n  ROOM: {{name: Alone}}\n"
    document.write_text(text.replace("ROOM", "alone@rooms.megacorp.example"))
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"source: t/x\n{text.replace('ROOM', 'mine@rooms.megacorp.example')}")
    for file in (document, mine):
        assert run("apply", file, "--yes", environment=environment).returncode == 0
    without, with_it = (
        run("snapshot", *files, own_server.pubsub, "-o", live, environment=environment)
        and json.loads(live.read_text())["rooms"].keys()
        for files in ((), (document,))
    )
    assert without == {"mine@rooms.megacorp.example"}
    assert with_it == {"mine@rooms.megacorp.example", "alone@rooms.megacorp.example"}
    for file in (document, mine):
        planned = run("plan", file, "--live", live, "--detailed-exitcode", environment=environment)
        assert planned.returncode == 0


def test_a_list_shows_what_is_in_spaces(run, own_server: Server, tmp_path: Path):
    document, environment = tmp_path / "spaces.yaml", own_server.environment()
    document.write_text(
        f"version: 1\nsource: t/x\nservice: {own_server.pubsub}\nspaces:\n  dev:\n"
        "    exposure: public\n    rooms:\n      hall@rooms.megacorp.example: Hall\n"
        "    links: {'https://megacorp.example/': Start}\n"
    )
    assert run("apply", document, "--yes", environment=environment).returncode == 0
    listed = run("list", own_server.pubsub, "--children", environment=environment)
    assert listed.stdout.splitlines()[-2:] == [
        "      room  hall@rooms.megacorp.example  Hall",
        "      link  https://megacorp.example/    Start",
    ]
    data = run("list", own_server.pubsub, "--children", "--format", "json", environment=environment)
    (space,) = json.loads(data.stdout)["spaces"]
    assert space["contents"][0] == {
        "kind": "room",
        "target": "hall@rooms.megacorp.example",
        "name": "Hall",
    }


def test_what_others_made_is_added_to_a_file(run, own_server: Server, tmp_path: Path):
    """From a file that declares a part of it: the plan of the new one only takes charge."""
    whole, part = tmp_path / "whole.yaml", tmp_path / "part.yaml"
    environment = own_server.environment()
    head = f"version: 1\nservice: {own_server.pubsub}\nspaces:\n"
    whole.write_text(
        f"{head}  dev: {{exposure: public, rooms: {{hall@rooms.megacorp.example: Hall}}}}\n"
        "  sales:\n    exposure: private\n    title: Sales\n"
        "rooms:\n  hall@rooms.megacorp.example: {name: Hall}\n"
    )
    assert run("apply", whole, "--yes", environment=environment).returncode == 0
    mine = head.replace("spaces:", "source: me\nspaces:")
    text = f"# mine\n{mine}  dev: {{exposure: public}} # x\n"
    part.write_text(text)
    command = ("import", own_server.pubsub, "--into", part, "--with-rooms")
    made = run(*command, environment=environment)
    assert made.returncode == 0
    assert "part.yaml: 3 entries added" in made.stderr
    assert part.read_text().startswith(
        f"# mine\n{mine}"
        "  dev: {exposure: public, rooms: {hall@rooms.megacorp.example: Hall}} # x\n"
        "  sales:\n    title: Sales\n    exposure: private\n"
        "rooms:\n  hall@rooms.megacorp.example:\n    name: Hall\n"
    )
    planned = run("plan", part, "--format", "json", environment=environment)
    kinds = {each["do"] for each in json.loads(planned.stdout)["actions"]}
    assert kinds <= {"record-ownership", "write-marker"}
    again = run(*command, environment=environment)
    assert "part.yaml: nothing to add" in again.stderr
    clash = run(*command, "-o", whole, environment=environment)
    assert (clash.returncode, clash.stderr) == (
        64,
        "error: --into goes with none of -o, --split and --source\n",
    )
