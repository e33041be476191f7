"""What import writes of a reading: the smallest document, and remarks on what is not in it."""

from dataclasses import replace

import pytest

from builders import ACCOUNT, DEV, SERVICE, SPACE_CONFIG, form, item, live_node, published, reading
from builders import room as child_room
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.imported import imported
from spaces_sync.document import dump, yaml_text
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.load import examine_files
from spaces_sync.document.wanted import Wanted
from spaces_sync.document.yaml_text import Row, Section, scalar, written
from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import (
    NO_PASSWORD,
    Field,
    Item,
    Node,
    Owned,
    Ownership,
    Reading,
    Room,
    Secret,
    Values,
)
from spaces_sync.profile import PARENT, TITLE

BOB = Jid("bob@megacorp.example")
HALL = Jid("hall@rooms.megacorp.example")
MODELS = {SERVICE: "whitelist", Jid("else.example"): "authorize"}
HEAD = "version: 1\nsource: us\nservice: pubsub.megacorp.example\n"
NOTE = "<note xmlns='urn:example:note'>Be kind.</note>"


def text_of(found: Reading, **more: object) -> str:
    """Without the line that names the schema."""
    nodes = [each for each in found.state.nodes if each.node != "news"]
    wanted = Wanted(SERVICE, MODELS, nodes, source="us")
    return imported(found, replace(wanted, **more)).text.partition("\n")[2]  # type: ignore[arg-type]  # by name


def space(*items: Item, **config: str | Values) -> Node:
    plain = {name: each for name, each in SPACE_CONFIG.items() if name != TITLE}
    return live_node(*items, config={**plain, **form(**config)})


def test_what_is_as_without_a_file_is_not_written():
    assert text_of(reading({DEV: space()})) == f"{HEAD}spaces:\n  dev:\n    exposure: public\n"


def test_what_differs_is_written():
    found = space(
        title="Dev",
        access_model="authorize",
        publish_model="open",
        max_items="7",
        description="a\nb",
    )
    assert text_of(reading({DEV: found})) == (
        f"{HEAD}spaces:\n  dev:\n    title: Dev\n    description: |-\n      a\n      b\n"
        "    exposure: private\n    publish_model: open\n    allow_open_publishing: true\n"
        "    max_items: 7\n    access_model: authorize\n"
    )


def test_the_account_itself_is_not_among_the_people():
    found = replace(space(), affiliations={ACCOUNT: "owner", BOB: "member"})
    text = text_of(reading({DEV: found}))
    assert f"    affiliations:\n      {BOB}: member\n" in text
    assert ACCOUNT not in text


@pytest.mark.parametrize("items", [False, True])
def test_other_payloads_are_written_only_where_that_is_asked_for(items: bool):
    found = reading({DEV: space(item("rules", NOTE), item("urn:xmpp:avatar:metadata", NOTE))})
    text = text_of(found, items=items)
    assert ("    items:\n      rules: {xml: " in text) == items
    assert ("# rules: left out: of no kind that is known here; --with-items" in text) != items
    assert "# urn:xmpp:avatar:metadata: left out: its id is reserved\n" in text
    assert "items: {}" not in text  # which would say that all of ours shall go


def test_what_the_language_cannot_say_is_left_out_with_the_reason():
    bad = "<conference xmlns='urn:xmpp:bookmarks:1' name='a&#10;b'/>"
    text = text_of(reading({DEV: space(item(HALL, bad), title="a\nb")}))
    assert "    # title: left out: this is one line of text" in text
    assert f"    # {HALL}: left out: this is one line of text" in text
    assert "    rooms:" not in text


def test_a_space_of_another_access_model_is_none():
    found = reading({DEV: space(access_model="presence"), NodeAddress(SERVICE, "x"): space()})
    text = text_of(found)
    assert "  # dev: left out: its access model is 'presence', which fits neither" in text
    assert "  x:\n    exposure: public\n" in text


