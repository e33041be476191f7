"""What is taken back of a plan, and what is said about the rest; the laws are in `laws/`."""

from dataclasses import replace
from typing import Any

import pytest

from builders import ACCOUNT, DEV, form, item, live_node, published, reading, room
from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import (
    FROM_SERVICE,
    NO_PASSWORD,
    Field,
    Item,
    Key,
    Node,
    Owned,
    Ownership,
    Reading,
    Room,
    Secret,
)
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
)
from spaces_sync.plan.causes import Code
from spaces_sync.plan.guards import objections
from spaces_sync.plan.ownership import recorded
from spaces_sync.plan.plan import Plan, SourceRecord
from spaces_sync.plan.recheck import resumed
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.undo.revert import revert
from spaces_sync.profile import SECRET

HALL = "hall@rooms.megacorp.example"
OPS = Jid("ops@rooms.megacorp.example")
RAW = "<note xmlns='urn:example:note'/>"
PROTECTED = "muc#roomconfig_passwordprotectedroom"


def added(name: str) -> tuple[PublishItem, Item]:
    """The publication of a new room, and the item that it made."""
    made = published(room(f"{name}@rooms.megacorp.example", name=name))
    return PublishItem(DEV, Key("room", made.id), made.id, None, made.payloads[0]), made


def test_a_time_after_which_items_go_can_be_taken_back_where_the_marker_goes_before_it():
    """The marker that the plan wrote and takes away is none that came since."""
    marked = Item(marker.MARKER_ID, (marker.encode(marker.Marker("us")),))
    live = replace(live_node(), marker=marked)
    live = replace(live, config={**live.config, "pubsub#item_expire": Field(("max",))})
    expire: tuple[dict, dict] = {"pubsub#item_expire": ("3600",)}, {"pubsub#item_expire": ("max",)}
    written = WriteMarker(DEV, None, marker.Marker("us"))
    found = reading({DEV: live})
    made = revert(Plan(ACCOUNT, (ConfigureNode(DEV, *expire), written)), found).plan
    assert {type(each) for each in made.actions} == {ConfigureNode, WriteMarker}
    steps = resumed(made.actions, found, made.preconditions)
    assert list(steps) == list(made.actions)


def taken_back(live: Node | Reading, *actions: Action, **options: bool) -> Any:
    found = live if isinstance(live, Reading) else reading({DEV: live})
    return revert(Plan(ACCOUNT, actions), found, **options)


def test_what_is_as_before_is_left_out():
    publish, _ = added("a")

    assert taken_back(live_node(), publish).plan.actions == ()


def test_the_halves_of_a_move_stay_together():
    _, old = added("old")
    new, _ = added("new")
    new = replace(new, former=Key("room", old.id))
    gone = RetractItem(DEV, Key("room", old.id), old, successor=new.key)
    changed = Item(new.item_id, published(room(new.item_id, name="Else")).payloads)

    found = taken_back(live_node(changed), new, gone)
    assert found.plan.actions == ()
    assert len(found.not_reverted) == 2


def test_a_full_node_is_emptied_before_it_is_filled():
    publish, new = added("new")
    _, old = added("old")
    others = [item(f"urn:{n}", RAW) for n in range(9)]
    config = live_node().config | form(max_items="10")
    swapped = RetractItem(DEV, Key("room", old.id), old)

    found = taken_back(live_node(new, *others, config=config), swapped, publish)
    retract, again = found.plan.actions
    assert (retract.stage, again.stage) == (Stage.FREE_CAPACITY, Stage.PUBLISH)


def test_what_does_not_fit_any_more_is_an_obstacle():
    _, old = added("old")
    others = [item(f"urn:{n}", RAW) for n in range(10)]
    config = live_node().config | form(max_items="10")
    gone = RetractItem(DEV, Key("room", old.id), old)

    found = taken_back(live_node(*others, config=config), gone)
    assert "would hold 11 items" in found.plan.obstacles[0].text


