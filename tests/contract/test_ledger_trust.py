"""Which ledgers are believed: those that strangers made, opened or wrote beforehand are not."""

from contextlib import suppress
from pathlib import Path

import pytest

from contract.backends import Backend, real
from contract.walking import applied
from servers import Server
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.engine.ledger import CONFIG, read_ledger
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import LedgerError
from spaces_sync.model.state import Owned, values_of
from spaces_sync.model.xml import element
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import ServiceError, Writer
from spaces_sync.profile import ITEM_REPLY

pytestmark = pytest.mark.a_newer_server

SERVICE = Jid("pubsub.megacorp.example")
ADMIN = Jid("admin@megacorp.example")
ALICE = Jid("alice@megacorp.example")  # may create nodes on ejabberd
BOB = Jid("bob@megacorp.example")
CAROL = Jid("carol@megacorp.example")
ERIN = Jid("erin@megacorp.example")  # may create nothing
THEIRS = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})

PUBLIC = "exposure: public\nrooms:\n  a@rooms.megacorp.example: A"
PRIVATE = "exposure: private\naccess_model: whitelist\nrooms:\n  a@rooms.megacorp.example: A"
PEOPLE = f"\naffiliations: {{{CAROL}: member}}"


def declared(folder: Path, space: NodeAddress, text: str) -> Declaration:
    """A file whose source is called as its one space."""
    lines = ["version: 1", f"service: {SERVICE}", f"source: {space.node}", "spaces:"]
    lines += [f"  {space.node}:", *(f"    {line}" for line in text.splitlines())]
    path = folder / "spaces.yaml"
    path.write_text("\n".join(lines) + "\n")
    return load([path], {})


def ledger_of(space: NodeAddress) -> NodeAddress:
    return NodeAddress(SERVICE, ledger.node_of(space.node))


async def apply_if_possible(wanted: Declaration, writer: Writer) -> None:
    made = plan(wanted, await engine.read(wanted, writer))
    if not made.obstacles:
        await engine.execute(made, writer)


async def obstacle(wanted: Declaration, writer: Writer) -> str:
    made = plan(wanted, await engine.read(wanted, writer))
    (found,) = {each.text for each in made.obstacles}
    assert made.actions == ()
    return found


# --- who wrote it -----------------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False])
def test_a_ledger_that_a_stranger_wrote_and_gave_away_is_an_obstacle(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path, told: bool
) -> None:
    """It says that a colleague's item is ours; who wrote that has no right there any more."""
    fake = ledger_of(node)
    config = CONFIG if told else {**CONFIG, ITEM_REPLY: ("none",)}

    async def prepare(writer: Writer) -> None:
        space = {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#access_model": ("open",)}
        await writer.create_node(node, space)
        for name in ("colleague", "other", "third", "fourth"):
            await writer.publish(node, f"{name}@rooms.megacorp.example", THEIRS)

    async def forge(alice: Writer) -> None:
        await alice.create_node(fake, config)
        says = {node: Owned({ledger.item_name("colleague@rooms.megacorp.example"): ""})}
        await alice.publish(fake, "r", ledger.encode_record(says))
        await alice.set_affiliation(fake, ADMIN, "owner")
        await alice.set_affiliation(fake, ALICE, "none")

    async def work(writer: Writer) -> None:
        text = await obstacle(declared(tmp_path, node, PUBLIC), writer)
        assert (f"was written by {ALICE}" if told else "does not tell who wrote it") in text

    ejabberd_backend.run(prepare)
    ejabberd_backend.run(forge, "alice")
    ejabberd_backend.run(work)


def test_what_an_operator_wrote_is_believed(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    """And not any more where the file of somebody else names no operators."""
    wanted = declared(tmp_path, node, PUBLIC)
    people = (ADMIN, ALICE)

    async def work(writer: Writer) -> None:
        await applied(wanted, writer)
        await writer.set_affiliation(ledger_of(node), ALICE, "owner")
        async with ejabberd_backend.acting_as("alice") as alice:
            says = ledger.encode_record({node: Owned({"a" * 8: ""})})
            await alice.publish(ledger_of(node), "r", says)
        found = await read_ledger(writer, SERVICE, node.node, people)
        assert "a" * 8 in found.settled[node].applied
        with pytest.raises(LedgerError, match=str(ALICE)):
            await read_ledger(writer, SERVICE, node.node)

    ejabberd_backend.run(work)


def test_an_empty_node_of_a_strangers_becomes_a_ledger_as_any(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    fake = ledger_of(node)
    config = {**CONFIG, ITEM_REPLY: ("none",), "pubsub#deliver_notifications": ("true",)}

    async def forge(alice: Writer) -> None:
        await alice.create_node(fake, config)
        await alice.set_affiliation(fake, ADMIN, "owner")
        await alice.set_affiliation(fake, ALICE, "none")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, node, PUBLIC), writer)
        form = await writer.node_config(fake)
        for var in config.keys() - {"pubsub#max_items"}:
            assert values_of(form, var) == CONFIG[var]
        assert (await read_ledger(writer, SERVICE, node.node)).settled.keys() == {node}

    ejabberd_backend.run(forge, "alice")
    ejabberd_backend.run(work)


def test_a_service_that_has_a_word_for_it_names_who_published_each_item_of_a_ledger(
    backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    """Not by what the publisher says. Prosody has the field from 13 on."""

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, node, PUBLIC), writer)
        await writer.set_affiliation(ledger_of(node), ALICE, "owner")
        async with backend.acting_as("alice") as alice:
            await alice.publish(ledger_of(node), "theirs", THEIRS)
        items = (await writer.items(ledger_of(node))).items
        told = ITEM_REPLY in await writer.node_config(ledger_of(node))
        assert told or backend.kind == "prosody"
        for item in items:
            expected = ALICE if item.id == "theirs" else ADMIN
            assert ledger.publisher(item) == (expected if told else None)

    backend.run(work)


