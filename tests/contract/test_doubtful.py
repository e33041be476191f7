"""What an apply that was cut off may have put there, and somebody else did afterwards by hand."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.walking import applied
from cutting import Cut
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import element
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.ports import NoAnswerError, ServiceError, Writer

SERVICE = Jid("pubsub.megacorp.example")
ALICE = Jid("alice@megacorp.example")
B = "b@rooms.megacorp.example"
THEIRS = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})
NEXT = engine.Holder("next", lambda _: "ended")

ROOMS = "    rooms:\n      a@rooms.megacorp.example: A\n"
PEOPLE = "    affiliations:\n      carol@megacorp.example: member\n"
SMALLER = ROOMS + PEOPLE
LARGER = f"{ROOMS}      {B}: B\n{PEOPLE}      {ALICE}: publisher\n"


@pytest.fixture
def node(unique: Callable[[str], str]) -> NodeAddress:
    return NodeAddress(SERVICE, unique("doubtful"))


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Callable[[str], Declaration]:
    def made(text: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nservice: {SERVICE}\nsource: {node.node}\nspaces:\n  {node.node}:\n"
        path.write_text(f"{head}    exposure: private\n{text}")
        return load([path], {})

    return made


async def cut_off(declaration: Declaration, writer: Writer, how: Any) -> None:
    made = plan(declaration, await engine.read(declaration, writer))
    with suppress(NoAnswerError):
        await engine.execute(made, how(writer), engine.Approval(fresh=True))


async def applied_next(declaration: Declaration, writer: Writer) -> None:
    """With nothing allowed, by who knows that the apply before has ended."""
    made = plan(declaration, await engine.read(declaration, writer))
    assert (made.obstacles, objections(made, {})) == ((), ())
    done = await engine.execute(made, writer, engine.Approval(holder=NEXT))
    assert {each.status for each in done.results} <= {"done"}
    made = plan(declaration, await engine.read(declaration, writer))
    assert made.actions == ()


class Ending:
    """A writer whose `request` on a node of these spaces ends so, and is not sent."""

    def __init__(self, writer: Writer, request: str, error: Exception) -> None:
        self._writer, self._request, self._error = writer, request, error

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._writer, name)
        if name != self._request:
            return real

        async def ended(node: NodeAddress, *rest: Any, **named: Any) -> Any:
            if node.node.startswith("doubtful"):
                raise self._error
            return await real(node, *rest, **named)

        return ended


@pytest.mark.parametrize("end", [NoAnswerError("cut"), ServiceError("forbidden", "auth")])
def test_somebody_elses_right_is_not_ours_for_having_been_meant_to_change(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration], end: Exception
):
    """Somebody made her a member; to make her more was cut off, or refused."""

    async def work(writer: Writer) -> None:
        await applied(declared(SMALLER), writer)
        await writer.set_affiliation(node, ALICE, "member")
        larger = declared(LARGER)
        await cut_off(larger, writer, lambda w: Ending(w, "set_affiliation", end))
        await applied_next(declared(SMALLER), writer)
        assert (await writer.affiliations(node)).get(ALICE) == "member"

    backend.run(work)


def test_what_somebody_did_after_a_cut_is_not_ours(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration]
):
    """An item of the same id that says something else, and another right."""

    async def work(writer: Writer) -> None:
        await applied(declared(SMALLER), writer)
        error = NoAnswerError("cut")
        await cut_off(declared(LARGER), writer, lambda w: Ending(w, "set_affiliation", error))
        await writer.publish(node, B, THEIRS)
        await writer.set_affiliation(node, ALICE, "member")
        await applied_next(declared(SMALLER), writer)
        assert B in {item.id for item in (await writer.items(node)).items}
        assert (await writer.affiliations(node)).get(ALICE) == "member"

    backend.run(work)


@pytest.mark.parametrize("writes", range(3, 9))
def test_what_the_cut_apply_did_is_ours(
    backend: Backend, node: NodeAddress, declared: Callable[[str], Declaration], writes: int
):
    async def work(writer: Writer) -> None:
        await applied(declared(SMALLER), writer)
        await cut_off(declared(LARGER), writer, lambda w: Cut(w, writes, answered=True))
        await applied_next(declared(SMALLER), writer)
        assert B not in {item.id for item in (await writer.items(node)).items}
        assert ALICE not in await writer.affiliations(node)

    backend.run(work)
