"""Who made what, on the real servers: two sources side by side, and spaces that left their file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend, real
from contract.walking import applied
from servers import Server
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.engine.ledger import CONFIG, read_ledger
from spaces_sync.model import buckets, ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Owned
from spaces_sync.model.xml import element, parse
from spaces_sync.plan.actions import DeleteNode, RecordOwnership, subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.removals import Removals
from spaces_sync.ports import Writer

pytestmark = pytest.mark.a_newer_server


SERVICE = Jid("pubsub.megacorp.example")
DELETE: Removals = {"delete-space": None}


def declared(folder: Path, source: str, *spaces: str) -> Declaration:
    """Each space lists one room of its own name."""
    lines = ["version: 1", f"source: {source}", f"service: {SERVICE}", "spaces:"]
    for name in spaces:
        lines += [f"  {name}:", "    exposure: public", "    rooms:"]
        lines += [f"      {name}@rooms.megacorp.example: {{}}"]
    if not spaces:
        lines[-1] = "spaces: {}"
    path = folder / "spaces.yaml"
    path.write_text("\n".join(lines) + "\n")
    return load([path], {})


async def names(writer: Writer, unique: str) -> set[str]:
    nodes = await writer.own_nodes(SERVICE)
    return {node.node for node in nodes if node.node.startswith(unique)}


def test_two_sources_leave_each_other_alone(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    name = unique("two")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, f"a/{name}", f"{name}-a"), writer)
        await applied(declared(tmp_path, f"b/{name}", f"{name}-b"), writer)

        theirs = declared(tmp_path, f"a/{name}", f"{name}-b")
        made = plan(theirs, await engine.read(theirs, writer), removals=DELETE)
        assert [obstacle.source for obstacle in made.obstacles] == [f"b/{name}"]
        assert {subject(action).node for action in made.actions} == {f"{name}-a"}

        mine = declared(tmp_path, f"b/{name}")
        made = plan(mine, await engine.read(mine, writer), removals=DELETE)
        assert [(type(action), subject(action).node) for action in made.actions] == [
            (DeleteNode, f"{name}-b"),
            (RecordOwnership, f"{name}-b"),
        ]

    real(server).run(work)


def test_a_space_that_left_the_file_is_named_and_goes_only_if_allowed(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    name = unique("left")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, name, f"{name}-a", f"{name}-b"), writer)
        fewer = declared(tmp_path, name, f"{name}-a")

        made = plan(fewer, await engine.read(fewer, writer))
        assert made.actions == ()
        assert [note.about.node for note in made.notes if note.reason == "stays"] == [f"{name}-b"]

        made = plan(fewer, await engine.read(fewer, writer), removals=DELETE)
        results = (await engine.execute(made, writer)).results
        assert [result.status for result in results] == ["done", "done"]
        assert await names(writer, name) == {f"{name}-a"}

    real(server).run(work)


def test_a_space_beyond_what_the_service_lists_is_found(
    server: Server, unique: Callable[[str], str], tmp_path: Path
):
    """ejabberd lists 100 nodes; which, a hash decides."""
    name = unique("many")

    async def work(writer: Writer) -> None:
        spaces = [f"{name}-{number}" for number in range(110)]
        await applied(declared(tmp_path, name, *spaces), writer)
        nothing = declared(tmp_path, name)

        made = plan(nothing, await engine.read(nothing, writer), removals=DELETE)
        assert {subject(action).node for action in made.actions} == set(spaces)
        await engine.execute(made, writer)
        assert await names(writer, f"{name}-") == set()

    real(server).run(work)


def test_a_record_of_10_000_children_is_taken_in_parts(
    server: Server, unique: Callable[[str], str]
):
    """170 kB; Prosody's stanzas end at 262 144 bytes and ejabberd's payloads at 250 000."""
    name = unique("big")
    node = NodeAddress(SERVICE, ledger.node_of(name))
    names = [ledger.item_name(f"room-{i}@rooms.megacorp.example") for i in range(10_000)]
    objects = {NodeAddress(SERVICE, name): Owned({name: name for name in names})}

    async def work(writer: Writer) -> None:
        await writer.create_node(node, CONFIG)
        for piece in buckets.parts(objects):
            payload = ledger.encode_record(piece)
            await writer.publish(node, ledger.fresh_id(), payload, access_model="whitelist")
        assert (await read_ledger(writer, SERVICE, name)).settled == objects

    real(server).run(work)


# --- what others claim ------------------------------------------------------------------------


FORGED = parse("<managed xmlns='urn:spaces-sync:0' source='evil'/>")
ALICE = Jid("alice@megacorp.example")
TEXTS = {"spaces": "exposure: public", "nodes": "title: Hall", "rooms": "name: Hall"}
REMOVALS = {"spaces": "delete-space", "nodes": "delete-node", "rooms": "destroy-room"}


def only(folder: Path, source: str, section: str, name: str = "", text: str = "") -> Declaration:
    """A file with one object, or none, in one section."""
    path = folder / "spaces.yaml"
    head = f"version: 1\nservice: {SERVICE}\n"
    head += f"source: {source}\n{section}:" if source else f"{section}:"
    entry = f"\n  {name}: {{{text or TEXTS[section]}}}\n" if name else " {}\n"
    path.write_text(head + entry)
    return load([path], {})


async def removed(declaration: Declaration, writer: Writer, kind: str, name: str) -> list[str]:
    """What a plan says of a removal that was asked for: by whom it is claimed, else its actions."""
    found = await engine.read(declaration, writer)
    made = plan(declaration, found, removals={kind: {name}})
    return [each.source for each in made.obstacles] or [type(a).__name__ for a in made.actions]


def test_a_forged_marker_makes_nothing_forgotten(
    backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    """A publisher of a space that left the file says that it is another source's."""
    people = f"exposure: public, affiliations: {{{ALICE}: publisher}}"

    async def work(writer: Writer) -> None:
        await applied(only(tmp_path, node.node, "spaces", node.node, people), writer)
        await writer.retract(node, "urn:spaces-sync:managed:0")  # ejabberd: else it is not replaced
        async with backend.acting_as("alice") as alice:
            await alice.publish(node, "urn:spaces-sync:managed:0", FORGED)
        less = only(tmp_path, node.node, "spaces", f"{node.node}-other")
        made = plan(less, await engine.read(less, writer))
        assert ["'evil' claims it" in n.text for n in made.notes if n.about == node] == [True]
        await engine.execute(made, writer)
        assert await removed(less, writer, "delete-space", node.node) == ["evil"]
        await writer.retract(node, "urn:spaces-sync:managed:0")
        assert "DeleteNode" in await removed(less, writer, "delete-space", node.node)

    backend.run(work)


