"""What the planner decides, case by case; the laws are in `laws/`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from builders import (
    ACCOUNT,
    DEV,
    EJABBERD,
    PROSODY,
    SERVICE,
    SPACE_CONFIG,
    child,
    declare,
    declare_room,
    form,
    item,
    live_node,
    ownership_after,
    published,
    reading,
    room,
)
from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.ledger import config_name
from spaces_sync.model.state import (
    NO_PASSWORD,
    Address,
    Child,
    Field,
    Item,
    Key,
    Node,
    Owned,
    Ownership,
    Reading,
    Room,
    Secret,
    State,
)
from spaces_sync.model.xml import parse
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
    WriteMarker,
    subject,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.intended import intended
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import Removals, name
from spaces_sync.plan.stages import Stage
from spaces_sync.profile import (
    ACCESS_MODEL,
    PARENT,
    PASSWORD_PROTECTED,
    PERSISTENT,
    SECRET,
    SPACE,
    TABLE_1,
    TYPE,
)
from spaces_sync.report.words import reason_text

BOB = Jid("bob@megacorp.example")
HALL = "hall@rooms.megacorp.example"
OPS = Jid("ops@rooms.megacorp.example")
RAW = "<note xmlns='urn:example:note'>hello</note>"


def words(made: Plan) -> list[str]:
    """The plan as somebody would say it."""
    out = []
    for action in made.actions:
        match action:
            case PublishItem(key=key, before=before):
                out.append(f"{'+' if before is None else '~'} {key.kind} {key.target}")
            case RetractItem(key=key):
                out.append(f"- {key.kind} {key.target}")
            case ConfigureNode(after=after):
                out.append(f"~ {' '.join(f'{k}={v}' for k, (v,) in sorted(after.items()))}")
            case CreateNode(node=node):
                out.append(f"+ {node.node}")
            case SetAffiliation(jid=jid, before=before, after=after):
                out.append(f"{jid}: {before} -> {after}")
            case SetSubscription(jid=jid, after=after):
                out.append(f"{jid}: {after}")
            case WriteMarker(before=before, after=marker.Marker(source=source)):
                out.append(f"{'+' if before is None else '~'} marker {source}")
            case RecordOwnership(about=about, after=after):
                out.append(f"{'record' if after is not None else 'forget'} {name(about)}")
            case _:
                out.append(type(action).__name__)
    return out


def obstacles(made: Plan) -> str:
    return "\n".join(obstacle.text for obstacle in made.obstacles)


def planned(declaration: Declaration, live: Reading) -> list[str]:
    made = plan(declaration, live)
    assert made.obstacles == ()
    return words(made)


def test_an_absent_space_is_created_with_the_whole_of_table_1():
    made = plan(declare(), reading(absent=(DEV,)))

    (create,) = made.actions
    assert isinstance(create, CreateNode)
    assert {row.var for row in TABLE_1} <= set(create.config)


def test_what_could_not_be_read_is_an_obstacle_and_never_a_creation():
    made = plan(declare(), reading(failed={DEV: "cannot be read: remote-server-timeout"}))

    assert words(made) == []
    assert obstacles(made) == "cannot be read: remote-server-timeout"


def test_what_nobody_asked_for_is_an_obstacle_too():
    made = plan(declare(), reading())

    assert words(made) == []
    assert obstacles(made) == "was not read"


def test_a_space_that_is_as_declared_needs_nothing():
    lobby = room("lobby@rooms.megacorp.example", name="Lobby")
    live = reading({DEV: live_node(published(lobby))})

    assert planned(declare(lobby), live) == []


@pytest.mark.parametrize(
    ("service", "model"), [(PROSODY, "whitelist"), (EJABBERD, "authorize")], ids=["prosody", "ejab"]
)
def test_private_is_the_first_access_model_that_the_service_really_takes(service, model):
    private = declare(config={}, policy=Policy("private"))

    (create,) = plan(private, reading(absent=(DEV,), service=service)).actions

    assert create.config[ACCESS_MODEL] == (model,)


@pytest.mark.parametrize("model", ["whitelist", "authorize"])
def test_either_private_access_model_fulfils_private(model):
    private = declare(config={}, policy=Policy("private"))
    live = live_node(config={**SPACE_CONFIG, **form(access_model=model)})

    assert planned(private, reading({DEV: live})) == []


@pytest.mark.parametrize("model", ["authorize", "presence", "roster"])
@pytest.mark.parametrize("there", [False, True])
def test_an_access_model_that_a_service_lists_and_refuses_is_an_obstacle(model: str, there: bool):
    """Of a space or a plain node; where it has that already, nothing is wrong."""
    closed = form(access_model=model)
    for policy in (Policy(), Policy("private")):
        node = live_node(config={**SPACE_CONFIG, **closed} if there else closed)
        live = reading({DEV: node}) if there and policy.is_space else reading(absent=(DEV,))
        has_it = there and policy.is_space
        found = plan(declare(config=closed, policy=policy), live)
        said = f"access_model cannot be {model}: {DEV.service} refuses it"
        assert [each.text for each in found.obstacles] == ([] if has_it else [said])
        other = plan(declare(config=closed, policy=policy), replace(live, services=EJABBERDS))
        assert said not in [each.text for each in other.obstacles]


EJABBERDS = {EJABBERD.jid: EJABBERD}


@pytest.mark.parametrize("spelling", ["true", "1"])
def test_booleans_are_compared_by_meaning(spelling):
    live = live_node(config={**SPACE_CONFIG, **form(notify_retract=spelling)})

    assert planned(declare(), reading({DEV: live})) == []


def test_only_fields_that_differ_are_sent():
    live = live_node(config={**SPACE_CONFIG, **form(notify_retract="0", title="Old")})
    wanted = declare(config=form(title="New", access_model="open", max_items="max"))

    assert planned(wanted, reading({DEV: live})) == [
        "~ pubsub#notify_retract=true pubsub#title=New"
    ]


def test_a_field_that_prosody_does_not_know_is_a_note_and_no_change():
    config = {k: v for k, v in SPACE_CONFIG.items() if k != "pubsub#notify_sub"}
    made = plan(declare(), reading({DEV: live_node(config=config)}))

    assert words(made) == []
    assert [note.reason for note in made.notes] == ["recommended"]
    named = declare(config={**form(notify_sub="true"), **declare().state.nodes[DEV].config})
    made = plan(named, reading({DEV: live_node(config=config)}))
    assert [note.reason for note in made.notes] == ["impossible"]


def test_a_field_that_ejabberd_has_not_been_told_is_a_change():
    config = {k: v for k, v in SPACE_CONFIG.items() if k != "pubsub#notify_sub"}
    live = reading({DEV: live_node(config=config)}, service=EJABBERD)

    assert planned(declare(), live) == ["~ pubsub#notify_sub=true"]


def test_a_must_that_the_service_cannot_hold_is_an_obstacle():
    default = {k: v for k, v in PROSODY.default_config.items() if k != "pubsub#type"}
    live = reading(absent=(DEV,), service=replace(PROSODY, default_config=default))

    assert "XEP-0503 demands" in obstacles(plan(declare(), live))


def test_a_node_of_another_type_is_not_taken_over():
    live = live_node(config={**SPACE_CONFIG, **form(type="urn:xmpp:microblog:0")})

    assert "is no space" in obstacles(plan(declare(), reading({DEV: live})))


def test_a_node_without_a_type_becomes_a_space_and_the_plan_says_so():
    live = live_node(config={**SPACE_CONFIG, "pubsub#type": Field(())})

    (configure,) = plan(declare(), reading({DEV: live})).actions

    assert configure.why.reason == "takeover"
    assert configure.why.consequences == ("a plain pubsub node becomes a space",)


def test_closing_a_space_says_how_many_lose_access():
    subscribers = {Jid(f"user{i}@megacorp.example"): "subscribed" for i in range(6)} | {
        BOB: "subscribed"
    }
    live = live_node(subscriptions=subscribers)
    wanted = declare(
        config=form(access_model="whitelist"),
        policy=Policy("private"),
        affiliations={BOB: "member"},
    )

    grant, configure, *ends = plan(wanted, reading({DEV: live})).actions

    assert configure.why.consequences == (
        "6 of 7 subscribers lose access (user0@megacorp.example, user1@megacorp.example, "
        "user2@megacorp.example and 3 more)",
    )
    assert {end.jid for end in ends} == subscribers.keys() - {BOB}
    assert grant.stage < configure.stage < ends[0].stage


def test_opening_a_space_waits_for_what_is_removed_from_it():
    secret = room("board@rooms.megacorp.example", name="Board")
    live = live_node(
        published(secret), config={**SPACE_CONFIG, **form(access_model="whitelist", title="Old")}
    )
    wanted = declare(
        config=form(access_model="open", title="New"),
        policy=Policy("public", absent_items=("board@rooms.megacorp.example",)),
    )

    assert planned(wanted, reading({DEV: live})) == [
        "~ pubsub#title=New",
        "- room board@rooms.megacorp.example",
        "~ pubsub#access_model=open",
    ]


def test_a_plan_that_would_overflow_is_refused():
    rooms = [room(f"r{i}@rooms.megacorp.example") for i in range(257)]

    assert "keeps at most 256" in obstacles(plan(declare(*rooms), reading(absent=(DEV,))))


def test_foreign_items_count_against_the_limit():
    wanted = declare(room(HALL), config=form(max_items="2"))
    live = live_node(item("a", RAW), item("b", RAW))

    assert "would hold 3 items" in obstacles(plan(wanted, reading({DEV: live})))


@pytest.mark.parametrize(
    ("keeps", "autojoin", "plans"),
    [
        ("2", "true", [PublishItem, RetractItem]),
        ("1", "true", "too full"),
        ("1", None, [RetractItem, PublishItem]),
    ],
)
def test_what_gets_another_name_goes_when_it_is_there(
    keeps: str, autojoin: str | None, plans: str | list[type]
):
    """What others added to it is in the old item alone, until the new one has it.

    Where nobody added anything, it may go first in a full node.
    """
    others = {} if autojoin is None else {"autojoin": autojoin}
    old, new = room("old@rooms.megacorp.example", **others), room("new@rooms.megacorp.example")
    wanted = declare(
        new,
        config=form(max_items=keeps),
        policy=Policy("public", frozenset({"room"}), former_keys={new.key: (old.key,)}),
    )
    there = live_node(published(old), config={**SPACE_CONFIG, **form(max_items=keeps)})
    made = plan(wanted, reading({DEV: there}))

    if isinstance(plans, str):
        assert [plans in each.text for each in made.obstacles] == [True]
        assert made.actions == ()
    else:
        assert [type(each) for each in made.actions] == plans


@pytest.mark.parametrize("old_extra", [None, "true"])
@pytest.mark.parametrize("new_extra", [None, "true"])
@pytest.mark.parametrize("drifted", [False, True])
def test_one_apply_ends_a_rename_whose_new_item_is_there(
    old_extra: str | None, new_extra: str | None, drifted: bool
):
    """What the file says of the new item is written by the same apply: no second one is needed."""

    def others(word: str | None) -> dict[str, str]:
        return {} if word is None else {"autojoin": word}

    old = room("old@rooms.megacorp.example", name="Board", **others(old_extra))
    new = room("new@rooms.megacorp.example", name="Board")
    here = room(
        "new@rooms.megacorp.example", name="Theirs" if drifted else "Board", **others(new_extra)
    )
    wanted = declare(
        new, policy=Policy("public", frozenset({"room"}), former_keys={new.key: (old.key,)})
    )
    made = plan(wanted, reading({DEV: live_node(published(old), published(here))}))

    apart = new_extra is not None and old_extra is None
    ends = [type(each) for each in made.actions]
    assert (RetractItem in ends) == (not apart)
    kept = new_extra or old_extra
    merged = room("new@rooms.megacorp.example", name="Board", **others(kept))
    left = [published(merged)] + ([published(old)] if apart else [])
    assert plan(wanted, reading({DEV: live_node(*left)})).actions == ()
    assert (PublishItem in ends) == (drifted or (old_extra, new_extra) == ("true", None))


def plain(**config: str) -> Declaration:
    return declare(config=form(**config), policy=Policy())


@pytest.mark.parametrize(
    ("config", "drops"),
    [
        ({"max_items": "3"}, 0),
        ({"max_items": "2"}, 1),
        ({"max_items": "max"}, 0),
        ({"persist_items": "false"}, 3),
        ({"persist_items": "true"}, 0),
    ],
)
def test_a_plain_node_may_lose_items_and_the_plan_counts_them(config: dict[str, str], drops: int):
    held = form(max_items="10", persist_items="false" if "true" in config.values() else "1")
    live = live_node(item("a", RAW), item("b", RAW), item("c", RAW), config=held)

    (configure,) = plan(plain(**config), reading({DEV: live})).actions

    assert isinstance(configure, ConfigureNode)
    assert configure.drops == drops
    said = f"the service drops {drops} of its 3 items"
    assert (said in configure.why.consequences) == (drops > 0)


def test_a_plain_node_that_holds_too_much_already_is_left_so():
    live = live_node(item("a", RAW), item("b", RAW), config=form(max_items="1", title="News"))

    assert planned(plain(max_items="1", title="New"), reading({DEV: live})) == [
        "~ pubsub#title=New"
    ]


@pytest.mark.parametrize(
    ("rooms", "said"), [(0, ()), (120, ()), (130, ("keeps at most 256 items",))]
)
def test_what_max_comes_to_is_said_of_a_new_node_where_half_of_it_is_filled(rooms, said):
    listed = [room(f"r{i}@rooms.megacorp.example") for i in range(rooms)]

    made = plan(declare(*listed, config=form(max_items="max")), reading(absent=(DEV,)))

    assert made.actions[0].why.consequences == said


def test_what_max_comes_to_is_said_where_a_node_gets_it():
    live = reading({DEV: live_node(config=form(max_items="9"))})

    (configure,) = plan(declare(config=form(max_items="max")), live).actions

    assert configure.why.consequences == ("keeps at most 256 items",)


def test_ejabberds_limit_is_its_default():
    rooms = [room(f"r{i}@rooms.megacorp.example") for i in range(1001)]
    live = reading(absent=(DEV,), service=EJABBERD)

    assert "keeps at most 1000" in obstacles(plan(declare(*rooms), live))


def test_an_update_keeps_what_others_added():
    foreign = item(
        HALL,
        "<conference xmlns='urn:xmpp:bookmarks:1' name='Old' f:a='1' xmlns:f='urn:f'>"
        "<extensions><x xmlns='urn:x'/></extensions></conference>",
    )

    (publish,) = plan(
        declare(room(HALL, name="New", pinned=True)), reading({DEV: live_node(foreign)})
    ).actions

    text = str(publish.payload)
    assert "name='New'" in text
    assert "urn:f" in text
    assert "urn:x" in text
    assert "pinned" in text


def test_a_live_item_id_is_reused():
    hashed = item(
        "some-hash",
        "<subscription xmlns='urn:xmpp:pubsub:subscription:0' "
        "server='PUBSUB.megacorp.example' node='news'/>",
    )
    news = child("node", NodeAddress(SERVICE, "news").uri, title="News")

    (publish,) = plan(declare(news), reading({DEV: live_node(hashed)})).actions

    assert publish.item_id == "some-hash"


def test_a_room_listed_under_another_spelling_of_its_jid_is_that_room():
    live = live_node(
        item("HALL@rooms.megacorp.example", "<conference xmlns='urn:xmpp:bookmarks:1' name='H'/>")
    )

    assert planned(declare(room(HALL, name="H")), reading({DEV: live})) == []


def test_nothing_leaves_because_the_file_stopped_listing_it():
    wanted = declare(policy=Policy("public", frozenset({"room", "link", "node"})))
    live = reading({DEV: live_node(published(room(HALL)), item("note", RAW))})
    made = plan(wanted, live)

    assert words(made) == []
    assert [left.reason for left in made.left_alone] == ["unknown kind", "not ours"]


def test_prune_all_spares_unknown_kinds_and_reserved_items():
    wanted = declare(policy=Policy("public", frozenset({"room"}), prune="all"))
    avatar = item(
        "urn:xmpp:spaces:avatar:metadata:0", "<metadata xmlns='urn:xmpp:avatar:metadata'/>"
    )
    link = published(child("link", "https://megacorp.example/"))
    live = reading({DEV: live_node(published(room(HALL)), item("note", RAW), avatar, link)})

    assert planned(wanted, live) == [f"- room {HALL}"]


def test_a_declared_id_that_holds_something_else_is_not_overwritten():
    live = live_node(item(HALL, RAW))

    assert "not as a room" in obstacles(plan(declare(room(HALL)), reading({DEV: live})))


def test_a_truncated_read_plans_nothing():
    live = replace(live_node(published(room(HALL))), complete=False)
    wanted = declare(room(HALL, name="New"), policy=Policy("public", prune="all"))
    made = plan(wanted, reading({DEV: live}))

    assert words(made) == []
    assert "did not give all" in obstacles(made)


def test_the_last_owner_stays():
    wanted = declare(affiliations={ACCOUNT: "member"})

    assert "without an owner" in obstacles(plan(wanted, reading({DEV: live_node()})))


def test_owners_are_added_before_one_goes():
    wanted = declare(affiliations={ACCOUNT: "none", BOB: "owner"})
    made = plan(wanted, reading({DEV: live_node()}))

    assert words(made) == [f"{BOB}: none -> owner", f"{ACCOUNT}: owner -> none"]
    assert made.actions[1].why.consequences == ("this account can no longer manage it",)


def test_an_affiliation_that_the_service_does_not_know_is_refused():
    wanted = declare(affiliations={BOB: "publish-only"})

    assert "publish-only" in obstacles(plan(wanted, reading({DEV: live_node()})))
    assert planned(wanted, reading({DEV: live_node()}, service=EJABBERD)) == [
        f"{BOB}: none -> publish-only"
    ]


def test_an_outcast_is_unsubscribed_first():
    wanted = declare(affiliations={BOB: "outcast"})
    live = live_node(subscriptions={BOB: "subscribed"})

    assert planned(wanted, reading({DEV: live})) == [f"{BOB}: none", f"{BOB}: none -> outcast"]


def test_who_leaves_a_private_space_is_unsubscribed():
    wanted = declare(config={}, policy=Policy("private"), affiliations={BOB: "none"})
    live = live_node(
        config={**SPACE_CONFIG, **form(access_model="whitelist")},
        affiliations={ACCOUNT: "owner", BOB: "member"},
        subscriptions={BOB: "subscribed"},
    )

    assert planned(wanted, reading({DEV: live})) == [f"{BOB}: none", f"{BOB}: member -> none"]


def test_publishes_go_round_the_nodes():
    one, two = NodeAddress(SERVICE, "one"), NodeAddress(SERVICE, "two")
    parts = [
        declare(room("a@r.example"), room("b@r.example"), address=address) for address in (one, two)
    ]
    both = Declaration(
        replace(parts[0].state, nodes={**parts[0].state.nodes, **parts[1].state.nodes}),
        {**parts[0].policies, **parts[1].policies},
    )

    made = plan(both, reading(absent=(one, two)))

    nodes = [action.node.node for action in made.actions if isinstance(action, PublishItem)]
    assert nodes == ["one", "two", "one", "two"]


def test_a_room_that_is_absent_is_created_with_its_parent():
    config = {"muc#roomconfig_roomname": Field(("Ops",)), PARENT: Field((DEV.uri,))}

    (create,) = plan(declare_room(OPS, Room(config)), reading(absent=(OPS,))).actions

    assert isinstance(create, CreateRoom)
    assert create.config[PARENT] == (DEV.uri,)


def test_a_rooms_parent_is_set_last_and_only_where_the_form_has_it():
    config = {"muc#roomconfig_roomname": Field(("Ops",)), PARENT: Field((DEV.uri,))}
    wanted = declare_room(OPS, Room(config))
    without = Room({"muc#roomconfig_roomname": Field(("Old",))}, {ACCOUNT: "owner"})
    offered = Room({**without.config, PARENT: Field(())}, {ACCOUNT: "owner"})

    made = plan(wanted, reading(rooms={OPS: without}))
    assert [note.reason for note in made.notes] == ["impossible"]
    assert [set(action.after) for action in made.actions] == [{"muc#roomconfig_roomname"}]
    made = plan(wanted, reading(rooms={OPS: offered}))
    assert [set(action.after) for action in made.actions] == [{"muc#roomconfig_roomname"}, {PARENT}]


def test_a_value_that_a_rooms_form_does_not_offer_is_an_obstacle():
    live = Room({"muc#roomconfig_whois": Field(("moderators",), options=("moderators", "anyone"))})
    wanted = declare_room(OPS, Room({"muc#roomconfig_whois": Field(("nobody",))}))

    assert "takes moderators, anyone" in obstacles(plan(wanted, reading(rooms={OPS: live})))


def test_a_password_is_sent_only_where_it_differs():
    live = reading(rooms={OPS: Room({}, {ACCOUNT: "owner"}, Secret("old", "live"))})

    assert words(plan(declare_room(OPS, Room({}, None, Secret("old", "env:A"))), live)) == []
    (configure,) = plan(declare_room(OPS, Room({}, None, Secret("new", "env:A"))), live).actions
    assert isinstance(configure, ConfigureRoom)
    assert configure.password == Secret("new", "env:A")


@pytest.mark.parametrize(
    ("live", "sent"),
    [
        (Room({SECRET: Field(())}, {ACCOUNT: "owner"}, Secret("old", "service")), True),
        (Room({SECRET: Field(())}, {ACCOUNT: "owner"}, None), True),
        (Room({SECRET: Field(())}, {ACCOUNT: "owner"}, NO_PASSWORD), False),
        (Room({}, {ACCOUNT: "owner"}, None), False),
    ],
)
def test_a_password_is_taken_away_where_there_is_one(live, sent):
    wanted = declare_room(OPS, Room({PASSWORD_PROTECTED: Field(("false",))}, None, NO_PASSWORD))

    found = plan(wanted, reading(rooms={OPS: live}))
    assert [action.password for action in found.actions] == ([NO_PASSWORD] if sent else [])
    assert found.notes == ()
    if sent:
        assert found.actions[0].why.consequences == (
            "who wants to join needs no password any more",
        )


def test_the_twin_of_an_item_is_left_alone():
    conference = "<conference xmlns='urn:xmpp:bookmarks:1' name='Hall'/>"
    live = live_node(item(HALL, conference), item(HALL.upper(), conference))
    made = plan(declare(room(HALL, name="Hall")), reading({DEV: live}))

    assert words(made) == []
    assert [(left.key, left.reason) for left in made.left_alone] == [
        (Key("item", HALL.upper()), "duplicate")
    ]


def test_the_order_of_a_reading_does_not_matter():
    one, two = published(room("a@r.example", name="A")), published(room("b@r.example", name="B"))
    wanted = declare(room("a@r.example", name="X"), room("b@r.example", name="Y"))

    assert plan(wanted, reading({DEV: live_node(one, two)})) == plan(
        wanted, reading({DEV: live_node(two, one)})
    )


def test_a_plain_node_gets_only_what_the_file_says():
    wanted = declare(config=form(title="News"), policy=Policy())
    live = Node(form(title="Old", access_model="presence"), {}, {ACCOUNT: "owner"}, {})

    assert planned(wanted, reading({DEV: live})) == ["~ pubsub#title=News"]


ANY_REMOVAL: Removals = {"delete-space": None, "delete-node": None, "destroy-room": None}

# --- ownership ------------------------------------------------------------------------------

LOBBY = room("lobby@rooms.megacorp.example", name="Lobby")


def mine(*children: Child, source: str | None = "us", **rest: Any) -> Declaration:
    return replace(declare(*children, **rest), source=source)


def applied(declaration: Declaration, *others: Item) -> Reading:
    """The live state after `declaration` was applied, and after what others published."""
    made = plan(declaration, reading(absent=(DEV,)))
    items = written(made.actions)
    people = {a.jid: a.after for a in made.actions if isinstance(a, SetAffiliation)}
    source = declaration.source or ""
    return reading(
        {DEV: live_node(*items.values(), *others, affiliations={ACCOUNT: "owner", **people})},
        ownership=ownership_after(made) if source == "us" else Ownership(others={DEV: source}),
    )


def with_node(live: Reading, node: Node) -> Reading:
    """`live` with another node in the place of DEV."""
    return replace(live, state=replace(live.state, nodes={**live.state.nodes, DEV: node}))


def recorded_of(made: Plan, about: Address = DEV) -> Owned | None:
    """What will be recorded of an object."""
    (record,) = (a for a in made.actions if isinstance(a, RecordOwnership) and a.about == about)
    return record.after


def written(actions: Iterable[Action]) -> dict[str, Item]:
    """The items that a node holds after `actions`, by id."""
    items: dict[str, Item] = {}
    for action in actions:
        match action:
            case PublishItem(item_id=item_id, payload=payload):
                items[item_id] = Item(item_id, (payload,))
            case WriteMarker(after=marker.Marker() as mark):
                items[marker.MARKER_ID] = marker.item(mark)
            case _:
                pass
    return items


def of_child(made: Plan, key: Key) -> PublishItem:
    return next(a for a in made.actions if isinstance(a, PublishItem) and a.key == key)


def test_a_source_marks_what_it_makes_before_it_fills_it_and_records_it_after():
    create, mark, publish, record = plan(mine(LOBBY), reading(absent=(DEV,))).actions

    assert isinstance(mark, WriteMarker)
    assert mark.after == marker.Marker("us")
    assert create.stage < mark.stage < publish.stage < record.stage
    assert isinstance(record, RecordOwnership)
    assert record.before is None
    assert ledger.item_name(LOBBY.key.target) in record.after.applied


def test_what_a_plan_may_do_is_known_by_name_before_it_is_sent():
    made = plan(mine(LOBBY, affiliations={BOB: "member"}), reading(absent=(DEV,)))
    found = intended(made.actions)[DEV]
    (publish,) = (each for each in made.actions if isinstance(each, PublishItem))

    names = {ledger.item_name(LOBBY.key.target), ledger.affiliation_name(BOB)}
    assert names <= found.doubtful == found.applied.keys()
    assert found.applied[ledger.affiliation_name(BOB)] == ledger.values_value(("member",))
    name = ledger.item_name(LOBBY.key.target)
    assert found.applied[name] == ledger.payload_value(publish.payload)


def test_what_others_put_there_is_not_claimed_before_it_is_recorded():
    """Else a smaller file after a cut would remove it as what left the file."""
    live = applied(mine(), published(LOBBY))
    made = plan(mine(room(LOBBY.key.target, name="Other")), live)

    assert ledger.item_name(LOBBY.key.target) not in intended(made.actions)[DEV].applied


def test_a_file_without_a_source_records_and_marks_nothing():
    create, publish = plan(mine(LOBBY, source=None), reading(absent=(DEV,))).actions

    assert (type(create), type(publish)) == (CreateNode, PublishItem)


def test_what_is_recorded_already_needs_nothing():
    assert planned(mine(LOBBY), applied(mine(LOBBY))) == []


def test_what_left_the_file_leaves_the_space_and_then_the_ledger():
    hand_made = published(room(HALL))
    wanted = mine(policy=Policy("public", frozenset({"room"})))
    made = plan(wanted, applied(mine(LOBBY), hand_made))

    assert words(made) == [f"- room {LOBBY.key.target}", "record dev"]
    assert ledger.item_name(LOBBY.key.target) not in recorded_of(made).applied
    assert [left.key.target for left in made.left_alone] == [HALL]


@pytest.mark.parametrize(
    "policy", [Policy("public"), Policy("public", frozenset({"room"}), "none")]
)
def test_an_absent_key_and_prune_none_remove_nothing(policy):
    made = plan(mine(policy=policy), applied(mine(LOBBY)))

    assert [action for action in made.actions if isinstance(action, RetractItem)] == []


def test_a_file_without_a_source_removes_nothing():
    wanted = mine(policy=Policy("public", frozenset({"room"})), source=None)
    live = reading({DEV: live_node(published(LOBBY))})

    assert planned(wanted, live) == []


def test_the_type_of_our_own_space_is_set_right_and_of_no_other_node():
    live = applied(mine(room(HALL)))
    there = live.state.nodes[DEV]
    changed = replace(there, config={**there.config, TYPE: Field(("urn:other",))})
    (configure,) = plan(mine(room(HALL)), with_node(live, changed)).actions

    assert configure.after == {TYPE: (SPACE,)}
    assert configure.why.reason == "drift"
    foreign = replace(with_node(live, changed), ownership=Ownership())
    unmarked = with_node(live, replace(changed, marker=None))
    for each in (foreign, unmarked):
        assert "is no space" in obstacles(plan(mine(room(HALL)), each))


@pytest.mark.parametrize("source", ["us", None])
def test_what_another_source_manages_is_refused_and_its_name_told(source):
    made = plan(mine(room(HALL), source=source), applied(mine(LOBBY, source="them")))

    (obstacle,) = made.obstacles
    assert obstacle.source == "them"
    assert "--take-over" in obstacle.text
    assert made.actions == ()


def test_take_over_makes_it_ours_and_keeps_what_is_not_in_the_file():
    live = applied(mine(LOBBY, source="them"))
    made = plan(mine(room(HALL)), live, take_over=True)

    assert words(made) == ["~ marker us", f"+ room {HALL}", "record dev"]
    assert [made.actions[n].why.reason for n in (0, 2)] == ["takeover", "takeover"]
    assert made.actions[2].taken_from == "them"
    assert made.actions[2].why.consequences == ("takes charge of it",)
    assert ledger.item_name(LOBBY.key.target) not in recorded_of(made).applied


def test_a_child_that_was_there_before_it_was_listed_is_recorded():
    live = applied(mine(), published(LOBBY))

    made = plan(mine(LOBBY), live)
    assert words(made) == ["record dev"]
    assert made.actions[0].why.consequences == ("takes charge of 1 child made by others",)
    assert ledger.item_name(LOBBY.key.target) in recorded_of(made).applied


def test_an_affiliation_that_left_the_file_is_taken_back():
    live = applied(mine(affiliations={BOB: "member"}))

    assert planned(mine(affiliations={}), live) == [
        f"{BOB}: member -> none",
        "record dev",
    ]


def test_you_changed_it_or_somebody_else_did():
    live = applied(mine(LOBBY))
    text = "<conference xmlns='urn:xmpp:bookmarks:1' name='Renamed by hand'/>"
    theirs = replace(item(LOBBY.key.target, text), publisher="eve@megacorp.example")
    node = live.state.nodes[DEV]
    changed = with_node(live, replace(node, children={**node.children, **decode([theirs])}))

    yours = of_child(
        plan(mine(room(LOBBY.key.target, name="Renamed in the file")), live), LOBBY.key
    )
    hers = of_child(plan(mine(LOBBY), changed), LOBBY.key)

    assert (yours.why.reason, yours.why.by) == ("file", "")
    assert (hers.why.reason, hers.why.by) == ("drift", "eve@megacorp.example")


def test_what_somebody_else_removed_comes_back_as_drift():
    live = applied(mine(LOBBY))
    node = live.state.nodes[DEV]
    without = {key: child for key, child in node.children.items() if key != LOBBY.key}
    gone = with_node(live, replace(node, children=without))

    assert of_child(plan(mine(LOBBY), gone), LOBBY.key).why.reason == "drift"


def test_what_somebody_else_deleted_whole_comes_back_as_drift():
    live = applied(mine(LOBBY))
    gone = replace(live, state=State(), absent=frozenset({DEV}))
    (create,) = (a for a in plan(mine(LOBBY), gone).actions if isinstance(a, CreateNode))
    assert reason_text(create) == "deleted on the service since the last apply"

    new = replace(gone, ownership=Ownership())
    (create,) = (a for a in plan(mine(LOBBY), new).actions if isinstance(a, CreateNode))
    assert reason_text(create) == ""

    hall = Jid("hall@rooms.megacorp.example")
    wanted = replace(declare_room(hall, Room({"muc#roomconfig_lang": Field(("de",))})), source="us")
    known = Ownership({hall: Owned({ledger.config_name("muc#roomconfig_lang"): "12345678"})})
    made = plan(wanted, reading(absent=(hall,), ownership=known))
    (create,) = (a for a in made.actions if isinstance(a, CreateRoom))
    assert create.why.reason == "drift"


def test_a_space_that_left_the_file_stays_unless_it_may_be_deleted():
    live = replace(applied(mine(LOBBY)), absent=frozenset({OTHER}))
    wanted = mine(address=OTHER)

    made = plan(wanted, live)
    assert [(note.about, note.reason) for note in made.notes if note.about == DEV] == [
        (DEV, "stays")
    ]
    assert not any(isinstance(action, DeleteNode) for action in made.actions)
    assert DEV not in {subject(action) for action in made.actions}
    allowed = plan(wanted, live, removals={"delete-space": ["dev"]})
    (delete,) = (a for a in allowed.actions if isinstance(a, DeleteNode))
    assert delete.before == live.state.nodes[DEV]
    assert recorded_of(allowed) is None
    assert delete.stage < Stage.RECORD


def test_a_space_of_another_source_is_never_deleted():
    live = replace(applied(mine(LOBBY, source="them")), absent=frozenset({OTHER}))
    made = plan(mine(address=OTHER), live, removals=ANY_REMOVAL)

    assert not any(isinstance(action, DeleteNode) for action in made.actions)


OTHER = NodeAddress(SERVICE, "other")


UNKNOWN = Owned()  # it is owned, and no more is known


def left(about: Address, live: Node | Room, owned: Owned = UNKNOWN) -> Reading:
    """An object that the ledger names, and a file that declares another space."""
    nodes = {about: live} if isinstance(about, NodeAddress) else {}
    rooms = {about: live} if isinstance(about, str) else {}
    return reading(nodes, rooms=rooms, absent=(OTHER,), ownership=Ownership({about: owned}))


@pytest.mark.parametrize(
    ("about", "live", "kind", "action"),
    [
        (DEV, live_node(), "delete-space", DeleteNode),
        (DEV, Node(form(title="News")), "delete-node", DeleteNode),
        (OPS, Room({}), "destroy-room", DestroyRoom),
    ],
    ids=["space", "node", "room"],
)
def test_what_left_the_file_stays_until_its_name_is_allowed(about, live, kind, action):
    wanted, found = mine(address=OTHER), left(about, live)
    named = name(about)

    (note,) = (n for n in plan(wanted, found).notes if n.about == about)
    assert (note.reason, f"--allow {kind}={named}" in note.text) == ("stays", True)
    for removals in ({}, {kind: ["else"]}):
        assert about not in set(map(subject, plan(wanted, found, removals=removals).actions))
    for removals in ({kind: [named]}, {kind: [str(about)]}, {kind: None}):
        made = plan(wanted, found, removals=removals)
        assert [type(a) for a in made.actions if subject(a) == about] == [action, RecordOwnership]
        assert recorded_of(made, about) is None


@pytest.mark.parametrize("about", [DEV, OPS])
def test_what_left_the_file_and_is_gone_is_forgotten(about):
    found = reading(absent=(OTHER, about), ownership=Ownership({about: Owned()}))
    made = plan(mine(address=OTHER), found)

    assert recorded_of(made, about) is None
    assert [type(a) for a in made.actions if subject(a) == about] == [RecordOwnership]


@pytest.mark.parametrize("about", [DEV, OPS])
def test_what_left_the_file_and_cannot_be_read_is_not_forgotten(about):
    found = reading(absent=(OTHER,), failed={about: "no"}, ownership=Ownership({about: Owned()}))
    made = plan(mine(address=OTHER), found, removals=ANY_REMOVAL)

    assert about not in set(map(subject, made.actions))
    assert [n.text for n in made.notes if n.about == about] == ["left the file and stays: no"]


@pytest.mark.parametrize("about", [DEV, OPS])
def test_what_is_to_be_removed_by_its_name_and_cannot_be_read_is_an_obstacle(about):
    found = reading(
        absent=(OTHER,), failed={about: "exists, but …"}, ownership=Ownership({about: Owned()})
    )
    for kind in ("delete-space", "delete-node", "destroy-room"):
        made = plan(mine(address=OTHER), found, removals={kind: [name(about)]})
        assert [(o.about, o.text) for o in made.obstacles] == [
            (about, "is to be removed: exists, but …")
        ]


def test_a_name_that_several_objects_have_removes_none_of_them():
    there = NodeAddress(Jid("pubsub2.megacorp.example"), "dev")
    found = reading(
        {DEV: live_node(), there: live_node()},
        absent=(OTHER,),
        ownership=Ownership({DEV: Owned(), there: Owned()}),
    )
    services = {**found.services, there.service: replace(PROSODY, jid=there.service)}
    found = replace(found, services=services)
    wanted = mine(address=OTHER)

    made = plan(wanted, found, removals={"delete-space": ["dev"]})
    assert {DEV, there}.isdisjoint(map(subject, made.actions))
    texts = {note.about: note.text for note in made.notes}
    assert all(f"--allow delete-space={each} removes it" in texts[each] for each in (DEV, there))
    one = plan(wanted, found, removals={"delete-space": [str(there)]})
    assert [a.node for a in one.actions if isinstance(a, DeleteNode)] == [there]


def test_a_protected_space_that_left_the_file_is_said_to_be_protected():
    made = plan(mine(address=OTHER), left(DEV, live_node(), Owned(protect=True)))
    (note,) = (each for each in made.notes if each.about == DEV)

    assert "protect: false" in note.text
    assert "--allow" not in note.text


def test_what_the_file_protected_last_is_protected_when_it_has_left():
    made = plan(mine(address=OTHER), left(DEV, live_node(), Owned(protect=True)))

    assert made.facts.protected == {DEV}


def test_an_interrupted_apply_of_what_left_the_file_is_recorded():
    """Without that, nobody would ever know that it is ours."""
    intent = Ownership(intended={OPS: Owned({"a" * 8: ""})})
    found = replace(left(OPS, Room({})), ownership=intent)
    made = plan(mine(address=OTHER), found)

    assert recorded_of(made, OPS) == Owned({"a" * 8: ""})


def test_what_an_interrupted_apply_published_and_the_file_lists_no_more_leaves():
    wanted = mine(policy=Policy("public", frozenset({"room"})))
    made = plan(mine(LOBBY), reading(absent=(DEV,)))
    half = reading(
        {DEV: live_node(*written(made.actions).values())},
        ownership=ownership_after(made, cut=True),
    )

    assert words(plan(wanted, half)) == [f"- room {LOBBY.key.target}", "record dev"]
    assert words(plan(mine(LOBBY), half)) == ["record dev"]


def test_a_marker_removes_nothing():
    """Everybody who may publish can write one."""
    mark = marker.item(marker.Marker("us"))
    wanted = mine(policy=Policy("public", frozenset({"room"})))
    made = plan(wanted, reading({DEV: live_node(published(LOBBY), mark)}))

    assert words(made) == ["record dev"]
    assert [(each.key, each.reason) for each in made.left_alone] == [(LOBBY.key, "not ours")]


@pytest.mark.parametrize("about", [DEV, OPS])
def test_nothing_is_planned_where_the_ledger_cannot_be_used(about):
    wanted = declare() if about == DEV else declare_room(OPS, Room({}))
    wanted = replace(wanted, source="us", home=SERVICE)
    live = reading({DEV: live_node()}, rooms={OPS: Room({}, {ACCOUNT: "owner"})})
    made = plan(wanted, replace(live, ownership=Ownership(unusable={SERVICE: "it is open"})))

    assert obstacles(made) == "it is open"
    assert made.actions == ()


def test_a_room_of_another_source_is_refused_and_can_be_taken_over():
    wanted = replace(declare_room(OPS, Room({"x": Field(("y",))})), source="us")
    live = reading(
        rooms={OPS: Room({"x": Field(("z",))}, {ACCOUNT: "owner"})},
        ownership=Ownership(others={OPS: "them"}),
    )
    (refused,) = plan(wanted, live).obstacles
    made = plan(wanted, live, take_over=True)

    assert refused.source == "them"
    assert [type(action) for action in made.actions] == [ConfigureRoom, RecordOwnership]
    assert (made.actions[1].taken_from, made.actions[1].why.reason) == ("them", "takeover")


def test_whose_a_room_was_is_said_when_it_is_adopted():
    wanted = replace(declare_room(OPS, Room({"x": Field(("y",))})), source="us")
    live = reading(rooms={OPS: Room({"x": Field(("z",))}, {BOB: "owner"})})
    *_, record = plan(wanted, live).actions

    assert record.why.consequences == (
        "takes charge of it",
        f"is owned by {BOB}, whom the file does not name",
    )


def test_a_room_that_is_as_declared_is_adopted_and_then_needs_nothing():
    wanted = replace(declare_room(OPS, Room({}, {BOB: "member"})), source="us")
    live = reading(rooms={OPS: Room({}, {ACCOUNT: "owner", BOB: "member"})})
    made = plan(wanted, live)

    (record,) = made.actions
    assert record.why.consequences == ("takes charge of it, with 1 affiliation made by others",)
    assert plan(wanted, replace(live, ownership=ownership_after(made))).actions == ()


def test_protection_that_the_file_gives_up_is_recorded():
    guarded = mine(policy=Policy("public", protect=True))
    live = applied(guarded)

    assert live.ownership.settled[DEV].protect
    assert plan(guarded, live).actions == ()
    assert recorded_of(plan(mine(), live)).protect is False


def test_what_another_source_took_over_is_not_deleted_as_what_left_the_file():
    """It could not write this source's ledger, which still names the space."""
    theirs = applied(mine(LOBBY, source="them"))
    live = replace(theirs, absent=frozenset({OTHER}), ownership=Ownership(settled={DEV: UNKNOWN}))
    refused = plan(mine(address=OTHER), live, removals=ANY_REMOVAL)

    assert [each.source for each in refused.obstacles if each.about == DEV] == ["them"]
    assert not any(subject(action) == DEV for action in refused.actions)

    made = plan(mine(address=OTHER), live)
    assert not any(subject(action) == DEV for action in made.actions)
    assert ["'them' claims it" in note.text for note in made.notes if note.about == DEV] == [True]

    taken = plan(mine(address=OTHER), live, removals=ANY_REMOVAL, take_over=True)
    gone, record = (a for a in taken.actions if subject(a) == DEV)
    assert isinstance(gone, DeleteNode)
    assert isinstance(record, RecordOwnership)
    assert record.taken_from == "them"


