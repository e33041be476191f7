"""What a picture says of a company: who may enter, what points back, what a plan makes of it."""

from dataclasses import replace
from typing import Any

import pytest

import pictured
from builders import ACCOUNT, PROSODY
from pictured import ATTIC, DEV, PASSWORD, SALES, company, company_plan, jid, person
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.state import NO_PASSWORD, Address, Field, Reading, State
from spaces_sync.plan.actions import CreateRoom, SetAffiliation
from spaces_sync.plan.plan import Plan
from spaces_sync.profile import ACCESS_MODEL, MEMBERS_ONLY, NODE_PARENT, PARENT, ROOM_NAME
from spaces_sync.report import formats
from spaces_sync.report.map_view import map_view
from spaces_sync.report.picture import Picture, PicturedChild, PicturedObject
from spaces_sync.report.picturing import picture
from spaces_sync.report.style import Style

NOW = picture(company())
THEN = picture(company(), company_plan())


def find(drawn: Picture, address: Address) -> PicturedObject:
    (found,) = (each for each in drawn.objects if each.address == address)
    return found


def child(drawn: Picture, space: NodeAddress, target: str) -> PicturedChild:
    (found,) = (each for each in find(drawn, space).children if each.target == target)
    return found


def test_a_service_of_nodes_comes_before_those_of_rooms():
    assert [(each.jid, each.holds_nodes) for each in NOW.services] == [
        (PROSODY.jid, True),
        ("conference.megacorp.example", False),
        ("rooms.other.example", False),
    ]


def test_a_space_says_who_can_read_it_and_who_manages_it():
    dev = find(NOW, DEV)

    assert (dev.sort, dev.exposure, dev.access_model) == ("space", "public", "open")
    assert dev.enters == "anyone can read it"
    assert dev.source == "megacorp"
    assert find(NOW, SALES).enters == "only who is named can read it"


@pytest.mark.parametrize(
    ("room", "members_only", "password", "words"),
    [
        ("erp", False, False, "anyone can enter"),
        ("ops", True, True, "only members can enter, with a password"),
        ("deals", True, False, "only members can enter"),
    ],
)
def test_a_room_says_who_can_enter(room: str, members_only: bool, password: bool, words: str):
    found = find(NOW, jid(room))

    assert (found.members_only, found.password, found.enters) == (members_only, password, words)


@pytest.mark.parametrize(
    ("space", "room", "back"),
    [
        (DEV, "erp", "here"),
        (SALES, "erp", "elsewhere"),
        (SALES, "deals", "elsewhere"),
        (DEV, "ci", "nowhere"),
        (DEV, "gone", "untold"),
    ],
)
def test_what_a_room_names_is_held_against_each_space_that_lists_it(space, room: str, back: str):
    assert child(NOW, space, jid(room)).back == back


@pytest.mark.parametrize(
    ("room", "claim"),
    [("erp", "listed"), ("deals", "not listed"), ("ci", ""), ("lounge", "not listed")],
)
def test_what_a_room_names_lists_it_or_does_not(room: str, claim: str):
    assert find(NOW, jid(room)).claim == claim


def test_of_a_space_that_was_not_read_it_is_not_known_whether_it_lists_a_room():
    far = NodeAddress(PROSODY.jid, "far")
    reading = Reading(ACCOUNT, State(rooms={jid("a"): pictured.room("A", parent=far)}))
    alone = replace(reading, listings={far: "forbidden"})

    assert find(picture(reading), jid("a")).claim == "unknown"
    assert find(picture(alone), jid("a")).claim == "unknown"
    listed = replace(reading, listings={far: frozenset({jid("a")})})
    assert find(picture(listed), jid("a")).claim == "listed"
    assert find(picture(replace(reading, absent=frozenset({far}))), jid("a")).claim == "not listed"


def test_a_node_names_its_parent_by_an_id_on_its_own_service():
    news = NodeAddress(PROSODY.jid, "dev-news")
    reading = company()
    node = reading.state.nodes[news]
    named = replace(node, config={**node.config, NODE_PARENT: Field(("dev",))})
    nodes = {**reading.state.nodes, news: named}
    drawn = picture(replace(reading, state=replace(reading.state, nodes=nodes)))

    assert find(drawn, news).parent == DEV
    assert child(drawn, DEV, news.uri).back == "here"


def test_people_stand_with_what_they_are_and_hear():
    people = {each.jid: (each.affiliation, each.subscription) for each in find(NOW, DEV).people}

    assert people == {
        ACCOUNT: ("owner", ""),
        person("ada"): ("owner", "subscribed"),
        person("ben"): ("publisher", "subscribed"),
        person("carla"): ("", "subscribed"),
        person("dan"): ("", "subscribed"),
    }


def test_what_is_not_there_and_what_could_not_be_read_say_so():
    assert find(NOW, jid("gone")).found == "absent"
    elsewhere = find(NOW, bare_jid("hall@rooms.other.example"))
    assert (elsewhere.found, elsewhere.note) == (
        "unread",
        "cannot be read: remote-server-not-found",
    )


