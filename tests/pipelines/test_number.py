"""The number of a plan in examples/ci/review.py, of plan files that the program has made."""

import json
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from pipelines.jobs import CI, ROOT

HALL = """\
version: 1
source: megacorp/one
# who runs it
service: pubsub.megacorp.example
rooms:
  hall@rooms.megacorp.example:
    name: The hall
    affiliations: {bob@megacorp.example: owner}
"""
SPACES = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev:
    title: The developers
    exposure: public
    nodes: {news: {title: News}}
rooms:
  hall@rooms.megacorp.example: {name: The hall}
"""
NEW = SPACES.replace("The developers", "Developers").replace("The hall", "A hall")
SERVICE = "pubsub.megacorp.example"
Planned = Callable[[str], dict[str, Any]]
REVIEW = runpy.run_path(str(CI / "review.py"))


@pytest.fixture
def planned(run: Run, tmp_path: Path) -> Planned:
    """The plan file of a text against live.json, which holds nothing at first."""
    (tmp_path / "live.json").write_text(json.dumps({"format_version": "1.0"}))

    def planned(text: str) -> dict[str, Any]:
        (tmp_path / "spaces.yaml").write_text(text)
        done = run("plan", "spaces.yaml", "--live", "live.json", "-o", "plan.json")
        assert done.returncode == 0, done.stderr
        plan: dict[str, Any] = json.loads((tmp_path / "plan.json").read_text())
        return plan

    return planned


@pytest.fixture
def applied(run: Run, planned: Planned) -> None:
    """What SPACES says is live."""
    planned(SPACES)
    done = run("apply", "plan.json", "--live", "live.json", "--yes")
    assert done.returncode == 0, done.stderr


def number(plan: Mapping[str, Any]) -> str:
    found: str = REVIEW["number_of"](plan)
    return found


def different(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("source: megacorp/one", "source: megacorp/two"),
        ("# who runs it", "operators: [bob@megacorp.example]"),
    ],
    ids=["source", "operators"],
)
def test_whose_it_is_and_who_gets_the_ledger_is_part_of_it(
    line: str, instead: str, planned: Planned
):
    """Of all that apply acts on only that differs; for people a plan says who will own a ledger."""
    one, other = planned(HALL), planned(HALL.replace(line, instead))
    assert different(one, other) - {"notes", "risks", "summary"} == {"digest", "source"}
    assert number(one) != number(other)


@pytest.mark.usefixtures("applied")
def test_a_comment_on_top_of_the_file_is_no_other_plan(planned: Planned):
    one, other = planned(NEW), planned(f"# Of the club\n\n{NEW}")
    moved = [
        (mine, theirs)
        for mine, theirs in zip(one["actions"], other["actions"], strict=True)
        if mine.get("places") != theirs.get("places")
    ]
    assert {mine["do"] for mine, _ in moved} == {"configure-node", "configure-room"}
    assert one["digest"] != other["digest"]
    assert number(one) == number(other)


@pytest.mark.usefixtures("applied")
def test_what_was_read_beside_is_no_other_plan(planned: Planned, tmp_path: Path):
    one = planned(NEW)
    live = json.loads((tmp_path / "live.json").read_text())
    node = f"xmpp:{SERVICE}?;node="
    live["nodes"][f"{node}other"] = live["nodes"][f"{node}dev"] | {"items": []}
    live["services"][SERVICE]["name"] = "PubSub"
    (tmp_path / "live.json").write_text(json.dumps(live))
    other = planned(NEW)
    assert "facts" in different(one, other)
    assert "actions" not in different(one, other)
    assert number(one) == number(other)


@pytest.mark.usefixtures("applied")
def test_what_people_call_place_is_no_place(planned: Planned):
    """Ids of items and names of fields are anybody's."""
    plan = planned(NEW)
    node = f"xmpp:{SERVICE}?;node=dev"
    for key in ("place", "places", "notes", "facts"):
        granted = {node: plan["preconditions"][node] | {"items": {key: "f00d"}}}
        other = {node: plan["preconditions"][node] | {"items": {key: "beef"}}}
        assert number({**plan, "preconditions": granted}) != number(
            {**plan, "preconditions": other}
        )
        for each in plan["actions"]:
            if "after" in each:
                changed = {**each, "after": {**each["after"], key: "f00d"}}
                assert number(plan) != number({**plan, "actions": [changed]})


@pytest.mark.usefixtures("applied")
def test_what_a_later_format_adds_is_part_of_it(planned: Planned):
    plan = planned(NEW)
    assert number(plan) != number({**plan, "later": 1})
    later = [{**plan["actions"][0], "later": 1}, *plan["actions"][1:]]
    assert number(plan) != number({**plan, "actions": later})


def test_what_is_left_out_is_known_to_the_format():
    """So that nothing is left out by a name that has become another's."""
    schema = json.loads((ROOT / "schema" / "plan.schema.json").read_text())
    assert REVIEW["TOLD"] <= schema["properties"].keys()
