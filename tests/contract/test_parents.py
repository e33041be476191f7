"""Which space a room advertises, where services have the field: ejabberd, Prosody with our module.

A table as that of transitions: each state is applied twice, and the second plan is empty.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.table import HEAD, ROOM, Allow, Case, Others, See, dev
from contract.walking import walk
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Reading, values_of
from spaces_sync.plan.compare.planner import plan
from spaces_sync.profile import ACCESS_MODEL, PARENT, ROOM_INFO_FORM, SPACE, TYPE

pytestmark = pytest.mark.a_newer_server

LISTED = "rooms: {ops-UNIQ@rooms.megacorp.example: {}}"
LEFT = "rooms: {}"
NONE = ROOM + "    parent: none\n"
DEV = "xmpp:pubsub.megacorp.example?;node=dev-UNIQ"
NEXT = DEV.replace("dev-", "next-")
OTHERWISE = DEV.replace("?;", "?pubsub;action=subscribe;").replace("pubsub.", "Pubsub%2E", 1)
FORMER = "muc#roominfo_pubsub"


def ops(uniq: str) -> Jid:
    return Jid(f"ops-{uniq}@rooms.megacorp.example")


def two(in_dev: str, in_next: str) -> str:
    """A document with two spaces, each given by a line under it."""
    return (
        f"{HEAD}spaces:\n  dev-UNIQ:\n    exposure: public\n    {in_dev}\n"
        f"  next-UNIQ:\n    exposure: public\n    {in_next}\n"
    )


def points_at(uri: str) -> See:
    """By the room's form; "": at no space."""

    def look(reading: Reading, uniq: str) -> bool:
        values = values_of(reading.state.rooms[ops(uniq)].config, PARENT)
        return "".join(values) == uri.replace("UNIQ", uniq)

    return See(look)


def tells(uri: str) -> Others:
    """What a stranger is told."""

    async def ask(writer: CarefulWriter, uniq: str) -> None:
        form = (await writer.raw.room_info(ops(uniq))).forms[ROOM_INFO_FORM]
        assert "".join(values_of(form, FORMER)) == uri.replace("UNIQ", uniq)

    return Others(ask, user="erin")


def by_hand(uri: str) -> Others:
    async def configure(writer: CarefulWriter, uniq: str) -> None:
        await writer.raw.configure_room(ops(uniq), {PARENT: (uri.replace("UNIQ", uniq),)})

    return Others(configure, user="alice")


