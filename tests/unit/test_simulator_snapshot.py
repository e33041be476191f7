"""The snapshot as a file: who is recognised, what is refused with its place, how it is written."""

import asyncio
import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from spaces_sync.codec import DataError
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Field, Node, Reading, Room, Secret, Service, State
from spaces_sync.model.xml import element
from spaces_sync.ports import ServiceError
from spaces_sync.profile import MAX_ITEMS, PARENT, PUBSUB
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, Simulator, profile_of
from spaces_sync.simulator.snapshot import dump, load, read, render, text_of, world_to_data

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "schema" / "snapshot.schema.json").read_text())
)
ADMIN = Jid("admin@megacorp.example")
BOB = Jid("bob@megacorp.example")
SERVICE = Jid("pubsub.megacorp.example")
OTHER = Jid("other.megacorp.example")
DEV = NodeAddress(SERVICE, "dev")
CI = Jid("ci@rooms.megacorp.example")
KEPT = {"muc#roomconfig_persistentroom": ("true",)}

do = asyncio.run


def as_data(service: Service) -> Mapping[str, Any]:
    return dump(Reading(ADMIN, services={service.jid: service}))


@pytest.mark.parametrize(
    ("name", "features", "profile"),
    [
        ("Prosody PubSub Service", frozenset(), PROSODY),
        ("Publish-Subscribe", frozenset(), EJABBERD),
        ("Our spaces", EJABBERD.features, EJABBERD),
        ("Our spaces", PROSODY.features, PROSODY),
        ("Our spaces", frozenset({f"{PUBSUB}#get-pending", f"{PUBSUB}#meta-data"}), PROSODY),
        ("", frozenset(), PROSODY),
    ],
)
def test_a_server_is_recognised(name: str, features: frozenset[str], profile: Profile) -> None:
    service = Service(SERVICE, name, features)
    assert profile_of(service) == profile
    data = as_data(service)
    assert data["services"][SERVICE]["profile"] == profile.name
    assert load(data).world.hosts[SERVICE].profile == profile
    assert do(load(data).service(SERVICE)) == service


@pytest.mark.parametrize(
    ("identity", "field", "name"),
    [
        (PROSODY.identity, PARENT, "prosody+muc_space_parent"),
        (PROSODY.identity, "muc#roomconfig_roomname", "prosody"),
        (EJABBERD.identity, PARENT, "ejabberd"),
    ],
)
def test_rooms_tell_whether_a_prosody_has_the_module(identity: str, field: str, name: str) -> None:
    services = {SERVICE: Service(SERVICE, identity)}
    live = Reading(ADMIN, State(rooms={CI: Room({field: Field(())})}), services=services)
    data = dump(live)
    assert data["services"][SERVICE]["profile"] == name
    simulator = load(data)
    new = Jid("new@rooms.megacorp.example")
    do(simulator.create_room(new, KEPT, None))
    assert (PARENT in do(simulator.raw.room_config(new))) is (field == PARENT)


def test_a_person_can_say_which_server_it_is() -> None:
    data = {"format_version": "1.0", "services": {SERVICE: {"name": "?", "profile": "ejabberd"}}}
    SCHEMA.validate(data)
    assert load(data).world.hosts[SERVICE].profile == EJABBERD


@pytest.mark.parametrize(
    ("name", "form", "taken", "refused"),
    [
        (PROSODY.identity, {MAX_ITEMS: Field(("20",), "text-single", (), 900)}, "900", "901"),
        (EJABBERD.identity, {MAX_ITEMS: Field(("50",), "text-single")}, "50", "51"),
        ("?", {MAX_ITEMS: Field(("7",), "text-single", (), 9)}, "9", "10"),
    ],
)
def test_caps_are_those_of_the_service(
    name: str, form: Mapping[str, Field], taken: str, refused: str
) -> None:
    simulator = load(as_data(Service(SERVICE, name, default_config=form)))
    with pytest.raises(ServiceError):
        do(simulator.create_node(DEV, {MAX_ITEMS: (refused,)}))
    do(simulator.create_node(DEV, {MAX_ITEMS: (taken,)}))
    assert do(simulator.node_config(DEV)) == {
        MAX_ITEMS: Field((taken,), "text-single", (), form[MAX_ITEMS].highest)
    }


def test_no_password_is_written(tmp_path: Path) -> None:
    simulator = Simulator(ADMIN, EJABBERD)
    do(simulator.create_room(CI, KEPT, Secret("hush-from-port")))
    form = do(simulator.room_config(CI))
    assert form["muc#roomconfig_roomsecret"].values == ("hush-from-port",)
    (tmp_path / "live.json").write_text(render(simulator))
    room = Room(form, {}, Secret("hush-declared"))
    reading = Reading(ADMIN, State(rooms={CI: room}))
    for written in ((tmp_path / "live.json").read_text(), json.dumps(dump(reading))):
        assert CI in written
        assert "hush" not in written
        assert json.loads(written)["rooms"][CI]["config"]["muc#roomconfig_roomsecret"] == {
            "type": "text-private",
            "values": [],
        }
    again = read(tmp_path / "live.json")
    do(again.configure_room(CI, {}, Secret("hush-again")))
    assert do(again.room_config(CI))["muc#roomconfig_roomsecret"].values == ("hush-again",)