@pytest.mark.parametrize("section", TEXTS)
def test_a_ledger_of_an_invented_source_makes_nothing_forgotten(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path, section: str
) -> None:
    """Alice names our objects in it; what left our file stays ours, and goes with --take-over."""
    fake = NodeAddress(SERVICE, ledger.node_of(f"evil-{node.node}"))
    name = f"{node.node}@rooms.megacorp.example" if section == "rooms" else node.node
    about = Jid(name) if section == "rooms" else node

    async def before(writer: Writer) -> None:
        await applied(only(tmp_path, node.node, section, name), writer)

    async def forge(alice: Writer) -> None:
        await alice.create_node(fake, CONFIG)
        await alice.publish(fake, "r", ledger.encode_record({about: Owned()}))
        await alice.set_affiliation(fake, Jid("admin@megacorp.example"), "owner")

    async def work(writer: Writer) -> None:
        less = only(tmp_path, node.node, section)
        made = plan(less, await engine.read(less, writer))
        assert made.actions == ()
        assert await removed(less, writer, REMOVALS[section], name) == [f"evil-{node.node}"]
        taken = plan(
            less,
            await engine.read(less, writer),
            removals={REMOVALS[section]: {name}},
            take_over=True,
        )
        results = (await engine.execute(taken, writer)).results
        assert {result.status for result in results} == {"done"}
        again = plan(less, await engine.read(less, writer))
        assert (again.actions, again.notes) == ((), ())

    ejabberd_backend.run(before)
    ejabberd_backend.run(forge, "alice")
    ejabberd_backend.run(work)


@pytest.mark.parametrize("newer", ["an item", "a node"])
@pytest.mark.parametrize("section", TEXTS)
def test_what_a_ledger_that_cannot_be_read_may_name_is_not_taken(
    backend: Backend, node: NodeAddress, tmp_path: Path, section: str, newer: str
) -> None:
    """A later version wrote into it, or made it: whose an object is, is then not known."""
    name = f"{node.node}@rooms.megacorp.example" if section == "rooms" else node.node
    theirs = f"first-{node.node}"

    async def work(writer: Writer) -> None:
        if newer == "an item":
            await applied(only(tmp_path, theirs, section, name), writer)
            other = NodeAddress(SERVICE, ledger.node_of(theirs))
            await writer.publish(other, "z", element("urn:spaces-sync:ledger:1", "record"))
        else:
            await applied(only(tmp_path, "", section, name), writer)
            other = NodeAddress(SERVICE, f"urn:spaces-sync:ledger:1:{theirs}")
            await writer.create_node(other, CONFIG)
        wanted = only(tmp_path, node.node, section, name)
        refused = plan(wanted, await engine.read(wanted, writer))
        assert [bool(each.source) for each in refused.obstacles] == [True]
        taken = plan(wanted, await engine.read(wanted, writer), take_over=True)
        assert taken.obstacles == ()
        new = f"new-{name}"
        fresh = only(tmp_path, node.node, section, new)
        assert plan(fresh, await engine.read(fresh, writer)).obstacles == ()
        await writer.delete_node(other)

    backend.run(work)
