"""A saved plan belongs to the account and the services that it was made with."""

import json
import re
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


def test_a_plan_of_rooms_belongs_to_their_service(
    run, prosody: Server, ejabberd: Server, unique, tmp_path: Path
):
    """Made with Prosody, and sent to ejabberd by the same names."""
    file, saved = tmp_path / "rooms.yaml", tmp_path / "plan.json"
    file.write_text(
        f"version: 1\nrooms: {{{unique('hall')}@rooms.megacorp.example: {{name: Hall}}}}\n"
    )
    assert run("plan", file, "-o", saved, environment=prosody.environment()).returncode == 0

    refused = run("apply", saved, "--yes", environment=ejabberd.environment())
    assert refused.returncode == 5
    assert "rooms.megacorp.example: was 'Prosody Chatrooms' when planned" in refused.stderr
    assert run("apply", saved, "--yes", environment=prosody.environment()).returncode == 0


# --- what is left out -------------------------------------------------------------------------

MORE = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev:
    title: {title}
    exposure: public
    rooms:
      a@rooms.megacorp.example: {a}
      b@rooms.megacorp.example: {b}
    affiliations:
      bob@megacorp.example: {bob}
"""
FIRST = {"title": "One", "a": "A", "b": "B", "bob": "member"}
THEN = {"title": "Two", "a": "Aa", "b": "Bb", "bob": "publisher"}
DEV = "xmpp:pubsub.megacorp.example?;node=dev"


def _item(data: Any, name: str) -> None:
    (item,) = (each for each in data["nodes"][DEV]["items"] if each["id"].startswith(name))
    item["payloads"] = [each.replace("name='A'", "name='Theirs'") for each in item["payloads"]]


def _person(data: Any) -> None:
    data["nodes"][DEV]["affiliations"]["bob@megacorp.example"] = "outcast"


def _field(data: Any) -> None:
    data["nodes"][DEV]["config"]["pubsub#title"]["values"] = ["Theirs"]


STRANGERS = {
    "an item": (lambda data: _item(data, "a@"), "a@rooms.megacorp.example"),
    "a person": (_person, "bob@megacorp.example"),
    "a field": (_field, "title"),
}


@pytest.mark.parametrize(("act", "left"), STRANGERS.values(), ids=STRANGERS)
def test_what_a_stranger_changed_is_left_out_and_all_else_is_done(
    run, live, tmp_path: Path, act: Callable[[Any], None], left: str
):
    file, saved = tmp_path / "more.yaml", tmp_path / "plan.json"
    file.write_text(MORE.format(**FIRST))
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    file.write_text(MORE.format(**THEN))
    run("plan", file, "--live", live, "-o", saved)
    data = json.loads(live.read_text())
    act(data)
    live.write_text(json.dumps(data))

    assert run("apply", saved, "--live", live, "--yes").returncode == 5
    done = run("apply", saved, "--live", live, "--yes", "--partial")
    assert done.returncode == 7
    assert "left out, as it has changed since it was planned:\n" in done.stderr
    assert left in done.stderr
    rest = json.loads(run("plan", file, "--live", live, "--format", "json").stdout)["actions"]
    (action, record) = rest
    assert left in json.dumps(action)
    assert record["do"] == "record-ownership"
    assert run("apply", file, "--live", live, "--yes").returncode == 0


def _two(run, live: Path, tmp_path: Path, failed: str) -> Path:
    """A file of two spaces, of which one cannot be read."""
    file = tmp_path / "two.yaml"
    other = MORE.format(**THEN).partition("spaces:\n")[2].replace("dev:", "other:")
    file.write_text(MORE.format(**FIRST) + other)
    run("apply", file, "--live", live, "--yes")
    file.write_text(MORE.format(**THEN) + other.replace("Two", "Three"))
    data = json.loads(live.read_text())
    uri = DEV.replace("dev", failed)
    del data["nodes"][uri]
    data["failed"] = {uri: "remote-server-timeout"}
    live.write_text(json.dumps(data))
    return file


def test_what_cannot_be_read_is_left_out_and_the_others_are_done(run, live, tmp_path: Path):
    file = _two(run, live, tmp_path, "other")
    refused = run("apply", file, "--live", live, "--yes")
    assert refused.returncode == 6
    assert "Two" not in live.read_text()

    done = run("apply", file, "--live", live, "--yes", "--partial")
    assert done.returncode == 7
    assert "applied in part" in done.stdout
    assert "left out, as it could not be planned:" in done.stdout
    assert re.search(r"  other: cannot be read: .*remote-server-timeout", done.stdout)
    assert "· 1 obstacle" in done.stdout
    assert "Two" in live.read_text()
    told = run("apply", file, "--live", live, "--yes", "--partial", "--format", "json")
    assert told.returncode == 6  # nothing else is to do
    assert json.loads(told.stdout)["succeeded"] is False


def test_a_saved_plan_with_an_obstacle_is_done_but_for_that(run, live, tmp_path: Path):
    file, saved = _two(run, live, tmp_path, "other"), tmp_path / "plan.json"
    assert run("plan", file, "--live", live, "-o", saved).returncode == 6
    assert run("apply", saved, "--live", live, "--yes").returncode == 6
    done = run("apply", saved, "--live", live, "--yes", "--partial", "--format", "json")
    assert done.returncode == 7
    told = json.loads(done.stdout)
    assert {each["status"] for each in told["results"]} == {"done"}
    assert told["succeeded"] is False
    assert [each["about"] for each in told["obstacles"]] == [DEV.replace("dev", "other")]


def test_what_belongs_to_an_object_with_an_obstacle_is_left_out_with_it(run, live, tmp_path: Path):
    file = tmp_path / "more.yaml"
    file.write_text(MORE.format(**FIRST))
    run("apply", file, "--live", live, "--yes")
    before = json.loads(live.read_text())["nodes"]
    rooms = "".join(f"      r{n}@rooms.megacorp.example: R\n" for n in range(300))
    text = MORE.format(**THEN).replace("    affiliations", f"{rooms}    affiliations")
    file.write_text(text + MORE.format(**THEN).partition("spaces:\n")[2].replace("dev", "new"))

    done = run("apply", file, "--live", live, "--yes", "--partial", "--format", "json")
    assert done.returncode == 7
    told = json.loads(done.stdout)
    left = [each for each in told["results"] if each["about"] == DEV]
    assert {each["status"] for each in left} == {"skipped"}
    assert all("at most 256" in each["cause"] for each in left)
    after = json.loads(live.read_text())["nodes"]
    assert after[DEV] == before[DEV]
    assert DEV.replace("dev", "new") in after


RUN = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev: {{exposure: public, rooms: {{{dev}}}}}
  other: {{exposure: public, rooms: {{{other}}}}}
rooms:
  hall@rooms.megacorp.example: {{name: Hall}}
"""
HALL = "hall@rooms.megacorp.example"