CASES = (
    Case(
        "a room enters a space, leaves it, and enters it again",
        (
            dev(LISTED) + ROOM,
            points_at(DEV),
            tells(DEV),
            dev(LEFT) + ROOM,
            points_at(""),
            tells(""),
            dev(LISTED) + ROOM,
            points_at(DEV),
        ),
    ),
    Case(
        "a room that is there enters a space",
        (dev(LEFT) + ROOM, points_at(""), dev(LISTED) + ROOM, points_at(DEV)),
    ),
    Case(
        "a room leaves the file with its listing",
        (dev(LISTED) + ROOM, dev(LEFT), points_at(""), tells("")),
    ),
    Case(
        "a room leaves the file first, and then the space",
        (dev(LISTED) + ROOM, dev(LISTED), points_at(DEV), dev(LEFT), points_at("")),
    ),
    Case(
        "a space leaves the file, and then it goes",
        (
            dev(LISTED) + ROOM,
            HEAD + ROOM,
            points_at(DEV),
            Allow(HEAD + ROOM, {"delete-space": None}),
            points_at(""),
            tells(""),
        ),
    ),
    Case(
        "a space goes, and with it the room leaves the file",
        (
            dev(LISTED) + ROOM,
            Allow(f"{HEAD}nodes: {{}}\n", {"delete-space": None}),
            points_at(""),
        ),
    ),
    Case(
        "a room is to advertise nothing",
        (
            dev(LISTED) + NONE,
            points_at(""),
            dev(LISTED) + ROOM,
            points_at(DEV),
            dev(LISTED) + NONE,
            points_at(""),
            by_hand(DEV),
            dev(LISTED) + NONE,
            points_at(""),
        ),
    ),
    Case(
        "an empty text leaves what is there",
        (
            dev(LISTED) + ROOM + "    parent: ''\n",
            points_at(""),
            by_hand(NEXT),
            dev(LISTED) + ROOM + "    parent: ''\n",
            points_at(NEXT),
            dev(LISTED) + ROOM,
            points_at(DEV),
        ),
    ),
    Case(
        "another URI of the same space is as good",
        (
            dev(LISTED) + ROOM,
            by_hand(OTHERWISE),
            dev(LISTED) + ROOM,
            points_at(OTHERWISE),
            dev(LEFT) + ROOM,
            points_at(""),
        ),
    ),
    Case(
        "of two spaces one is elected, then the other, then only the first lists it",
        (
            two(LISTED, LISTED) + ROOM + "    parent: dev-UNIQ\n",
            points_at(DEV),
            two(LISTED, LISTED) + ROOM + "    parent: next-UNIQ\n",
            points_at(NEXT),
            two(LISTED, LEFT) + ROOM,
            points_at(DEV),
        ),
    ),
    Case(
        "a room comes into a second space, and leaves both",
        (
            two(LISTED, LEFT) + ROOM,
            two(LISTED, LISTED) + ROOM,
            points_at(DEV),
            two(LISTED, LISTED) + ROOM.replace("Operations", "Ops"),
            points_at(DEV),
            two(LEFT, LEFT) + ROOM,
            points_at(""),
        ),
    ),
    Case(
        "a room moves to another space",
        (two(LISTED, LEFT) + ROOM, two(LEFT, LISTED) + ROOM, points_at(NEXT), tells(NEXT)),
    ),
    Case(
        "what others had it advertise stays",
        (
            dev(LEFT) + ROOM,
            by_hand(DEV),
            dev(LEFT) + ROOM,
            points_at(DEV),
            dev(LISTED) + ROOM,
            by_hand(NEXT),
            dev(LEFT) + ROOM,
            points_at(NEXT),
            dev(LEFT),
            points_at(NEXT),
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_what_a_room_advertises(
    case: Case, with_parents: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    asyncio.run(walk(case, with_parents, unique("t"), tmp_path))


def test_a_space_that_the_file_does_not_declare_is_looked_at(
    backend: Backend, room: Jid, node: NodeAddress, tmp_path: Path
) -> None:
    """Also where the account may not read it, and on a host that is not there."""
    file = tmp_path / "spaces.yaml"
    nowhere = NodeAddress(Jid("nowhere.megacorp.example"), "dev")

    def declared(space: NodeAddress) -> Declaration:
        file.write_text(f"version: 1\nrooms:\n  {room}: {{parent: '{space.uri}'}}\n")
        return load([file], {})

    async def said(writer: CarefulWriter, space: NodeAddress) -> str:
        wanted = declared(space)
        made = plan(wanted, await engine.read(wanted, writer))
        assert made.obstacles == ()
        return " ".join(note.text for note in made.notes if "advertises" in note.text)

    async def listing(writer: CarefulWriter) -> None:
        assert await said(writer, node) == f"advertises {node}, which is not there"
        await writer.create_node(node, {TYPE: (SPACE,), ACCESS_MODEL: ("whitelist",)})
        assert await said(writer, node) == f"advertises {node}, which does not list it"
        payload = BY_NAME["room"].overlay(None, room, {})
        await writer.publish(node, room, payload)
        assert await said(writer, node) == ""
        assert (await said(writer, nowhere)).startswith(f"advertises {nowhere}, ")

    async def stranger(writer: CarefulWriter) -> None:
        assert "it is not known whether it lists it" in await said(writer, node)

    backend.run(listing)
    backend.run(stranger, "erin")
