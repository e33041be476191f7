"""Each guard below, at and above its limit, and the option that its own refusal names."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from builders import ACCOUNT, DEV, SERVICE, item, live_node
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Place
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import NO_PASSWORD, Key, Node, Room, Secret
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
    RetractItem,
    SetAffiliation,
    SetSubscription,
    Why,
    WriteMarker,
)
from spaces_sync.plan.allowable import ALLOWABLE
from spaces_sync.plan.guards import Objection, namings, objections
from spaces_sync.plan.plan import Facts, Note, Plan

SALES = NodeAddress(SERVICE, "sales")
BOB = Jid("bob@megacorp.example")
OPS = Jid("ops@rooms.megacorp.example")
RENAMED = Why("rename")
RAW = "<note xmlns='urn:example:note'/>"
ANY = dict.fromkeys(ALLOWABLE)


def removals(count: int, node: NodeAddress = DEV) -> tuple[RetractItem, ...]:
    return tuple(
        RetractItem(node, Key("link", f"urn:{n}"), item(f"urn:{n}", RAW)) for n in range(count)
    )


def made(*actions: Action, there: Mapping[NodeAddress, int] | None = None) -> Plan:
    return Plan(ACCOUNT, actions, facts=Facts(children=there or {}))


def managed() -> Node:
    return live_node(marker.item(Marker("megacorp/spaces")), item("urn:0", RAW))


def protected(*actions: Action) -> Plan:
    return replace(made(*actions), facts=Facts(protected=frozenset({DEV, OPS})))


def narrowed(drops: int) -> ConfigureNode:
    return ConfigureNode(DEV, {}, {"pubsub#max_items": ("1",)}, drops)


def unsubscribed(count: int) -> tuple[SetSubscription, ...]:
    jids = (Jid(f"p{n}@megacorp.example") for n in range(count))
    return tuple(SetSubscription(DEV, jid, "subscribed", "none") for jid in jids)


def deposed(target: NodeAddress | Jid = DEV, jid: Jid = BOB, after: str = "none") -> SetAffiliation:
    return SetAffiliation(target, jid, "owner", after)


def configured(var: str, before: str, after: str) -> ConfigureNode:
    return ConfigureNode(DEV, {var: (before,)}, {var: (after,)})


def changed(room: Jid, var: str, before: str, after: str) -> ConfigureRoom:
    return ConfigureRoom(room, {var: (before,)}, {var: (after,)})


# What goes through without a word: the row is about the side of the limit that it is on.
PASS = {
    "nothing": made(),
    "ten removals": made(*removals(10)),
    "ten removals of many": made(*removals(10), there={DEV: 34}),
    "30 % of ten": made(*removals(3), there={DEV: 10}),
    "most of nine": made(*removals(8), there={DEV: 9}),
    "the only child": made(*removals(1), there={DEV: 1}),
    "one of two": made(*removals(1), there={DEV: 2}),
    "moves": made(
        *(
            replace(each, successor=Key("link", f"x{n}"), why=RENAMED)
            for n, each in enumerate(removals(20))
        )
    ),
    "our marker": made(WriteMarker(DEV, marker.item(Marker("us")), None), there={DEV: 2}),
    "no item goes": made(narrowed(drops=0)),
    "subscribing": made(SetSubscription(DEV, BOB, "none", "subscribed")),
    "a publisher less": made(SetAffiliation(DEV, BOB, "publisher", "none")),
    "a new room, pointed at its space": made(
        CreateRoom(OPS, {"muc#roomconfig_membersonly": ("true",)}),
        changed(OPS, "muc#roomconfig_membersonly", "true", "false"),
    ),
    "a new room that closes": made(
        CreateRoom(OPS, {}), changed(OPS, "muc#roomconfig_membersonly", "false", "true")
    ),
    "a room that hides": made(changed(OPS, "muc#roomconfig_publicroom", "true", "false")),
    "a new public node": made(CreateNode(DEV, {"pubsub#access_model": ("open",)})),
    "a title": made(configured("pubsub#title", "a", "b")),
    "an owner more": made(SetAffiliation(DEV, BOB, "none", "owner")),
}

STOPPED = {
    "eleven removals": (made(*removals(11)), ["remove=11"]),
    "eleven removals in two nodes": (
        made(*removals(5), *removals(6, SALES), there={DEV: 9, SALES: 9}),
        ["remove=11"],
    ),
    "more than 30 % of ten": (made(*removals(4), there={DEV: 10}), ["remove=4"]),
    "more than 30 % of one, and of another less": (
        made(*removals(4), *removals(3, SALES), there={DEV: 10, SALES: 10}),
        ["remove=7"],
    ),
    "all of two": (made(*removals(2), there={DEV: 2}), ["remove=2"]),
    "all of nine": (made(*removals(9), there={DEV: 9}), ["remove=9"]),
    "a space": (made(DeleteNode(DEV, managed())), ["delete-space=dev"]),
    "two nodes": (
        made(DeleteNode(DEV, live_node()), DeleteNode(SALES, live_node())),
        ["delete-space=dev", "delete-space=sales"],
    ),
    "a room": (made(DestroyRoom(OPS, Room({}))), ["destroy-room=ops@rooms.megacorp.example"]),
    "moves of many to one": (
        made(*(replace(each, successor=Key("link", "x"), why=RENAMED) for each in removals(12))),
        ["remove=11"],
    ),
    "one subscriber": (made(*unsubscribed(1)), ["lose-access=1"]),
    "some subscribers": (made(*unsubscribed(5)), ["lose-access=5"]),
    "an item": (made(narrowed(drops=1)), ["drop-items=1"]),
    "people and items": (
        made(narrowed(drops=7), *unsubscribed(2)),
        ["lose-access=2", "drop-items=7"],
    ),
    "an owner": (made(deposed()), ["remove-owner=1"]),
    "an owner made publisher": (made(deposed(after="publisher")), ["remove-owner=1"]),
    "owners of a node and a room": (made(deposed(), deposed(OPS)), ["remove-owner=2"]),
    "this account": (made(deposed(jid=ACCOUNT)), ["remove-owner=1"]),
    "a node that opens, in two steps": (
        made(
            configured("pubsub#access_model", "whitelist", "open"),
            configured("pubsub#publish_model", "publishers", "open"),
        ),
        ["open-access=1"],
    ),
    "two rooms that open": (
        made(
            changed(OPS, "muc#roomconfig_membersonly", "true", "false"),
            ConfigureRoom(Jid("hall@rooms.megacorp.example"), {}, {}, NO_PASSWORD),
        ),
        ["open-access=2"],
    ),
    "a copy that more can read": (
        made(CreateNode(DEV, {"pubsub#access_model": ("open",)}, opens=True)),
        ["open-access=1"],
    ),
    "a room that goes by itself": (
        made(changed(OPS, "muc#roomconfig_persistentroom", "1", "0")),
        ["destroy-room=ops@rooms.megacorp.example"],
    ),
    "an archive that ends": (made(changed(OPS, "mam", "true", "false")), ["drop-items=1"]),
    "a room that closes, in two steps": (
        made(
            changed(OPS, "muc#roomconfig_membersonly", "false", "true"),
            ConfigureRoom(OPS, {}, {}, Secret("x", "env:X")),
        ),
        ["lose-access=1"],
    ),
    "a room that closes, and subscribers": (
        made(changed(OPS, "muc#roomconfig_membersonly", "false", "true"), *unsubscribed(2)),
        ["lose-access=3"],
    ),
    "a room in which members let others in": (
        made(changed(OPS, "muc#roomconfig_allowinvites", "false", "true")),
        ["open-access=1"],
    ),
    "what others put into a child that moves to where more can read it": (
        made(
            PublishItem(SALES, Key("link", "urn:x"), "x", None, parse(RAW), moved_from=DEV),
            PublishItem(DEV, Key("link", "urn:y"), "y", None, parse(RAW), opens=True),
        ),
        ["open-access=1"],
    ),
    "people whom nobody names": (
        made(replace(configured("pubsub#access_model", "open", "roster"), shuts_out=3)),
        ["lose-access=3"],
    ),
}


@pytest.mark.parametrize("plan", PASS.values(), ids=PASS)
def test_below_the_limit(plan: Plan) -> None:
    assert objections(plan, {}) == ()


@pytest.mark.parametrize(("plan", "options"), STOPPED.values(), ids=STOPPED)
def test_above_the_limit_and_with_the_options_named(plan: Plan, options: list[str]) -> None:
    found = objections(plan, {})

    said = " ".join(refusal.option for refusal in found)
    assert said == " ".join(f"--allow {each}" for each in options)
    assert objections(plan, as_allowed(found)) == ()
    assert objections(plan, ANY) == ()
    for refusal in found:
        assert objections(plan, {**ANY, refusal.guard: refusal.count - 1}) == (refusal,)


def as_allowed(found: tuple[Objection, ...]) -> dict[str, int | frozenset[str]]:
    """What the options of objections say."""
    allowed: dict[str, int | frozenset[str]] = {}
    for word in shlex.split(" ".join(refusal.option for refusal in found)):
        if word != "--allow":
            kind, _, limit = word.partition("=")
            names = allowed.get(kind, frozenset())
            allowed[kind] = int(limit) if limit.isdecimal() else frozenset({*names, limit})
    return allowed


def test_what_a_refusal_says() -> None:
    place = Place("spaces.yaml", 9, 3)
    plan = replace(
        made(*removals(4), *removals(3, SALES), deposed(jid=ACCOUNT), there={DEV: 10, SALES: 10}),
        places={DEV: place},
    )
    removed, deposing = objections(plan, {})

    assert (removed.why, removed.next_step) == (
        "7 children are removed, too large a part of one space",
        "if that is meant: --allow remove=7",
    )
    assert [(case.about, case.text, case.place) for case in removed.cases] == [
        (DEV, "4 of its 10 children, the limit is 3", place)
    ]
    assert deposing.why == "1 owner is removed"
    assert deposing.cases[0].text == f"this account, {ACCOUNT}, is no owner any more"


def test_rooms_count_as_one_where_nobody_is_known() -> None:
    closing = changed(OPS, "muc#roomconfig_membersonly", "false", "true")
    (rooms,) = objections(made(closing), {})
    (both,) = objections(made(closing, *unsubscribed(2)), {})

    assert rooms.why == "1 room shuts people out"
    assert [(case.about, case.text) for case in rooms.cases] == [
        (OPS, "who is in it and no member is sent out")
    ]
    assert both.why == "2 people lose access and 1 room shuts people out"


def test_a_number_against_the_limit() -> None:
    (refusal,) = objections(made(*removals(12), there={DEV: 100}), {})

    assert refusal.why == "12 children are removed, the limit is 10"
    assert refusal.cases[0].text == "12 of its 100 children, the limit is 30"


def test_nothing_allows_the_removal_of_a_protected_space() -> None:
    why = Why("file", Place("spaces.yaml", 3, 1))
    plan = protected(DeleteNode(DEV, managed(), why))
    (refusal,) = objections(plan, ANY)

    assert (refusal.guard, refusal.option, refusal.count) == ("protect", "", 1)
    assert refusal.cases[0].place == why.place
    assert "protect: false" in refusal.next_step
    assert [each.guard for each in objections(plan, {})] == ["delete-space", "protect"]


@pytest.mark.parametrize(
    ("names", "passes"),
    [
        ({"dev"}, True),
        ({str(DEV)}, True),
        ({"dev", "sales"}, True),
        ({"sales"}, False),
        ({"DEV"}, False),
        (set(), False),
    ],
)
def test_a_whole_space_is_allowed_by_its_name(names: set[str], passes: bool) -> None:
    """A job that always allows one must not remove what another file of the source declares."""
    found = objections(made(DeleteNode(DEV, managed())), {"delete-space": frozenset(names)})

    assert (found == ()) is passes


def test_one_name_does_not_allow_two_rooms_nor_a_space() -> None:
    hall = Jid("hall@rooms.megacorp.example")
    plan = made(DestroyRoom(OPS, Room({})), DestroyRoom(hall, Room({})), DeleteNode(DEV, managed()))
    found = objections(plan, {"destroy-room": frozenset({OPS, "dev"})})

    assert {each.guard for each in found} == {"delete-space", "destroy-room"}
    rooms = next(each for each in found if each.guard == "destroy-room")
    assert [case.about for case in rooms.cases] == [hall]
    assert rooms.why == "2 rooms end, 1 of them allowed by name"
    assert rooms.option == f"--allow destroy-room={hall}"
    assert rooms.next_step == f"if that is meant, also: {rooms.option}"


def test_a_name_that_several_objects_have_allows_none() -> None:
    there = NodeAddress(Jid("pubsub2.megacorp.example"), "dev")
    plan = made(DeleteNode(DEV, managed()), DeleteNode(there, managed()))
    allowed = {"delete-space": frozenset({"dev"})}

    (refusal,) = objections(plan, allowed)
    assert len(refusal.cases) == 2
    assert refusal.option == f"--allow delete-space={DEV} --allow delete-space={there}"
    assert [naming.objects for naming in namings(plan, allowed)] == [(DEV, there)]
    whole = {"delete-space": frozenset({str(DEV), str(there)})}
    assert objections(plan, whole) == ()
    assert [len(naming.objects) for naming in namings(plan, whole)] == [1, 1]


def test_what_a_name_may_mean() -> None:
    opening = configured("pubsub#access_model", "whitelist", "open")
    plan = replace(made(opening), notes=(Note(OPS, "stays", "left the file and stays"),))

    def meant(kind: str, name: str) -> list[tuple[object, ...]]:
        allowed = {kind: frozenset({name})}
        return [each.objects for each in namings(plan, allowed)]  # type: ignore[arg-type]  # a row below

    assert meant("open-access", "dev") == [(DEV,)]
    assert meant("open-access", OPS) == [()]
    assert meant("destroy-room", OPS) == [(OPS,)]
    assert meant("delete-space", "dev") == [()]


def test_cases_stand_in_the_order_of_their_objects() -> None:
    plan = made(DeleteNode(SALES, live_node()), DeleteNode(DEV, live_node()))

    assert [case.about for case in objections(plan, {})[0].cases] == [DEV, SALES]


# --- laws -----------------------------------------------------------------------------------


def allowances() -> st.SearchStrategy[Mapping[str, int | None]]:
    return st.dictionaries(st.sampled_from(ALLOWABLE), st.none() | st.integers(0, 20))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan, and often one that removes much of what it knows the number of."""
    plan = draw(strategies.plans())
    extra = st.sampled_from([*removals(12), *removals(3, SALES), deposed(), narrowed(3)])
    actions = (*plan.actions, *draw(st.lists(extra, max_size=14)))
    there = draw(st.dictionaries(st.sampled_from([DEV, SALES]), st.integers(0, 40)))
    return replace(plan, actions=actions, facts=replace(plan.facts, children=there))


