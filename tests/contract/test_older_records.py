"""What a plan that waited, or one that is taken back, makes of what was recorded meanwhile."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import element
from spaces_sync.plan.actions import RetractItem
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError, Writer

SERVICE = Jid("pubsub.megacorp.example")
A, B = "a@rooms.megacorp.example: A", "b@rooms.megacorp.example: B"
THEIRS = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})
NEXT = engine.Holder("next", lambda _: "ended")
"""Who knows that the apply before has ended."""


def titled(title: str, *rooms: str, protect: str = "false") -> str:
    return f"    title: {title}\n    rooms: {{{', '.join(rooms)}}}\n    protect: {protect}\n"


class LostAfterPublishing:
    """A connection that is lost with the answer of the first publish to a node."""

    def __init__(self, writer: Writer, node: NodeAddress) -> None:
        self._writer, self._node, self._lost = writer, node, False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._writer, name)
        if not callable(real):
            return real

        async def sent(*given: Any, **named: Any) -> Any:
            if not self._lost:
                answer = await real(*given, **named)
                self._lost = name == "publish" and given[0] == self._node
            if self._lost:
                raise NoAnswerError("cut")
            return answer

        return sent


@pytest.fixture
def node(unique: Callable[[str], str]) -> NodeAddress:
    return NodeAddress(SERVICE, unique("older"))


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Callable[..., Declaration]:
    """A file with one space: `node`, or another name, with the lines that follow under it."""

    def made(text: str, name: str = node.node) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nservice: {SERVICE}\nsource: {node.node}\nspaces:\n  {name}:\n"
        path.write_text(f"{head}    exposure: public\n{text}")
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    return plan(declaration, await engine.read(declaration, writer), **how)


async def done(made: Plan, writer: Writer) -> None:
    execution = await engine.execute(made, writer)
    assert {each.status for each in execution.results} == {"done"}


@pytest.mark.parametrize("how", ["a saved plan", "a revert"])
def test_what_left_meanwhile_is_not_ours_again_by_an_older_plan(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration], how: str
):
    """A plan changes a title. Another apply of the source takes a room out. Then a colleague lists
    the room by hand; the older plan, or what takes it back, must not make that ours: the next apply
    would remove it."""
    then, end = ("U", "T") if how == "a revert" else ("T", "U")

    async def work(writer: Writer) -> None:
        await applied(declared(titled("T", A, B)), writer)
        older = await planned(declared(titled("U", A, B)), writer)
        if how == "a revert":
            await done(older, writer)
        await applied(declared(titled(then, A)), writer)
        await writer.publish(node, B.partition(":")[0], THEIRS)
        if how == "a revert":
            back = revert(older, await engine.read_planned(older, writer))
            assert back.not_reverted == ()
            older = back.plan
        await done(older, writer)
        again = await planned(declared(titled(end, A)), writer)
        assert not any(isinstance(each, RetractItem) for each in again.actions)

    backend.run(work)


def test_what_was_protected_meanwhile_stays_protected(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """A plan that waited changes a title; it does not take away the protection that a later file
    has given."""

    async def work(writer: Writer) -> None:
        await applied(declared(titled("T", A)), writer)
        older = await planned(declared(titled("U", A)), writer)
        await applied(declared(titled("T", A, protect="true")), writer)
        await done(older, writer)
        removals = {"delete-space": {node.node}}
        less = declared("    rooms: {}\n", f"{node.node}-b")
        gone = await planned(less, writer, removals=removals)
        assert "protect" in {each.guard for each in objections(gone, {})}

    backend.run(work)


def test_what_a_cut_apply_put_there_is_ours_after_a_plan_that_was_made_before(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """A plan that waited knows nothing of an apply that was cut since; what that put there is not
    forgotten when the plan is recorded."""

    async def work(writer: Writer) -> None:
        await applied(declared(titled("T", A)), writer)
        older = await planned(declared(titled("U", A)), writer)
        larger = await planned(declared(titled("T", A, B)), writer)
        with suppress(NoAnswerError):
            cut: Any = LostAfterPublishing(writer, node)
            await engine.execute(larger, cut, engine.Approval(fresh=True))
        await engine.execute(older, writer, engine.Approval(holder=NEXT))
        again = await planned(declared(titled("U", A)), writer)
        assert any(isinstance(each, RetractItem) for each in again.actions)

    backend.run(work)
