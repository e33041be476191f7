"""What somebody sees who owns nothing, on simulators and on real servers."""

from collections.abc import Callable

import pytest

from contract.backends import Backend
from spaces_sync import engine
from spaces_sync.client import CarefulWriter
from spaces_sync.engine import Survey
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.children import room
from spaces_sync.model.selection import Selection
from spaces_sync.model.state import Key, Reading, Secret
from spaces_sync.model.xml import element
from spaces_sync.ports import Reader
from spaces_sync.profile import ACCESS_MODEL, MEMBERS_ONLY, ROOM_NAME, SPACE, TITLE, TYPE
from spaces_sync.report.picturing import picture

SERVICE = Jid("pubsub.megacorp.example")


def config(access: str) -> dict[str, tuple[str, ...]]:
    return {TYPE: (SPACE,), TITLE: ("A space",), ACCESS_MODEL: (access,)}


@pytest.mark.parametrize("excluded", [(), ("closed-*",)], ids=["all", "without the room"])
def test_a_stranger_sees_what_everybody_is_told(
    backend: Backend, unique: Callable[[str], str], excluded: tuple[str, ...]
):
    public, private = (NodeAddress(SERVICE, unique(name)) for name in ("public", "private"))
    closed = bare_jid(f"{unique('closed')}@rooms.megacorp.example")
    missing = bare_jid(f"{unique('missing')}@rooms.megacorp.example")

    async def made(writer: CarefulWriter) -> None:
        await writer.create_node(public, config("open"))
        await writer.create_node(private, config("whitelist"))
        await writer.create_room(
            closed, {ROOM_NAME: ("Closed",), MEMBERS_ONLY: ("true",)}, Secret("a secret", "env:X")
        )
        for node, listed in ((public, closed), (public, missing), (private, closed)):
            await writer.publish(node, listed, element(room.NS, "conference", {"name": "A room"}))

    async def seen(reader: Reader) -> Survey:
        reading = await engine.read_addresses([public, private], reader)
        return await engine.survey(reading, reader, selection=Selection(excluded=excluded))

    async def gone(writer: CarefulWriter) -> None:
        await writer.destroy_room(closed)

    backend.run(made)
    try:
        found = backend.run(seen, "bob")
        owners = backend.run(seen)
    finally:
        backend.run(gone)

    assert_partition(found.reading)
    node = found.reading.state.nodes[public]
    assert {*node.children} == {Key("room", closed), Key("room", missing)}
    assert node.affiliations is None
    assert public in found.outside
    assert not found.reading.state.nodes[private].complete
    assert missing in found.reading.absent
    assert owners.outside == {} or {*owners.outside} <= {closed}
    drawn = {each.address: each for each in picture(found.reading, None, found.outside).objects}
    assert drawn[public].found == "outside"
    assert (drawn[private].items, drawn[private].children) == (None, ())
    if excluded:
        assert closed not in found.reading.state.rooms
        assert drawn[closed].found == "unread"
    else:
        assert drawn[closed].enters == "only members can enter, with a password"
        assert drawn[closed].people is None


def assert_partition(reading: Reading) -> None:
    """Each object is in one place, as in every reading."""
    parts = [{*reading.state.nodes, *reading.state.rooms}, {*reading.absent}, {*reading.failed}]
    assert sum(map(len, parts)) == len(set().union(*parts))
