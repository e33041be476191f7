"""The ledger on the real servers: who can read what, whose it is, and where it is kept."""

import asyncio
import hashlib
import os
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contract.backends import Backend, connection, real
from contract.walking import applied
from faults import command
from faults.proxy import proxied
from servers import Server
from spaces_sync import engine, xmpp
from spaces_sync.document import load
from spaces_sync.engine.intents import Claim, take
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Owned, Service
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import DestroyRoom, RecordOwnership
from spaces_sync.plan.compare.planner import plan
from spaces_sync.ports import ServiceError, Writer

SERVICE = Jid("pubsub.megacorp.example")
BOB = Jid("bob@megacorp.example")
ERIN = Jid("erin@megacorp.example")  # may create nothing
PEOPLE = ("alice", "carol", "dave")


def declared(folder: Path, text: str, uniq: str) -> Declaration:
    path = folder / "spaces.yaml"
    head = f"version: 1\nsource: src/{uniq}\nservice: {SERVICE}\n"
    path.write_text(head + text.replace("UNIQ", uniq))
    return load([path], {})


SPACE = """spaces:
  dev-UNIQ:
    title: The corner
    exposure: public
    rooms: {hall-UNIQ@rooms.megacorp.example: Hall}
"""
PRIVATE = SPACE.replace("public", "private\n    access_model: whitelist")
FULL = (
    SPACE
    + """    affiliations:
      alice@megacorp.example: owner
      carol@megacorp.example: member
      dave@megacorp.example: outcast
rooms:
  hall-UNIQ@rooms.megacorp.example:
    name: Hall
    affiliations: {alice@megacorp.example: owner}
"""
)
WITH_MEMBERS = FULL.replace("alice@megacorp.example: owner\n", "alice@megacorp.example: member\n")


def test_a_stranger_reads_neither_items_nor_ids_of_a_ledger(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    uniq = unique("stranger")
    node = NodeAddress(SERVICE, ledger.node_of(f"src/{uniq}"))

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, FULL, uniq), writer)
        assert (await read_ledger(writer, SERVICE, f"src/{uniq}")).settled

    async def look(reader: Writer) -> None:
        for ask in (reader.items, reader.affiliations, reader.subscriptions, reader.node_config):
            with pytest.raises(ServiceError):
                await ask(node)

    backend.run(work)
    backend.run(look, "bob")


def test_rooms_and_nodes_have_an_owner_and_are_named_when_they_leave(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    uniq = unique("leaves")
    room = Jid(f"hall-{uniq}@rooms.megacorp.example")

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, FULL, uniq), writer)
        theirs = replace(declared(tmp_path, FULL, uniq), source=f"other/{uniq}")
        refused = plan(theirs, await engine.read(theirs, writer))
        assert {each.source for each in refused.obstacles} == {f"src/{uniq}"}
        assert {each.about for each in refused.obstacles} >= {room}

        less = declared(tmp_path, SPACE, uniq)
        made = plan(less, await engine.read(less, writer))
        assert [note.about for note in made.notes if note.reason == "stays"] == [room]
        gone = plan(less, await engine.read(less, writer), removals={"destroy-room": {room}})
        assert [type(a) for a in gone.actions if a != made.actions] == [
            DestroyRoom,
            RecordOwnership,
        ]
        execution = await engine.execute(gone, writer)
        assert {result.status for result in execution.results} == {"done"}

        taken = plan(theirs, await engine.read(theirs, writer), take_over=True)
        execution = await engine.execute(taken, writer)
        assert {result.status for result in execution.results} == {"done"}
        assert plan(theirs, await engine.read(theirs, writer)).actions == ()
        again = plan(less, await engine.read(less, writer))
        assert {each.source for each in again.obstacles} == {f"other/{uniq}"}

    backend.run(work)


