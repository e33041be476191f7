"""Taking back what others have built on since: it stays out of theirs, and of everybody's sight."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.table import FOREIGN_ROOM, POLL
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import ServiceError, Writer

SERVICE = Jid("pubsub.megacorp.example")
ALICE = Jid("alice@megacorp.example")
A = "a@rooms.megacorp.example"
B = "b@rooms.megacorp.example"
HIDDEN = "secret@rooms.megacorp.example"


@pytest.fixture
def file(tmp_path: Path, node: NodeAddress) -> Callable[..., Declaration]:
    """A document: YAML in which `N` stands for the name of `node`."""

    def made(text: str) -> Declaration:
        head = f"version: 1\nservice: {SERVICE}\nsource: N\n"
        path = tmp_path / "spaces.yaml"
        path.write_text((head + text + "\n").replace("N", node.node))
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    return plan(declaration, await engine.read(declaration, writer), **how)


async def ids(writer: Writer, node: NodeAddress) -> set[str]:
    return {item.id for item in (await writer.items(node)).items}


def test_a_space_that_was_removed_does_not_come_back_into_what_others_made_since(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """A private space is removed by a plan. Then a colleague makes a public one of that name.
    `revert --partial` leaves out what has changed, with all that relies on it: nothing of what
    was private gets into theirs, and nobody gets a right on it."""
    text = (
        f"spaces:\n  N-b:\n    exposure: public\n    rooms: {{}}\n  N:\n    "
        "exposure: private\n    access_model: whitelist\n    rooms:\n      "
        f"{HIDDEN}: S\n    affiliations: {{{ALICE}: owner}}"
    )

    async def work(writer: Writer) -> None:
        await applied(file(text), writer)
        less = file("spaces:\n  N-b:\n    exposure: public\n    title: T\n    rooms: {}")
        made = await planned(less, writer, removals={"delete-space": {node.node}})
        await engine.execute(made, writer)
        await writer.create_node(
            node, {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#access_model": ("open",)}
        )
        back = revert(made, await engine.read_planned(made, writer))
        assert back.not_reverted
        assert objections(back.plan, {}) == ()
        await engine.execute(back.plan, writer, engine.Approval(partial=True))
        assert HIDDEN not in await ids(writer, node)
        assert ALICE not in await writer.affiliations(node)
        assert (await engine.read(less, writer)).ownership.owned(node) is None

    backend.run(work)


def test_what_was_private_does_not_come_back_where_the_access_model_has_changed_since(
    ejabberd_backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """From whitelist to authorize by the plan, which takes a room out; then somebody opens it.
    `revert --partial` leaves the access model as it is now: open. The room stays out, too."""
    text = f"spaces:\n  N:\n    exposure: private\n    access_model: {{}}\n    rooms:\n      {A}: A"

    async def work(writer: Writer) -> None:
        closed = text.format("whitelist") + f"\n      {HIDDEN}: S"
        await applied(file(closed), writer)
        made = await planned(file(text.format("authorize")), writer)
        done = await engine.execute(made, writer)
        assert {each.status for each in done.results} == {"done"}
        await writer.configure_node(node, {"pubsub#access_model": ("open",)})
        back = revert(made, await engine.read_planned(made, writer))
        assert back.not_reverted
        assert objections(back.plan, {}) == ()
        await engine.execute(back.plan, writer, engine.Approval(partial=True))
        assert HIDDEN not in await ids(writer, node)

    ejabberd_backend.run(work)


def test_a_room_that_was_destroyed_does_not_come_back_into_what_others_made_since(
    backend: Backend, room: Jid, file: Callable[..., Declaration]
) -> None:
    """Nobody becomes an owner of a room that a colleague has made since under that name."""
    less = "spaces:\n  N:\n    exposure: public\n    title: {}\n    rooms: {{}}"

    async def work(writer: Writer) -> None:
        more = (
            less.format("T")
            + f"\nrooms:\n  {room}: {{name: Ours, affiliations: {{{ALICE}: owner}}}}"
        )
        await applied(file(more), writer)
        made = await planned(file(less.format("U")), writer, removals={"destroy-room": {room}})
        await engine.execute(made, writer)
        await writer.create_room(room, {"muc#roomconfig_roomname": ("Theirs",)}, None)
        back = revert(made, await engine.read_planned(made, writer))
        assert back.not_reverted
        await engine.execute(back.plan, writer, engine.Approval(partial=True))
        assert ALICE not in await writer.room_affiliations(room)
        reading = await engine.read(file(less.format("U")), writer)
        assert reading.ownership.owned(room) is None

    backend.run(work)


def test_what_was_private_does_not_come_back_into_a_public_space_unguarded(
    backend: Backend, file: Callable[..., Declaration]
) -> None:
    """First a room is taken out of a private space, then that is opened, each by a plan of its own.
    To take back the first one alone is to show to everybody what only members could read."""
    text = f"spaces:\n  N:\n    exposure: {{}}\n    rooms:\n      {A}: A"

    async def work(writer: Writer) -> None:
        await applied(file(text.format("private") + f"\n      {HIDDEN}: S"), writer)
        emptied = await planned(file(text.format("private")), writer)
        await engine.execute(emptied, writer)
        await applied(file(text.format("public")), writer)
        back = revert(emptied, await engine.read_planned(emptied, writer))
        assert (back.plan.obstacles, back.not_reverted) == ((), ())
        assert {each.guard for each in objections(back.plan, {})} == {"open-access"}

    backend.run(work)


def test_a_space_is_not_opened_again_where_what_the_plan_put_there_stays(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """A plan closes a space and puts a room there, which somebody has changed since. It stays, and
    everybody would read it."""
    text = f"spaces:\n  N:\n    exposure: {{}}\n    rooms:\n      {A}: A"

    async def work(writer: Writer) -> None:
        await applied(file(text.format("public")), writer)
        made = await planned(file(text.format("private") + f"\n      {HIDDEN}: S"), writer)
        await engine.execute(made, writer)
        closed = (await writer.node_config(node))["pubsub#access_model"].values
        await writer.publish(node, HIDDEN, FOREIGN_ROOM)
        back = revert(made, await engine.read_planned(made, writer))
        assert {each.status for each in back.not_reverted} == {"failed", "skipped"}
        await engine.execute(back.plan, writer, engine.Approval(partial=True))
        assert HIDDEN in await ids(writer, node)
        assert (await writer.node_config(node))["pubsub#access_model"].values == closed

    backend.run(work)


def test_a_rename_in_a_full_space_can_be_taken_back(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """The file says all of the item, so that it went first; the plan says all of the old one."""
    text = "spaces:\n  N:\n    exposure: public\n    max_items: 2\n    rooms:\n      {}"

    async def work(writer: Writer) -> None:
        await applied(file(text.format(f"{A}: A")), writer)
        made = await planned(file(text.format(f"{B}: {{name: A, previously: [{A}]}}")), writer)
        assert made.obstacles == ()
        done = await engine.execute(made, writer)
        assert {each.status for each in done.results} == {"done"}
        back = revert(made, await engine.read_planned(made, writer))
        assert [each.text for each in back.plan.obstacles] == []
        done = await engine.execute(back.plan, writer)
        assert {each.status for each in done.results} == {"done"}
        assert {A} <= await ids(writer, node)
        assert B not in await ids(writer, node)

    backend.run(work)


def test_what_is_taken_back_of_a_copy_that_was_gone_on_with_is_still_being_copied(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """A copy to a new name is cut, and the next apply ends it. That one is taken back: what it had
    copied goes, and so the rest is to be copied as before."""
    rooms = f"exposure: public\n    rooms:\n      {A}: A\n      {B}: B\n"
    new = NodeAddress(SERVICE, f"{node.node}-new")

    async def work(writer: Writer) -> None:
        await applied(file("spaces:\n  N:\n    " + rooms), writer)
        await writer.publish(node, "theirs-1", POLL)
        renamed = file("spaces:\n  N-new:\n    previously: [N]\n    " + rooms)
        first = await planned(renamed, writer)
        refused = Refusing(writer, "publish", "theirs-1")
        await engine.execute(first, refused, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        second = await planned(renamed, writer)
        done = await engine.execute(second, writer)
        assert "theirs-1" in await ids(writer, new)
        assert {each.status for each in done.results} == {"done"}
        back = revert(second, await engine.read_planned(second, writer))
        await engine.execute(back.plan, writer)
        assert "theirs-1" not in await ids(writer, new)
        await engine.execute(await planned(renamed, writer), writer)
        assert "theirs-1" in await ids(writer, new)

    backend.run(work)


class Refusing:
    """A writer whose service refuses a request about one item."""

    def __init__(self, writer: Writer, request: str, about: str) -> None:
        self._writer, self._request, self._about = writer, request, about

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._writer, name)
        if name != self._request:
            return real

        async def refused(node: Any, *rest: Any, **how: Any) -> Any:
            if self._about in map(str, (node, *rest)):
                raise ServiceError("not-acceptable", "modify")
            return await real(node, *rest, **how)

        return refused