def test_what_is_known_from_outside_says_why():
    drawn = picture(company(), outside={DEV: "forbidden"})

    assert (find(drawn, DEV).found, find(drawn, DEV).note) == ("outside", "forbidden")


def test_what_a_plan_does_has_its_sign_everywhere():
    assert not NOW.planned
    assert THEN.planned
    signs = {each.address: each.sign for each in THEN.objects if each.sign}
    assert signs == {ATTIC: "+", DEV: "~", SALES: "-", jid("ci"): "~"}
    listed = {each.target: each.sign for each in find(THEN, DEV).children if each.sign}
    assert listed == {jid("gone"): "-", jid("new"): "+", "https://new.example/": "→"}
    people = {each.jid: each.sign for each in find(THEN, DEV).people if each.sign}
    assert people == {person("carla"): "+", person("dan"): "-"}


def test_a_picture_of_a_plan_shows_what_will_be():
    assert find(THEN, DEV).access_model == "whitelist"
    assert find(THEN, DEV).enters == "only who is named can read it"
    assert find(THEN, ATTIC).found == "planned"
    assert find(THEN, jid("ci")).title == "Continuous integration"
    renamed = child(THEN, DEV, "https://new.example/")
    assert renamed.former == "https://megacorp.example/dev-team-presentation"


def test_what_leaves_a_space_or_goes_with_it_is_listed_there_no_more():
    assert find(NOW, jid("erp")).listed_in == (DEV, SALES)
    assert find(THEN, jid("erp")).listed_in == (DEV,)
    assert find(THEN, jid("gone")).listed_in == ()
    assert find(THEN, jid("lounge")).listed_in == (ATTIC,)


def test_a_room_that_is_made_is_drawn_with_who_will_be_in_it():
    made = jid("made")
    actions = (
        CreateRoom(made, {ROOM_NAME: ("Made",), MEMBERS_ONLY: ("true",)}, NO_PASSWORD),
        SetAffiliation(made, person("ada"), "none", "member"),
    )
    drawn = find(picture(company(), Plan(ACCOUNT, actions)), made)

    assert (drawn.found, drawn.title, drawn.password) == ("planned", "Made", False)
    assert [(each.jid, each.sign) for each in drawn.people or ()] == [(person("ada"), "+")]


def test_ledgers_are_no_part_of_a_picture():
    reading = company()
    book = NodeAddress(PROSODY.jid, "urn:spaces-sync:ledger:0:megacorp")
    nodes = {**reading.state.nodes, book: reading.state.nodes[DEV]}
    drawn = picture(replace(reading, state=replace(reading.state, nodes=nodes)))

    assert [each.address for each in drawn.objects] == [each.address for each in NOW.objects]


@pytest.mark.parametrize("output_format", formats.MAPS)
def test_no_password_is_in_any_map(output_format: str):
    secrets = [room.password.value for room in company().state.rooms.values() if room.password]
    assert secrets == [PASSWORD]

    assert PASSWORD not in formats.MAPS[output_format](NOW, Style())
    assert PASSWORD not in formats.MAPS[output_format](THEN, Style())


def test_each_room_is_told_of_in_full_once():
    entries = [
        entry
        for service in map_view(THEN).services
        for group in (*service.others, *(g for space in service.spaces for g in space.children))
        for entry in group.entries
    ]
    told = [entry.anchor for entry in entries if entry.anchor]

    assert len(told) == len(set(told))
    anchors = {*told, *(space.entry.anchor for s in map_view(THEN).services for space in s.spaces)}
    assert len(anchors) == len(list(THEN.objects))
    assert {entry.told_at for entry in entries} - {""} <= anchors


def test_a_person_of_very_many_objects_is_counted():
    rooms = {jid(f"r{n:04}"): pictured.room("R") for n in range(700)}
    (person_entry,) = map_view(picture(Reading(ACCOUNT, State(rooms=rooms)))).people

    (place,) = person_entry.places
    assert (len(place.names), len(place.shown), place.more) == (700, 500, 200)


def test_an_access_model_of_no_exposure_stands_as_it_is():
    reading = company()
    node = reading.state.nodes[DEV]
    roster = replace(node, config={**node.config, ACCESS_MODEL: Field(("roster",))})
    state = replace(reading.state, nodes={DEV: roster})

    assert find(picture(replace(reading, state=state)), DEV).exposure == "roster"


def test_what_names_no_node_names_no_space():
    reading = company()
    bad = replace(
        reading.state.rooms[jid("erp")],
        config={**reading.state.rooms[jid("erp")].config, PARENT: Field(("dev",))},
    )
    rooms: dict[Jid, Any] = {**reading.state.rooms, jid("erp"): bad}
    drawn = picture(replace(reading, state=replace(reading.state, rooms=rooms)))

    assert find(drawn, jid("erp")).parent is None
    assert child(drawn, DEV, jid("erp")).back == "nowhere"