def test_what_could_not_be_read_stays_unknown() -> None:
    reading = Reading(ADMIN, failed={DEV: "no answer", CI: "forbidden", OTHER: "not reached"})
    data = dump(reading)
    SCHEMA.validate(data)
    simulator = load(data)
    for request, reason in (
        (simulator.node_info(DEV), "no answer"),
        (simulator.room_info(CI), "forbidden"),
        (simulator.create_room(CI, KEPT, None), "forbidden"),
        (simulator.service(OTHER), "not reached"),
    ):
        with pytest.raises(ServiceError, match=reason):
            do(request)
    assert world_to_data(simulator)["failed"] == data["failed"]


def test_affiliations_that_could_not_be_seen_stay_so() -> None:
    reading = Reading(
        ADMIN,
        State({DEV: Node({}, affiliations=None, subscriptions=None)}, {CI: Room({})}),
        services={SERVICE: Service(SERVICE, PROSODY.identity)},
    )
    simulator = load(dump(reading))
    for request in (
        simulator.affiliations(DEV),
        simulator.subscriptions(DEV),
        simulator.room_affiliations(CI),
    ):
        with pytest.raises(ServiceError, match="forbidden"):
            do(request)


WHOLE: dict[str, Any] = {
    "format_version": "1.0",
    "account": ADMIN,
    "services": {SERVICE: {"name": "", "features": ["a"], "default_config": {}}},
    "nodes": {
        DEV.uri: {
            "config": {"pubsub#title": {"values": ["Dev"]}},
            "items": [{"id": "a", "payloads": ["<a/>"]}, {"id": "b", "payloads": []}],
            "affiliations": {ADMIN: "owner"},
        }
    },
    "rooms": {CI: {"config": {}, "affiliations": None}},
    "destroyed": [],
}
NODE = '$.nodes["xmpp:pubsub.megacorp.example?;node=dev"]'


def test_the_whole_that_the_next_test_breaks() -> None:
    SCHEMA.validate(WHOLE)
    assert len(do(load(WHOLE).items(DEV)).items) == 2


def change(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return apply


def node(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    return change("nodes", DEV.uri, *path, value=value)


BROKEN = [
    (change("format_version", value="2.0"), "format_version", "this program reads version 1.0"),
    (lambda data: data.pop("format_version"), "$", "'format_version' is missing"),
    (change("nods", value={}), "nods", "this key means nothing here"),
    (change("profile", value="openfire"), "profile", "should be one of prosody, prosody-13"),
    (change("nodes", value=[]), "nodes", "should be a mapping"),
    (change("services", SERVICE, "features", value="a"), f'services["{SERVICE}"].features', "list"),
    (change("services", SERVICE, value={}), f'services["{SERVICE}"]', "'name' is missing"),
    (change("rooms", value={CI: {}}), f'rooms["{CI}"]', "'config' is missing"),
    (change("rooms", CI, "affiliations", value={ADMIN: 1}), f'"{ADMIN}"]', "should be a string"),
    (change("destroyed", value=[1]), "destroyed[0]", "should be a string"),
    (node("config", "x", value={"values": "abc"}), f"{NODE}.config.x.values", "should be a list"),
    (
        node("config", "x", value={"values": [], "highest": "9"}),
        f"{NODE}.config.x.highest",
        "should be a whole number",
    ),
    (node("complete", value="yes"), f"{NODE}.complete", "should be true or false"),
    (node("items", 1, "payloads", value=[1]), f"{NODE}.items[1].payloads[0]", "should be a string"),
    (node("items", 1, "id", value=None), f"{NODE}.items[1].id", "should be a string"),
]
ONLY_THE_LOADER_SEES = [
    (node("items", 0, "payloads", value=["<a>"]), f"{NODE}.items[0].payloads[0]", "no element"),
    (node("items", 1, "id", value="a"), f"{NODE}.items[1]", "the id 'a' is there twice"),
    (change("account", value="a@b/c"), "account", "has a resource"),
    (change("rooms", value={"@x": {"config": {}}}), 'rooms["@x"]', "nothing before the '@'"),
    (change("nodes", value={"xmpp:a": {"config": {}}}), 'nodes["xmpp:a"]', "not name one node"),
    (change("failed", value={ADMIN: "\ud800"}), f'$.failed["{ADMIN}"]', "half of a surrogate pair"),
    (node("config", "\ud800", value={"values": []}), f'{NODE}.config["\ud800"]', "half of a"),
]


@pytest.mark.parametrize(("breaks", "path", "reason"), [*BROKEN, *ONLY_THE_LOADER_SEES])
def test_what_is_wrong_is_said_with_its_place(
    breaks: Callable[[dict[str, Any]], None], path: str, reason: str
) -> None:
    data = copy.deepcopy(WHOLE)
    breaks(data)
    with pytest.raises(DataError) as refused:
        load(data)
    assert refused.value.path.endswith(path)
    assert reason in str(refused.value)


@pytest.mark.parametrize("breaks", [breaks for breaks, _, _ in BROKEN])
def test_the_schema_refuses_the_same(breaks: Callable[[dict[str, Any]], None]) -> None:
    data = copy.deepcopy(WHOLE)
    breaks(data)
    with pytest.raises(ValidationError):
        SCHEMA.validate(data)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1, column 2"),
        (b"", "line 1, column 1"),
        (b"[]", "should be a mapping"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 200_000, "deep"),
    ],
)
def test_a_file_that_is_no_snapshot(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "live.json").write_bytes(content)
    with pytest.raises(DataError, match=words):
        read(tmp_path / "live.json")


