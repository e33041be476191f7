"""What must not exist by the file, on the real servers: made by us or by others, with and without
a source, and what is put there while it goes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import DeleteNode, DestroyRoom, RecordOwnership, subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import Writer
from spaces_sync.profile import PERSISTENT, SPACE

pytestmark = pytest.mark.a_newer_server

SERVICE = Jid("pubsub.megacorp.example")
NOTE = element("urn:example:note", "note")


def declared(folder: Path, name: str, lines: str, *, source: bool = True) -> Declaration:
    path = folder / "spaces.yaml"
    head = f"version: 1\nservice: {SERVICE}\n" + (f"source: {name}\n" if source else "")
    path.write_text(head + lines.replace("NAME", name))
    return load([path], {})


EXIST = """\
spaces: {NAME-s: {exposure: public, title: S, links: {https://megacorp.example/: M}}}
nodes: {NAME-n: {title: N}}
rooms: {NAME-r@rooms.megacorp.example: {name: R}}
"""
ABSENT = """\
spaces: {NAME-s: {absent: true}}
nodes: {NAME-n: {absent: true}}
rooms: {NAME-r@rooms.megacorp.example: {absent: true}}
"""


def addresses(name: str) -> tuple[NodeAddress, NodeAddress, Jid]:
    room = Jid(f"{name}-r@rooms.megacorp.example")
    return NodeAddress(SERVICE, f"{name}-s"), NodeAddress(SERVICE, f"{name}-n"), room


async def by_hand(writer: Writer, name: str) -> None:
    space, node, room = addresses(name)
    await writer.create_node(space, {"pubsub#type": (SPACE,)})
    await writer.create_node(node, {"pubsub#title": ("N",)})
    await writer.create_room(room, {PERSISTENT: ("true",)}, None)


@pytest.mark.parametrize(
    ("source", "ours"),
    [(True, True), (True, False), (False, False)],
    ids=["ours", "nobody's", "without a source"],
)
def test_what_must_not_exist_goes_and_comes_back_by_revert(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path, *, source: bool, ours: bool
):
    name = unique("absent")
    wanted = declared(tmp_path, name, ABSENT, source=source)

    async def work(writer: Writer) -> None:
        if ours:
            await applied(declared(tmp_path, name, EXIST), writer)
        else:
            await by_hand(writer, name)
        before = await engine.read(wanted, writer)
        made = plan(wanted, before)
        removing = [a for a in made.actions if isinstance(a, DeleteNode | DestroyRoom)]
        assert {subject(action) for action in removing} == {*addresses(name)}
        records = [a for a in made.actions if isinstance(a, RecordOwnership)]
        assert len(records) == (3 if ours else 0)
        guards = [(each.guard, each.count) for each in objections(made, {})]
        assert guards == [("delete-space", 1), ("delete-node", 1), ("destroy-room", 1)]

        gone = await applied(wanted, writer)
        assert not any(gone.state.get(each) for each in addresses(name))
        assert not {*gone.ownership.addresses} & {*addresses(name)}

        back = revert(made, await engine.read_planned(made, writer))
        assert not back.not_reverted
        done = await engine.execute(back.plan, writer)
        assert [result for result in done.results if result.status != "done"] == []
        after = await engine.read(wanted, writer)
        assert all(after.state.get(each) for each in addresses(name))
        space = addresses(name)[0]
        then, now = before.state.nodes[space], after.state.nodes[space]
        assert now.children.keys() == then.children.keys()
        known = {*after.ownership.addresses} & {*addresses(name)}
        assert known == ({*addresses(name)} if ours else set())

    backend.run(work)


def test_what_others_put_there_meanwhile_does_not_go_with_it(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
):
    name = unique("absent")
    wanted = declared(tmp_path, name, "spaces: {NAME-s: {absent: true}}\n")
    space, _, _ = addresses(name)

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, name, EXIST), writer)
        made = plan(wanted, await engine.read(wanted, writer))
        await writer.publish(space, "theirs", NOTE)
        with pytest.raises(engine.StalePlanError) as caught:
            await engine.execute(made, writer)
        stale = caught.value.stale_results
        assert [each.causes[0].code for each in stale] == ["items-came"]
        after = await engine.read(wanted, writer)
        assert "theirs" in {item.id for item in after.state.nodes[space].items}
        assert space in after.ownership.addresses

    backend.run(work)


def test_what_another_source_owns_stays(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
):
    name = unique("absent")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, name, EXIST), writer)
        for source in (f"{name}-2", None):
            wanted = replace(declared(tmp_path, name, ABSENT), source=source)
            made = plan(wanted, await engine.read(wanted, writer))
            assert made.actions == ()
            assert [each.source for each in made.obstacles] == [name] * 3

    backend.run(work)


def test_a_space_is_no_plain_node(backend: Backend, unique: Callable[[str], str], tmp_path: Path):
    name = unique("absent")
    swapped = "spaces: {NAME-n: {absent: true}}\nnodes: {NAME-s: {absent: true}}\n"
    wanted = declared(tmp_path, name, swapped)

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, name, EXIST), writer)
        made = plan(wanted, await engine.read(wanted, writer))
        about: set[Address] = {each.about for each in made.obstacles}
        assert about == {*addresses(name)[:2]}
        assert made.actions == ()

    backend.run(work)