def test_the_marker_of_a_full_space_counts():
    rooms = [room(f"r{i}@rooms.megacorp.example") for i in range(256)]

    assert "would hold 257 items" in obstacles(plan(mine(*rooms), reading(absent=(DEV,))))


def test_where_only_subscribers_may_publish_the_account_subscribes():
    wanted = declare(config=form(publish_model="subscribers", access_model="open"))

    assert f"{ACCOUNT}: subscribed" in planned(wanted, reading(absent=(DEV,)))
    live = live_node(
        config={**SPACE_CONFIG, **form(publish_model="subscribers")},
        subscriptions={ACCOUNT: "subscribed"},
    )
    assert planned(wanted, reading({DEV: live})) == []


OLD = NodeAddress(SERVICE, "old")


def former_of(source: str = "us") -> Node:
    mark = marker.Marker(source)
    return live_node(
        published(room(HALL, name="Hall")),
        item("note", RAW),
        Item(marker.MARKER_ID, (marker.encode(mark),)),
        affiliations={ACCOUNT: "owner", BOB: "member"},
    )


def renamed(**rest: Any) -> Declaration:
    policy = Policy("public", frozenset({"room"}), previously=(OLD,))
    return mine(room(HALL, pinned=True), policy=policy, **rest)


def before_rename() -> Reading:
    """The space has its former name, and the ledger has it."""
    return reading({OLD: former_of()}, absent=(DEV,), ownership=Ownership({OLD: Owned()}))