def test_what_could_not_be_read_is_named():
    found = reading({}, failed={DEV: "forbidden (auth)"})
    assert "# dev: left out: forbidden (auth)\n" in text_of(found, spaces=[DEV])


@pytest.mark.parametrize(
    ("node", "key"),
    [
        ("null", '"null"'),
        ("yes", '"yes"'),
        ("1.0", '"1.0"'),
        ("a#b", '"a#b"'),
        ("x-dev", '"xmpp:pubsub.megacorp.example?;node=x-dev"'),
        ("xmpp:dev", '"xmpp:pubsub.megacorp.example?;node=xmpp%3Adev"'),
        ("<b>", '"<b>"'),
        ("\u202eoof", '"\\u202eoof"'),
        ("日本", "日本"),
    ],
)
def test_every_node_id_is_a_key(node: str, key: str):
    text = text_of(reading({NodeAddress(SERVICE, node): space()}))
    assert f"  {key}:\n    exposure: public\n" in text


def test_a_node_of_another_service_is_named_by_its_uri():
    other = NodeAddress(Jid("else.example"), "dev")
    found = reading({other: space()})
    found = replace(found, services={**found.services, other.service: found.services[SERVICE]})
    assert "  xmpp:else.example?;node=dev:\n" in text_of(found).replace('"', "")


def test_what_another_source_manages_is_said_on_top():
    theirs = marker.item(marker.Marker("theirs"))
    made = imported(reading({DEV: space(theirs)}), Wanted(SERVICE, MODELS, [DEV], source="us"))
    assert made.still == [
        "  pubsub.megacorp.example/dev is managed by the source 'theirs': --source theirs writes "
        "that source's file; --take-over of plan and apply makes it this file's"
    ]
    assert "#   pubsub.megacorp.example/dev is managed by the source 'theirs'" in made.text


def test_what_a_source_manages_is_one_line_a_source():
    """As for who has no file of it any more, and forgets --source."""
    spaces = {replace(DEV, node=f"n{number}"): space(marked("club")) for number in range(12)}
    spaces[DEV] = space(marked("it's\u202e"))
    found = replace(
        reading(spaces, rooms={HALL: Room({})}), ownership=Ownership(others={HALL: "club"})
    )
    made = imported(found, Wanted(SERVICE, MODELS, [*spaces], rooms=[HALL]))
    assert made.still == [
        "  12 spaces and 1 room are managed by the source 'club': --source club writes that "
        "source's file; --take-over of plan and apply makes them this file's",
        '  pubsub.megacorp.example/dev is managed by the source "it\'s\\u202e": --take-over of '
        "plan and apply makes it this file's",
    ]
    assert made.text.count("managed by the source") == 2


def marked(source: str) -> Item:
    return marker.item(marker.Marker(source))


def test_what_a_source_protects_stays_protected():
    ours = Ownership({DEV: Owned({}, protect=True)})
    found = reading({DEV: space()}, ownership=ours)
    assert "    protect: true\n" in text_of(found)


def test_an_access_model_is_as_the_service_of_the_space_has_it():
    other = NodeAddress(Jid("else.example"), "dev")
    found = reading({other: space(access_model="whitelist"), DEV: space(access_model="whitelist")})
    found = replace(found, services={**found.services, other.service: found.services[SERVICE]})
    text = imported(found, Wanted(SERVICE, MODELS, [other, DEV])).text
    assert text.count("access_model: whitelist") == 1


@pytest.mark.parametrize("item_id", ["x-1", "x-a@rooms.megacorp.example"])
def test_a_key_that_would_be_a_remark_is_left_out(item_id: str):
    people = {Jid("x-foo.example"): "member", Jid("x-bob@megacorp.example"): "member"}
    room = item("x-hall@rooms.megacorp.example", "<conference xmlns='urn:xmpp:bookmarks:1'/>")
    found = replace(space(item(item_id, NOTE), room), affiliations=people)
    made = imported(reading({DEV: found}), Wanted(SERVICE, MODELS, [DEV], items=True))
    assert f"# {item_id}: left out: a key that begins with 'x-' is a remark" in made.text
    assert "      X-foo.example: member\n" in made.text
    assert "      X-bob@megacorp.example: member\n" in made.text
    assert "      X-hall@rooms.megacorp.example: {}\n" in made.text
    assert made.left_out == 1


