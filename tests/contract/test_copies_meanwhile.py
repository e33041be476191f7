"""A renamed object is copied as it is, and not as it was when somebody said yes to that."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from contract.backends import Backend
from contract.table import POLL
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address, Secret
from spaces_sync.plan import file
from spaces_sync.plan.actions import (
    CreateNode,
    CreateRoom,
    RecordOwnership,
    SetAffiliation,
    subject,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import Writer
from spaces_sync.profile import MEMBERS_ONLY

SERVICE = Jid("pubsub.megacorp.example")
BOB, CAROL = Jid("bob@megacorp.example"), Jid("carol@megacorp.example")
CLOSED = {"pubsub#access_model": ("whitelist",)}
NEXT = engine.Holder("next", lambda _: "ended")


class Names(NamedTuple):
    """The objects of a test, each with its later name."""

    space: NodeAddress
    node: NodeAddress
    room: Jid

    def later(self) -> "Names":
        """What they are called after the rename."""
        space, node = (NodeAddress(SERVICE, f"{each.node}2") for each in (self.space, self.node))
        return Names(space, node, Jid(f"2{self.room}"))


@pytest.fixture
def names(unique: Callable[[str], str]) -> Names:
    return Names(
        NodeAddress(SERVICE, unique("original")),
        NodeAddress(SERVICE, unique("notes")),
        Jid(f"{unique('hall')}@rooms.megacorp.example"),
    )


def declared(names: Names, folder: Path, *, renamed: bool) -> Declaration:
    now = names.later() if renamed else names

    def entry(name: str, old: str, rest: str) -> str:
        previously = f", previously: ['{old}']" if renamed else ""
        return f"  '{name}': {{{rest}{previously}}}"

    path = folder / f"{renamed}.yaml"
    path.write_text(
        f"version: 1\nsource: {names.space.node}\nservice: {SERVICE}\n"
        f"spaces:\n{entry(now.space.node, names.space.node, 'exposure: public')}\n"
        f"nodes:\n{entry(now.node.node, names.node.node, 'title: Notes')}\n"
        f"rooms:\n{entry(now.room, names.room, 'name: Hall')}\n"
    )
    return load([path], {})


async def begun(names: Names, folder: Path, writer: Writer) -> Plan:
    """What is there, lived in; and the plan that gives it its later names, from a file."""
    before = declared(names, folder, renamed=False)
    first = plan(before, await engine.read(before, writer))
    await engine.execute(first, writer, engine.Approval(holder=NEXT))
    for node in (names.space, names.node):
        await writer.publish(node, "theirs", POLL)
        await writer.set_affiliation(node, CAROL, "member")
    await writer.set_room_affiliation(names.room, CAROL, "member")
    wanted = declared(names, folder, renamed=True)
    made = plan(wanted, await engine.read(wanted, writer))
    assert made.obstacles == ()
    assert made.originals.keys() == set(names.later())
    return file.from_data(json.loads(json.dumps(file.to_data(made))))


Meanwhile = Callable[[Writer, Names], Awaitable[Address]]


async def closed(writer: Writer, names: Names) -> Address:
    await writer.configure_node(names.node, CLOSED)
    return names.later().node


async def space_closed(writer: Writer, names: Names) -> Address:
    await writer.configure_node(names.space, CLOSED)
    return names.later().space


async def retracted(writer: Writer, names: Names) -> Address:
    await writer.retract(names.space, "theirs")
    return names.later().space


async def shut_out(writer: Writer, names: Names) -> Address:
    await writer.set_affiliation(names.node, CAROL, "none")
    return names.later().node


async def banned(writer: Writer, names: Names) -> Address:
    await writer.set_room_affiliation(names.room, BOB, "outcast")
    return names.later().room


async def members_only(writer: Writer, names: Names) -> Address:
    await writer.configure_room(names.room, {MEMBERS_ONLY: ("true",)}, None)
    return names.later().room


async def locked(writer: Writer, names: Names) -> Address:
    await writer.configure_room(names.room, {}, Secret("sesame"))
    return names.later().room


async def destroyed(writer: Writer, names: Names) -> Address:
    await writer.destroy_room(names.room)
    return names.later().room


MEANWHILE = (closed, space_closed, retracted, shut_out, banned, members_only, locked, destroyed)
parametrized = pytest.mark.parametrize("meanwhile", MEANWHILE, ids=lambda each: each.__name__)


@parametrized
def test_what_changed_since_it_was_planned_is_not_copied_as_it_was(
    backend: Backend, names: Names, tmp_path: Path, meanwhile: Meanwhile
) -> None:
    """By a saved plan, and by one that somebody thought about."""

    async def work(writer: Writer) -> None:
        approved = await begun(names, tmp_path, writer)
        about = await meanwhile(writer, names)
        steps = resumed(
            approved.actions,
            await engine.read_planned(approved, writer),
            approved.preconditions,
            approved.originals,
        )
        stale = {
            subject(each.action)
            for each in steps
            if isinstance(each, Result) and each.status == "failed"
        }
        assert stale == {about}
        with pytest.raises(engine.StalePlanError) as refused:
            await engine.execute(approved, writer, engine.Approval(holder=NEXT))
        assert {subject(each.action) for each in refused.value.stale_results} == {about}
        codes = {cause.code for each in refused.value.stale_results for cause in each.causes}
        assert codes <= {"original-changed", "original-gone"}

    backend.run(work)


@parametrized
def test_nor_what_changes_in_the_last_moment(
    backend: Backend, names: Names, tmp_path: Path, meanwhile: Meanwhile
) -> None:
    async def work(writer: Writer) -> None:
        approved = await begun(names, tmp_path, writer)
        about = await meanwhile(writer, names)
        fresh = engine.Approval(approved.actions, NEXT, fresh=True)
        done = await engine.execute(approved, writer, fresh)
        changes = (each for each in done.results if not isinstance(each.action, RecordOwnership))
        sent = {subject(each.action) for each in changes if each.status == "done"}
        assert sent == {*names.later()} - {about}
        assert about in (await engine.read_addresses([about], writer)).absent

        wanted = declared(names, tmp_path, renamed=True)
        again = plan(wanted, await engine.read(wanted, writer))
        await engine.execute(again, writer, engine.Approval(holder=NEXT))
        assert about not in (await engine.read_addresses([about], writer)).absent
        last = plan(wanted, await engine.read(wanted, writer))
        assert [each for each in last.actions if not isinstance(each, RecordOwnership)] == []

    backend.run(work)


def test_a_copy_of_what_stayed_as_it_was_is_made(
    backend: Backend, names: Names, tmp_path: Path
) -> None:
    async def work(writer: Writer) -> None:
        approved = await begun(names, tmp_path, writer)
        done = await engine.execute(approved, writer, engine.Approval(holder=NEXT))
        assert {each.status for each in done.results} == {"done"}
        wanted = declared(names, tmp_path, renamed=True)
        assert not plan(wanted, await engine.read(wanted, writer)).actions

    backend.run(work)


@pytest.mark.parametrize("kind", ["space", "room"])
def test_nor_what_changes_while_it_is_made(
    backend: Backend, names: Names, tmp_path: Path, kind: str
) -> None:
    """Between its creation and the rest: who is shut out there is not let in here."""

    async def work(writer: Writer) -> None:
        approved = await begun(names, tmp_path, writer)
        old, new = getattr(names, kind), getattr(names.later(), kind)
        mine = [each for each in approved.actions if subject(each) == new]
        (first,) = (each for each in mine if isinstance(each, CreateNode | CreateRoom))
        await engine.execute(replace(approved, actions=(first,)), writer)
        if isinstance(old, NodeAddress):
            await writer.set_affiliation(old, CAROL, "none")
        else:
            await writer.set_room_affiliation(old, CAROL, "none")
        steps = [Result(first, "done") if each == first else each for each in approved.actions]
        fresh = engine.Approval(steps, NEXT, fresh=True)
        done = await engine.execute(approved, writer, fresh)
        assert not any(
            isinstance(each.action, SetAffiliation) and each.status == "done"
            for each in done.results
            if subject(each.action) == new
        )

    backend.run(work)