def test_another_exposure_is_what_the_file_says_not_a_default():
    """The node has the access model that its service gives a new one."""
    private = declare(policy=Policy("private"), config=form(publish_model="publishers"))
    place = Place("spaces.yaml", 4, 5)
    private = replace(private, places={(DEV, "config", ACCESS_MODEL): place})
    (action,) = (
        a
        for a in plan(private, reading({DEV: live_node()})).actions
        if isinstance(a, ConfigureNode) and ACCESS_MODEL in a.after
    )

    assert (action.before[ACCESS_MODEL], action.after[ACCESS_MODEL]) == (("open",), ("whitelist",))
    assert (action.why.reason, action.why.place) == ("file", place)


def test_a_record_says_what_changes_in_it():
    live = applied(mine(LOBBY))
    owned = live.ownership.settled[DEV]

    def said(wanted: Declaration, settled: Owned = owned) -> tuple[str, ...]:
        found = replace(live, ownership=Ownership({DEV: settled}))
        records = [a for a in plan(wanted, found).actions if isinstance(a, RecordOwnership)]
        return records[0].why.consequences

    protected = mine(LOBBY, policy=Policy("public", frozenset({"room"}), protect=True))
    assert said(protected) == ("is protected from now on",)
    assert said(mine(LOBBY), replace(owned, protect=True)) == ("is not protected any more",)
    more = Owned({**owned.applied, "a" * 8: "", "b" * 8: ""})
    assert said(mine(LOBBY), more) == ("forgets 2 things that the file does not say any more",)
    named = Owned({**owned.applied, config_name("pubsub#title"): ""})
    assert said(mine(LOBBY), named) == (
        "title: stays as it is, as the file does not say it any more",
    )


