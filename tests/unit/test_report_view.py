"""What reports say: the view of single actions, explanations and counts."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from golden.plans import DEV, PLANS, at, everyday, jid
from showing import as_shown
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY, Item, Key, Node, Owned, Room, Service
from spaces_sync.model.xml import element, parse
from spaces_sync.plan.actions import (
    Action,
    Change,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    Why,
    WriteMarker,
    subject,
)
from spaces_sync.plan.plan import Facts, LeftAlone, Note, Plan
from spaces_sync.profile import ACCESS_MODEL
from spaces_sync.report import explain, plan_text
from spaces_sync.report.explain import Difference
from spaces_sync.report.style import Style
from spaces_sync.report.summary import summarise
from spaces_sync.report.view import view

ME = Jid("me@example")


def told(*actions: Action, width: int = 100) -> list[str]:
    """The lines below the entry of the one node or room that `actions` are done to."""
    shown = plan_text.render(as_shown(Plan(ME, actions)), Style(width=width))
    return [line.strip(" ") for line in shown.splitlines() if line.startswith("    ")]


def change(field: str, before: Any, after: Any) -> list[Difference]:
    return list(explain.change_differences(Change(field, before, after)))


def test_of_an_element_what_differs_within_is_told() -> None:
    before = parse("<notify xmlns='urn:n' lang='en'><always/><text>one</text></notify>")
    after = parse("<notify xmlns='urn:n' lang='de'><text>two</text></notify>")
    assert set(change("xml", before, after)) == {
        Difference("xml @lang", "en", "de"),
        Difference("xml always", "present", None),
        Difference("xml text text", "one", "two"),
    }


def test_the_second_of_a_name_has_its_number() -> None:
    before = parse("<a><b>1</b><b>2</b></a>")
    assert change("xml", before, parse("<a><b>1</b><b>3</b></a>")) == [
        Difference("xml b 2 text", "2", "3")
    ]


def test_a_namespace_alone_is_a_difference_too() -> None:
    before, after = element("urn:a", "x"), element("urn:b", "x")
    assert change("xml", before, after) == [Difference("xml", str(before), str(after))]


def test_of_a_picture_the_attribute_that_differs_is_told() -> None:
    small = frozenset({(("bytes", "1"), ("url", "https://a"))})
    large = frozenset({(("bytes", "2"), ("url", "https://a"))})
    assert change("variants", small, large) == [Difference("variants https://a bytes", "1", "2")]


def test_a_private_looking_name_is_a_name() -> None:
    assert change("xml", parse("<a><__b>1</__b></a>"), parse("<a><__b>2</__b></a>")) == [
        Difference("xml __b text", "1", "2")
    ]


def test_deep_elements_are_told_as_text() -> None:
    def deep(word: str) -> str:
        return "<a>" * 150 + word + "</a>" * 150

    (only,) = change("xml", parse(deep("x")), parse(deep("y")))
    assert str(only.before).count("<a>") > 100


def test_deepdiff_is_imported_only_to_explain() -> None:
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from golden.plans import PLANS
from showing import as_shown
from spaces_sync.report import plan_text
from spaces_sync.report.style import Style
for name, heavy in (("everyday", False), ("everything", True)):
    plan_text.render(as_shown(PLANS[name]()), Style())
    assert ("deepdiff" in sys.modules) is heavy, name
"""
    folder = __file__.rpartition("/unit/")[0]
    subprocess.run([sys.executable, "-c", code, folder], check=True)


def test_what_a_new_child_is_not_is_not_told() -> None:
    changes = (
        Change("name", None, "CI"),
        Change("autojoin", None, False),
        Change("nick", None, "x"),
    )
    ci = PublishItem(DEV, Key("room", jid("ci")), "x", None, element("u", "c"), changes)
    assert told(ci) == ["+ room ci@conference.megacorp.example  CI, nick  x"]


def test_a_move_is_one_line_and_counts_once() -> None:
    seen = view(as_shown(everyday()))
    (dev, _) = seen.services[0].objects
    assert [line.sign for line in dev.lines] == ["~", "~", "→", "+", "-"]
    assert seen.summary.actions == {
        "create": 1,
        "configure": 1,
        "publish": 2,
        "rename": 1,
        "retract": 1,
    }
    assert seen.summary.risks == {"removal": 1, "access change": 1}


def test_a_record_counts_where_it_says_more_than_the_rest() -> None:
    charge = Why(consequences=("takes charge of 1 child made by others",))
    actions = (
        WriteMarker(DEV, None, Marker("a/b")),
        RecordOwnership(DEV, None, Owned()),
        RecordOwnership(NodeAddress(DEV.service, "other"), None, Owned(), why=charge),
    )
    assert summarise(Plan(ME, actions)).actions == {"marker": 1, "record": 1}


def test_why_a_child_goes() -> None:
    """Its room may be declared all the same, or be listed by another space."""
    gone = RetractItem(DEV, Key("room", jid("ops")), Item("a", ()))
    assert told(gone) == [f"- room {jid('ops')}  not listed any more"]
    moved = replace(gone, moved_to=NodeAddress(DEV.service, "sales"))
    assert told(moved) == [f"- room {jid('ops')}  moves to sales"]


