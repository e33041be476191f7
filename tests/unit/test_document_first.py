"""The first file of a newcomer: nothing to do, and a space that stands there as a remark."""

import asyncio

from builders import ACCOUNT, SERVICE
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.first import first
from spaces_sync.document.load import examine_files
from spaces_sync.engine import read
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.compare import planner
from spaces_sync.simulator import Simulator

ROOMS = Jid("rooms.megacorp.example")
LOBBY = Jid("lobby@rooms.megacorp.example")
REMARKS = "# Below is a space"


def declared(text: str) -> Declaration:
    declaration, problems = examine_files([DocumentFile("spaces.yaml", text)], {})
    assert problems == ()
    return declaration


def uncommented(text: str) -> str:
    """As the remark itself tells to do it."""
    head, _, example = text.partition(REMARKS)
    lines = example.splitlines()[1:]
    assert all(line.startswith("# ") or line == "#" for line in lines)
    return head + "".join(f"{line[2:]}\n" for line in lines)


def test_it_declares_nothing_and_a_plan_of_it_is_empty():
    text = first("my-community", SERVICE, ROOMS, ACCOUNT)
    declaration = declared(text)
    assert text.startswith("# yaml-language-server: $schema=")
    assert (declaration.source, [*declaration.addresses]) == ("my-community", [])
    simulator = Simulator(ACCOUNT)
    reading = asyncio.run(read(declaration, simulator))
    planned = planner.plan(declaration, reading)
    assert (planned.actions, planned.obstacles) == ((), ())


def test_its_example_is_a_space_with_a_room_and_can_be_planned():
    declaration = declared(uncommented(first("my-community", SERVICE, ROOMS, ACCOUNT)))
    assert {*declaration.addresses} == {NodeAddress(SERVICE, "lounge"), LOBBY}
    reading = asyncio.run(read(declaration, Simulator(ACCOUNT)))
    planned = planner.plan(declaration, reading)
    assert planned.actions
    assert planned.obstacles == ()


def test_it_is_short():
    text = first("my-community", SERVICE, ROOMS, ACCOUNT)
    assert len(text.splitlines()) < 30
    assert max(map(len, text.splitlines())) <= 100


def test_odd_names_are_read_back_as_they_are():
    odd = Jid("o-neil\\20#x@megacorp.example")
    text = first('null: "x" # y', Jid("null"), Jid("on.example"), odd)
    declaration = declared(uncommented(text))
    assert (declaration.source, declaration.home) == ('null: "x" # y', "null")
    (space,) = declaration.state.nodes.values()
    assert space.affiliations == {odd: "owner"}