HANDBOOK = child("link", "https://megacorp.example/handbook", description="Handbook")
ELSEWHERE = "https://elsewhere.example"


def altered(payload: str) -> Reading:
    """Somebody changed the item of our link, under the id that it has."""
    live = applied(mine(HANDBOOK, LOBBY))
    node = live.state.nodes[DEV]
    items = [
        Item(each.id, (parse(payload),), "eve@megacorp.example")
        if each.id == HANDBOOK.key.target
        else each
        for each in node.items
    ]
    found = live_node(*items, affiliations=node.affiliations)
    return replace(live, state=State({DEV: found}))


def test_a_link_of_ours_that_somebody_made_point_elsewhere_points_back():
    live = altered(
        f"<x xmlns='jabber:x:oob'><url>{ELSEWHERE}</url><desc>Handbook</desc><z xmlns='urn:z'/></x>"
    )
    made = plan(mine(HANDBOOK, LOBBY), live)

    assert made.obstacles == ()
    (item,) = (a for a in made.actions if isinstance(a, PublishItem))
    assert item.changes == (Change("url", ELSEWHERE, HANDBOOK.key.target),)
    assert (item.why.reason, item.why.by) == ("drift", "eve@megacorp.example")
    assert "urn:z" in str(item.payload)
    assert not any(isinstance(a, RetractItem) for a in made.actions)
    (less,) = (
        a for a in plan(mine(LOBBY, policy=LINKS), live).actions if isinstance(a, RetractItem)
    )
    assert less.before.id == HANDBOOK.key.target


