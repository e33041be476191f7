"""What import must not do: each a fault that was once there."""

from dataclasses import replace

import pytest

from builders import ACCOUNT, DEV, SERVICE, SPACE_CONFIG, form, item, live_node, reading
from spaces_sync.cli.imported import Imported, imported
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.load import examine_files
from spaces_sync.document.wanted import Wanted
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Field, Node, Reading, Room
from spaces_sync.profile import MAX_ITEMS, TITLE

MODELS = {"public": "open", "private": "whitelist"}
HALL = Jid("hall@rooms.megacorp.example")
NOTE = "<note xmlns='urn:example:note'>Be kind.</note>"
LINK = "<x xmlns='jabber:x:oob'><url>{}</url></x>"
PLAIN = {name: each for name, each in SPACE_CONFIG.items() if name != TITLE}


def made_of(found: Reading, **more: object) -> Imported:
    wanted = Wanted(SERVICE, MODELS, list(found.state.nodes), items=True, subscriptions=True)
    return imported(found, replace(wanted, **more))  # type: ignore[arg-type]  # by name


def read_back(*texts: str) -> Declaration:
    files = [DocumentFile(f"{number}.yaml", text) for number, text in enumerate(texts)]
    declaration, problems = examine_files(files, {})
    assert [each for each in problems if each.severity == "error"] == []
    return declaration


@pytest.mark.parametrize("payload", [item("x-a", NOTE), item("x-a@b", NOTE)])
def test_import_leaves_out_a_child_whose_key_would_be_a_remark(payload):
    made = made_of(reading({DEV: live_node(payload, config=PLAIN)}))
    assert f"# {payload.id}: left out: " in made.text
    assert (made.left_out, made.still) == (1, [])


def test_import_leaves_out_a_link_whose_key_would_be_a_remark():
    made = made_of(reading({DEV: live_node(item("a", LINK.format("x-app:b")), config=PLAIN)}))
    assert "# x-app:b: left out: " in made.text
    assert made.left_out == 1


def test_import_writes_a_domain_among_the_people_that_begins_as_a_remark_does():
    domain = Jid("x-corp.example")
    node = Node(PLAIN, {}, {ACCOUNT: "owner", domain: "member"}, {domain: "subscribed"})
    found = read_back(made_of(reading({DEV: node})).text).state.nodes[DEV]
    assert (found.affiliations, found.subscriptions) == (
        {domain: "member"},
        {domain: "subscribed"},
    )


def test_import_leaves_out_a_number_longer_than_any():
    node = live_node(config={**PLAIN, MAX_ITEMS: Field(("9" * 5000,))})
    assert "# max_items: left out: " in made_of(reading({DEV: node})).text


@pytest.mark.parametrize("names", [["rooms", "nodes", "service"], ["Dev", "dev"]])
def test_import_splits_into_files_that_say_the_same_whatever_spaces_are_called(names):
    spaces = {NodeAddress(SERVICE, name): live_node(config=PLAIN) for name in names}
    news = NodeAddress(SERVICE, "news")
    nodes = {**spaces, news: Node(form(title="News"), {}, {}, {})}
    found = reading(nodes, rooms={HALL: Room({}, {ACCOUNT: "owner"})})
    made = made_of(found, spaces=list(spaces), nodes=[news], rooms=[HALL])
    assert len({name.lower() for name in made.files}) == len(made.files)
    assert read_back(*made.files.values()).state == read_back(made.text).state