def test_a_limit_is_lowered_after_what_the_plan_added_is_gone():
    publish, new = added("new")
    raised = ConfigureNode(
        DEV, {"pubsub#max_items": ("1",)}, {"pubsub#max_items": ("2",)}, why=publish.why
    )
    _, old = added("old")
    config = live_node().config | form(max_items="2")

    found = taken_back(live_node(old, new, config=config), raised, publish)
    assert [action.stage for action in found.plan.actions] == [
        Stage.RETRACT,
        Stage.LOSE_DATA,
    ]
    assert found.plan.actions[1].drops == 0


def test_a_malformed_item_does_not_come_back_and_that_is_said():
    gone = RetractItem(DEV, Key("item", "odd"), Item("odd", ()))
    found = taken_back(live_node(), gone)

    assert found.plan.actions == ()
    assert [note.reason for note in found.plan.notes] == ["impossible"]


def test_what_cannot_be_read_is_an_obstacle():
    publish, _ = added("a")
    found = taken_back(reading(failed={DEV: "cannot be read: forbidden"}), publish)

    assert [obstacle.text for obstacle in found.plan.obstacles] == ["cannot be read: forbidden"]


def test_an_incomplete_list_proves_nothing():
    publish, _ = added("a")

    assert taken_back(replace(live_node(), complete=False), publish).plan.obstacles


@pytest.mark.parametrize("others", [{}, {"muc#roomconfig_roomname": ("Ops",)}])
def test_a_replaced_password_stays_and_that_is_said(others):
    after = dict.fromkeys(others, ("New",))
    live = Room({var: Field(values) for var, values in after.items()}, {ACCOUNT: "owner"})
    sent = ConfigureRoom(OPS, others, after, Secret("", "env:OPS"))

    found = taken_back(reading(rooms={OPS: live}), sent)
    assert [(note.about, note.reason) for note in found.plan.notes] == [(OPS, "stays")]
    assert [(action.after, action.password) for action in found.plan.actions] == (
        [(others, None)] if others else []
    )


def test_a_password_that_was_taken_away_stays_away_and_that_is_said():
    """Nor is the room called protected again: with no password anybody would walk in."""
    after = {PROTECTED: ("false",)}
    live = Room({var: Field(values) for var, values in after.items()}, {ACCOUNT: "owner"})
    sent = ConfigureRoom(OPS, {PROTECTED: ("true",)}, after, NO_PASSWORD)

    found = taken_back(reading(rooms={OPS: live}), sent)
    assert [note.text for note in found.plan.notes] == [
        "stays without a password: the one before is not known"
    ]
    assert found.plan.actions == ()


@pytest.mark.parametrize(
    "field",
    [Field(("true",), "boolean"), Field(("leaf",), "list-single", ("leaf", "collection"))],
)
def test_a_field_that_was_not_shown_and_cannot_be_empty_is_left_out_and_that_is_said(field):
    """ejabberd shows no value of `notify_sub` before one is set, and refuses an empty one."""
    odd, title = "pubsub#notify_sub", "pubsub#title"
    config = live_node().config | {odd: field, title: Field(("New",), "text-single")}
    before = {odd: (), title: ("Old",)}
    sent = ConfigureNode(DEV, before, {odd: field.values, title: ("New",)})

    found = taken_back(live_node(config=config), sent).plan
    assert [action.after for action in found.actions] == [{title: ("Old",)}]
    assert [(note.reason, note.text) for note in found.notes] == [
        ("stays", f"{odd}: keeps its value: it had none before, and takes none")
    ]
    alone = ConfigureNode(DEV, {odd: ()}, {odd: field.values})
    assert taken_back(live_node(config=config), alone).plan.actions == ()


def test_a_destroyed_room_comes_back_without_its_password():
    config = {PROTECTED: Field(("true",)), "muc#roomconfig_roomname": Field(("Ops",))}
    before = Room(config, {ACCOUNT: "owner"}, Secret("", FROM_SERVICE))

    create, affiliation = taken_back(reading(absent=(OPS,)), DestroyRoom(OPS, before)).plan.actions
    assert isinstance(create, CreateRoom)
    assert (create.config, create.password) == ({"muc#roomconfig_roomname": ("Ops",)}, None)
    assert "without its password" in create.why.consequences[0]
    assert isinstance(affiliation, SetAffiliation)


