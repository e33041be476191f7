"""What another source owned, and an apply or a revert takes over: no ledger says both."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from cutting import Cut
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import node_of
from spaces_sync.plan.actions import RecordOwnership
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.file import from_data, to_data
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError, Writer

SERVICE = Jid("pubsub.megacorp.example")
A = "a@rooms.megacorp.example"
B = "b@rooms.megacorp.example"
NEXT = engine.Holder("next", lambda _: "ended")
"""Who knows that the apply before has ended."""


@pytest.fixture
def file(tmp_path: Path, node: NodeAddress) -> Callable[..., Declaration]:
    """A document of a source: YAML in which `N` stands for the name of `node`."""

    def made(text: str, source: str) -> Declaration:
        head = f"version: 1\nservice: {SERVICE}\nsource: {source}\n"
        path = tmp_path / "spaces.yaml"
        path.write_text((head + text + "\n").replace("N", node.node))
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    made = plan(declaration, await engine.read(declaration, writer), **how)
    assert [each.text for each in made.obstacles] == []
    return made


async def done(made: Plan, writer: Writer, **approval: Any) -> None:
    execution = await engine.execute(made, writer, engine.Approval(**approval))
    assert [each for each in execution.results if each.status != "done"] == []


def saved(made: Plan) -> Plan:
    """As its file has it."""
    return from_data(json.loads(json.dumps(to_data(made))))


async def ids(writer: Writer, node: NodeAddress) -> set[str]:
    return {item.id for item in (await writer.items(node)).items}


def test_what_was_taken_over_from_a_source_that_was_cut_off_stays_taken_over(
    backend: Backend, file: Callable[..., Declaration]
) -> None:
    """The first source's last apply was killed, and its project given up: `--take-over`, once."""
    text = f"spaces:\n  N:\n    exposure: public\n    rooms:\n      {A}: A"

    async def work(writer: Writer) -> None:
        await done(await planned(file(text, "first-N"), writer), writer)
        made = await planned(file(text + f"\n      {B}: B", "first-N"), writer)
        line: Any = Cut(writer, 3, answered=True)
        with suppress(NoAnswerError):
            await engine.execute(made, line, engine.Approval(fresh=True))
        ours = file(text, "second-N")
        taken = await planned(ours, writer, take_over=True)
        await done(taken, writer, holder=NEXT)
        assert (await planned(ours, writer)).actions == ()

    backend.run(work)


def test_what_another_source_took_over_is_taken_back_where_that_is_asked_for(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """`revert --take-over`, and somebody thinks about it before they say yes."""
    a = f"spaces:\n  N:\n    exposure: public\n    rooms:\n      {A}: A"
    both = a + f"\n      {B}: B"

    async def work(writer: Writer) -> None:
        await done(await planned(file(a, "first-N"), writer), writer)
        made = await planned(file(both, "first-N"), writer)
        await done(made, writer)
        await done(await planned(file(both, "second-N"), writer, take_over=True), writer)
        reading = await engine.read_planned(made, writer)
        assert revert(made, reading).plan.obstacles != ()
        back = revert(made, reading, take_over=True)
        assert (back.plan.obstacles, back.not_reverted) == ((), ())
        await done(back.plan, writer, known=reading.ownership)
        assert B not in await ids(writer, node)
        assert (await planned(file(a, "first-N"), writer)).actions == ()

    backend.run(work)


def test_an_adoption_is_taken_back_where_another_source_has_taken_over(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """Nobody's space was adopted; what is taken back of that leaves it nobody's again."""
    text = f"spaces:\n  N:\n    exposure: public\n    title: T\n    rooms:\n      {A}: A"

    async def work(writer: Writer) -> None:
        await writer.create_node(
            node, {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#title": ("Theirs",)}
        )
        made = await planned(file(text, "first-N"), writer)
        await done(made, writer)
        await done(await planned(file(text, "second-N"), writer, take_over=True), writer)
        reading = await engine.read_planned(made, writer)
        back = revert(made, reading, take_over=True)
        assert (back.plan.obstacles, back.not_reverted) == ((), ())
        await done(back.plan, writer, known=reading.ownership)
        assert (await writer.node_config(node))["pubsub#title"].values == ("Theirs",)
        assert await ids(writer, node) == set()
        ownership = (await engine.read(file(text, "third-N"), writer)).ownership
        # Other tests, on the same server, leave sources of their own.
        ours = {f"first-{node.node}", f"second-{node.node}"}
        assert ours.isdisjoint(ownership.others.values())

    backend.run(work)


def test_a_take_over_that_is_taken_back_gives_the_ledger_back_too(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """What the first source put there is the first one's again, and may leave its file; and what
    takes that back makes it the second one's."""
    a = f"spaces:\n  N:\n    exposure: public\n    rooms:\n      {A}: A"
    both = a + f"\n      {B}: B"

    async def work(writer: Writer) -> None:
        first, second = file(both, "first-N"), file(both, "second-N")
        await done(await planned(first, writer), writer)
        before = (await engine.read(first, writer)).ownership.settled
        taken = saved(await planned(second, writer, take_over=True))
        await done(taken, writer)
        back = saved(revert(taken, await engine.read_planned(taken, writer)).plan)
        await done(back, writer)
        assert (await engine.read(first, writer)).ownership.settled == before
        assert (await planned(first, writer)).actions == ()
        assert (await engine.read(second, writer)).ownership.settled == {}

        again = revert(back, await engine.read_planned(back, writer)).plan
        await done(again, writer)
        assert (await planned(second, writer)).actions == ()
        assert (await engine.read(first, writer)).ownership.settled == {}
        once_more = revert(again, await engine.read_planned(again, writer)).plan
        await done(once_more, writer)
        await done(await planned(file(a, "first-N"), writer), writer)
        assert B not in await ids(writer, node)

    backend.run(work)


def test_what_cannot_be_given_back_is_said(
    backend: Backend, node: NodeAddress, file: Callable[..., Declaration]
) -> None:
    """The first source's ledger is gone: nothing says any more what it put there."""
    text = f"spaces:\n  N:\n    exposure: public\n    rooms:\n      {A}: A"

    async def work(writer: Writer) -> None:
        await done(await planned(file(text, "first-N"), writer), writer)
        taken = await planned(file(text, "second-N"), writer, take_over=True)
        await done(taken, writer)
        await writer.delete_node(NodeAddress(SERVICE, node_of(f"first-{node.node}")))
        back = revert(taken, await engine.read_planned(taken, writer)).plan
        execution = await engine.execute(back, writer)
        (failed,) = (each for each in execution.results if each.status != "done")
        assert isinstance(failed.action, RecordOwnership)
        assert (failed.status, failed.causes[0].code) == ("failed", "refused")
        assert "has no ledger any more" in failed.causes[0].after

    backend.run(work)
