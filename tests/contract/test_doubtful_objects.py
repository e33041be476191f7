"""Whether an object is the source's that it was about to make when an apply was cut or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.table import POLL
from contract.test_doubtful_names import NEXT, applied_next, cut_off, planned
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.actions import DeleteNode
from spaces_sync.ports import Writer

SERVICE = Jid("pubsub.megacorp.example")
OURS = "exposure: public\n    title: Ours\n    rooms: {}"
LESS = "spaces:\n  N:\n    exposure: public\n    rooms: {}"
MORE = f"{LESS}\n  N-b:\n    {OURS}"
SPACE = {"pubsub#type": ("urn:xmpp:spaces:0",)}


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Callable[[str], Declaration]:
    """A document of a source of its own: YAML in which `N` stands for the name of `node`."""

    def made(text: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nservice: {SERVICE}\nsource: N\n"
        path.write_text(f"{head}{text}\n".replace("N", node.node))
        return load([path], {})

    return made


async def owned(declaration: Declaration, writer: Writer, about: NodeAddress | Jid) -> object:
    return (await engine.read(declaration, writer)).ownership.owned(about)


def test_a_node_that_somebody_else_made_first_is_not_ours_for_having_been_refused(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
):
    """While a plan with a new space is sent, a colleague makes a node of that name: `conflict`."""
    made_by_hand = NodeAddress(SERVICE, f"{node.node}-b")

    async def work(writer: Writer) -> None:
        await applied(declared(LESS), writer)
        made = await planned(declared(MORE), writer)
        await writer.create_node(made_by_hand, SPACE)
        await writer.publish(made_by_hand, "theirs", POLL)
        await engine.execute(made, writer, engine.Approval(fresh=True))
        assert await owned(declared(LESS), writer, made_by_hand) is None

    backend.run(work)


def test_a_room_that_somebody_else_made_first_is_not_ours_for_having_been_refused(
    backend: Backend, room: Jid, declared: Callable[[str], Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(LESS), writer)
        made = await planned(declared(f"{LESS}\nrooms:\n  {room}: {{name: Ours}}"), writer)
        await writer.create_room(room, {"muc#roomconfig_roomname": ("Theirs",)}, None)
        await engine.execute(made, writer, engine.Approval(fresh=True))
        assert await owned(declared(LESS), writer, room) is None

    backend.run(work)


def test_a_node_that_was_never_made_is_not_ours_when_somebody_else_makes_it(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
):
    """An apply is cut before it makes a space. The space leaves the file; a colleague makes one of
    that name by hand, with other words. It is not named as what left the file, nor removed."""
    made_by_hand = NodeAddress(SERVICE, f"{node.node}-b")

    async def work(writer: Writer) -> None:
        await applied(declared(LESS), writer)
        await cut_off(
            declared(MORE),
            writer,
            lambda name, *given: name == "create_node" and made_by_hand in given,
        )
        await writer.create_node(made_by_hand, {**SPACE, "pubsub#title": ("Theirs",)})
        await writer.publish(made_by_hand, "theirs", POLL)
        await applied_next(declared(LESS), writer)
        removals = {"delete-space": {made_by_hand.node}}
        assert (await planned(declared(LESS), writer, removals=removals)).actions == ()

    backend.run(work)


def test_a_node_that_was_never_made_is_recorded_no_more(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(LESS), writer)
        await cut_off(declared(MORE), writer, lambda name, *_: name == "create_node")
        await applied_next(declared(LESS), writer)
        found = await engine.read(declared(LESS), writer)
        assert found.ownership.addresses == {node}

    backend.run(work)


@pytest.mark.parametrize("last", ["create_node", "publish"])
def test_a_node_that_a_cut_apply_made_is_ours(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration], last: str
):
    new = NodeAddress(SERVICE, f"{node.node}-b")

    def lost(name: str, *given: Any) -> bool:
        return name == last and given[0] == new

    async def work(writer: Writer) -> None:
        await applied(declared(LESS), writer)
        await cut_off(declared(MORE), writer, lost, answered=True)
        removals = {"delete-space": {new.node}}
        gone = await planned(declared(LESS), writer, removals=removals)
        assert [each.node for each in gone.actions if isinstance(each, DeleteNode)] == [new]
        await engine.execute(gone, writer, engine.Approval(holder=NEXT))
        assert (await engine.read(declared(LESS), writer)).ownership.addresses == {node}
        assert (await planned(declared(LESS), writer)).actions == ()

    backend.run(work)


def test_a_node_that_a_cut_apply_made_stays_ours_until_it_is_removed(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
):
    new = NodeAddress(SERVICE, f"{node.node}-b")

    def lost(name: str, *given: Any) -> bool:
        return name == "publish" and given[0] == new

    async def work(writer: Writer) -> None:
        await applied(declared(LESS), writer)
        await cut_off(declared(MORE), writer, lost, answered=True)
        await applied_next(declared(LESS), writer)
        assert await owned(declared(LESS), writer, new) is not None

    backend.run(work)


def test_a_node_that_was_removed_before_a_cut_is_not_ours_when_somebody_makes_it_again(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
):
    there = NodeAddress(SERVICE, f"{node.node}-b")

    async def work(writer: Writer) -> None:
        await applied(declared(MORE), writer)
        removals = {"delete-space": {there.node}}
        deleted = set[object]()

        def lost(name: str, *given: Any) -> bool:
            deleted.update(given[:1] if name == "delete_node" else ())
            return bool(deleted) and name in ("publish", "retract")

        await cut_off(declared(LESS), writer, lost, removals=removals)
        await writer.create_node(there, {**SPACE, "pubsub#title": ("Theirs",)})
        await applied_next(declared(LESS), writer)
        again = await planned(declared(LESS), writer, removals=removals)
        assert again.actions == ()

    backend.run(work)


def test_a_room_stays_ours_when_what_showed_that_has_been_taken_away(
    backend: Backend, room: Jid, declared: Callable[[str], Declaration]
):
    """Of a room that was there a cut apply changed who is in it, and the next one ends that."""

    def said(people: str) -> Declaration:
        return declared(f"{LESS}\nrooms:\n  {room}: {{affiliations: {{{people}}}}}")

    async def work(writer: Writer) -> None:
        await writer.create_room(room, {}, None)
        larger = said("alice@megacorp.example: member")
        await cut_off(
            larger, writer, lambda name, *_: name == "set_room_affiliation", answered=True
        )
        await applied_next(said(""), writer)
        assert "alice@megacorp.example" not in await writer.room_affiliations(room)

    backend.run(work)