def test_a_right_that_was_granted_before_a_cut_is_known(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """It was granted, and then the apply failed or was killed: a smaller file takes it back."""
    uniq = unique("granted")
    people = "    affiliations: {alice@megacorp.example: member}\n"
    mallory = people.replace("}", ", carol@megacorp.example: owner}") + "    max_items: 5000\n"

    async def work(writer: Writer) -> None:
        await applied(declared(tmp_path, PRIVATE + people, uniq), writer)
        larger = declared(tmp_path, PRIVATE + mallory, uniq)
        made = plan(larger, await engine.read(larger, writer))
        await engine.execute(made, writer)
        await applied(declared(tmp_path, PRIVATE + people, uniq), writer)
        words = await writer.affiliations(NodeAddress(SERVICE, f"dev-{uniq}"))
        assert words == {writer.account: "owner", Jid("alice@megacorp.example"): "member"}

    backend.run(work)


def test_a_marker_decides_no_removal(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """Somebody puts it into a node of the account where anybody may publish."""
    uniq = unique("forged")
    node = NodeAddress(SERVICE, f"theirs-{uniq}")
    forged = f"<managed xmlns='urn:spaces-sync:0' source='src/{uniq}'/>"

    async def work(writer: Writer) -> None:
        await writer.create_node(node, {"pubsub#publish_model": ("open",)})
        async with backend.acting_as("bob") as bob:
            await bob.publish(node, "urn:spaces-sync:managed:0", parse(forged))
        wanted = declared(tmp_path, SPACE, uniq)
        made = plan(wanted, await engine.read(wanted, writer), removals={"delete-space": None})
        await engine.execute(made, writer)
        await writer.node_config(node)

    backend.run(work)


def test_an_outsider_learns_of_no_person_and_no_machine(
    server: Server, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """Bob, subscribed to all that is public, keeps every stanza that he gets during an apply.

    ejabberd itself tells everybody who owns a node and who publishes in it (disco#info).
    """
    uniq = unique("outsider")
    file = tmp_path / "spaces.yaml"

    async def work() -> bytes:
        async with proxied(server) as proxy:
            heard: list[bytes] = []
            proxy.delivered = heard.append
            async with xmpp.writing(replace(connection(server, "bob"), port=proxy.port)) as bob:
                declared(tmp_path, SPACE, uniq)
                assert (await command.run(server, "apply", "--yes", file)).code == 0
                space = NodeAddress(SERVICE, f"dev-{uniq}")
                async with xmpp.writing(connection(server)) as admin:
                    await admin.set_subscription(space, BOB, "subscribed")
                declared(tmp_path, WITH_MEMBERS, uniq)
                assert (await command.run(server, "apply", "--yes", file)).code == 0
                await bob.items(space)
                for node in (await bob.node_list(Service(SERVICE, ""))).entries:
                    if uniq in node.address.node:
                        await asyncio.gather(
                            bob.items(node.address),
                            bob.node_info(node.address),
                            bob.affiliations(node.address),
                            return_exceptions=True,
                        )
        return b"".join(heard)

    seen = asyncio.run(work()).decode()
    assert f"dev-{uniq}" in seen
    for person in PEOPLE:
        for text in (
            person,
            f"{person}@megacorp.example",
            f"affiliation {person}@megacorp.example",
        ):
            assert text not in seen
            for name in ("md5", "sha1", "sha256"):
                digest = hashlib.new(name, text.encode(), usedforsecurity=False)
                assert digest.hexdigest()[:12] not in seen
        token = ledger.affiliation_name(f"{person}@megacorp.example")
        assert token not in seen
    assert socket.gethostname() not in seen
    assert not re.search(rf"\b{os.getpid()}\b", seen)
    assert "ledger:0'" not in seen or "<record" not in seen
    assert "<intent" not in seen


def test_who_may_create_no_node_keeps_the_ledger_at_home(
    server: Server, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """An owner of a space on a host of others: on the account's own PEP service (XEP-0223)."""
    uniq = unique("home")
    space = NodeAddress(SERVICE, f"dev-{uniq}")
    backend = real(server)

    async def make(writer: Writer) -> None:
        config = {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#access_model": ("open",)}
        await writer.create_node(space, config)
        await writer.set_affiliation(space, ERIN, "owner")

    async def work(erin: Writer) -> None:
        await applied(declared(tmp_path, SPACE, uniq), erin)
        found = await read_ledger(erin, SERVICE, f"src/{uniq}")
        assert found.node == NodeAddress(ERIN, ledger.node_of(f"src/{uniq}"))
        assert found.settled.keys() == {space}
        less = SPACE.replace(
            "    rooms: {hall-UNIQ@rooms.megacorp.example: Hall}\n", "    rooms: {}\n"
        )
        await applied(declared(tmp_path, less, uniq), erin)
        assert "hall" not in str([item.id for item in (await erin.items(space)).items])

    async def look(eve: Writer) -> None:
        with pytest.raises(ServiceError):
            await eve.items(NodeAddress(ERIN, ledger.node_of(f"src/{uniq}")))

    backend.run(make)
    backend.run(work, "erin")
    backend.run(look, "carol")


def test_unlock_takes_a_lock_away_and_forgets_nothing(
    server: Server, unique: Callable[[str], str]
) -> None:
    source = f"src/{unique('unlock')}"
    space = NodeAddress(SERVICE, unique("dev"))
    intended = {space: Owned({ledger.item_name("hall"): ""})}

    async def work() -> None:
        async with xmpp.writing(connection(server)) as writer:
            nothing = await command.run(server, "unlock", SERVICE, "--source", source, "--yes")
            assert nothing.code == 0
            assert "nothing is locked" in nothing.errors
            await take(Claim(source, {SERVICE: intended}), writer)
            asked = await command.run(server, "unlock", SERVICE, "--source", source)
            assert asked.code == 4
            assert str(space) in asked.errors
            assert (await read_ledger(writer, SERVICE, source)).intents != {}
            done = await command.run(server, "unlock", SERVICE, "--source", source, "--yes")
            assert done.code == 0, done
            found = await read_ledger(writer, SERVICE, source)
            assert (found.intents, found.settled) == ({}, ledger.all_doubtful(intended))

    asyncio.run(work())