LINKS = Policy("public", frozenset({"link", "room"}))


def test_a_link_of_ours_that_somebody_made_something_else_is_a_link_again():
    made = plan(mine(HANDBOOK, LOBBY), altered("<note xmlns='urn:note'>Gone</note>"))

    assert (made.obstacles, words(made)[0]) == ((), f"~ link {HANDBOOK.key.target}")
    (item,) = (a for a in made.actions if isinstance(a, PublishItem))
    assert item.payload == published(HANDBOOK).payloads[0]


def test_a_link_of_another_under_the_id_of_ours_stays():
    live = altered(f"<x xmlns='jabber:x:oob'><url>{ELSEWHERE}</url></x>")
    theirs = replace(live, ownership=Ownership({DEV: Owned()}))
    (obstacle,) = plan(mine(HANDBOOK, LOBBY), theirs).obstacles

    assert "name it under 'absent_items'" in obstacle.text


def applied_to(live: Reading, made: Plan, until: int) -> Reading:
    """`live` after the first `until` actions of `made`, all on a space that was absent."""
    sent = made.actions[:until]
    changes = {a.jid: a.after for a in sent if isinstance(a, SetAffiliation)}
    people = {ACCOUNT: "owner", **changes}
    here = {DEV: live_node(*written(sent).values(), affiliations=people)} if until else {}
    ownership = ownership_after(made, live.ownership, cut=until < len(made.actions))
    absent = () if until else (DEV,)
    return reading({**live.state.nodes, **here}, absent=absent, ownership=ownership)


