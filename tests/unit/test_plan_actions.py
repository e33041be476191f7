"""Actions as values: what they are done to, when, and what undoes them."""

import pytest

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.state import EMPTY, Field, Item, Key, Node, Room, Secret
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import (
    SETTLED,
    Action,
    Change,
    ConfigureNode,
    ConfigureRoom,
    CreateNode,
    CreateRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Stage,
    Why,
    stage,
    subject,
)
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.inverse import inverse, invertible
from spaces_sync.profile import ACCESS_MODEL, PARENT, TITLE

DEV = NodeAddress(Jid("pubsub.example"), "dev")
OPS = Jid("ops@conference.example")
EVE = Jid("eve@example")
LINK = Key("link", "https://example/")
OLD, NEW = element("urn:example", "old"), element("urn:example", "new")


def configure(model: str) -> ConfigureNode:
    return ConfigureNode(DEV, {ACCESS_MODEL: ("authorize",)}, {ACCESS_MODEL: (model,)})


STAGES: list[tuple[Action, Stage]] = [
    (CreateNode(DEV, EMPTY), Stage.CREATE_NODES),
    (SetAffiliation(DEV, EVE, "none", "member"), Stage.GRANT),
    (SetAffiliation(DEV, EVE, "outcast", "none"), Stage.GRANT),
    (SetSubscription(DEV, EVE, "subscribed", "none"), Stage.UNSUBSCRIBE),
    (RetractItem(DEV, LINK, Item("a", (OLD,)), first=True), Stage.MAKE_ROOM),
    (configure("whitelist"), Stage.CONFIGURE_NODES),
    (SetSubscription(DEV, EVE, "none", "subscribed", ours=True), Stage.JOIN),
    (PublishItem(DEV, Key("marker", "us"), MARKER_ID, None, NEW), Stage.MARK),
    (CreateRoom(OPS, EMPTY), Stage.ROOMS),
    (ConfigureRoom(OPS, EMPTY, {"muc#roomconfig_roomname": ("Ops",)}), Stage.ROOMS),
    (SetAffiliation(OPS, EVE, "member", "admin"), Stage.ROOM_GRANT),
    (SetAffiliation(OPS, EVE, "owner", "none"), Stage.REVOKE),
    (SetAffiliation(DEV, EVE, "owner", "member"), Stage.REVOKE),
    (SetAffiliation(DEV, EVE, "none", "outcast"), Stage.REVOKE),
    (PublishItem(DEV, LINK, "a", None, NEW), Stage.PUBLISH),
    (RetractItem(DEV, LINK, Item("a", (OLD,))), Stage.RETRACT),
    (PublishItem(DEV, SETTLED, MARKER_ID, None, NEW), Stage.SETTLE),
    (configure("open"), Stage.OPEN),
    (SetSubscription(DEV, EVE, "none", "subscribed"), Stage.SUBSCRIBE),
    (ConfigureRoom(OPS, EMPTY, {PARENT: (DEV.uri,)}), Stage.PARENTS),
    (DeleteNode(DEV, Node(EMPTY)), Stage.DELETE),
    (DestroyRoom(OPS, Room(EMPTY)), Stage.DELETE),
    (SetAffiliation(DEV, EVE, "owner", "none", last=True), Stage.LAST),
    (SetSubscription(DEV, EVE, "subscribed", "none", ours=True), Stage.LAST),
]


@pytest.mark.parametrize(("action", "expected"), STAGES)
def test_each_action_has_its_stage(action: Action, expected: Stage) -> None:
    assert stage(action) is expected


def test_the_stages_above_stand_in_the_order_of_sending() -> None:
    order = [expected for _, expected in STAGES]
    assert order == sorted(order)
    assert set(order) == set(Stage)


@pytest.mark.parametrize("action", [action for action, _ in STAGES])
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


def test_the_marker_is_written_before_what_it_names_and_once_more_afterwards() -> None:
    before = PublishItem(DEV, Key("marker", "us"), MARKER_ID, None, NEW)
    after = PublishItem(DEV, SETTLED, MARKER_ID, Item(MARKER_ID, (NEW,)), OLD)
    assert stage(before) < Stage.PUBLISH < Stage.RETRACT < stage(after)


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
    moved = Key("link", "https://example/before")
    retract = RetractItem(DEV, LINK, Item("a", (NEW,)), moved)
    assert inverse(PublishItem(DEV, LINK, "a", None, NEW, moved=moved)) == (retract,)
    assert inverse(retract) == (PublishItem(DEV, LINK, "a", None, NEW, moved=moved),)


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
    assert Plan(EVE, (grant, over, away)).inverse() == inverse(grant)