@pytest.mark.parametrize("why", ["an obstacle", "a stranger"])
def test_a_room_whose_move_is_left_out_points_where_it_is(run, live, tmp_path: Path, why: str):
    file, saved, listed = tmp_path / "run.yaml", tmp_path / "plan.json", f"{HALL}: Hall"
    live.write_text(json.dumps({"format_version": "1.0", "profile": "ejabberd"}))
    file.write_text(RUN.format(dev=listed, other=""))
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    file.write_text(RUN.format(dev="", other=listed))
    run("plan", file, "--live", live, "-o", saved)
    data = json.loads(live.read_text())
    if why == "an obstacle":
        data["failed"] = {DEV.replace("dev", "other"): "remote-server-timeout"}
    else:
        (item,) = (each for each in data["nodes"][DEV]["items"] if each["id"] == HALL)
        item["payloads"] = [each.replace("'Hall'", "'Theirs'") for each in item["payloads"]]
    live.write_text(json.dumps(data))

    planned = file if why == "an obstacle" else saved
    assert run("apply", planned, "--live", live, "--yes", "--partial").returncode in (6, 7)
    after = json.loads(live.read_text())
    assert HALL in {each["id"] for each in after["nodes"][DEV]["items"]}
    assert after["rooms"][HALL]["config"]["muc#roomconfig_pubsub"]["values"] == [DEV]


