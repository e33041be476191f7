"""What others added, gave or took is not lost: in moves, in renames, by a plan that waited."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.table import POLL
from contract.test_last_check import After
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import Xml, parse
from spaces_sync.plan.actions import DeleteNode, RetractItem
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import Writer

SERVICE = Jid("pubsub.megacorp.example")
ALICE = Jid("alice@megacorp.example")
BOB = Jid("bob@megacorp.example")
A = "a@rooms.megacorp.example"
B = "b@rooms.megacorp.example"
C = "c@rooms.megacorp.example"


@pytest.fixture
def file(tmp_path: Path, node: NodeAddress) -> Callable[..., Declaration]:
    """A document: YAML in which `N` stands for the name of `node`."""

    def made(text: str, source: str = "N") -> Declaration:
        head = (
            f"version: 1\nservice: {SERVICE}\nsource: {source}\n"
            if source
            else (f"version: 1\nservice: {SERVICE}\n")
        )
        path = tmp_path / "spaces.yaml"
        path.write_text((head + text + "\n").replace("N", node.node))
        return load([path], {})

    return made


def named(node: NodeAddress, ending: str) -> NodeAddress:
    return NodeAddress(SERVICE, f"{node.node}{ending}")


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    return plan(declaration, await engine.read(declaration, writer), **how)


async def ids(writer: Writer, node: NodeAddress) -> set[str]:
    return {item.id for item in (await writer.items(node)).items}


async def extended(writer: Writer, node: NodeAddress, item_id: str, name: str) -> None:
    """Somebody puts an extension of their own into a room's item."""
    await writer.publish(node, item_id, theirs(name))


def theirs(name: str) -> Xml:
    return parse(
        f"<conference xmlns='urn:xmpp:bookmarks:1' name='{name}'><extensions>"
        "<theirs xmlns='urn:theirs'/></extensions></conference>"
    )


async def has_theirs(writer: Writer, *nodes: NodeAddress) -> bool:
    """Whether what somebody added is anywhere."""
    found = [str((await writer.items(node)).items) for node in nodes]
    return any("urn:theirs" in each for each in found)