@pytest.mark.parametrize(
    "undone", [DeleteNode(DEV, Node({})), DestroyRoom(jid("ops"), Room({}))], ids=["node", "room"]
)
def test_what_undoes_a_rename_is_no_rename(undone: DeleteNode | DestroyRoom) -> None:
    (line, *_) = plan_text.render(
        as_shown(Plan(ME, (replace(undone, why=Why("rename")),))), Style()
    ).split("Plan")
    assert "renamed" not in line


def test_items_of_a_plain_node_are_items() -> None:
    left = [LeftAlone(DEV, Key("item", name), "item") for name in "ab"]
    note = Note(DEV, "stays", "so it is")
    shown = plan_text.render(as_shown(Plan(ME, notes=(note,), left_alone=tuple(left))), Style())
    assert "· 2 items left alone\n" in shown


def test_half_a_move_is_not_hidden() -> None:
    """What is retracted as moved, and published nowhere in this plan, is a removal."""
    old, new = Key("room", jid("old")), Key("room", jid("new"))
    plan = Plan(ME, (RetractItem(DEV, old, Item("a", ()), new, why=at(1)),))
    assert summarise(plan).risks == {"removal": 1}
    assert "- room old@" in plan_text.render(as_shown(plan), Style())


def test_a_node_of_another_service_is_named_by_its_uri() -> None:
    def listed(service: Jid) -> PublishItem:
        uri = NodeAddress(service, "news").uri
        return PublishItem(DEV, Key("node", uri), "x", None, element("u", "s"))

    assert told(listed(DEV.service)) == ["+ node news"]
    assert told(listed(Jid("other.example"))) == ["+ node xmpp:other.example?;node=news"]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("none", "owner", "+ affiliation me@example  owner"),
        ("owner", "none", "- affiliation me@example  was owner"),
        ("member", "owner", "~ affiliation me@example  member → owner"),
    ],
)
def test_affiliations(before: str, after: str, line: str) -> None:
    assert told(SetAffiliation(DEV, ME, before, after)) == [line]


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("admin", "member", 1),
        ("none", "outcast", 1),
        ("outcast", "none", 0),
        ("member", "admin", 0),
    ],
)
def test_rights_taken_away_are_counted(before: str, after: str, lost: int) -> None:
    plan = Plan(ME, (SetAffiliation(jid("ops"), ME, before, after),))
    assert summarise(plan).risks.get("right taken away", 0) == lost


@pytest.mark.parametrize("new", [CreateRoom(jid("ops"), {}), CreateNode(DEV, {})])
def test_nobody_loses_anything_in_what_is_made_by_the_plan(new: Action) -> None:
    ban = SetAffiliation(subject(new), ME, "none", "outcast")
    assert summarise(Plan(ME, (new, ban))).risks == {}


def test_what_was_read_is_told_of_a_service_of_nodes_only() -> None:
    rooms = Service(Jid("conference.megacorp.example"), "Chatrooms", frozenset())
    facts = Facts({rooms.jid: rooms})
    gone = plan_text.render(
        as_shown(Plan(ME, (DestroyRoom(jid("ops"), Room({})),), facts=facts)), Style()
    )
    assert "Chatrooms" in gone
    assert "read" not in gone


def test_only_what_table_1_asks_for_is_said_to_be_asked_for() -> None:
    action = ConfigureRoom(
        jid("ops"),
        {"muc#roomconfig_roomname": ("a",), "x": ()},
        {"muc#roomconfig_roomname": ("b",), "x": ("y",)},
        None,
        Why("required"),
    )
    assert told(action) == ["~ name  a → b", "+ x  y"]


def test_values_of_a_form_are_told_as_a_list_and_none_as_nothing() -> None:
    action = CreateNode(
        DEV, {ACCESS_MODEL: ("roster",), "pubsub#roster_groups_allowed": ("a", "b")}
    )
    readers = "who is in a group of its owner's roster can read it"
    assert told(action) == [f"+ access model  roster  {readers}", "+ roster groups allowed  a, b"]


def test_where_nothing_happens_only_counts_are_told() -> None:
    shown = plan_text.render(as_shown(PLANS["empty"]()), Style())
    assert shown.splitlines()[-1] == "No changes. 4 left alone"
    assert plan_text.render(as_shown(Plan(ME)), Style()) == "No changes.\n"
    assert summarise(Plan(ME)).actions == EMPTY


@pytest.mark.parametrize(
    ("count", "word", "shown"),
    [
        (1, "removal", "1 removal"),
        (2, "removal", "2 removals"),
        (0, "space", "0 spaces"),
        (1, "child", "1 child"),
        (2, "child", "2 children"),
        (2, "right taken away", "2 rights taken away"),
    ],
)
def test_plural(count: int, word: str, shown: str) -> None:
    assert plural(count, word) == shown
