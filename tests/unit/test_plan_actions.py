"""Actions as values: what they are done to, and what undoes them."""

import pytest

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY, Field, Item, Key, Node, Owned, Room, Secret
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import (
    Action,
    Change,
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
    Why,
    WriteMarker,
    subject,
)
from spaces_sync.plan.ownership import recorded
from spaces_sync.plan.undo.inverse import inverse, inverses, invertible
from spaces_sync.profile import ACCESS_MODEL, TITLE

DEV = NodeAddress(Jid("pubsub.example"), "dev")
OPS = Jid("ops@conference.example")
EVE = Jid("eve@example")
LINK = Key("link", "https://example/")
OLD, NEW = element("urn:example", "old"), element("urn:example", "new")


def configure(model: str) -> ConfigureNode:
    return ConfigureNode(DEV, {ACCESS_MODEL: ("authorize",)}, {ACCESS_MODEL: (model,)})


MARK = Marker("us")
LESS, MORE = Owned({"a" * 8: ""}), Owned({"a" * 8: "", "b" * 8: "c" * 8}, protect=True)
ACTIONS: list[Action] = [
    CreateNode(DEV, EMPTY),
    configure("whitelist"),
    configure("open"),
    DeleteNode(DEV, Node(EMPTY)),
    PublishItem(DEV, LINK, "a", None, NEW),
    RetractItem(DEV, LINK, Item("a", (OLD,))),
    WriteMarker(DEV, None, MARK),
    WriteMarker(DEV, marker.item(MARK), None),
    RecordOwnership(DEV, None, LESS),
    RecordOwnership(OPS, LESS, None),
    SetAffiliation(DEV, EVE, "none", "member"),
    SetAffiliation(OPS, EVE, "member", "admin"),
    SetSubscription(DEV, EVE, "subscribed", "none"),
    CreateRoom(OPS, EMPTY),
    ConfigureRoom(OPS, EMPTY, {"muc#roomconfig_roomname": ("Ops",)}),
    DestroyRoom(OPS, Room(EMPTY)),
]


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_has_a_subject_which_its_inverse_shares(action: Action) -> None:
    assert subject(action) in (DEV, OPS)
    assert {subject(each) for each in inverse(action)} == {subject(action)}


def test_what_was_created_is_deleted_and_the_other_way_round() -> None:
    config = {TITLE: ("Dev",)}
    gone = Node({TITLE: Field(("Dev",))})
    assert inverse(CreateNode(DEV, config)) == (DeleteNode(DEV, gone),)
    assert inverse(DeleteNode(DEV, gone)) == (CreateNode(DEV, config),)


def test_a_deleted_node_comes_back_with_all_that_was_in_it() -> None:
    item = Item("https://example/", (element("jabber:x:oob", "x"),))
    node = Node({TITLE: Field(("Dev",))}, decode([item]), {EVE: "owner"}, {EVE: "subscribed"})
    create, grant, subscribe, publish = inverse(DeleteNode(DEV, node))
    assert create == CreateNode(DEV, {TITLE: ("Dev",)})
    assert grant == SetAffiliation(DEV, EVE, "none", "owner")
    assert subscribe == SetSubscription(DEV, EVE, "none", "subscribed")
    assert isinstance(publish, PublishItem)
    assert (publish.item_id, publish.payload) == (item.id, item.payloads[0])


def test_a_marker_that_was_written_is_taken_away_and_the_other_way_round() -> None:
    written = WriteMarker(DEV, None, MARK)
    assert inverse(written) == (WriteMarker(DEV, marker.item(MARK), None),)
    assert inverse(WriteMarker(DEV, marker.item(MARK), None)) == (written,)


@pytest.mark.parametrize(("before", "after"), [(None, LESS), (LESS, MORE), (MORE, None)])
def test_a_record_says_again_what_it_said(before: Owned | None, after: Owned | None) -> None:
    done = RecordOwnership(DEV, before, after)
    assert inverse(done) == (RecordOwnership(DEV, after, before),)
    assert recorded(done, before) == after
    assert recorded(*inverse(done), after) == before


def test_a_record_changes_what_differs_and_keeps_what_was_recorded_meanwhile() -> None:
    """Of two operators with the same file, each records what they did."""
    since = Owned({"a" * 8: "", "d" * 8: ""})
    assert recorded(RecordOwnership(DEV, LESS, MORE), since) == Owned(
        {**MORE.applied, "d" * 8: ""}, protect=True
    )
    assert recorded(RecordOwnership(DEV, MORE, LESS), MORE) == LESS


def test_a_record_leaves_as_others_left_it_what_it_does_not_change() -> None:
    before = Owned({"a" * 8: "1" * 8, "b" * 8: "1" * 8}, copies="xmpp:a?;node=b")
    record = RecordOwnership(DEV, before, Owned({**before.applied, "c" * 8: "1" * 8}))
    now = Owned({"a" * 8: "2" * 8}, protect=True, doubtful=frozenset({"a" * 8}))
    assert recorded(record, now) == Owned(
        {"a" * 8: "2" * 8, "c" * 8: "1" * 8}, protect=True, doubtful=now.doubtful
    )
    assert recorded(record, None) is None


def test_a_room_comes_back_as_it_was_configured() -> None:
    secret = Secret("", "env:OPS")
    room = Room({"muc#roomconfig_roomname": Field(("Ops",), "text-single")}, None, secret)
    (created,) = inverse(DestroyRoom(OPS, room))
    assert created == CreateRoom(OPS, {"muc#roomconfig_roomname": ("Ops",)}, secret)


def test_a_changed_item_gets_its_former_payload_and_words() -> None:
    done = PublishItem(DEV, LINK, "a", Item("a", (OLD,)), NEW, (Change("title", "x", "y"),))
    (undone,) = inverse(done)
    assert undone == PublishItem(
        DEV, LINK, "a", Item("a", (NEW,)), OLD, (Change("title", "y", "x"),)
    )


def test_a_new_item_is_retracted_and_a_retracted_one_published() -> None:
    former = Key("link", "https://example/before")
    retract = RetractItem(DEV, LINK, Item("a", (NEW,)), former, restorable=True)
    assert inverse(PublishItem(DEV, LINK, "a", None, NEW, former=former)) == (retract,)
    assert inverse(retract) == (PublishItem(DEV, LINK, "a", None, NEW, former=former),)


def test_consequences_are_those_of_one_direction() -> None:
    done = SetAffiliation(DEV, EVE, "owner", "none", Why("file", None, ("locked out",)))
    assert inverse(done) == (SetAffiliation(DEV, EVE, "none", "owner"),)


@pytest.mark.parametrize("payloads", [(), (OLD, NEW)])
def test_a_malformed_item_cannot_be_published_again(payloads: tuple[()]) -> None:
    malformed = Item("a", payloads)
    over = PublishItem(DEV, LINK, "a", malformed, NEW)
    away = RetractItem(DEV, LINK, malformed)
    assert not invertible(over)
    assert not invertible(away)
    grant = SetAffiliation(DEV, EVE, "none", "member")
    assert inverses((grant, over, away)) == inverse(grant)
