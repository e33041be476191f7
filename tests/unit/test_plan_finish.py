"""The one end of every plan: stages, consequences, items that do not fit, and the order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DEV, EJABBERD, PROSODY, SPACE_CONFIG, item, live_node
from spaces_sync.fields import EFFECTS
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import (
    EMPTY,
    NO_PASSWORD,
    Field,
    Form,
    Item,
    Key,
    Node,
    Owned,
    Reading,
    Room,
    Service,
    State,
    Values,
    values_of,
)
from spaces_sync.model.xml import element
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
from spaces_sync.plan.finish import finish
from spaces_sync.plan.recheck import recheck
from spaces_sync.plan.stages import Stage
from spaces_sync.plan.turns import in_turns, turn_of
from spaces_sync.profile import (
    ACCESS_MODEL,
    MAX_ITEMS,
    MEMBERS_ONLY,
    PARENT,
    PERSIST_ITEMS,
    PERSISTENT,
)

ME, EVE = Jid("me@megacorp.example"), Jid("eve@megacorp.example")
OPS = Jid("ops@conference.example")
LINK = Key("link", "https://example/")
OLD, NEW = element("urn:example", "old"), element("urn:example", "new")
MARK = Marker("us")


def configure(model: str) -> ConfigureNode:
    return ConfigureNode(DEV, {ACCESS_MODEL: ("authorize",)}, {ACCESS_MODEL: (model,)})


def reading(live: Node, service: Service = PROSODY) -> Reading:
    return Reading(ME, State({DEV: live}), services={DEV.service: service})


def finished(*drafts: Action, live: Node | None = None) -> tuple[Action, ...]:
    made = finish(drafts, reading(live or live_node()))
    assert made.obstacles == ()
    return made.actions


STAGES: list[tuple[Action, Stage]] = [
    (CreateNode(DEV, EMPTY), Stage.CREATE_NODES),
    (SetAffiliation(DEV, EVE, "none", "member"), Stage.GRANT),
    (SetAffiliation(DEV, EVE, "outcast", "none"), Stage.GRANT),
    (SetSubscription(DEV, EVE, "subscribed", "none"), Stage.UNSUBSCRIBE),
    (configure("whitelist"), Stage.CONFIGURE_NODES),
    (SetSubscription(DEV, ME, "none", "subscribed"), Stage.SUBSCRIBE_OURSELVES),
    (WriteMarker(DEV, None, MARK), Stage.WRITE_MARKER),
    (CreateRoom(OPS, EMPTY), Stage.ROOMS),
    (ConfigureRoom(OPS, EMPTY, {"muc#roomconfig_roomname": ("Ops",)}), Stage.ROOMS),
    (SetAffiliation(OPS, EVE, "member", "admin"), Stage.ROOM_GRANT),
    (ConfigureRoom(OPS, {MEMBERS_ONLY: ("false",)}, {MEMBERS_ONLY: ("true",)}), Stage.CLOSE_ROOMS),
    (SetAffiliation(OPS, EVE, "owner", "none"), Stage.REVOKE),
    (SetAffiliation(DEV, EVE, "owner", "member"), Stage.REVOKE),
    (SetAffiliation(DEV, EVE, "none", "outcast"), Stage.REVOKE),
    (PublishItem(DEV, LINK, "a", None, NEW), Stage.PUBLISH),
    (RetractItem(DEV, LINK, Item("a", (OLD,))), Stage.RETRACT),
    (WriteMarker(DEV, marker.item(MARK), Marker("them")), Stage.WRITE_MARKER),
    (ConfigureNode(DEV, {MAX_ITEMS: ("9",)}, {MAX_ITEMS: ("8",)}), Stage.LOSE_DATA),
    (ConfigureRoom(OPS, {PERSISTENT: ("true",)}, {PERSISTENT: ("false",)}), Stage.LOSE_DATA),
    (configure("open"), Stage.OPEN),
    (ConfigureRoom(OPS, {MEMBERS_ONLY: ("true",)}, {MEMBERS_ONLY: ("false",)}), Stage.OPEN),
    (SetSubscription(DEV, EVE, "none", "subscribed"), Stage.SUBSCRIBE),
    (ConfigureRoom(OPS, EMPTY, {PARENT: (DEV.uri,)}), Stage.PARENTS),
    (SetSubscription(DEV, ME, "subscribed", "none"), Stage.FOLLOW_UP),
    (DeleteNode(DEV, Node(EMPTY)), Stage.DELETE),
    (DestroyRoom(OPS, Room(EMPTY)), Stage.DELETE),
    (SetAffiliation(DEV, ME, "owner", "none"), Stage.LAST),
    (RecordOwnership(DEV, None, Owned()), Stage.RECORD),
    (RecordOwnership(OPS, Owned(), None), Stage.RECORD),
]


@pytest.mark.parametrize(("draft", "expected"), STAGES)
def test_each_action_has_its_stage(draft: Action, expected: Stage) -> None:
    (action,) = finished(draft)
    assert action.stage is expected


def test_the_stages_stand_in_the_order_of_sending() -> None:
    drafts = [draft for draft, _ in reversed(STAGES)]
    stages = [action.stage for action in finished(*drafts)]
    assert stages == sorted(stages)
    assert {*stages, Stage.FREE_CAPACITY} == set(Stage)


def full(*ids: str, most: int, type_: str = "urn:other") -> Node:
    config = {**SPACE_CONFIG, MAX_ITEMS: Field((str(most),)), "pubsub#type": Field((type_,))}
    return live_node(*(item(each, "<x xmlns='urn:x'/>") for each in ids), config=config)


def test_a_full_node_loses_before_it_gains() -> None:
    gone = RetractItem(DEV, LINK, Item("a", (OLD,)))
    new = PublishItem(DEV, LINK, "c", None, NEW)
    actions = finished(new, gone, live=full("a", "b", most=2))
    assert [action.stage for action in actions] == [Stage.FREE_CAPACITY, Stage.PUBLISH]
    actions = finished(new, gone, live=full("a", "b", most=3))
    assert [action.stage for action in actions] == [Stage.PUBLISH, Stage.RETRACT]


@pytest.mark.parametrize("type_", ["urn:other", "urn:xmpp:spaces:0"])
def test_what_does_not_fit_is_an_obstacle(type_: str) -> None:
    new = PublishItem(DEV, LINK, "c", None, NEW)
    made = finish([new], reading(full("a", "b", most=2, type_=type_)))
    assert ["would hold 3 items" in obstacle.text for obstacle in made.obstacles] == [True]
    assert made.actions == ()  # or a saved plan would look stale before it looks impossible


def test_the_marker_takes_a_place() -> None:
    live = replace(full("a", most=2), marker=marker.item(MARK))
    new = PublishItem(DEV, LINK, "c", None, NEW)
    assert finish([new], reading(live)).obstacles
    assert not finish([new, WriteMarker(DEV, marker.item(MARK), None)], reading(live)).obstacles


def test_a_lower_limit_says_what_it_costs_and_of_a_space_is_an_obstacle() -> None:
    lower = ConfigureNode(DEV, {MAX_ITEMS: ("3",)}, {MAX_ITEMS: ("1",)})
    (action,) = finished(lower, live=full("a", "b", "c", most=3))
    assert isinstance(action, ConfigureNode)
    assert action.drops == 2
    assert action.why.consequences == ("the service drops 2 of its 3 items",)
    assert finish([lower], reading(full("a", "b", most=3, type_="urn:xmpp:spaces:0"))).obstacles


@pytest.mark.parametrize(
    ("service", "fields", "words"),
    [
        (PROSODY, {MAX_ITEMS: ("1",)}, ""),
        (EJABBERD, {MAX_ITEMS: ("1",)}, " when the next one is published"),
        (EJABBERD, {PERSIST_ITEMS: ("false",)}, ""),
    ],
)
def test_when_a_service_drops_items_is_told(
    service: Service, fields: dict[str, Values], words: str
) -> None:
    live = full("a", "b", "c", most=3)
    before = {var: values_of(live.config, var) for var in fields}
    made = finish([ConfigureNode(DEV, before, fields)], reading(live, service))
    (action,) = made.actions
    (told,) = (text for text in action.why.consequences if "drops" in text)
    assert told.endswith(f"of its 3 items{words}")


@pytest.mark.parametrize("limit", ["max", "5"])
@pytest.mark.parametrize("told", [EMPTY, PROSODY.default_config])
def test_what_fits_when_it_is_planned_fits_when_it_is_sent(limit: str, told: Form) -> None:
    """Also where nothing tells what the new limit comes to."""
    raised = ConfigureNode(DEV, {MAX_ITEMS: ("2",)}, {MAX_ITEMS: (limit,)})
    new = [PublishItem(DEV, Key("item", each), each, None, NEW) for each in "cde"]
    service = replace(PROSODY, default_config=told)
    there = replace(reading(full("a", "b", most=2)), services={DEV.service: service})
    made = finish([raised, *new], there)
    assert made.obstacles == ()
    assert [each.stale for each in recheck(made.actions, there, made.preconditions)] == [()] * 4


def test_who_reads_on_when_a_node_opens_loses_the_affiliation_last() -> None:
    live = live_node(config={**SPACE_CONFIG, ACCESS_MODEL: Field(("whitelist",))})
    live = replace(live, affiliations={ME: "owner", EVE: "member"}, subscriptions={EVE: "x"})
    revoke = SetAffiliation(DEV, EVE, "member", "none")
    assert [a.stage for a in finished(revoke, live=live)] == [Stage.REVOKE]
    assert [a.stage for a in finished(revoke, configure("open"), live=live)] == [
        Stage.OPEN,
        Stage.FOLLOW_UP,
    ]


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        ("open", None, ""),
        ("whitelist", None, "whitelist"),
        ("whitelist", "open", "whitelist"),  # it opens after what is published
        ("open", "whitelist", "whitelist"),  # it closes before
        ("authorize", None, "authorize"),
    ],
)
def test_what_is_published_into_a_node_that_is_not_open_says_so(
    now: str, then: str | None, expected: str
) -> None:
    """Or somebody who makes the node anew meanwhile, or opens it, makes it public."""
    live = live_node(config={**SPACE_CONFIG, ACCESS_MODEL: Field((now,))})
    drafts = [PublishItem(DEV, LINK, "a", None, NEW), WriteMarker(DEV, None, MARK)]
    change = [ConfigureNode(DEV, {ACCESS_MODEL: (now,)}, {ACCESS_MODEL: (then,)})] if then else []
    sent = finished(*drafts, *change, live=live)
    models = [a.access_model for a in sent if isinstance(a, PublishItem | WriteMarker)]
    assert models == [expected, expected]


def test_what_is_published_into_a_new_node_that_is_not_open_says_so_too() -> None:
    create = CreateNode(DEV, {ACCESS_MODEL: ("whitelist",)})
    _, publish = finished(create, PublishItem(DEV, LINK, "a", None, NEW))
    assert isinstance(publish, PublishItem)
    assert publish.access_model == "whitelist"


def test_each_field_changes_in_its_turn() -> None:
    """People keep their place in a room that closes, and nobody banned enters one that opens."""
    closing = ConfigureRoom(
        OPS,
        {"muc#roomconfig_roomname": ("A",), MEMBERS_ONLY: ("false",), PERSISTENT: ("true",)},
        {"muc#roomconfig_roomname": ("B",), MEMBERS_ONLY: ("true",), PERSISTENT: ("false",)},
    )
    grant = SetAffiliation(OPS, EVE, "none", "member")
    assert [(type(a), a.stage) for a in finished(closing, grant)] == [
        (ConfigureRoom, Stage.ROOMS),
        (SetAffiliation, Stage.ROOM_GRANT),
        (ConfigureRoom, Stage.CLOSE_ROOMS),
        (ConfigureRoom, Stage.LOSE_DATA),
    ]
    opening = ConfigureRoom(OPS, {}, {}, NO_PASSWORD)
    ban = SetAffiliation(OPS, EVE, "none", "outcast")
    assert [a.stage for a in finished(opening, ban)] == [Stage.REVOKE, Stage.OPEN]


VALUES = [(), ("",), ("true",), ("false",), ("1",), ("9",), ("open",), ("whitelist",), ("max",)]


def changes() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    return st.fixed_dictionaries(
        {}, optional={var: st.sampled_from(VALUES) for var in (*EFFECTS, "pubsub#title")}
    )


@given(changes(), changes(), st.booleans())
def test_turns_have_each_field_once(
    before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]], of_room: bool
) -> None:
    before = {var: before.get(var, ()) for var in after}
    action = ConfigureRoom(OPS, before, after) if of_room else ConfigureNode(DEV, before, after)
    parts = list(in_turns(action))
    turns = [turn_of(part) for part in parts]
    assert turns == sorted(set(turns))
    assert sum(len(part.after) for part in parts) == len(after)
    assert {pair for part in parts for pair in part.after.items()} == set(after.items())
    assert {pair for part in parts for pair in part.before.items()} == set(before.items())
    assert [list(in_turns(part)) for part in parts] == [[part] for part in parts]
