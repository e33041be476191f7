"""What must be left out of a plan with something that is left out of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DEV
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY, Item, Key, Node, Room
from spaces_sync.model.xml import parse
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
    subject,
)
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.dependence import awaited, left_out, moved, relies
from spaces_sync.plan.stages import Stage

BOB, CAROL = Jid("bob@megacorp.example"), Jid("carol@megacorp.example")
EVE = Jid("eve@megacorp.example")
HALL = Jid("hall@rooms.megacorp.example")
PAYLOAD = parse("<a xmlns='urn:a'/>")
A, B = Key("room", "a@rooms.megacorp.example"), Key("room", "b@rooms.megacorp.example")
THERE = Item("b", (PAYLOAD,))

ACTIONS: dict[str, Action] = {
    "create": CreateNode(DEV, {}),
    "title": ConfigureNode(DEV, {"pubsub#title": ("x",)}, {"pubsub#title": ("y",)}),
    "limit": ConfigureNode(DEV, {"pubsub#max_items": ("5",)}, {"pubsub#max_items": ("9",)}),
    "keep less": ConfigureNode(
        DEV,
        {"pubsub#max_items": ("9",)},
        {"pubsub#max_items": ("5",)},
        stage=Stage.LOSE_DATA,
    ),
    "close": ConfigureNode(
        DEV, {"pubsub#access_model": ("open",)}, {"pubsub#access_model": ("whitelist",)}
    ),
    "open": ConfigureNode(
        DEV,
        {"pubsub#access_model": ("whitelist",)},
        {"pubsub#access_model": ("open",)},
        stage=Stage.OPEN,
    ),
    "delete": DeleteNode(DEV, Node({})),
    "publish": PublishItem(DEV, A, "a", None, PAYLOAD),
    "publish privately": PublishItem(DEV, A, "a", None, PAYLOAD, access_model="whitelist"),
    "change": PublishItem(DEV, B, "b", THERE, PAYLOAD),
    "arrive": PublishItem(DEV, A, "a", None, PAYLOAD, former=B),
    "depart": RetractItem(DEV, B, THERE, successor=A),
    "retract": RetractItem(DEV, B, THERE),
    "make room": RetractItem(DEV, B, THERE, stage=Stage.FREE_CAPACITY),
    "mark": WriteMarker(DEV, None, Marker("a/b")),
    "record": RecordOwnership(DEV, None, None),
    "grant": SetAffiliation(DEV, BOB, "none", "member"),
    "revoke": SetAffiliation(DEV, BOB, "member", "none", stage=Stage.REVOKE),
    "ban": SetAffiliation(DEV, EVE, "none", "outcast", stage=Stage.REVOKE),
    "new owner": SetAffiliation(DEV, CAROL, "none", "owner"),
    "old owner": SetAffiliation(DEV, BOB, "owner", "member", stage=Stage.REVOKE),
    "give up": SetAffiliation(DEV, BOB, "owner", "none", stage=Stage.LAST),
    "read on": SetAffiliation(DEV, CAROL, "member", "none", stage=Stage.FOLLOW_UP),
    "subscribe": SetSubscription(DEV, BOB, "none", "subscribed"),
    "unsubscribe": SetSubscription(DEV, CAROL, "subscribed", "none", stage=Stage.UNSUBSCRIBE),
    "create room": CreateRoom(HALL, {}),
    "name room": ConfigureRoom(HALL, {}, {"muc#roomconfig_roomname": ("x",)}),
    "let in": SetAffiliation(HALL, BOB, "none", "member", stage=Stage.ROOM_GRANT),
    "destroy": DestroyRoom(HALL, Room(EMPTY)),
    "point": ConfigureRoom(
        Jid(A.target), {}, {"muc#roomconfig_pubsub": (DEV.uri,)}, stage=Stage.PARENTS
    ),
}

# What is left out with the one that stands first, of all others on its object.
LEFT_OUT = {
    "title": ["delete", "give up"],
    "limit": ["publish", "publish privately", "arrive", "mark", "keep less"],
    "close": ["publish privately", "unsubscribe"],
    "ban": ["open", "publish privately"],
    "open": ["read on"],
    "publish": ["publish privately", "arrive", "open", "depart", "keep less", "point"],
    "change": ["open", "keep less"],
    "retract": ["open", "keep less"],
    "depart": ["open", "arrive", "keep less"],
    "keep less": [],
    "make room": ["open", "keep less", "publish", "publish privately", "arrive", "mark", "limit"],
    "mark": [],
    "record": [],
    "grant": ["close", "subscribe"],
    "revoke": ["publish privately", "subscribe"],
    "new owner": ["old owner", "close", "unsubscribe"],
    "old owner": ["publish privately", "subscribe"],
    "read on": ["unsubscribe"],
    "subscribe": [],
    "unsubscribe": ["publish privately"],
    "delete": [],
    "give up": ["subscribe"],
}
ALWAYS = {"delete", "give up"}  # which wait for everything
ON_ROOM = {"create room", "name room", "let in", "destroy"}  # of another room than "point"


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_with_it(name):
    on = ACTIONS[name]
    found = {
        other
        for other, action in ACTIONS.items()
        if other not in ON_ROOM and other != name and relies(action, on)
    }
    expected = {*LEFT_OUT[name], *(ALWAYS if name != "record" else ())} - {name}
    assert found - {"point"} == expected - {"point"}
    assert ("point" in found) is ("point" in expected)


def test_nothing_is_sent_to_what_was_not_created_and_nothing_is_recorded():
    pending = {n: a for n, (name, a) in enumerate(ACTIONS.items()) if name not in ON_ROOM}
    (first,) = (n for n, a in pending.items() if isinstance(a, CreateNode))
    why = (Cause("appeared"),)
    found = left_out(pending, {first: why})
    assert found == dict.fromkeys(pending.keys() - {first}, why)


def test_of_a_room_too():
    names = ["create room", "name room", "let in"]
    pending = dict(enumerate(ACTIONS[name] for name in names))
    assert left_out(pending, {0: (Cause("appeared"),)}).keys() == {1, 2}
    assert left_out(pending, {1: (Cause("vanished"),)}) == {}
    assert relies(ACTIONS["destroy"], ACTIONS["name room"])


def test_what_relies_on_what_is_left_out_is_left_out_with_the_same_cause():
    pending = {
        3: ACTIONS["arrive"],
        5: ACTIONS["depart"],
        7: ACTIONS["open"],
        8: ACTIONS["read on"],
        9: ACTIONS["title"],
        10: ACTIONS["record"],
    }
    why = (Cause("item-changed", "b"),)
    assert left_out(pending, {5: why}) == {3: why, 7: why, 8: why}


def test_other_objects_go_on():
    other = replace(ACTIONS["publish"], node=NodeAddress(DEV.service, "other"))
    pending = {0: ACTIONS["create"], 1: ACTIONS["publish"], 2: other}
    assert left_out(pending, {0: (Cause("appeared"),)}).keys() == {1}


def test_where_nothing_is_sent_nothing_is_recorded():
    pending = {0: ACTIONS["grant"], 1: ACTIONS["record"], 2: ACTIONS["create room"]}
    assert left_out(pending, {0: (Cause("right-changed", BOB),)}).keys() == {1}


def waits(action: Action, on: Action) -> bool:
    return isinstance(on, PublishItem) and awaited(action) == (on.node, on.key)


@given(st.lists(st.sampled_from(sorted(ACTIONS)), unique=True), st.data())
def test_it_is_what_comparing_each_with_each_would_leave_out(names, data):
    """The quick way looks an action up by what it is about."""
    pending = dict(enumerate(ACTIONS[name] for name in names))
    stale = data.draw(st.sets(st.sampled_from(sorted(pending)))) if pending else set()
    out = set(stale)
    while more := {
        n
        for n, action in pending.items()
        if n not in out
        and any(
            relies(action, pending[on]) or (moved(action) and moved(action) == moved(pending[on]))
            for on in out
            if subject(pending[on]) == subject(action)
            or moved(action)
            or waits(action, pending[on])
        )
    }:
        out |= more
    found = left_out(pending, dict.fromkeys(stale, (Cause("vanished"),)))
    quick = {n for n in found if not isinstance(pending[n], RecordOwnership)}
    assert quick == {n for n in out - stale if not isinstance(pending[n], RecordOwnership)}


def test_what_is_left_out_of_a_large_plan_is_found_at_once():
    """Compared with each other one by one, these would be 10^9 pairs."""
    keys = [Key("room", f"{n}@rooms.megacorp.example") for n in range(40_000)]
    pending: dict[int, Action] = {
        n: PublishItem(DEV, key, key.target, None, PAYLOAD) for n, key in enumerate(keys)
    }
    pending[len(pending)] = ACTIONS["open"]
    stale = dict.fromkeys(range(0, 40_000, 2), (Cause("vanished"),))
    assert set(left_out(pending, stale)) == {40_000}