def test_rooms_with_their_people_and_never_with_their_password():
    said = {"roomname": "Hall", **dict.fromkeys(("membersonly", "persistentroom"), "1")}
    said |= dict.fromkeys(("publicroom", "passwordprotectedroom"), "1")
    config = {f"muc#roomconfig_{name}": Field((value,)) for name, value in said.items()}
    room = Room(config, {ACCOUNT: "owner", BOB: "member"})
    text = text_of(reading({DEV: space()}, rooms={HALL: room}), rooms=[HALL])
    assert (
        f"rooms:\n  {HALL}:\n    name: Hall\n    members_only: true\n"
        "    # password: {env: NAME} - left out: it has one, which is not written down\n"
        f"    affiliations:\n      {BOB}: member\n"
    ) in text


def test_what_is_only_recommended_can_be_declined():
    found = reading({DEV: space(notify_config="false")})
    assert "    notify: {config: false}\n" in text_of(found, as_found=True)
    still = imported(found, Wanted(SERVICE, MODELS, [DEV])).still
    assert still == ["  pubsub.megacorp.example/dev: pubsub#notify_config false -> true"]


def test_a_name_that_no_source_can_have_ends_it():
    with pytest.raises(CommandEnd) as ended:
        text_of(reading({DEV: space()}), source=" ")
    assert ended.value.code == Exit.INVALID
    assert "'source' is a name in one line" in ended.value.lines[0]


def test_a_file_a_space_says_the_same_as_one():
    ids = ("dev", "Dev", "a/b", "a b", "x-y", "日本", "rooms")
    nodes = {NodeAddress(SERVICE, node): space() for node in ids}
    room = Room({}, {BOB: "owner"})
    found = reading(nodes, rooms={HALL: room}, failed={NodeAddress(SERVICE, "lost"): "forbidden"})
    spaces = [*nodes, NodeAddress(SERVICE, "lost")]
    made = imported(found, Wanted(SERVICE, MODELS, spaces, rooms=[HALL], source="us"))

    names = ("service", "a-b", "a-b-2", "Dev", "dev-2", "x-y", "space", "rooms", "rooms-2")
    assert sorted(made.files) == sorted(f"{name}.yaml" for name in names)
    several, _ = examine_files([DocumentFile(*each) for each in made.files.items()], {})
    one, _ = examine_files([DocumentFile("one", made.text)], {})
    assert (several.state, several.policies) == (one.state, one.policies)
    assert "# lost: left out: forbidden" in made.files["service.yaml"]


def test_a_key_too_long_for_yaml_in_a_line_is_written_with_a_question_mark():
    key = "https://megacorp.example/" + "y" * 1024
    assert written((Section("links", (Row(key, {}),)),)).text == f"links:\n  ? {key}\n  : {{}}\n"


@pytest.mark.parametrize(
    ("value", "flow", "text"),
    [
        ("The hall", False, "The hall"),
        ("a: b", False, '"a: b"'),
        ("a:b", False, "a:b"),
        ("a:b", True, '"a:b"'),
        ("a, b", False, "a, b"),
        ("a, b", True, '"a, b"'),
        ("", False, '""'),
        ("true", False, '"true"'),
        (True, False, "true"),
        ("12", False, '"12"'),
        (12, False, "12"),
        ("tab\t", False, '"tab\\t"'),
        ("- a", False, '"- a"'),
        ("~", False, '"~"'),
        ("a\u200bb", False, '"a\\u200bb"'),
    ],
)
def test_a_scalar(value: str | bool | int, flow: bool, text: str):
    assert scalar(value, flow=flow) == text