def test_what_is_left_out_needs_no_leave_and_is_not_asked_about(run, live, tmp_path: Path):
    """Twelve rooms are to leave; three of them are somebody else's by now."""
    file, saved = tmp_path / "more.yaml", tmp_path / "plan.json"
    rooms = "".join(f"      r{n}@rooms.megacorp.example: R\n" for n in range(40))
    few = "".join(f"      r{n}@rooms.megacorp.example: R\n" for n in range(28))
    text = MORE.format(**FIRST)
    file.write_text(text.replace("    affiliations", f"{rooms}    affiliations"))
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    file.write_text(text.replace("    affiliations", f"{few}    affiliations"))
    shown = run("plan", file, "--live", live, "-o", saved).stdout
    data = json.loads(live.read_text())
    for item in data["nodes"][DEV]["items"]:
        if item["id"].partition("@")[0] in ("r37", "r38", "r39"):
            item["payloads"] = [each.replace("'R'", "'Theirs'") for each in item["payloads"]]
    live.write_text(json.dumps(data))

    done = run("apply", saved, "--live", live, "--yes", "--partial")
    assert (done.returncode, "--allow" in done.stderr) == (7, False)
    name = re.search(r"Plan \w+", shown).group()  # type: ignore[union-attr]  # each has one
    assert "12 to retract" in shown
    assert f"{name}, what is left of it: 1 node touched · 9 to retract" in done.stdout
    assert f"{name} applied in part" in done.stdout
    assert "! 9 removals" in done.stdout
    assert "- room r39@" not in done.stdout.partition(name)[0]


def test_of_a_configuration_the_fields_are_named(run, live, tmp_path: Path):
    file, saved = tmp_path / "more.yaml", tmp_path / "plan.json"
    described = MORE.replace("    title", "    description: {d}\n    title")
    file.write_text(described.format(d="One", **FIRST))
    run("apply", file, "--live", live, "--yes")
    file.write_text(described.format(d="Two", **{**FIRST, "title": "Two"}))
    run("plan", file, "--live", live, "-o", saved)
    data = json.loads(live.read_text())
    _field(data)
    live.write_text(json.dumps(data))

    done = run("apply", saved, "--live", live, "--yes", "--partial", "--full")
    assert "done:\n  ~ description of dev" in done.stdout
    assert "skipped:\n  ~ title of dev" in done.stdout
    assert "  title of dev: " in done.stderr


def test_what_moves_to_an_object_with_an_obstacle_stays_where_it_is(run, live, tmp_path: Path):
    file, moving = tmp_path / "moving.yaml", "c@rooms.megacorp.example: C"
    first = MORE.format(**FIRST)
    listed = f"      {moving}\n    affiliations"
    file.write_text(first.replace("    affiliations", listed))
    assert run("apply", file, "--live", live, "--yes").returncode == 0
    data = json.loads(live.read_text())
    data["failed"] = {DEV.replace("dev", "other"): "remote-server-timeout"}
    live.write_text(json.dumps(data))
    then = MORE.format(**THEN)
    file.write_text(f"{then}  other:\n    exposure: public\n    rooms: {{{moving}}}\n")

    done = run("apply", file, "--live", live, "--yes", "--partial", "--format", "json")
    assert done.returncode == 7
    left = [each for each in json.loads(done.stdout)["results"] if each["status"] == "skipped"]
    assert [each["action"]["do"] for each in left] == ["retract-item", "record-ownership"]
    assert "remote-server-timeout" in left[0]["cause"]
    ids = {each["id"] for each in json.loads(live.read_text())["nodes"][DEV]["items"]}
    assert "c@rooms.megacorp.example" in ids
