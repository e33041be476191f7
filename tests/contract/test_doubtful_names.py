"""What of an object is the source's after cuts: in several applies, in copies, and in removals."""

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
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import NoAnswerError, Writer

SERVICE = Jid("pubsub.megacorp.example")
ALICE = Jid("alice@megacorp.example")
A, B = "a@rooms.megacorp.example", "b@rooms.megacorp.example"
THEIRS = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})
NEXT = engine.Holder("next", lambda _: "ended")
"""Who knows that the apply before has ended."""

Declare = Callable[..., Declaration]


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Declare:
    """One space with its rooms, each with a name, and people: `node`, or another one."""

    def made(
        rooms: dict[str, str], people: dict[Jid, str] | None = None, name: str = "", was: str = ""
    ) -> Declaration:
        lines = ["version: 1", f"service: {SERVICE}", f"source: {node.node}", "spaces:"]
        lines += [f"  {name or node.node}:", "    exposure: public"]
        lines += [f"    previously: [{was}]"] if was else []
        lines += ["    rooms:", *(f"      {jid}: {word}" for jid, word in rooms.items())]
        rights = {Jid("carol@megacorp.example"): "member", **(people or {})}
        lines += ["    affiliations:", *(f"      {jid}: {word}" for jid, word in rights.items())]
        path = tmp_path / "spaces.yaml"
        path.write_text("\n".join(lines) + "\n")
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    return plan(declaration, await engine.read(declaration, writer), **how)


async def cut_off(
    declaration: Declaration,
    writer: Writer,
    lost: Callable[..., bool],
    *,
    answered: bool = False,
    **how: Any,
) -> None:
    """An apply over a connection that is lost at a request, by its name and what it is about."""
    line: Any = Line(writer, lost, answered=answered)
    made = await planned(declaration, writer, **how)
    with suppress(NoAnswerError):
        await engine.execute(made, line, engine.Approval(holder=NEXT))
    assert line.is_lost


async def applied_next(declaration: Declaration, writer: Writer) -> None:
    """With nothing allowed, by who knows that the apply before has ended."""
    made = await planned(declaration, writer)
    assert (made.obstacles, objections(made, {})) == ((), ())
    await engine.execute(made, writer, engine.Approval(holder=NEXT))
    assert (await planned(declaration, writer)).actions == ()


async def ids(writer: Writer, node: NodeAddress) -> set[str]:
    return {item.id for item in (await writer.items(node)).items}


class Line:
    """A connection that is lost at the first request that `lost` names: before it, or with its
    answer."""

    def __init__(self, writer: Writer, lost: Callable[..., bool], *, answered: bool) -> None:
        self._writer, self._loses, self._answered = writer, lost, answered
        self.is_lost = False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._writer, name)
        if not callable(real):
            return real

        async def sent(*given: Any, **named: Any) -> Any:
            if not self.is_lost and self._loses(name, *given):
                self.is_lost = True
                if self._answered:
                    await real(*given, **named)
            if self.is_lost:
                raise NoAnswerError("cut")
            return await real(*given, **named)

        return sent


@pytest.mark.parametrize("what", ["an item", "a ban"])
def test_of_two_applies_that_were_cut_neither_makes_ours_what_somebody_else_put_there(
    backend: Backend, node: NodeAddress, declared: Declare, what: str
):
    """Both were cut before they sent anything, and meant to put different words there. What a
    colleague has put there by hand since says neither."""
    small = declared({A: "A"})
    larger = [
        declared({A: "A", B: "One"}, {ALICE: "member"}),
        declared({A: "A", B: "Two"}, {ALICE: "publisher"}),
    ]

    def lost(name: str, *given: Any) -> bool:
        return name in ("publish", "set_affiliation") and given[0] == node

    async def work(writer: Writer) -> None:
        await applied(small, writer)
        for each in larger:
            await cut_off(each, writer, lost)
        assert B not in await ids(writer, node)
        if what == "an item":
            await writer.publish(node, B, THEIRS)
        else:
            await writer.set_affiliation(node, ALICE, "outcast")
        await applied_next(small, writer)
        if what == "an item":
            assert B in await ids(writer, node)
        else:
            assert (await writer.affiliations(node)).get(ALICE) == "outcast"

    backend.run(work)


def test_of_a_rename_that_was_cut_nothing_is_left_that_a_smaller_file_does_not_say(
    backend: Backend, node: NodeAddress, declared: Declare
):
    """A space with a room that this source put there is copied to its new name; the copy is cut;
    then the room leaves the file."""
    new = NodeAddress(SERVICE, f"{node.node}-new")
    larger = {A: "A", B: "B"}

    def lost(name: str, *given: Any) -> bool:
        return name == "publish" and given[:2] == (new, B)

    async def work(writer: Writer) -> None:
        await applied(declared(larger), writer)
        renamed = declared(larger, name=new.node, was=node.node)
        await cut_off(renamed, writer, lost, answered=True)
        assert B in await ids(writer, new)
        await applied_next(declared({A: "A"}, name=new.node, was=node.node), writer)
        assert B not in await ids(writer, new)

    backend.run(work)


@pytest.mark.parametrize("at", ["the old record", "the new record"])
def test_what_had_left_before_a_cut_is_not_ours_when_somebody_puts_it_there_again(
    backend: Backend, node: NodeAddress, declared: Declare, at: str
):
    """An apply takes a room out, and is cut before it records that, or while it does. Then a
    colleague lists the room by hand, in words of their own."""
    small, gone = declared({A: "A"}), set[str]()

    def lost(name: str, *given: Any) -> bool:
        if given and given[0] == node:
            gone.update(given[1:2] if name == "retract" else ())
            return False
        return bool(gone) and name == ("retract" if at == "the old record" else "publish")

    async def work(writer: Writer) -> None:
        await applied(declared({A: "A", B: "B"}), writer)
        await cut_off(small, writer, lost)
        assert B not in await ids(writer, node)
        await writer.publish(node, B, THEIRS)
        await applied_next(small, writer)
        assert B in await ids(writer, node)

    backend.run(work)


@pytest.mark.parametrize("change", [False, True])
def test_what_was_to_go_when_an_apply_was_cut_is_ours_until_it_has_gone(
    backend: Backend, node: NodeAddress, declared: Declare, change: bool
):
    """Also where somebody had changed it since it was put there: that was known when it was to
    go."""
    small = declared({A: "A"}, {})

    def lost(name: str, *given: Any) -> bool:
        return name in ("retract", "set_affiliation") and given[0] == node

    async def work(writer: Writer) -> None:
        await applied(declared({A: "A", B: "B"}, {ALICE: "member"}), writer)
        if change:
            await writer.publish(node, B, THEIRS)
            await writer.set_affiliation(node, ALICE, "publisher")
        await cut_off(small, writer, lost)
        assert B in await ids(writer, node)
        await applied_next(small, writer)
        assert B not in await ids(writer, node)
        assert ALICE not in await writer.affiliations(node)

    backend.run(work)
