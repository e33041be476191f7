"""What came under a space's earlier name after it was copied, before that name is removed."""

from dataclasses import replace
from typing import Any

from builders import DEV, child, declare, item, live_node, ownership_after, published, reading, room
from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Policy
from spaces_sync.model.state import Item, Node, Owned, Ownership, Reading
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import (
    CreateNode,
    DeleteNode,
    PublishItem,
    SetAffiliation,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan

OLD = NodeAddress(DEV.service, "old")
HALL = "hall@rooms.megacorp.example"
REMOVALS = {"delete-space": frozenset({"old"}), "delete-node": frozenset({"old"})}
MARK = Item(marker.MARKER_ID, (marker.encode(marker.Marker("us")),))
NOTE = item("note", "<note xmlns='urn:example:note'>hello</note>")
LATE = item("late", "<note xmlns='urn:example:note'>came since</note>")
WANTED = replace(
    declare(
        room(HALL, name="Great hall"),
        policy=Policy("public", frozenset({"room"}), previously=(OLD,)),
    ),
    source="us",
)


def copied() -> Reading:
    """The space has been copied, and the file has changed a name since."""
    old = live_node(published(room(HALL, name="Hall")), NOTE, MARK)
    before = reading({OLD: old}, absent=(DEV,), ownership=Ownership({OLD: Owned()}))
    first = plan(WANTED, before)
    new = live_node(published(room(HALL, name="Great hall")), NOTE, MARK)
    return reading({OLD: old, DEV: new}, ownership=ownership_after(first, before.ownership))


def with_nodes(found: Reading, **nodes: Node) -> Reading:
    named = {NodeAddress(DEV.service, name): node for name, node in nodes.items()}
    return replace(found, state=replace(found.state, nodes={**found.state.nodes, **named}))


def planned(found: Reading, **how: Any) -> Plan:
    made = plan(WANTED, found, removals=REMOVALS, **how)
    assert made.obstacles == ()
    return made


def deletion(made: Plan) -> DeleteNode | None:
    return next((each for each in made.actions if isinstance(each, DeleteNode)), None)


def copies(made: Plan) -> list[str]:
    return [each.item_id for each in made.actions if isinstance(each, PublishItem)]


def test_where_all_of_it_has_arrived_it_goes():
    """Also where the file says something else of a child by now than under the old name."""
    found = deletion(planned(copied()))
    assert found is not None
    assert (found.lost, found.why.consequences) == (
        0,
        ("goes with 2 items and 0 subscriptions; 2 of the 2 items are in dev",),
    )


def test_what_came_since_is_copied_first_and_then_it_goes():
    live = copied()
    live = with_nodes(live, old=live_node(*live.state.nodes[OLD].items, LATE))
    made = planned(live)
    assert (copies(made), deletion(made)) == (["late"], None)
    assert any("stays until all of it has been copied" in note.text for note in made.notes)
    assert not any(isinstance(each, SetAffiliation | CreateNode) for each in made.actions)

    there = with_nodes(live, dev=live_node(*live.state.nodes[DEV].items, LATE))
    found = deletion(planned(there))
    assert found is not None
    assert found.lost == 0


def test_what_others_extended_since_under_a_name_in_use_is_counted_and_stopped_by_a_guard():
    live = copied()
    (hall,) = published(room(HALL, name="Hall")).payloads
    extended = hall.with_children((element("urn:theirs", "bell"),))
    changed = live_node(Item(HALL, (extended,)), NOTE, MARK)
    made = planned(with_nodes(live, old=changed))

    found = deletion(made)
    assert found is not None
    assert found.lost == 1
    words = f"1 of its 2 items is not in dev as it is here: room {HALL}"
    assert found.why.consequences[0] == words
    stopped = {each.guard: each for each in objections(made, {"delete-space": 1})}
    assert stopped.keys() == {"drop-items"}
    assert (
        stopped["drop-items"].cases[0].text
        == f"1 of its 2 items is not in dev as it is here: room {HALL}"
    )
    assert objections(made, {"delete-space": 1, "drop-items": 1}) == ()


CURE = "a line for each under its 'affiliations' keeps that"


def test_who_got_rights_since_under_the_old_name_is_counted_and_stopped_by_a_guard():
    """Nobody can tell whether the new one lacks them on purpose, so that they are not copied."""
    bob, carol = Jid("bob@megacorp.example"), Jid("carol@megacorp.example")
    live = copied()
    before = live.state.nodes[OLD]
    given = {**(before.affiliations or {}), bob: "publisher", carol: "outcast"}
    made = planned(with_nodes(live, old=replace(before, affiliations=given)))

    found = deletion(made)
    assert found is not None
    assert found.shuts_out == 2
    names = f"{bob} (publisher), {carol} (outcast)"
    assert found.why.consequences[0] == f"2 people of it have other rights in dev: {names}; {CURE}"
    stopped = {each.guard: each for each in objections(made, {"delete-space": 1})}
    assert stopped.keys() == {"lose-access"}
    assert stopped["lose-access"].why == "2 people have other rights"  # a ban is no access
    assert objections(made, {"delete-space": 1, "lose-access": 2}) == ()

    there = replace(live.state.nodes[DEV], affiliations=given)
    both = with_nodes(live, old=replace(before, affiliations=given), dev=there)
    found = deletion(planned(both))
    assert found is not None
    assert found.shuts_out == 0


def test_without_leave_to_remove_it_nothing_is_copied_again():
    live = copied()
    live = with_nodes(live, old=live_node(*live.state.nodes[OLD].items, LATE))
    made = plan(WANTED, live)
    assert made.actions == ()


def test_what_its_source_put_there_and_the_file_lists_no_more_is_not_missed():
    live = copied()
    gone = published(room("gone@rooms.megacorp.example"))
    ours = Owned({ledger.item_name(gone.id): ""})
    from_us = Ownership({**live.ownership.settled, OLD: ours}, live.ownership.intended)
    live = with_nodes(live, old=live_node(*live.state.nodes[OLD].items, gone))
    found = deletion(planned(replace(live, ownership=from_us)))
    assert found is not None
    assert found.lost == 0


def test_where_the_new_space_cannot_be_planned_the_old_one_stays():
    live = copied()
    nodes = {OLD: live.state.nodes[OLD]}
    failed = reading(nodes, failed={DEV: "cannot be read: timeout"}, ownership=live.ownership)
    made = plan(WANTED, failed, removals=REMOVALS)
    assert deletion(made) is None
    assert made.obstacles != ()


def test_an_old_space_that_was_read_in_part_stays():
    live = copied()
    part = replace(live.state.nodes[OLD], complete=False)
    made = plan(WANTED, with_nodes(live, old=part), removals=REMOVALS)
    assert deletion(made) is None
    assert [each.text for each in made.obstacles] == [
        "is to be removed: not all of its items could be read"
    ]


def test_what_came_since_under_the_old_name_of_a_plain_node_is_copied_first():
    wanted = replace(
        declare(child("item", "x"), policy=Policy(previously=(OLD,)), config={}), source="us"
    )
    wanted = replace(
        wanted,
        state=replace(wanted.state, nodes={DEV: replace(wanted.state.nodes[DEV], children={})}),
    )
    old, new = live_node(NOTE, LATE, config={}), live_node(config={})
    live = reading({OLD: old, DEV: new}, ownership=Ownership({OLD: Owned(), DEV: Owned()}))
    made = plan(wanted, live, removals=REMOVALS)
    assert (copies(made), deletion(made)) == (["late", "note"], None)
    there = with_nodes(live, dev=live_node(NOTE, LATE, config={}))
    found = deletion(plan(wanted, there, removals=REMOVALS))
    assert found is not None
    assert found.lost == 0
