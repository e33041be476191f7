"""Each thing that a report says has the place of its own key in the file."""

from pathlib import Path

import pytest

from builders import ACCOUNT, NOTHING_OWNED, SERVICE, form, live_node, reading
from showing import as_shown
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Field, Room, Secret
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Obstacle, Plan
from spaces_sync.profile import SECRET
from spaces_sync.report import plan_text
from spaces_sync.report.lines import lines
from spaces_sync.report.style import Style
from spaces_sync.report.view import obstacle_words

HALL = Jid("hall@rooms.megacorp.example")
FILE = """\
version: 1
service: pubsub.megacorp.example
nodes:
  news:
    max_items: 7
    description: New
    title: New
    access_model: open
    publish_model: open
    allow_open_publishing: true
rooms:
  hall@rooms.megacorp.example:
    moderated: false
    password: {env: WORD}
    name: New
    public: true
    members_only: false
"""


@pytest.fixture
def file(tmp_path: Path) -> Declaration:
    path = tmp_path / "spaces.yaml"
    path.write_text(FILE)
    return load([path], {"WORD": "new"})


@pytest.fixture
def made(file: Declaration) -> Plan:
    news = NodeAddress(SERVICE, "news")
    config = form(max_items="5", description="Old", title="Old", access_model="whitelist")
    config |= form(publish_model="publishers")
    names = ("roomname", "moderatedroom", "publicroom", "membersonly", "passwordprotectedroom")
    fields = {f"muc#roomconfig_{name}": Field(("true",)) for name in names} | {SECRET: Field(())}
    fields["muc#roomconfig_roomname"] = Field(("Old",))
    fields["muc#roomconfig_publicroom"] = Field(("false",))
    fields["muc#roomconfig_persistentroom"] = Field(("true",))
    room = Room(fields, {ACCOUNT: "owner"}, Secret("old", "service"))
    live = reading({news: live_node(config=config)}, rooms={HALL: room}, ownership=NOTHING_OWNED)
    found = plan(file, live)
    assert found.obstacles == ()
    return found


def test_each_field_has_the_place_of_its_key(made: Plan):
    told = {
        line.noun: line.place.line
        for action in made.actions
        for line in lines(action)
        if line.place is not None
    }
    wanted = [line.split(":")[0].strip() for line in FILE.splitlines()]
    for noun in ("max items", "description", "access model", "publish model"):
        assert wanted[told[noun] - 1] == noun.replace(" ", "_"), noun
    for noun in ("moderated", "password", "name", "public", "members only"):
        assert wanted[told[noun] - 1] == noun.replace(" ", "_"), noun


def test_each_thing_that_opens_an_object_is_a_case_with_its_place_and_the_object_counts_once(
    made: Plan,
):
    (opens,) = (each for each in objections(made, {}) if each.guard == "open-access")
    assert opens.count == 2
    found = {case.place.line for case in opens.cases if case.place}
    assert found == {9, 13, 16, 17}
    assert objections(made, {"open-access": 2, "lose-access": None}) == ()
    names = frozenset({"news"})
    (left,) = objections(made, {"open-access": names, "lose-access": None})
    assert left.named == 1


def test_objects_with_one_obstacle_have_each_their_place():
    obstacles = [
        Obstacle(NodeAddress(SERVICE, name), "is managed", Place("spaces.yaml", line, 3))
        for name, line in (("a", 4), ("b", 9), ("c", 12), ("d", 15), ("e", 18))
    ]
    assert [
        (text, place and place.line) for text, place in obstacle_words(obstacles, full=False)
    ] == [
        ("a: is managed", 4),
        ("b: the same", 9),
        ("c: the same", 12),
        ("2 more: the same", None),
    ]
    shown = plan_text.render(as_shown(Plan(ACCOUNT, obstacles=tuple(obstacles))), Style(full=True))
    assert "spaces.yaml:18" in shown
