"""Each rule of a check over values: what it says of answers, one by one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from builders import ACCOUNT, DEV, PROSODY, SERVICE, SPACE_CONFIG, declare, form, item
from spaces_sync.check.evidence import (
    Answer,
    Evidence,
    Refusal,
    ServiceAnswers,
    SpaceAnswers,
    is_local,
)
from spaces_sync.check.examining import checked
from spaces_sync.check.rules import RULES
from spaces_sync.check.values import Finding, Result
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.declaration import Place, Policy
from spaces_sync.model.state import Field, Form, Item, Key
from spaces_sync.ports import ItemList, NodeEntry, NodeInfo, NodeList, RoomInfo
from spaces_sync.profile import PARENT, PUBSUB, SPACE

OPS: Final = Jid("ops@rooms.megacorp.example")
FAR: Final = Jid("ops@conference.far.example")
HALL: Final = Jid("hall@rooms.megacorp.example")
NEWS: Final = NodeAddress(SERVICE, "news")
OTHER: Final = NodeAddress(SERVICE, "other")
ROOM: Final = "<conference xmlns='urn:xmpp:bookmarks:1' {}/>"
NODE: Final = (
    "<subscription xmlns='urn:xmpp:pubsub:subscription:0' server='pubsub.megacorp.example'"
    " node='news'/>"
)
LINK: Final = "<x xmlns='jabber:x:oob'><url>{}</url></x>"
AVATAR: Final = "urn:xmpp:spaces:avatar:metadata:0"
PNG: Final = (
    "<info xmlns='urn:xmpp:avatar:metadata' bytes='1' type='image/png' url='https://a.example/a'"
    " id='357a8123a30844a3aa99861b6349264ba67a5694'/>"
)
PICTURE: Final = "<metadata xmlns='urn:xmpp:avatar:metadata'>{}</metadata>"
NOT_FOUND: Final = Refusal("item-not-found", "item-not-found")
FORBIDDEN: Final = Refusal("forbidden", "forbidden")
NOT_THERE: Final = Refusal("feature-not-implemented", "feature-not-implemented")
SILENT: Final = Refusal("no answer")


def space(*items: Item, config: Answer[Form] = SPACE_CONFIG, **given: Any) -> SpaceAnswers:
    """A public space, as its owner may see it."""
    info = NodeInfo(SPACE_CONFIG if isinstance(config, Refusal) else config)
    answers = SpaceAnswers(
        DEV, info, config, ItemList(items), {ACCOUNT: "owner"}, {}, decode(items)
    )
    return replace(answers, **given)


def evidence(*spaces: SpaceAnswers, features: str = "", **given: Any) -> Evidence:
    """Of a service with `features` that lists these spaces."""
    service = replace(PROSODY, features=frozenset(f"{PUBSUB}#{f}" for f in features.split()))
    listed = NodeList([NodeEntry(each.address, "") for each in spaces])
    answers = ServiceAnswers(service, listed, {DEV: "owner"})
    by_address = {each.address: each for each in spaces}
    return replace(Evidence(ACCOUNT, {SERVICE: answers}, by_address), **given)


def of_service(**given: Any) -> Mapping[Jid, ServiceAnswers]:
    found = evidence(space()).services[SERVICE]
    return {SERVICE: replace(found, **given)}


def findings(found: Evidence, rule: str) -> list[Finding]:
    return [each for each in checked(found).findings if each.rule.id == rule]


def said(found: Evidence, rule: str) -> list[tuple[Result, str]]:
    return [(each.said.result, each.said.evidence) for each in findings(found, rule)]


def results(found: Evidence, rule: str) -> list[Result]:
    return [each.said.result for each in findings(found, rule)]


def room(
    *names: str, name: str = "", pointer: str = "", former: str = "", features: str = SPACE
) -> RoomInfo:
    """A room that names spaces in its form, and in its pointers."""
    info = {PARENT: Field((pointer,))} if pointer else {}
    info |= {"muc#roominfo_pubsub": Field((former,))} if former else {}
    membership = {"parent": Field(names)} if names else {}
    return RoomInfo(name, frozenset(features.split()), info, membership)


def listing(payload: Answer[RoomInfo], attributes: str = "", **given: Any) -> Evidence:
    """A space that lists a room that says this of itself."""
    return evidence(space(item(OPS, ROOM.format(attributes))), rooms={OPS: payload}, **given)


def without(var: str) -> Form:
    return {name: field for name, field in SPACE_CONFIG.items() if name != var}


def altered(**values: str) -> Form:
    return {**SPACE_CONFIG, **form(**values)}


# --- table 1 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "config", "wanted"),
    [
        ("R1", SPACE_CONFIG, "ok"),
        ("R2", SPACE_CONFIG, "ok"),
        ("R2", altered(notify_retract="1"), "ok"),
        ("R2", altered(notify_retract="false"), "fail"),
        ("R2", {**SPACE_CONFIG, "pubsub#notify_retract": Field(())}, "fail"),
        ("R2", without("pubsub#notify_retract"), "unverifiable"),
        ("R3", altered(persist_items="0"), "fail"),
        ("R4", altered(purge_offline="true"), "fail"),
        ("R4", without("pubsub#purge_offline"), "ok-by-default"),
        ("R5", altered(notify_sub="false"), "fail"),
        ("R5", without("pubsub#notify_sub"), "unverifiable"),
        ("R6", altered(notify_config="false"), "fail"),
        ("R7", altered(notify_delete="false"), "fail"),
        ("R8", altered(publish_model="open"), "fail"),
        ("R8", altered(publish_model="subscribers"), "ok"),
        ("R9", SPACE_CONFIG, "ok"),
        ("R9", altered(access_model="whitelist"), "not-applicable"),
        ("R9", altered(access_model="presence"), "not-applicable"),
        ("R10", SPACE_CONFIG, "not-applicable"),
        ("R10", altered(access_model="whitelist"), "ok"),
        ("R10", altered(access_model="authorize"), "ok"),
        ("R10", altered(access_model="presence"), "fail"),
        ("R10", altered(access_model="roster"), "fail"),
    ],
)
def test_a_row_of_table_1(rule: str, config: Form, wanted: Result) -> None:
    assert results(evidence(space(config=config)), rule) == [wanted]


def test_of_a_space_of_others_table_1_goes_by_what_everybody_is_told() -> None:
    told = {var: SPACE_CONFIG[f"pubsub#{var}"] for var in ("type", "access_model")}
    metadata = NodeInfo({f"pubsub#{var}": field for var, field in told.items()})
    found = evidence(space(info=metadata, config=FORBIDDEN))
    assert results(found, "R1") == results(found, "R9") == ["ok"]
    assert results(found, "R10") == ["not-applicable"]
    assert said(found, "R2") == [("unverifiable", "owner form: forbidden")]
    assert {*results(found, "R4"), *results(found, "R8")} == {"unverifiable"}


def test_where_nothing_tells_the_exposure_neither_row_can_be_told() -> None:
    bare = form(type=SPACE)
    found = evidence(space(info=NodeInfo(bare), config=FORBIDDEN))
    assert results(found, "R9") == results(found, "R10") == ["unverifiable"]


def test_what_a_file_declares_decides_which_row_of_the_access_model_holds() -> None:
    declaration = declare(policy=Policy("private"))
    found = evidence(space(), declaration=declaration)
    assert results(found, "R9") == ["not-applicable"]
    assert said(found, "R10") == [("fail", "pubsub#access_model is open")]


def test_what_is_declared_to_be_a_space_and_is_none_is_said_once() -> None:
    plain = form(type="urn:xmpp:microblog:0", access_model="open")
    found = evidence(space(config=plain))
    assert said(found, "R1") == [("fail", "pubsub#type is urn:xmpp:microblog:0")]
    others = [each for each in checked(found).findings if each.said.subject.node is not None]
    assert [each.rule.id for each in others] == ["R1"]


@pytest.mark.parametrize("info", [NOT_FOUND, FORBIDDEN, SILENT])
def test_what_is_declared_and_cannot_be_seen_is_said_once(info: Refusal) -> None:
    found = evidence(SpaceAnswers(DEV, info, info, info, info, info))
    about = [each for each in checked(found).findings if each.said.subject.node is not None]
    (only,) = about
    result = "fail" if info is NOT_FOUND else "unverifiable"
    assert (only.rule.id, only.said.result) == ("R1", result)
    assert info.reason in only.said.evidence


# --- features -------------------------------------------------------------------------------

NAMES: Final = {
    row.rule.id: row.rule.text.rpartition(" ")[2]
    for row in RULES
    if row.rule.text.startswith("it has and advertises")
}
CHANGES: Final = ("R12", "R13", "R16", "R17", "R25", "X1", "X3", "X5", "X6")
"""What only a change would show."""
ROOMS: Final = item(OPS, ROOM.format(""))


def test_they_are_those_of_the_xep() -> None:
    must = (
        "subscribe create-nodes delete-nodes config-node meta-data delete-items retract-items"
        " multi-items item-ids manage-subscriptions retrieve-items"
    )
    should = "member-affiliation modify-affiliations retrieve-affiliations get-pending"
    words = {row.rule.id: row.rule.strength for row in RULES}
    for strength, names in (("MUST", must), ("SHOULD", should)):
        named = [NAMES[rule] for rule in NAMES if words[rule] == strength]
        assert named == names.split()


@pytest.mark.parametrize("rule", NAMES)
def test_a_feature_that_is_advertised(rule: str) -> None:
    assert results(evidence(space(), features=NAMES[rule]), rule) == ["ok"]


@pytest.mark.parametrize(("rule", "alias"), [("R20", "manage-subscription"), ("R15", "metadata")])
def test_a_feature_by_another_name(rule: str, alias: str) -> None:
    assert results(evidence(space(), features=alias), rule) == ["ok"]


@pytest.mark.parametrize("rule", CHANGES)
def test_what_only_a_change_would_show(rule: str) -> None:
    found = evidence(space(ROOMS))
    assert results(found, rule) == ["unverifiable"]
    assert findings(found, rule)[0].said.unadvertised


@pytest.mark.parametrize("rule", [rule for rule in NAMES if rule not in CHANGES])
def test_what_an_answer_shows_although_it_is_not_advertised(rule: str) -> None:
    people = {ACCOUNT: "owner", Jid("bob@megacorp.example"): "member"}
    readers = {Jid("bob@megacorp.example"): "subscribed"}
    found = evidence(space(ROOMS, affiliations=people, subscriptions=readers))
    assert results(found, rule) == ["works-unadvertised"]
    assert findings(found, rule)[0].said.unadvertised


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("R14", "config"),
        ("R20", "subscriptions"),
        ("R21", "items"),
        ("R23", "affiliations"),
    ],
)
def test_a_question_about_a_space_that_is_refused(rule: str, given: str) -> None:
    assert results(evidence(space(**{given: NOT_THERE})), rule) == ["fail"]
    lying = evidence(space(**{given: NOT_THERE}), features=NAMES[rule])
    assert results(lying, rule) == ["fail"]
    assert "advertised, but" in said(lying, rule)[0][1]
    for unknown in (FORBIDDEN, SILENT):
        assert results(evidence(space(**{given: unknown})), rule) == ["unverifiable"]
        honest = evidence(space(**{given: unknown}), features=NAMES[rule])
        assert results(honest, rule) == ["ok"]


def test_own_affiliations_that_are_refused() -> None:
    found = evidence(space(), services=of_service(own=Refusal("x", "service-unavailable")))
    assert results(found, "R24") == ["fail"]
    found = evidence(space(), services=of_service(own=SILENT))
    assert results(found, "R24") == ["unverifiable"]


def test_a_service_without_spaces_shows_what_a_new_node_shows() -> None:
    found = evidence()
    assert results(found, "R18") == results(found, "X2") == ["works-unadvertised"]
    assert results(found, "R14") == results(found, "R15") == ["unverifiable"]


def test_metadata_that_disco_info_does_not_hold() -> None:
    found = evidence(space(info=NodeInfo({})))
    assert results(found, "R15") == ["fail"]
    assert results(found, "R28") == ["fail"]
    assert results(evidence(space()), "R28") == ["ok"]


# --- lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        (NodeList([NodeEntry(DEV, "Dev")]), "ok"),
        (NodeList([]), "fail"),
        (NodeList([], complete=False), "unverifiable"),
        (
            NodeList([NodeEntry(NEWS, "")] * 100),
            "unverifiable",
        ),
        (FORBIDDEN, "unverifiable"),
    ],
)
def test_a_space_is_in_the_list(listed: Answer[NodeList], wanted: Result) -> None:
    assert results(evidence(space(), services=of_service(listed=listed)), "R26") == [wanted]


@pytest.mark.parametrize(
    ("rule", "feature"),
    [
        ("R27", "urn:xmpp:pubsub-filter:0"),
        ("R29", "urn:xmpp:pubsub-ext-disco:0"),
        ("R29", "urn:xmpp:pubsub-ext-disco"),
    ],
)
def test_what_a_service_may_have(rule: str, feature: str) -> None:
    assert results(evidence(space()), rule) == ["not-applicable"]
    service = replace(PROSODY, features=frozenset({feature}))
    assert results(evidence(space(), services=of_service(service=service)), rule) == ["ok"]


@pytest.mark.parametrize(
    ("items", "gives", "all_of_them"),
    [
        (ItemList(()), "ok", ["ok"]),
        (ItemList((), complete=False), "ok", ["fail"]),
        (NOT_THERE, "fail", []),
        (FORBIDDEN, "unverifiable", []),
    ],
)
def test_items_are_given(items: Answer[ItemList], gives: Result, all_of_them: list[Result]) -> None:
    found = evidence(space(items=items))
    assert results(found, "R37") == [gives]
    assert results(found, "R42") == all_of_them


@pytest.mark.parametrize(
    ("each", "wanted"),
    [
        (Item("a", ()), "fail"),
        (item("a", LINK.format("https:x"), LINK.format("https:y")), "fail"),
        (item("a", "<note xmlns='urn:example:note'/>"), "ok"),
        (item(AVATAR, PICTURE.format(PNG), PICTURE.format(PNG)), "ok"),
    ],
)
def test_an_item_is_one_element(each: Item, wanted: Result) -> None:
    assert results(evidence(space(each)), "R38") == [wanted]


def test_kinds_that_are_not_known_are_counted() -> None:
    found = said(evidence(space(item("a", "<note xmlns='urn:example:note'/>"), ROOMS)), "R41")
    assert found[0][0] == "not-applicable"
    assert "1 item of kinds not known here" in found[0][1]


@pytest.mark.parametrize("rule", ["R32", "R33", "R34", "R35", "R36", "R41", "R48", "R49"])
def test_what_binds_others_is_there_with_its_reason(rule: str) -> None:
    (only,) = findings(evidence(space()), rule)
    assert only.said.result == "not-applicable"
    assert only.said.evidence


# --- items ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "each", "wanted"),
    [
        ("R30", item(AVATAR, PICTURE.format(PNG)), "ok"),
        ("R30", item("urn:xmpp:avatar:metadata", PICTURE.format(PNG)), "fail"),
        ("R30", item("mine", PICTURE.format(PNG)), "fail"),
        ("R31", item("mine", PICTURE.format("")), "ok"),
        ("R31", item(AVATAR, PICTURE.format(PNG)), "ok"),
        ("R31", item(AVATAR, PICTURE.format("")), "ok"),
        ("R31", item(AVATAR, PICTURE.format(PNG.replace("url=", "uri="))), "fail"),
        ("R31", item(AVATAR, PICTURE.format(PNG.replace("357a", "ffff-"))), "fail"),
        ("R31", item(AVATAR, PICTURE.format(PNG.replace("bytes='1'", "bytes='x'"))), "fail"),
        ("R31", item(AVATAR, PICTURE.format(PNG.replace("type=", "kind="))), "fail"),
        ("R31", item(AVATAR, ROOM.format("")), "fail"),
        ("R31", Item(AVATAR, ()), "fail"),
        ("D17", item(AVATAR, PICTURE.format(PNG)), "ok"),
        ("D17", item(AVATAR, PICTURE.format(PNG.replace("png", "jpeg"))), "fail"),
        ("D17", item(AVATAR, PICTURE.format(PNG + PNG.replace("png", "jpeg"))), "ok"),
        ("D17", item(AVATAR, PICTURE.format("")), "ok"),
        ("R39", ROOMS, "ok"),
        ("R39", item(OPS, "<conference xmlns='storage:bookmarks'/>"), "fail"),
        ("R39", item("a", f"<conference xmlns='storage:bookmarks' jid='{OPS}'/>"), "fail"),
        ("R39", item("a", LINK.format(f"xmpp:{OPS}?join")), "fail"),
        ("R39", item("a", LINK.format(f"xmpp:{OPS}?join;password=x")), "fail"),
        ("R39", item("a", LINK.format(f"xmpp:{OPS}?message")), "not-applicable"),
        ("R39", item("a", LINK.format("https://a.example/?join")), "not-applicable"),
        ("R40", item("a", NODE), "ok"),
        ("R40", item("a", LINK.format(NEWS.uri)), "fail"),
        ("R40", item("a", "<pubsub-node xmlns='urn:xmpp:pubsub-node-bookmark:0'/>"), "fail"),
        ("R40", item("a", LINK.format("https://a.example/")), "not-applicable"),
        ("D1", ROOMS, "ok"),
        ("D1", item("a room", ROOM.format("")), "fail"),
        ("D1", item("rooms.megacorp.example", ROOM.format("")), "fail"),
        ("D1", item(OPS, ROOM.format(f"jid='{OPS}'")), "fail"),
        ("D15", item("a", NODE), "ok"),
        ("D15", item("a", NODE.replace("server=", "service=")), "fail"),
        ("D15", item("a", NODE.replace("node=", "nodes=")), "fail"),
        ("D15", item("a", NODE.replace("pubsub.megacorp.example", "@")), "fail"),
        ("D16", item("a", LINK.format("https://a.example/")), "ok"),
        ("D16", item("a", LINK.format("")), "fail"),
        ("D16", item("a", "<x xmlns='jabber:x:oob'/>"), "fail"),
        ("D16", item("a", LINK.format("somewhere")), "fail"),
    ],
)
def test_what_an_item_holds(rule: str, each: Item, wanted: Result) -> None:
    found = evidence(space(each))
    assert results(found, rule) == [wanted]
    if wanted == "fail":
        assert f"id='{each.id.replace(' ', '&#32;')}'" in findings(found, rule)[0].said.request


@pytest.mark.parametrize("rule", ["R30", "R31", "D17", "R38", "R39", "R40", "D1", "D15", "D16"])
def test_where_there_is_nothing_of_a_kind_there_is_nothing_to_say(rule: str) -> None:
    assert results(evidence(space()), rule) == ["not-applicable"]


def test_what_is_reserved_for_others_is_no_child() -> None:
    marker = item("urn:spaces-sync:managed:0", LINK.format("no url"))
    assert results(evidence(space(marker)), "D16") == ["not-applicable"]


# --- what is listed says so ------------------------------------------------------------------

WELL: Final = room(DEV.uri, pointer=DEV.uri, former=DEV.uri)


@pytest.mark.parametrize("rule", ["R43", "R44", "R45", "R46", "R47"])
def test_a_room_that_names_its_space_in_all_ways(rule: str) -> None:
    assert results(listing(WELL), rule) == ["ok"]


@pytest.mark.parametrize(
    ("info", "wrong"),
    [
        (room(features=""), {"R43"}),
        (room(former=DEV.uri, features=""), {"R44", "R46"}),
        (room(pointer=DEV.uri), {"R46"}),
        (room(DEV.uri), {"R47"}),
        (room(DEV.uri, DEV.uri.upper(), pointer=DEV.uri), {"R46"}),
        (room("dev", pointer=DEV.uri), {"R46"}),
        (room(DEV.uri, pointer="dev"), {"R47"}),
        (room(DEV.uri, pointer=OTHER.uri), {"R47"}),
        (room(OTHER.uri, pointer=OTHER.uri), {"R45"}),
        (room(DEV.uri.replace("?;", "?"), pointer=DEV.uri), set()),
    ],
)
def test_what_is_wrong_with_how_a_room_names_its_space(info: RoomInfo, wrong: set[str]) -> None:
    found = listing(info, claimed={OTHER: frozenset()})
    failed = {r for r in ("R43", "R44", "R45", "R46", "R47") if "fail" in results(found, r)}
    assert failed == wrong


@pytest.mark.parametrize(
    ("claimed", "wanted"),
    [
        (frozenset({OPS}), "ok"),  # a room has one parent, and may be listed by several
        (frozenset(), "fail"),
        (NOT_FOUND, "fail"),
        (FORBIDDEN, "unverifiable"),
        (SILENT, "unverifiable"),
    ],
)
def test_a_claim_is_held_against_what_is_claimed(
    claimed: Answer[frozenset[Jid]], wanted: Result
) -> None:
    found = listing(room(OTHER.uri, pointer=OTHER.uri), claimed={OTHER: claimed})
    assert results(found, "R45") == [wanted]


@pytest.mark.parametrize(
    ("items", "wanted"),
    [([ROOMS], "ok"), ([], "fail")],
)
def test_a_claim_is_held_against_another_space_that_is_checked(
    items: list[Item], wanted: Result
) -> None:
    other = replace(space(*items), address=OTHER)
    found = evidence(space(ROOMS), other, rooms={OPS: room(OTHER.uri, pointer=OTHER.uri)})
    about = {each.said.subject.node: each.said.result for each in findings(found, "R45")}
    assert about["dev"] == wanted


def test_a_room_that_names_a_space_which_does_not_list_it() -> None:
    found = evidence(space(), rooms={HALL: WELL, OPS: room(OTHER.uri)})
    (wrong,) = findings(found, "R45")
    assert (wrong.said.result, wrong.said.subject.child) == ("fail", HALL)
    assert f"to='{HALL}'" in wrong.said.request


def test_a_node_that_names_its_space_and_one_that_does_not() -> None:
    told = NodeInfo({}, frozenset({SPACE}), {"parent": Field((DEV.uri,))})
    listed = space(item("a", NODE))
    assert results(evidence(listed, nodes={NEWS: told}), "R43") == ["ok"]
    assert results(evidence(listed, nodes={NEWS: told}), "R44") == ["ok"]
    silent = evidence(listed, nodes={NEWS: NodeInfo({})})
    assert said(silent, "R43") == [("fail", "names no space")]
    assert results(silent, "R47") == ["not-applicable"]


@pytest.mark.parametrize("rule", ["R43", "R44", "R46", "R47", "X9", "X10"])
def test_of_a_room_that_does_not_answer_nothing_is_known(rule: str) -> None:
    assert results(listing(SILENT), rule) == ["not-applicable"]


# --- the rooms behind it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "info", "there", "free"),
    [
        (OPS, WELL, "ok", "ok"),
        (OPS, NOT_FOUND, "ok", "fail"),
        (OPS, Refusal("gone", "gone"), "fail", "ok"),
        (OPS, FORBIDDEN, "unverifiable", "ok"),
        (OPS, SILENT, "unverifiable", "ok"),
        (FAR, NOT_FOUND, "fail", "ok"),
    ],
)
def test_a_room_that_is_not_there(
    about: Jid, info: Answer[RoomInfo], there: Result, free: Result
) -> None:
    found = evidence(space(item(about, ROOM.format(""))), rooms={about: info})
    assert results(found, "X7") == [there]
    assert results(found, "X8") == [free]


def test_a_node_that_is_not_there() -> None:
    found = evidence(space(item("a", NODE)), nodes={NEWS: NOT_FOUND})
    assert results(found, "X7") == ["fail"]
    assert results(found, "X8") == ["ok"]


@pytest.mark.parametrize(
    ("own", "listed", "wanted"),
    [
        ("Ops", "name='Ops'", "ok"),
        ("Operations", "name='Ops'", "fail"),
        ("", "name='Ops'", "ok"),
        ("ops", "name='Ops'", "ok"),  # of a room without a name Prosody says this
        ("Ops", "", "ok"),
    ],
)
def test_the_name_of_a_room(own: str, listed: str, wanted: Result) -> None:
    assert results(listing(room(name=own), listed), "X9") == [wanted]


@pytest.mark.parametrize(
    ("access", "features", "wanted"),
    [
        ("open", "muc_open", "not-applicable"),
        ("whitelist", "muc_open", "fail"),
        ("authorize", "muc_open muc_unsecured", "fail"),
        ("whitelist", "muc_membersonly", "ok"),
        ("whitelist", "muc_open muc_passwordprotected", "ok"),
    ],
)
def test_a_room_of_a_private_space(access: str, features: str, wanted: Result) -> None:
    config = altered(access_model=access)
    found = evidence(space(ROOMS, config=config), rooms={OPS: room(features=features)})
    assert results(found, "X10") == [wanted]


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("rooms.megacorp.example", True),
        ("megacorp.example", True),
        ("notmegacorp.example", False),
        ("conference.far.example", False),
        ("chat.community.example", True),
    ],
)
def test_which_services_are_beside_ours(host: str, local: bool) -> None:
    services = {Jid("pubsub.megacorp.example"): None, Jid("spaces.community.example"): None}
    assert is_local(host, ACCOUNT, services) is local
    assert not is_local("other.example", Jid("a@b.example"), {Jid("megacorp.example"): None})


# --- all together ----------------------------------------------------------------------------


def test_rules_have_names_of_their_own_and_those_of_the_xep_are_all_there() -> None:
    names = [row.rule.id for row in RULES]
    assert len(set(names)) == len(names)
    assert {f"R{number}" for number in range(1, 50)} <= {*names}
    assert names.index("R49") < names.index("D1") < names.index("X1") < names.index("X10")


def test_a_finding_has_the_place_of_what_a_file_says() -> None:
    declaration = replace(
        declare(),
        places={
            (DEV,): Place("a.yaml", 1, 1),
            (DEV, "config", "pubsub#access_model"): Place("a.yaml", 2, 1),
            (DEV, Key("room", OPS)): Place("a.yaml", 3, 1),
        },
    )
    found = replace(listing(NOT_FOUND), declaration=declaration)
    lines = {
        each.rule.id: each.place and each.place.line
        for each in checked(found).findings
        if each.said.subject.node is not None
    }
    assert (lines["R1"], lines["R9"], lines["X8"]) == (1, 2, 3)
    assert all(each.place is None for each in checked(listing(NOT_FOUND)).findings)


def test_what_counts() -> None:
    fine = evidence(space(), features=" ".join(NAMES.values()))
    assert checked(fine, strict=True).conforms
    must = evidence(space(config=altered(notify_retract="false")))
    assert not checked(must).conforms
    should = replace(fine, spaces={DEV: space(config=altered(notify_delete="false"))})
    assert checked(should).conforms
    assert not checked(should, strict=True).conforms
    unadvertised = evidence(space(), features=" ".join({*NAMES.values()} - {"config-node"}))
    assert checked(unadvertised).conforms
    assert not checked(unadvertised, strict=True).conforms
    recommended = evidence(space(), features=" ".join({*NAMES.values()} - {"get-pending"}))
    assert checked(recommended, strict=True).conforms


def test_evidence_that_goes_on_without_an_end_is_cut() -> None:
    found = listing(room(name="x" * 5000), "name='Ops'")
    ((_, text),) = said(found, "X9")
    assert len(text) < 2100
    assert results(found, "X9") == ["fail"]


def test_a_list_that_was_cut_shows_nothing_about_what_is_not_in_it() -> None:
    cut = evidence(space(items=ItemList((), complete=False)), rooms={HALL: WELL})
    assert results(cut, "R45") == ["not-applicable"]
    hidden = evidence(space(items=FORBIDDEN), rooms={HALL: WELL})
    assert results(hidden, "R45") == []


def test_a_list_that_is_refused_or_cut_is_said_once_for_the_service() -> None:
    for listed in (FORBIDDEN, NodeList([], complete=False), NodeList([NodeEntry(NEWS, "")] * 100)):
        found = evidence(services=of_service(listed=listed))
        (only,) = findings(found, "R26")
        assert (only.said.result, only.said.subject.node) == ("unverifiable", None)