@pytest.mark.parametrize(
    "password", [Secret("", FROM_SERVICE), None], ids=["told", "kept by its service"]
)
def test_that_a_room_comes_back_open_has_to_be_allowed(password: Secret | None):
    """Also where no field says that it asks for one, as on Prosody."""
    before = Room({SECRET: Field(()), NAME: Field(("Ops",))}, {ACCOUNT: "owner"}, password)
    found = taken_back(reading(absent=(OPS,)), DestroyRoom(OPS, before)).plan
    (objection,) = objections(found, {})
    assert objection.guard == "open-access"
    assert not objections(found, {"open-access": None})


def test_a_destroyed_room_that_had_no_password_comes_back_without_a_word_on_it():
    before = Room({NAME: Field(("Ops",))}, {ACCOUNT: "owner"}, NO_PASSWORD)
    create, _ = taken_back(reading(absent=(OPS,)), DestroyRoom(OPS, before)).plan.actions

    assert create.password is None
    assert create.why.consequences == ()


NAME = "muc#roomconfig_roomname"


@pytest.mark.parametrize(
    ("name", "people", "code"),
    [
        ("Ops", {ACCOUNT: "owner"}, ""),
        ("Theirs", {ACCOUNT: "owner"}, "configured-since"),
        ("Ops", {ACCOUNT: "owner", Jid("bob@megacorp.example"): "owner"}, "affiliations-changed"),
    ],
)
def test_a_room_that_others_live_in_is_not_destroyed(name: str, people: Any, code: Code) -> None:
    live = Room({NAME: Field((name,))}, people)
    found = taken_back(reading(rooms={OPS: live}), CreateRoom(OPS, {NAME: ("Ops",)}, None))

    codes = [cause.code for result in found.not_reverted for cause in result.causes]
    assert codes == ([code] if code else [])
    assert [type(action) for action in found.plan.actions] == ([] if code else [DestroyRoom])


def test_what_was_closed_and_is_closed_again_gives_notice() -> None:
    eve = Jid("eve@megacorp.example")
    live = live_node(subscriptions={eve: "subscribed"})
    opened = ConfigureNode(
        DEV, {"pubsub#access_model": ("whitelist",)}, {"pubsub#access_model": ("open",)}
    )
    closing, ending = taken_back(live, opened).plan.actions

    assert isinstance(ending, SetSubscription)
    assert (ending.jid, ending.after) == (eve, "none")
    assert isinstance(closing, ConfigureNode)
    assert closing.why.consequences == (f"1 of 1 subscribers lose access ({eve})",)


def test_a_subscription_that_outlived_its_right_does_not_come_back() -> None:
    """Prosody would refuse it, and with it all that comes after."""
    eve = Jid("eve@megacorp.example")
    node = live_node(
        config=live_node().config | form(access_model="whitelist"),
        subscriptions={eve: "subscribed", ACCOUNT: "subscribed"},
    )
    found = taken_back(reading(absent=(DEV,)), DeleteNode(DEV, node))
    people = [a.jid for a in found.plan.actions if isinstance(a, SetSubscription)]

    assert people == [ACCOUNT]
    assert ["may not read" in note.text for note in found.plan.notes] == [True]


def test_a_node_that_stores_nothing_loses_nothing() -> None:
    config = form(max_items="20", persist_items="false")
    lowered = ConfigureNode(DEV, {"pubsub#max_items": ("50",)}, {"pubsub#max_items": ("20",)})
    (raised,) = taken_back(live_node(item("last", RAW), config=config), lowered).plan.actions

    assert isinstance(raised, ConfigureNode)
    assert raised.drops == 0


def mark(source: str) -> Item:
    return marker.item(marker.Marker(source))


def test_a_marker_that_was_taken_away_comes_back() -> None:
    gone = WriteMarker(DEV, mark("us"), None)
    (again,) = taken_back(live_node(), gone).plan.actions

    assert again == WriteMarker(DEV, None, marker.decode(mark("us")))