def test_a_new_file_is_an_empty_world(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    simulator = read(path, ADMIN)
    assert not path.exists()
    do(simulator.create_node(DEV, {}))
    path.write_text(render(simulator), encoding="utf-8")
    again = read(path)
    assert again.account == ADMIN
    assert do(again.affiliations(DEV)) == {ADMIN: "owner"}
    assert do(again.service(OTHER)).name == PROSODY.identity


def test_an_empty_file_for_ejabberd_grows(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_text('{"format_version": "1.0", "profile": "ejabberd"}')
    simulator = read(path, ADMIN)
    do(simulator.create_node(DEV, {}))
    do(simulator.create_room(CI, KEPT, None))
    path.write_text(render(simulator), encoding="utf-8")
    again = read(path)
    assert do(again.service(SERVICE)).name == EJABBERD.identity
    assert do(again.service(OTHER)).name == EJABBERD.identity
    assert "muc#roomconfig_pubsub" in do(again.room_config(CI))


def test_a_snapshot_of_a_server_knows_no_other_service() -> None:
    simulator = load(as_data(Service(SERVICE, EJABBERD.identity)))
    assert simulator.profile == EJABBERD  # of the rooms
    with pytest.raises(ServiceError, match="remote-server-not-found"):
        do(simulator.service(OTHER))


def test_another_account_may_use_a_snapshot() -> None:
    simulator = load(as_data(Service(SERVICE, PROSODY.identity)), BOB)
    assert simulator.account == BOB
    do(simulator.create_node(DEV, {}))


def test_a_destroyed_room_stays_destroyed() -> None:
    simulator = Simulator(ADMIN)
    do(simulator.create_room(CI, KEPT, None))
    do(simulator.destroy_room(CI))
    with pytest.raises(ServiceError, match="gone"):
        do(load(world_to_data(simulator)).room_info(CI))


def test_the_file_is_for_people_and_diffs(tmp_path: Path) -> None:
    path = tmp_path / "live.json"
    simulator = Simulator(ADMIN)
    for name in ("zulu", "über", "alpha"):
        do(simulator.create_node(NodeAddress(SERVICE, name), {"pubsub#title": ("Größe",)}))
    do(simulator.publish(NodeAddress(SERVICE, "alpha"), "b", element("urn:a", "a")))
    do(simulator.publish(NodeAddress(SERVICE, "alpha"), "a", element("urn:a", "a")))
    path.write_text(render(simulator), encoding="utf-8")
    first = path.read_text(encoding="utf-8")
    assert first.endswith("}\n")
    assert '\n  "format_version": "1.0"' in first
    assert "Größe" in first
    data = json.loads(first)
    assert list(data["nodes"]) == sorted(data["nodes"])
    alpha = data["nodes"][NodeAddress(SERVICE, "alpha").uri]
    assert [item["id"] for item in alpha["items"]] == ["b", "a"]  # oldest first
    path.write_text(render(read(path)), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == first


def test_a_large_world_is_cheap() -> None:
    count = 20_000
    simulator = load(
        as_data(
            Service(
                SERVICE,
                PROSODY.identity,
                default_config={MAX_ITEMS: Field(("max",), "text-single", (), count)},
            )
        )
    )
    do(simulator.create_node(DEV, {}))
    payload = element("urn:a", "a")
    names = [f"item{number}" for number in range(count + 1)]

    async def publish() -> None:
        for name in names:
            await simulator.publish(DEV, name, payload)

    do(publish())
    listed = do(simulator.items(DEV)).items
    assert [item.id for item in listed] == names[1:]
    SCHEMA.validate(world_to_data(simulator))


def test_what_would_steer_a_terminal_is_escaped_in_the_file() -> None:
    title = "\x1b[31m\x7f\x9b31m\u202eabc\u2028 é漢😀 \U000e0001"
    data = {"title": title, "é": ["\x85"]}
    text = text_of(data)

    assert all(character.isprintable() or character == "\n" for character in text)
    assert "é漢😀" in text
    assert json.loads(text) == data
