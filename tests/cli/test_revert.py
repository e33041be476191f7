"""Taking an applied plan back from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from servers import Server

HEAD = "version: 1\nsource: megacorp/spaces\nservice: pubsub.megacorp.example\n"
DEV = "xmpp:pubsub.megacorp.example?;node=dev"
HALL = "hall@rooms.megacorp.example"

BEFORE = f"""{HEAD}spaces:
  dev:
    title: The developers corner
    exposure: public
    rooms:
      {HALL}: Hall
      old@rooms.megacorp.example: Old
    affiliations:
      bob@megacorp.example: publisher
"""
AFTER = f"""{HEAD}spaces:
  dev:
    title: The makers corner
    exposure: public
    rooms:
      {HALL}: Great hall
      new@rooms.megacorp.example: New
    affiliations:
      bob@megacorp.example: member
"""


class World:
    """A simulated service in a file, and plans applied to it."""

    def __init__(self, run: Callable, folder: Path) -> None:
        self._run = run
        self.live = folder / "live.json"
        self._file = folder / "spaces.yaml"

    def apply(self, text: str, name: str, *more: str, **environment: str) -> Path:
        """The plan file of what was done. more: arguments of both commands."""
        saved = self.live.with_name(f"{name}.json")
        self._file.write_text(text)
        for arguments in (("plan", self._file, "-o", saved), ("apply", saved, "--yes")):
            done = self._run(*arguments, "--live", self.live, *more, environment=environment)
            assert (done.returncode, done.stderr) == (0, "")
        return saved

    def revert(self, saved: Path, *arguments: str) -> Any:
        return self._run("revert", saved, "--live", self.live, *arguments)

    @property
    def state(self) -> Any:
        """What can be seen of it, whatever the order of items, and the records, not their ids."""
        data = json.loads(self.live.read_text())
        for name, node in data["nodes"].items():
            items = node.get("items", [])
            key = "payloads" if "ledger" in name else "id"
            node["items"] = sorted(items, key=lambda item: item[key])
            if "ledger" in name:
                node["items"] = [item["payloads"] for item in node["items"]]
        return data["nodes"], data["rooms"]

    def change(self, act: Callable[[Any], None]) -> None:
        data = json.loads(self.live.read_text())
        act(data)
        self.live.write_text(json.dumps(data))


@pytest.fixture
def world(run: Callable, tmp_path: Path) -> World:
    return World(run, tmp_path)


def test_a_plan_is_taken_back_and_once_more_changes_nothing(world):
    world.apply(BEFORE, "a")
    before = world.state
    saved = world.apply(AFTER, "b")
    assert world.state != before

    done = world.revert(saved, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    for line in ("The makers corner → The developers corner", "+ room old@", "- room new@"):
        assert line in done.stdout
    assert "applied: " in done.stdout
    assert world.state == before

    again = world.revert(saved, "--yes")
    assert again.returncode == 0
    assert "No changes." in again.stdout
    assert "nothing to take back" in again.stderr
    assert world.state == before


def test_a_plan_that_was_never_applied_has_nothing_to_take_back(world, run):
    world.apply(BEFORE, "a")
    file, saved = world.live.with_name("new.yaml"), world.live.with_name("b.json")
    file.write_text(AFTER)
    run("plan", file, "--live", world.live, "-o", saved)

    done = world.revert(saved)
    assert done.returncode == 0
    assert "the plan has not been applied, or was taken back since" in done.stderr


def test_it_asks_first(world):
    saved = world.apply(BEFORE, "a")
    before = world.state
    done = world.revert(saved, "--allow", "delete-space=1")

    assert done.returncode == 4
    assert "--yes" in done.stderr
    assert world.state == before


def test_the_inverse_can_be_saved_and_applied_as_a_plan(world, run, tmp_path):
    world.apply(BEFORE, "a")
    before, saved, inverse = world.state, world.apply(AFTER, "b"), tmp_path / "inverse.json"
    after = world.state

    done = world.revert(saved, "-o", str(inverse))
    assert (done.returncode, done.stderr) == (0, "")
    assert world.state == after
    assert run("show", inverse).stdout == done.stdout
    assert run("apply", inverse, "--live", world.live, "--yes").returncode == 0
    assert world.state == before
    assert world.revert(inverse, "--yes").returncode == 0
    assert world.state == after


def test_what_has_changed_since_is_5_and_left_out_with_partial(world):
    world.apply(BEFORE, "a")
    saved = world.apply(AFTER, "b")
    world.apply(AFTER.replace("Great hall", "Greatest hall"), "c")
    now = world.state

    refused = world.revert(saved, "--yes")
    assert refused.returncode == 5
    assert "name='Great hall'" in refused.stderr
    assert "name='Greatest hall'" in refused.stderr
    assert world.state == now

    done = world.revert(saved, "--yes", "--partial")
    assert done.returncode == 7
    assert "left out" in done.stderr
    assert "skipped" in done.stdout
    text = world.live.read_text()
    assert "Greatest hall" in text
    assert "The developers corner" in text
    assert "new@rooms" not in text


@pytest.mark.parametrize(
    ("before", "after", "options"),
    [
        (None, BEFORE, ["delete-space=dev"]),
        (
            BEFORE,
            BEFORE + "".join(f"      p{n}@megacorp.example: publisher\n" for n in range(20)),
            [],
        ),
        (BEFORE, BEFORE + "      carol@megacorp.example: owner\n", ["remove-owner=1"]),
        (
            BEFORE,
            BEFORE.replace(
                "    aff",
                "".join(f"      r{n}@rooms.megacorp.example: R\n" for n in range(11)) + "    aff",
            ),
            ["remove=11"],
        ),
    ],
    ids=["made a space", "publishers", "an owner", "eleven rooms"],
)
def test_guards_hold_for_what_taking_back_takes_away(world, before, after, options):
    if before is not None:
        world.apply(before, "a")
    saved = world.apply(after, "b")

    if options:
        refused = world.revert(saved, "--yes")
        assert refused.returncode == 4
        assert [f"--allow {each}" in refused.stderr for each in options] == [True]
    allowed = [word for each in options for word in ("--allow", each)]
    assert world.revert(saved, "--yes", *allowed).returncode == 0


def test_a_door_that_closes_again_shuts_out_who_came_in(world):
    world.apply(BEFORE.replace("public", "private"), "a")
    saved = world.apply(BEFORE, "b", "--allow", "open-access=1")
    people = {"eve@megacorp.example": "subscribed", "bob@megacorp.example": "subscribed"}
    world.change(lambda data: data["nodes"][DEV].update(subscriptions=people))

    refused = world.revert(saved, "--yes")
    assert refused.returncode == 4
    assert "--allow lose-access=1" in refused.stderr
    assert "1 of 2 subscribers lose access" in refused.stdout
    assert world.revert(saved, "--yes", "--allow", "lose-access=1").returncode == 0


def more_rooms(count: int) -> str:
    lines = "".join(f"      r{n}@rooms.megacorp.example: R\n" for n in range(count))
    return BEFORE.replace("    aff", f"{lines}    max_items: {count + 3}\n    aff")


def test_a_node_that_shrinks_loses_only_what_the_plan_added(world):
    world.apply(more_rooms(0), "a")
    before = world.state
    saved = world.apply(more_rooms(5), "b")

    assert world.revert(saved, "--yes").returncode == 0
    assert world.state == before


def test_items_of_others_beyond_the_old_limit_are_asked_for(world):
    world.apply(more_rooms(0), "a")
    saved = world.apply(more_rooms(5).replace("      r4@rooms.megacorp.example: R\n", ""), "b")
    note = {"id": "poll", "payloads": ["<poll xmlns='urn:example:poll'/>"]}
    world.change(lambda data: data["nodes"][DEV]["items"].append(note))

    refused = world.revert(saved, "--yes")
    assert refused.returncode == 4
    assert "--allow drop-items=1" in refused.stderr
    assert world.revert(saved, "--yes", "--allow", "drop-items=1").returncode in (0, 7)


ROOM = f"""{HEAD}rooms:
  {HALL}:
    name: Hall
    password: {{env: ROOM_PASSWORD}}
