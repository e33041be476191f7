"""A plain node under a new name takes along its configuration, items and people."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import builders
from builders import (
    ACCOUNT,
    DEV,
    EJABBERD,
    PROSODY,
    SPACE_CONFIG,
    declare,
    form,
    item,
    live_node,
    ownership_after,
    reading,
    room,
)
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.ledger import affiliation_name, item_name
from spaces_sync.model.state import Field, Node, Owned, Ownership, Reading, State
from spaces_sync.plan.actions import (
    CreateNode,
    DeleteNode,
    PublishItem,
    RecordOwnership,
    SetAffiliation,
    SetSubscription,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan

OLD, ELSEWHERE = NodeAddress(DEV.service, "old"), NodeAddress(Jid("other.example"), "old")
BOB, CAROL = Jid("bob@megacorp.example"), Jid("carol@megacorp.example")
FIELDS = {
    **form(title="News", type="urn:example:news", max_items="100", access_model="whitelist"),
    **form(publish_model="publishers", description=()),
}
ENTRIES = tuple(item(f"entry-{n:02}", f"<e xmlns='urn:example:e'>{n}</e>") for n in range(30))
PEOPLE = {ACCOUNT: "owner", BOB: "publisher"}
OURS = Ownership({OLD: Owned()})
REMOVALS: Any = {"delete-node": None}


def wanted(
    config: Any = None, people: Mapping[Jid, str] | None = None, source: str | None = "us"
) -> Declaration:
    policy = Policy(previously=(OLD,))
    return replace(declare(config=config or {}, policy=policy, affiliations=people), source=source)


def was(config: Any = FIELDS, subscriptions: Mapping[Jid, str] | None = None) -> Node:
    return live_node(*ENTRIES, config=config, affiliations=PEOPLE, subscriptions=subscriptions)


def before(old: Node | None = None, owned: Ownership = OURS) -> Reading:
    return reading({OLD: old or was()}, absent=(DEV,), ownership=owned)


def creation(found: Plan) -> CreateNode:
    assert found.obstacles == ()
    (create,) = (each for each in found.actions if isinstance(each, CreateNode))
    return create


def published(found: Plan) -> list[str]:
    return [each.item_id for each in found.actions if isinstance(each, PublishItem)]


def deleted(found: Plan) -> list[DeleteNode]:
    return [each for each in found.actions if isinstance(each, DeleteNode)]


def applied_to(live: Reading, found: Plan, until: int) -> Reading:
    sent = found.actions[:until]
    ownership = ownership_after(found, live.ownership, cut=until < len(found.actions))
    if not sent:
        return replace(live, ownership=ownership)
    (create,) = (each for each in sent if isinstance(each, CreateNode))
    config = {var: Field(values) for var, values in create.config.items()}
    people = {a.jid: a.after for a in sent if isinstance(a, SetAffiliation)}
    ids = {each.item_id for each in sent if isinstance(each, PublishItem)}
    there = (each for each in ENTRIES if each.id in ids)
    new = live_node(*there, config=config, affiliations={ACCOUNT: "owner", **people})
    return reading({**live.state.nodes, DEV: new}, ownership=ownership)


def test_it_takes_along_its_configuration_items_and_people():
    found = plan(wanted(), before())

    create = creation(found)
    assert create.config == {v: field.values for v, field in FIELDS.items() if field.values}
    assert (create.opens, create.why.reason) == (False, "rename")
    assert create.why.consequences == (
        "copies the configuration, 30 items and the affiliations of old, which stays",
        "its items are published anew, by this account and in the order of their ids",
    )
    assert published(found) == [each.id for each in ENTRIES]
    assert [a.jid for a in found.actions if isinstance(a, SetAffiliation)] == [BOB]
    (record,) = (each for each in found.actions if isinstance(each, RecordOwnership))
    assert (record.copies, record.after.copies, record.after.applied) == (OLD.uri, "", {})
    models = {each.access_model for each in found.actions if isinstance(each, PublishItem)}
    assert models == {"whitelist"}


def test_a_copy_counts_what_comes_along_and_not_what_moves_elsewhere():
    """Of a space with two rooms, one of which the file lists in another space by now."""
    first, second = room("a@rooms.example", name="A"), room("b@rooms.example", name="B")
    old = live_node(builders.published(first), builders.published(second), config=SPACE_CONFIG)
    other = NodeAddress(DEV.service, "other")
    owned = Owned({item_name(each.id): "" for each in old.items})
    policy = Policy("public", frozenset({"room"}), previously=(OLD,))
    renamed, beside = declare(first, policy=policy), declare(second, address=other)
    file = replace(
        renamed,
        state=State({**renamed.state.nodes, **beside.state.nodes}),
        policies={**renamed.policies, **beside.policies},
        source="us",
    )
    live = reading({OLD: old, other: live_node()}, absent=(DEV,), ownership=Ownership({OLD: owned}))
    found = plan(file, live)

    assert published(found) == [first.key.target, second.key.target]
    words = "copies 1 item and the affiliations of old, which stays"
    assert creation(found).why.consequences[0] == words


@pytest.mark.parametrize("until", [0, 1, 2, 3, 20, 32, 33])
def test_a_copy_that_was_cut_is_gone_on_with_and_the_old_node_stays_until_then(until):
    live = before()
    first = plan(wanted(), live, removals=REMOVALS)
    assert (len(first.actions), deleted(first)) == (33, [])
    rest = plan(wanted(), applied_to(live, first, until), removals=REMOVALS)

    assert rest.obstacles == ()
    assert published(first)[: max(until - 2, 0)] + published(rest) == published(first)
    assert (deleted(rest) != []) == (until == 33)
    assert plan(wanted(), applied_to(live, first, 33)).actions == ()


def test_the_old_node_names_its_successor_and_what_would_go_with_it():
    live = applied_to(before(), plan(wanted(), before()), 33)
    (gone,) = deleted(plan(wanted(), live, removals=REMOVALS))
    assert (gone.renamed_to, gone.lost, gone.shuts_out) == (DEV, 0, 0)
    assert len(gone.arrived) == 30

    changed = item("entry-03", "<e xmlns='urn:example:e'>changed</e>")
    items = [changed if each.id == "entry-03" else each for each in ENTRIES]
    people = {**PEOPLE, CAROL: "member"}
    since = {**live.state.nodes, OLD: live_node(*items, config=FIELDS, affiliations=people)}
    found = plan(wanted(), replace(live, state=replace(live.state, nodes=since)), removals=REMOVALS)
    (gone,) = deleted(found)
    assert (gone.lost, gone.shuts_out) == (1, 1)
    stopped = {each.guard for each in objections(found, {"delete-node": 1})}
    assert stopped == {"drop-items", "lose-access"}


def test_what_came_since_is_copied_before_the_old_node_goes():
    live = applied_to(before(), plan(wanted(), before()), 33)
    late = item("late", "<e xmlns='urn:example:e'>late</e>")
    old = live_node(*ENTRIES, late, config=FIELDS, affiliations=PEOPLE)
    live = replace(live, state=replace(live.state, nodes={**live.state.nodes, OLD: old}))

    assert plan(wanted(), live).actions == ()
    found = plan(wanted(), live, removals=REMOVALS)
    assert (published(found), deleted(found)) == (["late"], [])


def test_without_a_source_it_stays_as_it_is():
    found = plan(wanted(source=None), before(owned=Ownership()))

    assert creation(found).config == {}
    assert creation(found).why.consequences == (
        f"{OLD} stays as it is, with its items: only a file with a 'source' copies them",
    )
    assert published(found) == []


def test_a_file_that_opens_it_needs_leave():
    found = plan(wanted(form(access_model="open")), before())

    assert creation(found).opens
    assert "anyone can read its 30 items from now on" in creation(found).why.consequences
    (stopped,) = objections(found, {})
    assert stopped.guard == "open-access"


def test_one_that_would_keep_less_than_it_holds_is_not_made():
    (obstacle,) = plan(wanted(form(max_items="20")), before()).obstacles
    assert "would hold 30 items, and the service keeps at most 20" in obstacle.text


def test_subscribers_are_told_of_and_this_account_is_one_where_only_they_publish():
    config = {**FIELDS, **form(publish_model="subscribers")}
    found = plan(wanted(), before(was(config, {BOB: "subscribed"})))

    assert "1 subscriber of old must join it anew" in creation(found).why.consequences
    assert [a.jid for a in found.actions if isinstance(a, SetSubscription)] == [ACCOUNT]


def test_of_a_node_that_stores_nothing_no_item_is_copied():
    """It may hold the last one, which is counted when it is to go."""
    config = {**FIELDS, **form(persist_items="false")}
    found = plan(wanted(), before(was(config)))
    assert creation(found).config["pubsub#persist_items"] == ("false",)
    assert published(found) == []
    assert creation(found).why.consequences == (
        "copies the configuration and the affiliations of old, which stays",
        "30 items of old, which stores none for long, are not copied",
    )
    after = live_node(config=config, affiliations=PEOPLE)
    owned = ownership_after(found, OURS)
    live = reading({OLD: was(config), DEV: after}, ownership=owned)
    (gone,) = deleted(plan(wanted(), live, removals=REMOVALS))
    assert gone.lost == 30


def test_what_was_a_space_becomes_no_space():
    found = plan(wanted(), before(replace(was(), config=SPACE_CONFIG)))
    assert "pubsub#type" not in creation(found).config
    assert creation(found).config["pubsub#title"] == ("The developers corner",)


def test_to_another_service_goes_what_that_is_sure_to_take():
    file = replace(
        wanted(),
        policies={DEV: Policy(previously=(ELSEWHERE,))},
    )
    fields = {**FIELDS, "urn:theirs": Field(("x",))}
    live = reading({ELSEWHERE: was(fields)}, absent=(DEV,), ownership=Ownership())
    assert creation(plan(file, live)).config.keys() == FIELDS.keys() - {"pubsub#description"}
    few = {**fields, **form(max_items="1000")}
    other = reading({ELSEWHERE: was(few)}, absent=(DEV,), ownership=Ownership())
    (obstacle,) = plan(file, other).obstacles
    assert "would hold 30 items, and the service keeps at most 20" in obstacle.text
    third = reading({ELSEWHERE: was(few)}, absent=(DEV,), service=EJABBERD)
    assert "pubsub#title" not in creation(plan(file, third)).config


def test_rights_and_items_of_a_copy_are_not_its_sources():
    """So that no cut makes them what left the file."""
    half = applied_to(before(), plan(wanted(), before()), 20)
    intended = half.ownership.intended[DEV].applied
    assert not {item_name(each.id) for each in ENTRIES} & intended.keys()
    assert affiliation_name(BOB) not in intended


def test_another_service_gets_no_access_model_that_it_refuses_and_lets_nobody_else_in():
    there = was({**FIELDS, **form(access_model="authorize")})
    far = replace(PROSODY, default_config={**PROSODY.default_config, **LISTED})
    declaration = replace(declare(config={}, policy=Policy(previously=(ELSEWHERE,))), source="us")
    owned = Ownership({ELSEWHERE: Owned()})
    live = reading({ELSEWHERE: there}, absent=(DEV,), ownership=owned, service=far)
    assert creation(plan(declaration, live)).config["pubsub#access_model"] == ("whitelist",)


LISTED = {
    "pubsub#access_model": Field(("open",), "list-single", ("authorize", "open", "whitelist"))
}