def test_what_was_added_to_the_old_name_while_it_was_renamed_is_not_lost_by_the_next_apply(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """A colleague extends the old item just after the new one was published: the last check
    spares it. The same file once more must not take it away either."""
    old = file(f"spaces:\n  N:\n    exposure: public\n    rooms:\n      {A}: A")
    new = (
        "spaces:\n  N:\n    exposure: public\n    rooms:\n      "
        f"{B}: {{name: A, previously: [{A}]}}"
    )

    async def work(writer: Writer) -> None:
        await applied(old, writer)

        async def others() -> None:
            await extended(writer, node, A, "A")

        watched = After(writer, "publish", others)
        made = await planned(file(new), writer)
        await engine.execute(made, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert await has_theirs(writer, node)
        again = await planned(file(new), writer)
        if not again.obstacles and not objections(again, {}):
            await engine.execute(again, writer)
        assert await has_theirs(writer, node)

    backend.run(work)


def test_what_was_added_to_a_child_while_it_moved_is_not_lost_by_the_next_apply(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """A colleague extends the item in the former space just after it was published in the other."""
    text = (
        "spaces:\n  N:\n    exposure: public\n    rooms:\n      {}\n  "
        "N-b:\n    exposure: public\n    rooms:\n      {}"
    )
    old, new = (
        text.format(f"{A}: A\n      {B}: B", f"{C}: C"),
        text.format(f"{A}: A", f"{C}: C\n      {B}: B"),
    )

    async def work(writer: Writer) -> None:
        await applied(file(old), writer)

        async def others() -> None:
            await extended(writer, node, B, "B")

        watched = After(writer, "publish", others)
        made = await planned(file(new), writer)
        await engine.execute(made, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert await has_theirs(writer, node, named(node, "-b"))
        again = await planned(file(new), writer)
        if not again.obstacles and not objections(again, {}):
            await engine.execute(again, writer)
        assert await has_theirs(writer, node, named(node, "-b"))

    backend.run(work)


def test_what_was_there_beside_its_new_name_all_along_is_a_removal(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """Six of twelve rooms are said to be earlier names of the other six, which are there as well,
    each with what others added: they are removed, half of the space, and a guard has to say so."""
    rooms = "".join(f"\n      r{n}@rooms.megacorp.example: R" for n in range(12))
    merged = "".join(
        "\n      "
        f"r{n}@rooms.megacorp.example: {{name: R, previously: [r{n + 6}@rooms.megacorp.example]}}"
        for n in range(6)
    )
    text = "spaces:\n  N:\n    exposure: public\n    rooms:{}"

    async def work(writer: Writer) -> None:
        await applied(file(text.format(rooms)), writer)
        await extended(writer, node, "r7@rooms.megacorp.example", "R")
        made = await planned(file(text.format(merged)), writer)
        assert sum(isinstance(each, RetractItem) for each in made.actions) == 6
        assert "remove" in {each.guard for each in objections(made, {})}

    backend.run(work)


def test_a_child_that_moves_out_of_a_space_that_is_renamed_keeps_what_others_added(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """One file renames a space and moves one of its rooms to another space."""
    old = (
        f"spaces:\n  N:\n    exposure: public\n    rooms:\n      {A}: A\n      "
        f"{B}: B\n  N-b:\n    exposure: public\n    rooms:\n      {C}: C"
    )
    new = (
        "spaces:\n  N-a:\n    previously: [N]\n    exposure: public\n    "
        f"rooms:\n      {A}: A\n  N-b:\n    exposure: public\n    rooms:\n      "
        f"{C}: C\n      {B}: B"
    )

    async def work(writer: Writer) -> None:
        await applied(file(old), writer)
        await extended(writer, node, B, "B")
        await engine.execute(await planned(file(new), writer), writer)
        removals = {"delete-space": {node.node}}
        gone = await planned(file(new), writer, removals=removals)
        assert any(isinstance(each, DeleteNode) for each in gone.actions)
        said = {each.guard for each in objections(gone, {})}
        moved = await has_theirs(writer, named(node, "-a"), named(node, "-b"))
        assert moved or "drop-items" in said

    backend.run(work)


def test_who_leaves_the_file_stays_banned_where_somebody_else_has_banned_them(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """alice was a member by the file. A colleague bans her; then she leaves the file as well, which
    ends what the file gave her: not the ban, which a colleague made."""
    text = (
        "spaces:\n  N:\n    exposure: public\n    "
        "affiliations: {{carol@megacorp.example: member{}}}"
    )

    async def work(writer: Writer) -> None:
        await applied(file(text.format(f", {ALICE}: member")), writer)
        await writer.set_affiliation(node, ALICE, "outcast")
        made = await planned(file(text.format("")), writer)
        assert (made.obstacles, objections(made, {})) == ((), ())
        await engine.execute(made, writer)
        assert (await writer.affiliations(node)).get(ALICE) == "outcast"

    backend.run(work)


def test_a_ban_under_the_old_name_goes_along(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """A space is renamed, and its old node stays a while. Somebody is banned there meanwhile. When
    the old one goes, that is compared as items and rights are: it is copied, or told of."""
    rooms = f"exposure: public\n    rooms:\n      {A}: A\n"
    new = named(node, "-new")

    async def work(writer: Writer) -> None:
        await applied(file("spaces:\n  N:\n    " + rooms), writer)
        renamed = file("spaces:\n  N-new:\n    previously: [N]\n    " + rooms)
        await engine.execute(await planned(renamed, writer), writer)
        await writer.set_affiliation(node, BOB, "outcast")
        gone = await planned(renamed, writer, removals={"delete-space": {node.node}})
        (deletion,) = (each for each in gone.actions if isinstance(each, DeleteNode))
        told = str(deletion.why.consequences) + str(gone.notes)
        banned = (await writer.affiliations(new)).get(BOB) == "outcast"
        assert banned or BOB in told or len(objections(gone, {})) > 1

    backend.run(work)


def test_no_node_is_left_without_an_owner(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """The account hands a space over to alice, who is an owner; meanwhile she is one no more."""
    text = "spaces:\n  N:\n    exposure: public\n    title: {}\n    affiliations: {{{}}}"
    before = text.format("T", f"{ALICE}: owner")
    after = text.format("U", f"{ALICE}: owner, admin@megacorp.example: none")

    async def work(writer: Writer) -> None:
        await applied(file(before), writer)
        made = await planned(file(after), writer)
        assert made.obstacles == ()

        async def others() -> None:
            await writer.set_affiliation(node, ALICE, "none")

        watched = After(writer, "configure_node", others)
        await engine.execute(made, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert "owner" in (await writer.affiliations(node)).values()

    backend.run(work)


def test_it_is_not_the_number_of_items_that_counts_when_a_node_stops_keeping_them(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """One of the approved items went meanwhile, and another came: that one nobody approved."""
    text = "nodes:\n  N:\n    title: {}\n    max_items: {}"

    async def work(writer: Writer) -> None:
        await applied(file(text.format("T", 10)), writer)
        for n in range(4):
            await writer.publish(node, f"theirs-{n}", POLL)
        made = await planned(file(text.format("U", 1)), writer)
        assert made.obstacles == ()
        assert [(o.guard, o.count) for o in objections(made, {})] == [("drop-items", 3)]
        new = [f"new-{n}" for n in range(4)]

        async def others() -> None:
            for n in range(4):
                await writer.retract(node, f"theirs-{n}")
            for each in new:
                await writer.publish(node, each, POLL)

        watched = After(writer, "configure_node", others)
        await engine.execute(made, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert set(new) <= await ids(writer, node)

    backend.run(work)


def test_it_is_not_the_number_of_people_that_counts_when_they_are_shut_out(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
):
    """bob may publish as a subscriber, and may not any more by the plan. Meanwhile he leaves and
    alice subscribes: nobody approved that she loses that."""
    text = "nodes:\n  N:\n    title: {}\n    publish_model: {}"

    async def work(writer: Writer) -> None:
        await applied(file(text.format("T", "subscribers")), writer)
        await writer.set_subscription(node, BOB, "subscribed")
        made = await planned(file(text.format("U", "publishers")), writer)
        said = [(each.guard, each.count) for each in objections(made, {})]
        assert said == [("lose-access", 1)]
        await writer.set_subscription(node, BOB, "none")
        await writer.set_subscription(node, ALICE, "subscribed")
        with suppress(engine.StalePlanError):
            await engine.execute(made, writer)
        config = await writer.node_config(node)
        assert config["pubsub#publish_model"].values == ("subscribers",)

    backend.run(work)
