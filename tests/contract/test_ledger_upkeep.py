"""Ledgers that belong together: who owns them, and services that a file names no more."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend, simulated
from contract.walking import applied
from cutting import Cut
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.engine.intents import Claim, take
from spaces_sync.engine.ledger import read_ledger
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Owned
from spaces_sync.model.statement import Statement
from spaces_sync.plan.actions import SetAffiliation, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError, Writer
from spaces_sync.simulator import EJABBERD, PROSODY
from spaces_sync.simulator.profiles import Profile

pytestmark = pytest.mark.a_newer_server

SERVICE = Jid("pubsub.megacorp.example")
SECOND = Jid("pubsub2.megacorp.example")
ADMIN = Jid("admin@megacorp.example")
ALICE = Jid("alice@megacorp.example")
BOB = Jid("bob@megacorp.example")
PUBLIC = "{exposure: public, rooms: {a@rooms.megacorp.example: A}}"
SIMULATED = pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda each: each.name)
ENDED = engine.Holder("next", lambda _: "ended")


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Callable[..., Declaration]:
    """A file of a source that is called as the node."""

    def made(*entries: str, home: Jid = SERVICE, operators: tuple[Jid, ...] = ()) -> Declaration:
        lines = ["version: 1", f"source: {node.node}", f"service: {home}"]
        lines += [f"operators: [{', '.join(operators)}]"] if operators else []
        path = tmp_path / "spaces.yaml"
        path.write_text("\n".join([*lines, *entries]) + "\n")
        return load([path], {})

    return made


Declare = Callable[..., Declaration]


def ledger_of(node: NodeAddress, service: Jid = SERVICE) -> NodeAddress:
    return NodeAddress(service, ledger.node_of(node.node))


def rights(made: Plan) -> set[tuple[str, Jid, str]]:
    changes = (each for each in made.actions if isinstance(each, SetAffiliation))
    return {(str(subject(each)), each.jid, each.after) for each in changes}


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    made = plan(declaration, await engine.read(declaration, writer), **how)
    assert made.obstacles == ()
    return made


# --- operators --------------------------------------------------------------------------------


def test_operators_come_and_go_with_the_file(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    """Of the ledger, of a space without affiliations and of a room; and what they wrote stays."""
    room = f"{node.node}@rooms.megacorp.example"
    entries = ["spaces:", f"  {node.node}: {PUBLIC}", "rooms:", f"  {room}: {{name: Hall}}"]
    objects = {str(node), room, str(ledger_of(node))}

    async def work(writer: Writer) -> None:
        await applied(declared(*entries), writer)
        more = declared(*entries, operators=(ADMIN, ALICE))
        made = await planned(more, writer)
        assert rights(made) == {(each, ALICE, "owner") for each in objects}
        await applied(more, writer)
        assert (await writer.affiliations(ledger_of(node)))[ALICE] == "owner"

        async with backend.acting_as("alice") as alice:
            theirs = [each.replace("name: Hall", "name: Alices") for each in entries]
            await applied(declared(*theirs, operators=(ADMIN, ALICE)), alice)

        less = declared(*theirs, operators=(ADMIN,))
        made = await planned(less, writer)
        assert rights(made) == {(each, ALICE, "none") for each in objects}
        assert [each.guard for each in objections(made, {})] == ["remove-owner"]
        await applied(less, writer)
        assert ALICE not in await writer.affiliations(ledger_of(node))
        found = await read_ledger(writer, SERVICE, node.node)
        assert found.settled.keys() == {node, Jid(room)}
        assert found.stated().operators == {ADMIN}

    backend.run(work)


def test_whoever_takes_a_ledger_lets_the_operators_own_it(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    """A cut between the creation of a ledger and the grant left them out."""
    entries = ["spaces:", f"  {node.node}: {PUBLIC}"]
    both = (ADMIN, ALICE)

    async def work(writer: Writer) -> None:
        made = await planned(declared(*entries, operators=both), writer)
        line: Any = Cut(writer, 1, answered=False)  # the node is made
        with suppress(NoAnswerError):
            await engine.execute(made, line, engine.Approval(fresh=True))
        assert ALICE not in await writer.affiliations(ledger_of(node))
        await take(Claim(node.node, {SERVICE: {}}, both, ENDED), writer)
        assert (await writer.affiliations(ledger_of(node)))[ALICE] == "owner"

    backend.run(work)


def titled(node: NodeAddress, title: str) -> tuple[str, str]:
    return "spaces:", f"  {node.node}: {{title: {title}, {PUBLIC[1:]}"


def test_who_left_the_operators_gets_no_ledger_back_by_an_older_plan(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    """No action of it says that she does, so that it is stale; in part, or as a revert, it is sent
    without that."""

    async def work(writer: Writer) -> None:
        await applied(declared(*titled(node, "T"), operators=(ADMIN, ALICE)), writer)
        older = await planned(declared(*titled(node, "U"), operators=(ADMIN, ALICE)), writer)
        await applied(declared(*titled(node, "T"), operators=(ADMIN,)), writer)
        people = await writer.affiliations(ledger_of(node))
        with pytest.raises(engine.StalePlanError) as stale:
            await engine.execute(older, writer)
        cause = Cause("right-changed", ALICE, "owner", "none")
        assert [each.causes for each in stale.value.stale_results] == [(cause,)]
        found = await read_ledger(writer, SERVICE, node.node)
        assert (found.people, found.intents, found.stated().operators) == (people, {}, {ADMIN})

        await engine.execute(older, writer, engine.Approval(partial=True))
        assert (await writer.node_config(node))["pubsub#title"].values == ("U",)
        back = revert(older, await engine.read_planned(older, writer)).plan
        await engine.execute(back, writer)
        assert (await writer.node_config(node))["pubsub#title"].values == ("T",)
        found = await read_ledger(writer, SERVICE, node.node)
        assert (found.people, found.stated().operators) == (people, {ADMIN})

    backend.run(work)


def test_who_is_banned_from_the_ledger_owns_it_by_an_action_that_says_so(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        await applied(declared(*titled(node, "T")), writer)
        await writer.set_affiliation(ledger_of(node), ALICE, "outcast")
        with_her = declared(*titled(node, "T"), operators=(ADMIN, ALICE))
        made = await planned(with_her, writer)
        assert (str(ledger_of(node)), ALICE, "owner") in rights(made)
        await applied(with_her, writer)
        assert (await writer.affiliations(ledger_of(node)))[ALICE] == "owner"

    backend.run(work)


def test_an_operator_unlocks_what_another_one_left(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    """Who has never applied the file; it is the ledger's owners who are believed."""

    async def work(writer: Writer) -> None:
        await applied(declared(*titled(node, "T"), operators=(ADMIN, ALICE)), writer)
        made = await planned(declared(*titled(node, "U"), operators=(ADMIN, ALICE)), writer)
        line: Any = Cut(writer, 2, answered=True)
        with suppress(NoAnswerError):
            await engine.execute(made, line, engine.Approval(fresh=True))
        async with backend.acting_as("alice") as alice:
            found = await engine.find_ledger(alice, SERVICE, node.node)
            assert found is not None
            assert len(found.intents) == 1
            await engine.unlock(found, alice)
        with_her = declared(*titled(node, "T"), operators=(ADMIN, ALICE))
        ledgers = (await engine.read(with_her, writer)).ownership
        assert (ledgers.unusable, ledgers.intended) == ({}, {})

    backend.run(work)