def test_a_former_space_gives_its_items_and_people_and_stays():
    made = plan(renamed(), before_rename())

    assert words(made) == [
        "+ dev",
        f"{BOB}: none -> member",
        "+ marker us",
        "+ item note",
        f"+ room {HALL}",
        "record dev",
    ]
    record = made.actions[-1]
    assert (record.copies, record.after.copies) == (OLD.uri, "")
    assert ledger.item_name("note") not in record.after.applied
    assert ledger.affiliation_name(BOB) not in record.after.applied
    copy = of_child(made, Key("room", HALL))
    assert "name='Hall'" in str(copy.payload)
    assert "pinned" in str(copy.payload)


@pytest.mark.parametrize("until", range(1, 7))
def test_an_interrupted_copy_is_gone_on_with_to_the_same_end(until):
    live = before_rename()
    made = plan(renamed(), live)
    whole = applied_to(live, made, len(made.actions))

    half = applied_to(live, made, until)
    rest = plan(renamed(), half)
    both = (*made.actions[:until], *rest.actions)
    sent = {a.item_id: a.payload for a in both if isinstance(a, PublishItem)}
    people = {a.jid for a in both if isinstance(a, SetAffiliation)}

    children = whole.state.nodes[DEV].children.values()
    assert sent == {child.item.id: child.item.payloads[0] for child in children}
    assert people == {BOB}
    assert plan(renamed(), whole).actions == ()


