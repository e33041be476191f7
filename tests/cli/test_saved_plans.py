"""A saved plan belongs to the account and the services that it was made with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from servers import Server

SPACE = """\
version: 1
source: {source}
service: pubsub.megacorp.example
spaces:
  {node}:
    exposure: public
    rooms: {{hall@rooms.megacorp.example: Hall}}
    affiliations:
      admin@megacorp.example: owner
      alice@megacorp.example: {alice}
"""


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live.json"


# --- the account ------------------------------------------------------------------------------


def test_a_plan_is_sent_by_its_own_account_only(run, server: Server, tmp_path: Path, unique):
    """Alice would take her own right in the middle of it, and fail at all that comes after."""
    names = {"node": unique("whose"), "source": unique("source")}
    file, saved = tmp_path / "spaces.yaml", tmp_path / "plan.json"
    admin, alice = server.environment(), server.environment("alice")
    file.write_text(SPACE.format(alice="owner", **names))
    assert run("apply", file, "--yes", environment=admin).returncode == 0
    text = SPACE.format(alice="member", **names).replace(": Hall", ": Great hall")
    file.write_text(text)
    run("plan", file, "-o", saved, environment=admin)

    options = ("--yes", "--partial", "--allow", "remove-owner")
    refused = run("apply", saved, *options, "--format", "json", environment=alice)
    assert refused.returncode == 5
    assert "belongs to the account admin@megacorp.example" in refused.stderr
    assert "this is alice@megacorp.example" in refused.stderr
    assert "--jid admin@megacorp.example, or plan again" in refused.stderr
    told = json.loads(refused.stdout)
    assert {each["status"] for each in told["results"]} == {"skipped"}
    assert told["halted"]

    assert run("apply", saved, *options, environment=admin).returncode == 0
    assert run("plan", file, "--detailed-exitcode", environment=admin).returncode == 0


def test_nor_is_it_taken_back_by_another_account_but_by_a_plan_of_its_own(
    run, document, live, tmp_path: Path
):
    saved, undo = tmp_path / "plan.json", tmp_path / "undo.json"
    run("plan", document, "--live", live, "-o", saved)
    run("apply", saved, "--live", live, "--yes")
    before = json.loads(live.read_text())["nodes"]
    alice = {"environment": {"SPACES_SYNC_JID": "alice@megacorp.example"}}

    allow = ("--allow", "delete-space=1")
    refused = run("revert", saved, "--live", live, "--yes", *allow, **alice)
    assert refused.returncode == 5
    assert "this is alice@megacorp.example" in refused.stderr
    assert json.loads(live.read_text())["nodes"] == before
    run("revert", saved, "--live", live, "-o", undo, **alice)
    assert json.loads(undo.read_text())["account"] == "alice@megacorp.example"


def test_the_resource_says_nothing_about_the_account(run, server: Server, document, tmp_path):
    saved, environment = tmp_path / "plan.json", server.environment()
    run("plan", document, "-o", saved, environment=environment)
    environment["SPACES_SYNC_JID"] += "/other"
    assert run("apply", saved, "--yes", environment=environment).returncode == 0


# --- the services -----------------------------------------------------------------------------


def _renamed(service: Any) -> None:
    service["name"] = "Another"


def _poorer(service: Any) -> None:
    service["features"].remove("http://jabber.org/protocol/pubsub#publish-options")


def _smaller(service: Any) -> None:
    service["default_config"]["pubsub#max_items"]["highest"] = 30


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_renamed, "is 'Another'"),
        (_poorer, "does not offer http://jabber.org/protocol/pubsub#publish-options any more"),
        (_smaller, "pubsub#max_items of a new node was"),
    ],
)
def test_a_plan_is_sent_to_the_services_that_it_was_made_with(
    run, document, live, tmp_path: Path, change: Callable[[Any], None], says: str
):
    saved = tmp_path / "plan.json"
    run("apply", document, "--live", live, "--yes")
    document.write_text(document.read_text().replace(": Hall", ": Great hall"))
    run("plan", document, "--live", live, "-o", saved)
    data = json.loads(live.read_text())
    change(data["services"]["pubsub.megacorp.example"])
    live.write_text(json.dumps(data))
    before = live.read_text()

    refused = run("apply", saved, "--live", live, "--yes", "--partial")
    assert refused.returncode == 5
    assert "plan again" in refused.stderr
    assert says in refused.stderr
    assert "Great hall" not in live.read_text()
    assert json.loads(live.read_text()) == json.loads(before)


def test_where_a_service_is_reached_says_nothing(run, server: Server, document, tmp_path):
    saved, environment = tmp_path / "plan.json", server.environment()
    run("plan", document, "-o", saved, environment=environment)
    environment["SPACES_SYNC_CONNECT"] = f"localhost:{server.port}"
    assert run("apply", saved, "--yes", environment=environment).returncode == 0
