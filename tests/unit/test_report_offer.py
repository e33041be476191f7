"""What init says of a server: what it lacks, in its own configuration, and only that."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
import yaml

from builders import ACCOUNT, DEV, SERVICE, form, item, live_node
from spaces_sync.model.addresses import Jid
from spaces_sync.model.offer import Findings, Offer
from spaces_sync.model.servers import Brand, Known
from spaces_sync.model.state import Field, Form, Reading, Room, Service, State
from spaces_sync.profile import PARENT
from spaces_sync.report import offer_text
from spaces_sync.report.server_settings import brand_of, settings

SERVER = Jid("megacorp.example")
ROOMS = Jid("rooms.megacorp.example")
HALL = Jid("hall@rooms.megacorp.example")
PROSODY = Offer(SERVER, "prosody", [SERVICE], [ROOMS])
EJABBERD = replace(PROSODY, brand="ejabberd")
CREATE = {"access_createnode": "pubsub_createnode"}
LARGE = {"pubsub#max_items": Field(("20",), highest=5000)}


def findings(
    server: Known | None = "prosody",
    *,
    creates: bool | None = True,
    default: Form = LARGE,
    publisher: str | None = "bob@megacorp.example",
    rooms: Mapping[Jid, Room] = {HALL: Room({PARENT: Field(())})},
    listed: int = 1,
) -> Findings:
    node = live_node(replace(item("hall@rooms.megacorp.example"), publisher=publisher))
    return Findings(
        Service(SERVICE, "", default_config=default),
        server,
        creates,
        listed,
        [DEV],
        Reading(ACCOUNT, State({DEV: node}, rooms)),
    )


def lacking(offer: Offer, found: Findings | None) -> list[str]:
    lines = offer_text.lacking(settings(offer, found, ACCOUNT), brand_of(offer, found))
    return [line for line in lines if line]


def test_a_server_that_lacks_nothing_is_told_nothing():
    assert lacking(PROSODY, findings()) == []


@pytest.mark.parametrize(
    ("found", "certain", "line"),
    [
        (findings(creates=False), True, f'admins = {{ "{ACCOUNT}" }}'),
        (findings("prosody 13", creates=None), False, f'admins = {{ "{ACCOUNT}" }}'),
        (findings(default=form()), None, "pubsub_max_items"),
        (
            findings(default={"pubsub#max_items": Field((), highest=256)}),
            False,
            "pubsub_max_items = 1000",
        ),
        (findings(publisher=None), True, "expose_publisher = true"),
        (findings("prosody 13", publisher=None), None, "expose_publisher"),
        (findings(rooms={}), False, 'modules_enabled = { "muc_space_parent" }'),
        (findings(rooms={HALL: Room({})}), True, 'modules_enabled = { "muc_space_parent" }'),
        (findings("prosody 13"), False, "component_admins_as_room_owners = true"),
    ],
)
def test_what_prosody_lacks_stands_as_in_its_configuration(
    found: Findings, certain: bool | None, line: str
):
    lines = lacking(PROSODY, found)
    assert any(line in each for each in lines) is (certain is not None)
    if certain is not None:
        place = next(number for number, each in enumerate(lines) if line in each)
        heads = [each for each in lines[:place] if not each.startswith(" ")]
        assert ("lacks" in heads[-1]) is certain


def test_each_component_stands_once_among_what_is_missing():
    lines = lacking(PROSODY, findings(creates=False, publisher=None, rooms={HALL: Room({})}))
    assert lines == [
        "/etc/prosody/prosody.cfg.lua lacks, beside what is there:",
        '    Component "pubsub.megacorp.example" "pubsub"',
        "        -- admin@megacorp.example may not create nodes there",
        "        -- to be added to its list admins; if it has none:",
        '        -- admins = { "admin@megacorp.example" }',
        "        -- items do not say who published them, by which a forged",
        "        -- ledger would be known; with this all readers see it",
        "        expose_publisher = true",
        '    Component "rooms.megacorp.example" "muc"',
        "        -- rooms do not say which space they belong to, but with a",
        "        -- module; mod_muc_space_parent.lua, from the folder prosody/",
        "        -- of spaces-sync, belongs in a folder that plugin_paths names,",
        "        -- a list above all hosts: /usr/local/lib/prosody/modules on",
        "        -- Debian",
        "        -- to be added to its list modules_enabled; if it has none:",
        '        -- modules_enabled = { "muc_space_parent" }',
    ]


@pytest.mark.parametrize("known", ["prosody", "prosody 13"])
def test_no_list_of_a_component_that_is_there_is_written_anew(known: Known):
    """Below an existing list a second one replaces it."""
    nothing = findings(known, creates=None, publisher=None, rooms={})
    for found in (nothing, replace(nothing, creates=False)):
        lines = lacking(PROSODY, found)
        assert any("{" in line for line in lines)
        assert [line for line in lines if "{" in line and not line.lstrip().startswith("-- ")] == []


def test_a_server_without_services_is_told_how_to_have_them():
    text = "\n".join(lacking(Offer(SERVER, "prosody"), None))
    assert '    Component "pubsub.megacorp.example" "pubsub"' in text
    assert '    Component "rooms.megacorp.example" "muc"' in text
    text = "\n".join(lacking(Offer(SERVER, "ejabberd"), None))
    assert "  mod_muc: {}" in text
    assert "plugins: [flat, pep]" in text


def test_a_name_with_a_backslash_is_a_string_of_lua():
    account = Jid("o\\20neil@megacorp.example")
    found = [*settings(PROSODY, findings(creates=False), account)]
    assert found[0].lines[-1] == '-- admins = { "o\\\\20neil@megacorp.example" }'


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            findings("ejabberd", creates=None),
            {**CREATE, "max_items_node": 1000},
        ),
        (
            findings("ejabberd", creates=None, listed=100),
            {**CREATE, "max_items_node": 1000, "max_nodes_discoitems": "infinity"},
        ),
        (
            findings("ejabberd", creates=False),
            {**CREATE, "max_items_node": 1000, "plugins": ["flat", "pep"]},
        ),
        (None, {**CREATE, "plugins": ["flat", "pep"]}),
    ],
)
def test_what_ejabberd_lacks_stands_as_in_its_configuration(
    found: Findings | None, expected: dict[str, object]
):
    known = [*settings(EJABBERD, found, ACCOUNT)]
    certain = [each for each in known if each.certain]
    assert bool(certain) is (found is None or found.creates is False)
    parsed = yaml.safe_load("\n".join(offer_text.configuration(known, "#")))
    assert parsed["modules"] == {"mod_pubsub": expected}
    assert parsed["access_rules"] == {"pubsub_createnode": {"allow": "local"}}


@pytest.mark.parametrize("creates", [None, False])
def test_what_belongs_in_a_module_of_ejabberd_that_is_there_says_so(creates: bool | None):
    """`Duplicated option: mod_pubsub` is the end of it else; rules of two maps are put together."""
    text = " ".join(lacking(EJABBERD, findings("ejabberd", creates=creates)))
    assert "with two ejabberd does not start" in re.sub("[ #]+", " ", text)
    assert "with two" not in re.sub("[ #]+", " ", " ".join(lacking(EJABBERD, None)))


def test_of_an_unknown_server_only_the_question_is_told():
    offer = replace(PROSODY, brand=None)
    (line,) = lacking(offer, findings(None, creates=None))
    assert "whoever runs the services" in line


def test_services_and_what_does_not_answer_are_named():
    offer = replace(PROSODY, untold={Jid("down.megacorp.example"): "no answer"})
    assert [*offer_text.offered(offer)] == [
        "megacorp.example is Prosody",
        "    pubsub.megacorp.example  nodes, and so spaces",
        "    rooms.megacorp.example  rooms",
    ]
    assert [*offer_text.silent(offer)][1:] == [
        "not known, for it did not say what it is: down.megacorp.example"
    ]
    assert [*offer_text.silent(PROSODY)] == []


@pytest.mark.parametrize("brand", ["prosody", "ejabberd"])
def test_what_has_not_said_what_it_is_may_be_what_is_missed(brand: Brand):
    """A service that is slow today is not to be configured a second time."""
    offer = Offer(SERVER, brand, untold={Jid("down.megacorp.example"): "no answer"})
    for found in (None, findings(brand)):
        text = "\n".join(lacking(offer, found))
        assert " lacks" not in text
        assert "no room service is known" in text
    assert any("lacks" in line for line in lacking(replace(offer, untold={}), None))


def test_of_rooms_nothing_is_said_where_there_is_no_service_for_them():
    assert "rooms" in "".join(offer_text.rights(findings(), ACCOUNT, rooms=True))
    assert "rooms" not in "".join(offer_text.rights(findings(), ACCOUNT, rooms=False))


def test_a_server_that_lists_nothing_says_why():
    offer = Offer(SERVER, None, untold={SERVER: "service-unavailable"})
    assert [*offer_text.offered(offer)][1:] == [
        "    does not list its services: service-unavailable"
    ]
    assert [*offer_text.silent(offer)] == []


def test_spaces_that_cannot_be_read_are_named_up_to_a_number():
    failed = {replace(DEV, node=f"n{number:02}"): "forbidden" for number in range(12)}
    found = findings(creates=None)
    found = replace(found, spaces=[DEV, *failed], reading=replace(found.reading, failed=failed))
    lines = [*offer_text.rights(found, ACCOUNT, rooms=True)]
    assert "    may read 1 of 13 spaces as an owner" in lines
    assert lines[-2:] == [
        "        pubsub.megacorp.example/n09: forbidden",
        "        and 2 more",
    ]


def test_a_server_that_lists_nothing_is_not_taken_for_a_service_of_its_own():
    offer = Offer(Jid("megacorp.example"), "prosody", unlisted="forbidden")
    assert [*offer_text.offered(offer)] == [
        "megacorp.example is Prosody",
        "    does not list its services: forbidden",
    ]