@given(plans(), allowances())
def test_the_option_that_a_refusal_names_suffices_and_no_smaller_does(plan, allowed):
    for refusal in objections(plan, allowed):
        if refusal.guard != "protect":
            enough = {**allowed, **as_allowed((refusal,))}
            assert refusal.guard not in {each.guard for each in objections(plan, enough)}
            short = {**allowed, refusal.guard: refusal.count - 1}
            assert refusal in objections(plan, short)


@given(plans(), allowances())
def test_allowing_refuses_nothing_new(plan, allowed):
    assert set(objections(plan, allowed)) <= set(objections(plan, {}))
    assert {each.guard for each in objections(plan, ANY)} <= {"protect"}


@given(plans())
def test_the_order_of_actions_does_not_matter(plan):
    backwards = replace(plan, actions=tuple(reversed(plan.actions)))
    kinds = [(each.guard, each.count) for each in objections(plan, {})]

    assert [(each.guard, each.count) for each in objections(backwards, {})] == kinds
    assert [kind for kind, _ in kinds] == sorted(kinds_of(kinds), key=[*ALLOWABLE, "protect"].index)


def kinds_of(pairs: list[tuple[str, int]]) -> set[str]:
    return {kind for kind, _ in pairs}


_LOSSES = (
    RetractItem,
    DeleteNode,
    DestroyRoom,
    CreateNode,
    ConfigureNode,
    ConfigureRoom,
    SetSubscription,
    SetAffiliation,
)


@given(plans(), allowances())
def test_a_plan_that_takes_nothing_away_is_never_refused(plan, allowed):
    harmless = tuple(
        each
        for each in plan.actions
        if not isinstance(each, _LOSSES) and not (isinstance(each, PublishItem) and each.opens)
    )

    assert objections(replace(plan, actions=harmless), allowed) == ()