def test_a_take_over_that_was_taken_back_in_part_is_taken_back_to_its_end() -> None:
    theirs, ours = mark("them"), mark("us")
    taken = WriteMarker(DEV, theirs, marker.decode(ours))
    record = RecordOwnership(DEV, None, Owned({"aaaaaaaa": "x" * 8}), taken_from="them")
    there = replace(reading({DEV: live_node(theirs)}), ownership=Ownership({DEV: record.after}))
    found = taken_back(there, taken, record, take_over=True)

    (last,) = found.plan.actions
    assert last == RecordOwnership(DEV, record.after, None, why=last.why)


def test_what_has_been_recorded_since_stays_recorded() -> None:
    before, after = Owned({"aaaaaaaa": "1" * 8}), Owned({"aaaaaaaa": "2" * 8, "bbbbbbbb": "1" * 8})
    later = Owned({**after.applied, "cccccccc": "1" * 8})
    there = replace(reading({DEV: live_node()}), ownership=Ownership({DEV: later}))
    (undone,) = taken_back(there, RecordOwnership(DEV, before, after)).plan.actions

    assert recorded(undone, later) == Owned({"aaaaaaaa": "1" * 8, "cccccccc": "1" * 8})


def test_what_is_not_taken_back_stays_recorded() -> None:
    """Somebody changed the room since, so that it stays, and it is still the source's."""
    kept, _ = added("kept")
    gone, made = added("gone")
    names = (kept.item_id, gone.item_id)
    after = Owned({ledger.item_name(name): "1" * 8 for name in names})
    changed = Item(kept.item_id, published(room(kept.item_id, name="Else")).payloads)
    there = replace(reading({DEV: live_node(changed, made)}), ownership=Ownership({DEV: after}))
    found = taken_back(there, kept, gone, RecordOwnership(DEV, None, after))

    assert [result.action.key for result in found.not_reverted] == [kept.key]
    (record,) = (a for a in found.plan.actions if isinstance(a, RecordOwnership))
    assert recorded(record, after) == Owned({ledger.item_name(kept.item_id): "1" * 8})


def test_a_space_that_is_not_taken_back_stays_recorded() -> None:
    foreign = item("urn:theirs", RAW)
    create = CreateNode(DEV, {})
    there = replace(reading({DEV: live_node(foreign)}), ownership=Ownership({DEV: Owned()}))
    found = taken_back(there, create, RecordOwnership(DEV, None, Owned()))

    assert len(found.not_reverted) == 1
    assert found.plan.actions == ()


def test_the_marker_counts_where_a_node_is_full() -> None:
    """What goes with it makes room for what comes back."""
    publish = WriteMarker(DEV, None, marker.decode(mark("us")))
    _, old = added("old")
    gone = RetractItem(DEV, Key("room", old.id), old)
    full = [item(f"urn:{n}", RAW) for n in range(5)]
    config = live_node().config | form(max_items="6")
    there = live_node(*full, mark("us"), config=config)
    found = revert(Plan(ACCOUNT, (publish, gone), source=SourceRecord("us")), reading({DEV: there}))

    assert found.plan.obstacles == ()
    assert [action.stage for action in found.plan.actions] == [Stage.FREE_CAPACITY, Stage.PUBLISH]


def test_of_a_configuration_the_field_that_was_changed_since_is_not_taken_back():
    title, text = "pubsub#title", "pubsub#description"
    sent = ConfigureNode(DEV, {title: ("Old",), text: ("a",)}, {title: ("New",), text: ("b",)})
    config = live_node().config | {title: Field(("Theirs",)), text: Field(("b",))}

    found = taken_back(live_node(config=config), sent)
    assert [action.after for action in found.plan.actions] == [{text: ("a",)}]
    assert [result.action.after for result in found.not_reverted] == [{title: ("Old",)}]


def test_a_number_that_was_not_shown_cannot_be_empty():
    expire = "pubsub#item_expire"
    config = live_node().config | {expire: Field(("3600",), "text-single")}
    sent = ConfigureNode(DEV, {expire: ()}, {expire: ("3600",)})
    found = taken_back(live_node(config=config), sent).plan
    assert (found.actions, len(found.notes)) == ((), 1)