"""


def password(value: str) -> dict[str, str]:
    return {"ROOM_PASSWORD": value}


def test_a_password_does_not_come_back_and_the_plan_says_so(world):
    world.apply(ROOM.replace("    password: {env: ROOM_PASSWORD}\n", ""), "a")
    changed = ROOM.replace("name: Hall", "name: Great hall")
    saved = world.apply(changed, "b", "--allow", "lose-access=1", **password("second-canary"))

    done = world.revert(saved, "--yes")
    assert done.returncode == 0
    assert "Great hall → Hall" in done.stdout
    assert "keeps the password" in done.stdout
    assert "canary" not in done.stdout + done.stderr + saved.read_text()


def test_a_room_goes_only_if_that_is_allowed(world):
    world.live.write_text(json.dumps({"format_version": "1.0", "profile": "ejabberd"}))
    saved = world.apply(ROOM, "a", **password("canary"))

    refused = world.revert(saved, "--yes")
    assert refused.returncode == 4
    assert f"{HALL}: goes with its history" in refused.stderr
    assert world.revert(saved, "--yes", "--allow", "destroy-room=1").returncode == 0
    assert world.state[1] == {}


def test_what_another_source_has_taken_over_is_5(world, run):
    world.apply(BEFORE, "a")
    saved = world.apply(AFTER, "b")
    other = world.live.with_name("other.yaml")
    other.write_text(AFTER.replace("megacorp/spaces", "other/spaces"))
    taken = run("apply", other, "--live", world.live, "--yes", "--take-over")
    assert taken.returncode == 0

    refused = world.revert(saved, "--yes")
    assert refused.returncode == 5
    assert "other/spaces" in refused.stdout
    assert world.revert(saved, "--yes", "--take-over").returncode == 0
    assert "The developers corner" in world.live.read_text()


@pytest.mark.parametrize("text", ["", "{}", '{"format_version": "9.0"}'])
def test_what_is_no_plan_is_3(run, tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text)

    assert run("revert", path, "--live", tmp_path / "live.json").returncode == 3


def test_on_a_server(run, document, server: Server, tmp_path: Path):
    environment, saved = server.environment(), tmp_path / "b.json"
    run("apply", document, "--yes", environment=environment)
    original = document.read_text()
    document.write_text(original.replace("Hall", "Great hall").replace("corner", "attic"))
    run("plan", document, "-o", saved, environment=environment)
    assert run("apply", saved, "--yes", environment=environment).returncode == 0

    assert run("revert", saved, "--yes", environment=environment).returncode == 0

    document.write_text(original)
    again = run("plan", document, "--detailed-exitcode", environment=environment)
    assert again.returncode == 0
    assert run("revert", saved, environment=environment).returncode == 0