def test_a_space_without_a_source_cannot_be_renamed():
    made = plan(renamed(source=None), reading({OLD: former_of()}, absent=(DEV,)))

    assert "only by a file with a 'source'" in obstacles(made)


def test_a_plain_node_gets_nothing_of_what_it_was_before():
    wanted = declare(config=form(title="News"), policy=Policy(previously=(OLD,)))

    (create,) = plan(wanted, reading({OLD: former_of()}, absent=(DEV,))).actions

    assert "stays as it is" in create.why.consequences[0]


@pytest.mark.parametrize("source", ["us", None])
def test_a_move_that_was_interrupted_before_its_end_is_ended(source):
    new = room("new@rooms.megacorp.example", name="Lobby")
    policy = Policy("public", frozenset({"room"}), former_keys={new.key: (LOBBY.key,)})
    wanted = mine(new, policy=policy, source=source)
    before = applied(mine(LOBBY)) if source else reading({DEV: live_node(published(LOBBY))})
    made = plan(wanted, before)
    node = before.state.nodes[DEV]
    items = {**{i.id: i for i in node.items}, **written(made.actions)}
    half = replace(
        with_node(before, live_node(*items.values())),
        ownership=ownership_after(made, before.ownership, cut=True),
    )

    retracted = [a.key for a in plan(wanted, half).actions if isinstance(a, RetractItem)]
    assert retracted == [LOBBY.key]


def test_what_a_colleague_lists_under_a_former_name_is_theirs():
    new = room("new@rooms.megacorp.example", name="Lobby")
    policy = Policy("public", frozenset({"room"}), former_keys={new.key: (LOBBY.key,)})
    wanted = mine(new, policy=policy)

    assert planned(wanted, applied(wanted, published(LOBBY))) == []


def test_what_a_space_was_before_has_to_be_readable():
    made = plan(renamed(), reading(absent=(DEV,), failed={OLD: "cannot be read: forbidden"}))

    assert obstacles(made) == f"{OLD}, which it was before: cannot be read: forbidden"
    assert made.actions == ()


@pytest.mark.parametrize(("now", "reason"), [(None, "default"), ("false", "required")])
def test_a_field_that_nobody_has_set_has_the_services_default(now, reason):
    config = {var: field for var, field in SPACE_CONFIG.items() if var != "pubsub#notify_sub"}
    config |= form(notify_sub=now) if now else {}
    live = reading({DEV: live_node(config=config)}, service=EJABBERD)

    (configure,) = plan(declare(), live).actions

    assert configure.why.reason == reason


def managed() -> Node:
    """A space whose marker says that it is ours, and that holds nothing else."""
    return live_node(marker.item(marker.Marker("us")))


HALF = Ownership({OLD: Owned()}, {DEV: Owned(copies=OLD.uri)})
"""The copy of a space was cut off."""


def test_a_copy_is_not_forgotten_where_the_old_space_cannot_be_read():
    live = reading({DEV: managed()}, failed={OLD: "cannot be read: timeout"}, ownership=HALF)
    made = plan(renamed(), live)

    assert made.actions == ()
    assert "cannot be read: timeout" in obstacles(made)


def test_a_copy_of_which_no_ledger_says_anything_is_not_forgotten_either():
    """The node had been created, and nothing more."""
    made = plan(renamed(), reading({DEV: live_node()}, failed={OLD: "cannot be read: timeout"}))

    assert made.actions == ()
    assert "cannot be read: timeout" in obstacles(made)


def test_a_copy_is_not_forgotten_where_the_file_forgets_it():
    live = reading({DEV: managed(), OLD: former_of()}, ownership=HALF)
    made = plan(mine(room(HALL)), live, removals=ANY_REMOVAL)

    assert made.actions == ()
    assert "list that under 'previously' again" in obstacles(made)


def test_an_old_space_that_was_read_in_part_is_not_copied():
    old = replace(former_of(), complete=False)
    made = plan(renamed(), reading({OLD: old}, absent=(DEV,)), removals=ANY_REMOVAL)

    assert made.actions == ()
    assert "did not give all of the items" in obstacles(made)


@pytest.mark.parametrize("until", range(7))
def test_an_old_space_is_removed_only_when_all_of_it_has_been_copied(until):
    live = before_rename()
    made = plan(renamed(), live, removals=ANY_REMOVAL)
    at = applied_to(live, made, until)

    removed = [
        a for a in plan(renamed(), at, removals=ANY_REMOVAL).actions if type(a) is DeleteNode
    ]
    assert (removed != []) == (until == len(made.actions))


