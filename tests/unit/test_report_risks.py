"""What a reader must not miss, by name; and what apply would refuse, in the JSON of a plan."""

import json

import pytest

from golden.plans import ACCOUNT as ME
from golden.plans import DEV, PLANS, jid
from showing import as_shown
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import EMPTY, Item, Key, Node, Room
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import (
    ConfigureNode,
    CreateNode,
    DeleteNode,
    DestroyRoom,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
)
from spaces_sync.plan.plan import Plan
from spaces_sync.profile import ACCESS_MODEL, TITLE
from spaces_sync.report import plan_json
from spaces_sync.report.risks import risks
from spaces_sync.report.style import Style
from spaces_sync.report.summary import summarise

OPEN = ConfigureNode(
    DEV,
    {"pubsub#access_model": ("whitelist",)},
    {"pubsub#access_model": ("open",)},
    why=Why(consequences=("anyone can read its 3 items from now on",)),
)


@pytest.mark.parametrize(
    ("action", "risk", "text"),
    [
        (DestroyRoom(jid("ops"), Room({})), "removal", "room ops@conference.megacorp.example"),
        (DeleteNode(DEV, Node(EMPTY)), "removal", "node dev"),
        (
            RetractItem(DEV, Key("room", jid("ops")), Item("1", (parse("<a xmlns='u'/>"),))),
            "removal",
            "room ops@conference.megacorp.example from the list of dev",
        ),
        (
            RetractItem(
                DEV, Key("link", "https://x.example/"), Item("1", (parse("<a xmlns='u'/>"),))
            ),
            "removal",
            "link https://x.example/ of dev",
        ),
        (
            SetAffiliation(DEV, jid("bob"), "owner", "member"),
            "right taken away",
            "affiliation bob@conference.megacorp.example of dev: owner → member",
        ),
        (
            SetSubscription(DEV, jid("bob"), "subscribed", "none"),
            "unsubscription",
            "subscription bob@conference.megacorp.example of dev: subscribed → nothing",
        ),
        (
            OPEN,
            "access change",
            "access model of dev: anyone can read its 3 items from now on",
        ),
    ],
)
def test_a_risk_is_told_by_name(action, risk: str, text: str) -> None:
    (group,) = risks(Plan(ME, (action,)))
    assert (group.risk, [case.text for case in group.cases]) == (risk, [text])


def test_what_happens_to_a_new_object_is_no_risk() -> None:
    assert risks(Plan(ME, (CreateNode(DEV, {}), OPEN))) == ()


def test_who_will_own_something_is_told_once_also_of_new_objects() -> None:
    """Among 300 new spaces one line with another owner is not seen."""
    nodes = [NodeAddress(DEV.service, f"n{number}") for number in range(9)]
    given = [SetAffiliation(node, jid("bob"), "none", "owner") for node in nodes]
    copied = SetAffiliation(DEV, jid("carol"), "none", "owner", why=Why("rename"))
    made = [CreateNode(node, {}) for node in nodes]
    (group,) = risks(Plan(ME, (*made, *given, copied, SetAffiliation(DEV, ME, "none", "owner"))))
    assert group.risk == "new owner"
    (case,) = group.cases
    assert case.text == "bob@conference.megacorp.example of n0, n1, n2 and 6 more"


def test_what_moves_to_another_space_is_not_removed() -> None:
    child = Key("link", "https://megacorp.example/x")
    item = Item("x", (parse("<url-data xmlns='http://jabber.org/protocol/url-data' target='x'/>"),))
    moved = RetractItem(DEV, child, item, moved_to=NodeAddress(DEV.service, "ops"))
    assert risks(Plan(ME, (moved,))) == ()
    (group,) = risks(Plan(ME, (RetractItem(DEV, child, item),)))
    assert group.risk == "removal"


@pytest.mark.parametrize("name", PLANS)
def test_the_counts_of_a_summary_are_those_of_the_cases(name: str) -> None:
    plan = PLANS[name]()
    assert summarise(plan).risks == {each.risk: len(each.cases) for each in risks(plan)}


def test_the_json_of_a_plan_says_what_apply_would_refuse() -> None:
    plan = Plan(ME, (DestroyRoom(jid("ops"), Room({})),))
    (refusal,) = json.loads(plan_json.render(as_shown(plan), Style()))["refusals"]
    assert refusal["guard"] == "destroy-room"
    assert (
        refusal["next_step"]
        == "if that is meant: --allow destroy-room=ops@conference.megacorp.example"
    )
    allowed = as_shown(plan)._replace(refusals=())
    assert json.loads(plan_json.render(allowed, Style()))["refusals"] == []


def test_of_a_configuration_only_the_fields_that_are_risky_are_named():
    before = {ACCESS_MODEL: ("open",), TITLE: ("Old",)}
    after = {ACCESS_MODEL: ("whitelist",), TITLE: ("New",)}
    (group,) = risks(Plan(ME, (ConfigureNode(DEV, before, after),)))

    assert group.cases[0].text == "access model of dev: open → whitelist"