# --- who reads it -----------------------------------------------------------------------------


def test_who_made_a_ledger_beforehand_does_not_read_it(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    fake = ledger_of(node)

    async def forge(alice: Writer) -> None:
        await alice.create_node(fake, CONFIG)
        await alice.set_affiliation(fake, ADMIN, "owner")
        await alice.set_affiliation(fake, ALICE, "member")

    async def work(writer: Writer) -> None:
        text = await obstacle(declared(tmp_path, node, PRIVATE + PEOPLE), writer)
        assert f"can be read by {ALICE}" in text

    ejabberd_backend.run(forge, "alice")
    ejabberd_backend.run(work)


def test_who_subscribed_to_a_ledger_while_it_was_open_does_not_read_it(
    ejabberd_backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    """Bob has no affiliation at all."""
    fake = ledger_of(node)

    async def forge(alice: Writer) -> None:
        await alice.create_node(fake, {**CONFIG, "pubsub#access_model": ("open",)})
        await alice.set_subscription(fake, BOB, "subscribed")
        await alice.configure_node(fake, {"pubsub#access_model": ("whitelist",)})
        await alice.set_affiliation(fake, ADMIN, "owner")
        await alice.set_affiliation(fake, ALICE, "none")

    async def work(writer: Writer) -> None:
        await apply_if_possible(declared(tmp_path, node, PRIVATE + PEOPLE), writer)

    async def look(bob: Writer) -> None:
        text = ""
        with suppress(ServiceError):
            text = "".join(str(each.payloads) for each in (await bob.items(fake)).items)
        assert ledger.affiliation_name(CAROL) not in text

    ejabberd_backend.run(forge, "alice")
    ejabberd_backend.run(work)
    ejabberd_backend.run(look, "bob")


# --- where it is ------------------------------------------------------------------------------


def test_a_ledger_at_home_is_not_replaced_by_one_that_a_stranger_made(
    ejabberd: Server, node: NodeAddress, tmp_path: Path
) -> None:
    """Erin may make none on the service; then alice makes one there and lets her own it."""
    backend = real(ejabberd)

    async def prepare(writer: Writer) -> None:
        config = {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#access_model": ("open",)}
        await writer.create_node(node, config)
        await writer.set_affiliation(node, ERIN, "owner")

    async def first(erin: Writer) -> None:
        await applied(declared(tmp_path, node, PUBLIC), erin)
        assert (await read_ledger(erin, SERVICE, node.node)).settled

    async def forge(alice: Writer) -> None:
        await alice.create_node(ledger_of(node), CONFIG)
        await alice.set_affiliation(ledger_of(node), ERIN, "owner")
        await alice.set_affiliation(ledger_of(node), ALICE, "none")

    async def second(erin: Writer) -> None:
        less = declared(tmp_path, node, "exposure: public\nrooms: {}")
        assert "Delete the one that is not true" in await obstacle(less, erin)

    backend.run(prepare)
    backend.run(first, "erin")
    backend.run(forge, "alice")
    backend.run(second, "erin")