def test_a_copied_child_keeps_its_foreign_id():
    listed = child("node", NodeAddress(DEV.service, "news").uri, title="News")
    odd = Item("some-hash", published(listed).payloads)
    old = live_node(odd, Item(marker.MARKER_ID, (marker.encode(marker.Marker("us")),)))
    policy = Policy("public", frozenset({"node"}), previously=(OLD,))
    made = plan(mine(listed, policy=policy), reading({OLD: old}, absent=(DEV,)))

    ids = [a.item_id for a in made.actions if isinstance(a, PublishItem) and a.key == listed.key]
    assert ids == ["some-hash"]


def test_an_earlier_name_that_is_not_copied_or_not_ours_is_said_once():
    also = NodeAddress(DEV.service, "also")
    policy = Policy("public", frozenset({"room"}), previously=(OLD, also))
    live = reading({OLD: former_of(), also: live_node()}, absent=(DEV,))
    made = plan(mine(room(HALL), policy=policy), live)
    texts = [note.text for note in made.notes]
    assert f"{also}, which it was before as well, stays as it is: one is copied" in texts
    assert f"{OLD}, of which it is a copy, is not this source's and stays" in texts
    assert "not this source's" not in str(plan(renamed(), before_rename()).notes)


def test_a_child_or_a_room_that_was_nothing_before_says_so_once():
    key, old = room(HALL).key, Key("room", OPS)
    policy = Policy("public", frozenset({"room"}), former_keys={key: (old,)})
    made = plan(mine(room(HALL), policy=policy), reading({DEV: live_node()}))
    assert [note.text.partition(":")[0] for note in made.notes] == [f"room {HALL}"]
    there = reading({DEV: live_node(published(room(HALL)))})
    assert plan(mine(room(HALL), policy=policy), there).notes == ()

    new = Jid(HALL)
    wanted = declare_room(new, Room({}), Policy(previously=(OPS,)))
    made = plan(wanted, reading(absent=(new, OPS)))
    assert any("nothing of what it was 'previously'" in note.text for note in made.notes)


def test_a_rename_of_nothing_says_that_it_makes_anew():
    made = plan(renamed(), reading(absent=(DEV, OLD)))

    assert any("nothing of what it was 'previously'" in note.text for note in made.notes)


def test_of_several_that_it_was_before_one_is_moved():
    """The others would be removals without a guard."""
    olds = [room(f"r{n}@rooms.megacorp.example") for n in range(5)]
    new = room("new@rooms.megacorp.example")
    moves = {new.key: tuple(old.key for old in olds)}
    wanted = declare(new, policy=Policy("public", frozenset({"room"}), "none", former_keys=moves))
    live = reading({DEV: live_node(*map(published, olds))})

    gone = [a for a in plan(wanted, live).actions if isinstance(a, RetractItem)]
    assert [a.key for a in gone] == [olds[0].key]
    then = reading({DEV: live_node(*map(published, [*olds[1:], new]))})
    assert plan(wanted, then).actions == ()


VANISHES = Room({"muc#roomconfig_persistentroom": Field(("false",))})


def test_a_space_is_no_plain_node():
    made = plan(declare(policy=Policy()), reading({DEV: live_node()}))

    assert made.actions == ()
    assert "list it under 'spaces'" in obstacles(made)


@pytest.mark.parametrize("ours", [Ownership(), Ownership({OPS: Owned({}, protect=True)})])
def test_a_room_that_would_vanish_is_not_made_and_stops_nothing(ours: Ownership):
    """Also not where it was there, and its last occupant has left it since."""
    wanted = declare_room(OPS, VANISHES, Policy(invited=frozenset({BOB})))
    made = plan(replace(wanted, source="us"), reading(absent=(OPS,), ownership=ours))

    assert (made.obstacles, made.actions) == ((), ())
    assert [note.text for note in made.notes if "who joins it makes it" in note.text]


@pytest.mark.parametrize("state", ["there", "failed"])
def test_a_room_that_would_vanish_is_no_copy_of_another(state: str):
    old = Jid("old@conference.megacorp.example")
    wanted = declare_room(OPS, VANISHES, Policy(previously=(old,)))
    there = {old: Room({}, {ACCOUNT: "owner"})} if state == "there" else {}
    failed: dict[Address, str] = {} if there else {old: "cannot be read"}
    live = reading(rooms=there, absent=(OPS,), failed=failed, ownership=Ownership({old: Owned()}))
    made = plan(replace(wanted, source="us"), live, removals={"destroy-room": None})

    assert made.obstacles != ()
    assert not any(isinstance(each, DestroyRoom) for each in made.actions)


def test_our_own_rights_go_last():
    people = {ACCOUNT: "owner", BOB: "owner", Jid("zoe@megacorp.example"): "member"}
    wanted = declare(
        config=form(access_model="open"),
        policy=Policy("public"),
        affiliations={
            ACCOUNT: "member",
            BOB: "owner",
            Jid("zoe@megacorp.example"): "none",
        },
    )
    closed = {**SPACE_CONFIG, **form(access_model="whitelist")}
    made = plan(wanted, reading({DEV: live_node(config=closed, affiliations=people)}))

    last = made.actions[-1]
    assert isinstance(last, SetAffiliation)
    assert (last.jid, last.stage) == (ACCOUNT, Stage.LAST)
    assert last.stage > made.actions[-2].stage


def test_twins_are_told_apart_by_what_stays():
    """The ledger names what is left of two, so that the second plan is empty."""
    news = child("node", NodeAddress(DEV.service, "news").uri, title="News")
    usual = published(news)
    twin = Item("some-hash", usual.payloads)
    policy = Policy("public", frozenset({"node"}), absent_items=(usual.id,))
    made = plan(mine(news, policy=policy), reading({DEV: live_node(usual, twin)}))
    after = live_node(twin, *written(made.actions).values())

    assert [a.before.id for a in made.actions if isinstance(a, RetractItem)] == [usual.id]
    live = reading({DEV: after}, ownership=ownership_after(made))
    assert plan(mine(news, policy=policy), live).actions == ()


def test_whoever_left_the_file_is_not_carried_over_by_a_rename():
    old = replace(
        former_of(),
        children={},
        affiliations={ACCOUNT: "owner", BOB: "member", Jid("zoe@megacorp.example"): "member"},
    )
    given = Ownership({OLD: Owned({ledger.affiliation_name(BOB): "12345678"})})
    live = reading({OLD: old}, absent=(DEV,), ownership=given)
    made = plan(renamed(affiliations={}), live)

    people = [a.jid for a in made.actions if isinstance(a, SetAffiliation)]
    assert people == [Jid("zoe@megacorp.example")]


def test_the_marker_is_decoded_a_few_times_however_many_children_there_are(monkeypatch):
    """Planning would be quadratic in them otherwise."""
    decode_once, count = marker.decode, iter(range(10**6))

    def counted(found: Item | None) -> marker.Marker | None:
        next(count)
        return decode_once(found)

    monkeypatch.setattr(marker, "decode", counted)
    rooms = [published(room(f"r{n}@rooms.megacorp.example")) for n in range(50)]
    plan(mine(policy=Policy("public", frozenset({"room"}))), applied(mine(LOBBY), *rooms))
    assert next(count) < 20


@pytest.mark.parametrize(
    ("other", "persistent", "stopped"),
    [
        (Jid("hall@rooms.megacorp.example"), {}, True),
        (Jid("hall@rooms.megacorp.example"), {PERSISTENT: Field(("true",))}, False),
        (Jid("hall@chat.megacorp.example"), {}, False),
    ],
)
def test_another_room_shows_that_the_account_cannot_make_one_persistent(other, persistent, stopped):
    live = reading(rooms={other: Room(persistent, {ACCOUNT: "owner"})}, absent=(OPS,))
    made = plan(declare_room(OPS, Room({PERSISTENT: Field(("true",))})), live)

    assert [each.about for each in made.obstacles] == ([OPS] if stopped else [])
    assert all(f"by the form of {other}" in each.text for each in made.obstacles)