@pytest.mark.parametrize("known", [True, False], ids=["told", "kept secret"])
def test_that_a_room_has_a_password_is_said_also_without_a_field_for_it(known: bool):
    """Prosody's form has the password alone, and none of whether there is one."""
    secret = Secret("sesame") if known else None
    room = Room({"muc#roomconfig_roomsecret": Field(())}, {ACCOUNT: "owner"}, secret)
    text = text_of(reading(rooms={HALL: room}), rooms=[HALL])
    assert "    # password: {env: NAME} - left out: it has one, which is not written down\n" in text
    assert "sesame" not in text
    free = replace(room, password=NO_PASSWORD)
    assert "password" not in text_of(reading(rooms={HALL: free}), rooms=[HALL])


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (DEV.uri, None),
        ("", "none"),
        ("xmpp:else.example?;node=x", '"xmpp:else.example?;node=x"'),
        ("xmpp:else.example", '""'),
    ],
)
def test_which_space_a_room_advertises_is_said_where_it_is_not_the_one_that_lists_it(now, said):
    room = Room({PARENT: Field((now,) if now else ())}, {ACCOUNT: "owner"})
    found = reading({DEV: space(published(child_room(HALL)))}, rooms={HALL: room})
    text = text_of(found, rooms=[HALL])
    assert ("    parent:" in text) == (said is not None)
    assert said is None or f"    parent: {said}\n" in text
    assert "A plan still shows" not in text


@pytest.mark.parametrize("name", ["a\nsource: theirs", "\n# yaml-language-server: $schema=b"])
def test_what_is_left_out_begins_no_line_of_its_own(name: str):
    found = reading({NodeAddress(SERVICE, "dev"): space(item(name, NOTE), notify_retract="false")})
    lines = text_of(found).split("\n")
    (told,) = [line for line in lines if ": left out: of no kind" in line]
    assert told.lstrip().startswith(f"# {name}".replace("\n", "\\n"))
    named = reading({NodeAddress(SERVICE, name): space(notify_retract="false")})
    assert [line for line in text_of(named).split("\n") if line.startswith("# source")] == []


def test_what_is_left_out_does_not_count_as_written():
    found = reading({DEV: space(access_model="presence"), NodeAddress(SERVICE, "x"): space()})
    assert imported(found, Wanted(SERVICE, MODELS, [*found.state.nodes])).spaces == 1


def test_what_a_space_lists_is_gone_through_once_however_many_rooms_there_are(
    monkeypatch: pytest.MonkeyPatch,
):
    """With 5 000 rooms in seven spaces it took 20 s to go through all for each."""
    seen = []
    among = dump.rooms_among
    monkeypatch.setattr(dump, "rooms_among", lambda keys: seen.append(1) or among(keys))
    rooms = [Jid(f"r{number}@rooms.megacorp.example") for number in range(50)]
    listed = reading(
        {DEV: space(*(published(child_room(each)) for each in rooms))},
        rooms={each: Room({PARENT: Field(("",))}, {}) for each in rooms},
    )
    text = text_of(listed, rooms=rooms)
    assert text.count("parent: none\n") == len(rooms)
    # it is dumped twice, and then split into files
    assert len(seen) <= 3


@pytest.mark.parametrize("ns", ["urn:xmpp:bookmarks:1", "storage:bookmarks"])
def test_a_password_in_a_bookmark_of_any_age_is_never_written(ns: str):
    bookmark = f"<conference xmlns='{ns}' jid='{HALL}'><password>sesame</password></conference>"
    found = space(item("one", bookmark), item("two", f"<a xmlns='urn:a'>{bookmark}</a>"))
    text = text_of(reading({DEV: found}), items=True)
    assert "sesame" not in text
    assert "# two: left out: every subscriber of the space could read a password here" in text


def test_text_that_is_printable_is_not_gone_through_by_character(monkeypatch: pytest.MonkeyPatch):
    """A space with 10 MB of items took minutes to write."""
    monkeypatch.setattr(yaml_text, "_escape", None)
    text = 'é "quoted" \\ \n\t' * 1000
    assert scalar(text) == '"' + 'é \\"quoted\\" \\\\ \\n\\t' * 1000 + '"'