def test_what_a_stranger_states_lets_nobody_write(
    ejabberd_backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    """Alice makes the ledger and says in it that she works for the source."""
    fake = ledger_of(node)

    async def forge(alice: Writer) -> None:
        config = {"pubsub#access_model": ("whitelist",), "pubsub#itemreply": ("publisher",)}
        await alice.create_node(fake, config)
        says = Statement(frozenset({ALICE, ADMIN}), frozenset({SERVICE}))
        await alice.publish(fake, "s", ledger.encode_statement(says))
        await alice.publish(fake, "r", ledger.encode_record({node: Owned()}))
        await alice.set_affiliation(fake, ADMIN, "owner")
        await alice.set_affiliation(fake, ALICE, "none")

    async def work(writer: Writer) -> None:
        wanted = declared("spaces:", f"  {node.node}: {PUBLIC}")
        made = plan(wanted, await engine.read(wanted, writer))
        assert f"written by {ALICE}" in made.obstacles[0].text

    ejabberd_backend.run(forge, "alice")
    ejabberd_backend.run(work)


# --- services ---------------------------------------------------------------------------------


@SIMULATED
@pytest.mark.parametrize("writes", [*range(12), 99])
def test_what_left_the_file_with_its_service_is_named_and_goes(
    profile: Profile, node: NodeAddress, declared: Declare, writes: int
) -> None:
    """The file had one space on a second service, and names that service no more.

    Also where the apply that made it was cut off.
    """
    a = f"  a-{node.node}: {PUBLIC}"
    b = f"  b-{node.node}: {{exposure: public, service: {SECOND}, rooms: {{hall@rooms.a: Hall}}}}"
    gone = NodeAddress(SECOND, f"b-{node.node}")

    async def work(writer: Writer) -> None:
        await applied(declared("spaces:", a), writer)
        larger = await planned(declared("spaces:", a, b), writer)
        line: Any = Cut(writer, writes, answered=True)
        with suppress(NoAnswerError):
            await engine.execute(larger, line, engine.Approval(fresh=True))
        less = declared("spaces:", a)
        if not (await engine.read_addresses([gone], writer)).state.nodes:
            return
        made = await planned(less, writer)
        assert gone in {note.about for note in made.notes}
        made = await planned(less, writer, removals={"delete-space": {gone.node}})
        found = await engine.execute(made, writer, engine.Approval(holder=ENDED))
        assert {each.status for each in found.results} == {"done"}
        assert gone in (await engine.read_addresses([gone], writer)).absent
        again = await planned(less, writer)
        assert again.actions == ()
        assert "stays" not in {note.reason for note in again.notes}

    simulated(profile).run(work)


@SIMULATED
def test_a_ledger_of_a_service_that_left_the_file_and_cannot_be_read_is_said(
    profile: Profile, node: NodeAddress, declared: Declare
) -> None:
    a = f"  a-{node.node}: {PUBLIC}"
    b = f"  b-{node.node}: {{exposure: public, service: {SECOND}}}"

    async def work(writer: Writer) -> None:
        await applied(declared("spaces:", a, b), writer)
        await writer.set_affiliation(ledger_of(node, SECOND), BOB, "owner")
        made = await planned(declared("spaces:", a), writer)
        (note,) = (each for each in made.notes if each.reason == "stays")
        assert note.about == ledger_of(node, SECOND)
        assert str(BOB) in note.text

    simulated(profile).run(work)


@SIMULATED
def test_a_room_whose_file_has_another_default_service_is_recorded_once(
    profile: Profile, node: NodeAddress, declared: Declare
) -> None:
    """Rooms are recorded on the file's default service; that changes, and both stay in use."""
    room = Jid("hall@rooms.megacorp.example")

    def made(home: Jid, name: str) -> Declaration:
        spaces = [
            f"  {each}-{node.node}: {{service: {each}, exposure: public, title: {name or 'none'}}}"
            for each in (SERVICE, SECOND)
        ]
        rooms = ["rooms:", f"  {room}: {{name: {name}}}"] if name else []
        return declared("spaces:", *spaces, *rooms, home=home)

    async def homes(writer: Writer) -> list[Jid]:
        found = [(jid, await read_ledger(writer, jid, node.node)) for jid in (SERVICE, SECOND)]
        return [jid for jid, each in found if room in each.settled]

    async def work(writer: Writer) -> None:
        await applied(made(SERVICE, "Hall"), writer)
        assert await homes(writer) == [SERVICE]
        await applied(made(SECOND, "Bar"), writer)
        assert await homes(writer) == [SECOND]
        gone = await planned(made(SECOND, ""), writer, removals={"destroy-room": {room}})
        await engine.execute(gone, writer)
        again = await planned(made(SECOND, ""), writer)
        assert again.actions == ()

    simulated(profile).run(work)
