"""What others did while a plan was sent is not replaced, dropped or lost by it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.table import POLL
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.engine import concurrency, sending
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import NODE_PREFIX
from spaces_sync.model.marker import MARKER_ID
from spaces_sync.model.xml import element, parse
from spaces_sync.plan.actions import DeleteNode, RetractItem
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import Writer

SERVICE = Jid("pubsub.megacorp.example")
ALICE = Jid("alice@megacorp.example")
BOB = Jid("bob@megacorp.example")
NEXT = engine.Holder("next", lambda _: "ended")
"""Who knows that the apply before has ended."""
THEIRS = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})
Declare = Callable[..., Declaration]


@pytest.fixture
def node(unique: Callable[[str], str]) -> NodeAddress:
    return NodeAddress(SERVICE, unique("last"))


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Declare:
    """A document whose first entry is `node`, with the given lines under it."""

    def made(text: str, name: str = node.node, more: str = "") -> Declaration:
        lines = ["version: 1", f"service: {SERVICE}", f"source: {node.node}", "spaces:"]
        lines += [f"  {name}:", *(f"    {line}" for line in text.splitlines())]
        path = tmp_path / "spaces.yaml"
        path.write_text("\n".join([*lines, *more.splitlines()]) + "\n")
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    made = plan(declaration, await engine.read(declaration, writer), **how)
    assert made.obstacles == ()
    return made


PUBLIC = "exposure: public\nrooms:\n  a@rooms.megacorp.example: A"
PRIVATE = "exposure: private\naccess_model: whitelist\nrooms:\n  a@rooms.megacorp.example: A"


class After:
    """Lets others act once, right after the first request of a kind about another node than a
    ledger."""

    def __init__(self, writer: Writer, request: str, others: Callable[[], Awaitable[None]]):
        self._writer, self._request, self._others = writer, request, others
        self.happened = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._writer, name)
        if name != self._request:
            return method

        async def patched(about: Any, *args: Any, **how: Any) -> Any:
            result = await method(about, *args, **how)
            if not self.happened and NODE_PREFIX not in str(about):
                self.happened = True
                await self._others()
            return result

        return patched


def test_what_somebody_published_under_the_same_id_meanwhile_is_not_replaced(
    backend: Backend, node: NodeAddress, declared: Declare
):
    """Somebody adds the same room by hand, with words of their own, while the plan is sent."""
    b = "\n  b@rooms.megacorp.example: B"

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        approved = await planned(declared(PUBLIC + b + "\ntitle: T"), writer)

        async def others() -> None:
            await writer.publish(node, "b@rooms.megacorp.example", THEIRS)

        watched = After(writer, "configure_node", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        held = {item.id: item for item in (await writer.items(node)).items}
        assert held["b@rooms.megacorp.example"].payloads == (THEIRS,)

    backend.run(work)


def test_nothing_of_others_is_dropped_by_a_space_that_was_filled_meanwhile(
    backend: Backend, node: NodeAddress, declared: Declare
):
    small = "exposure: public\nmax_items: 6\nrooms:\n  a@rooms.megacorp.example: A"
    more = "".join(f"\n  {n}@rooms.megacorp.example: N" for n in "bcd")

    async def work(writer: Writer) -> None:
        await applied(declared(small), writer)
        approved = await planned(declared(small + more + "\ntitle: T"), writer)

        async def others() -> None:
            for n in range(4):
                await writer.publish(node, f"theirs-{n}", POLL)

        watched = After(writer, "configure_node", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        held = {item.id for item in (await writer.items(node)).items}
        assert {f"theirs-{n}" for n in range(4)} <= held

    backend.run(work)


@pytest.mark.parametrize("word", ["outcast", "owner"])
def test_whose_right_was_changed_meanwhile_keeps_it(
    backend: Backend, node: NodeAddress, declared: Declare, word: str
):
    """Another owner bans alice, or makes her an owner, while a plan is sent that lets her in."""
    new = f"  {node.node}-new: {{exposure: public, rooms: {{}}}}"

    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        let_in = f"\naffiliations: {{{ALICE}: member}}"
        approved = await planned(declared(PRIVATE + let_in, more=new), writer)
        assert objections(approved, {}) == ()

        async def others() -> None:
            await writer.set_affiliation(node, ALICE, word)

        watched = After(writer, "create_node", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert (await writer.affiliations(node))[ALICE] == word

    backend.run(work)


def test_a_space_that_another_source_marked_meanwhile_is_left_to_it(
    backend: Backend, node: NodeAddress, declared: Declare
):
    new = f"  {node.node}-new: {{exposure: public, rooms: {{}}}}"
    theirs = parse("<managed xmlns='urn:spaces-sync:0' source='theirs'/>")

    async def work(writer: Writer) -> None:
        config = {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#access_model": ("open",)}
        await writer.create_node(node, config)
        approved = await planned(declared(PUBLIC, more=new), writer)

        async def others() -> None:
            await writer.publish(node, "urn:spaces-sync:managed:0", theirs)

        watched = After(writer, "create_node", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        held = {item.id: item for item in (await writer.items(node)).items}
        assert held["urn:spaces-sync:managed:0"].payloads == (theirs,)

    backend.run(work)


def test_a_space_that_others_were_let_into_since_is_not_taken_back(
    backend: Backend, node: NodeAddress, declared: Declare
):
    """Of a room that counts as changed since."""

    async def work(writer: Writer) -> None:
        made = await planned(declared(PRIVATE), writer)
        await engine.execute(made, writer)
        await writer.set_affiliation(node, ALICE, "owner")
        await writer.set_affiliation(node, BOB, "member")
        await writer.set_subscription(node, BOB, "subscribed")
        found = revert(made, await engine.read_planned(made, writer))
        gone = [a for a in found.plan.actions if isinstance(a, DeleteNode)]
        assert gone == [] or found.not_reverted, gone[0].why.consequences

    backend.run(work)


def test_a_moved_child_leaves_its_space_only_while_it_is_in_the_other(
    backend: Backend, node: NodeAddress, declared: Declare
):
    other = NodeAddress(SERVICE, f"{node.node}-other")
    b = "\n  b@rooms.megacorp.example: B"

    def two(first: str, second: str) -> Declaration:
        lines = [f"  {other.node}:", *(f"    {line}" for line in second.splitlines())]
        return declared(first, more="\n".join(lines))

    async def work(writer: Writer) -> None:
        await applied(two(PUBLIC + b, PUBLIC), writer)
        moved = await planned(two(PUBLIC, PUBLIC + b), writer)
        assert any(isinstance(a, RetractItem) and a.moved_to == other for a in moved.actions)

        async def others() -> None:
            await writer.retract(other, "b@rooms.megacorp.example")

        watched = After(writer, "publish", others)
        await engine.execute(moved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        left = (await engine.read_addresses([node, other], writer)).state.nodes
        held = {item.id for each in left.values() for item in each.items}
        assert "b@rooms.megacorp.example" in held

    backend.run(work)


@pytest.mark.parametrize("gone", ["the space", "an item"])
def test_an_old_name_goes_only_while_its_content_is_under_the_new_one(
    backend: Backend, node: NodeAddress, declared: Declare, gone: str
):
    """A saved plan removes it; in between somebody removes what had arrived."""
    new = NodeAddress(SERVICE, f"{node.node}-new")

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        await writer.publish(node, "theirs", POLL)
        renamed = declared(PUBLIC + f"\npreviously: [{node.node}]", name=new.node)
        await engine.execute(await planned(renamed, writer), writer)
        approved = await planned(renamed, writer, removals={"delete-space": {node.node}})
        assert any(isinstance(a, DeleteNode) for a in approved.actions)
        assert [o.guard for o in objections(approved, {})] == ["delete-space"]
        if gone == "the space":
            await writer.delete_node(new)
        else:
            await writer.retract(new, "theirs")
        with suppress(engine.StalePlanError):
            await engine.execute(approved, writer)  # not fresh: held against the services
        left = (await engine.read_addresses([node, new], writer)).state.nodes
        held = {item.id for each in left.values() for item in each.items}
        assert "theirs" in held

    backend.run(work)


RENAMED = "b@rooms.megacorp.example: {name: A, previously: [a@rooms.megacorp.example]}"
EXTENDED = parse(
    "<conference xmlns='urn:xmpp:bookmarks:1' name='A'><extensions>"
    "<theirs xmlns='urn:theirs'/></extensions></conference>"
)


def test_a_renamed_child_leaves_its_old_name_only_while_it_has_its_new_one(
    backend: Backend, node: NodeAddress, declared: Declare
):
    """Somebody retracts the new item as soon as it is there."""

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        await writer.publish(node, "a@rooms.megacorp.example", EXTENDED)
        approved = await planned(declared(f"exposure: public\nrooms:\n  {RENAMED}"), writer)

        async def others() -> None:
            await writer.retract(node, "b@rooms.megacorp.example")

        watched = After(writer, "publish", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert "urn:theirs" in str((await writer.items(node)).items)

    backend.run(work)


FULL = "exposure: public\nmax_items: {}\nrooms:\n  {}"


def test_a_rename_in_a_full_space_is_refused_while_others_added_to_it(
    backend: Backend, node: NodeAddress, declared: Declare
):
    """The old item would have to go first, and a cut then lose what others added to it."""

    async def work(writer: Writer) -> None:
        await applied(declared(FULL.format(2, "a@rooms.megacorp.example: A")), writer)
        await writer.publish(node, "a@rooms.megacorp.example", EXTENDED)
        wanted = declared(FULL.format(2, RENAMED))
        refused = plan(wanted, await engine.read(wanted, writer))
        assert ["too full" in each.text for each in refused.obstacles] == [True]

        await applied(declared(FULL.format(3, RENAMED)), writer)
        held = {item.id: item.payloads for item in (await writer.items(node)).items}
        assert held.keys() >= {"b@rooms.megacorp.example"}
        assert "a@rooms.megacorp.example" not in held
        assert "urn:theirs" in str(held["b@rooms.megacorp.example"])

    backend.run(work)


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a request begins when the one before it has ended."""
    each = partial(concurrency.each, workers=1)
    monkeypatch.setattr(sending.concurrency, "each", each)


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("what", ["the same id", "many"])
def test_what_came_between_two_publications_is_not_replaced(
    backend: Backend, node: NodeAddress, declared: Declare, what: str
):
    """Both are of one stage: what was read for the first one does not hold for the second."""
    small = "exposure: public\nmax_items: 6\nrooms:\n  a@rooms.megacorp.example: A"
    more = "".join(f"\n  {n}@rooms.megacorp.example: N" for n in "bc")

    async def work(writer: Writer) -> None:
        await applied(declared(small), writer)
        approved = await planned(declared(small + more), writer)
        before = {item.id for item in (await writer.items(node)).items}

        async def others() -> None:
            if what == "the same id":
                await writer.publish(node, "c@rooms.megacorp.example", THEIRS)
            else:
                for n in range(3):
                    await writer.publish(node, f"theirs-{n}", POLL)

        watched = After(writer, "publish", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        held = {item.id: item.payloads for item in (await writer.items(node)).items}
        if what == "the same id":
            assert held["c@rooms.megacorp.example"] == (THEIRS,)
        else:
            assert before | {f"theirs-{n}" for n in range(3)} <= held.keys()

    backend.run(work)


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("word", ["outcast", "owner"])
def test_whose_right_was_changed_between_two_grants_keeps_it(
    backend: Backend, node: NodeAddress, declared: Declare, word: str
):
    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        let_in = f"\naffiliations: {{{ALICE}: member, {BOB}: member}}"
        approved = await planned(declared(PRIVATE + let_in), writer)

        async def others() -> None:
            await writer.set_affiliation(node, BOB, word)

        watched = After(writer, "set_affiliation", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        assert (await writer.affiliations(node))[BOB] == word

    backend.run(work)


@pytest.mark.parametrize("after", [PUBLIC.replace("A", "B"), "exposure: public\nrooms: {}"])
def test_in_a_space_that_another_source_marked_nothing_is_replaced_or_retracted(
    backend: Backend, node: NodeAddress, declared: Declare, after: str
):
    theirs = parse("<managed xmlns='urn:spaces-sync:0' source='theirs'/>")

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        approved = await planned(declared(after + "\ntitle: T"), writer)
        before = {item.id: item.payloads for item in (await writer.items(node)).items}

        async def others() -> None:
            await writer.retract(node, MARKER_ID)
            await writer.publish(node, MARKER_ID, theirs)

        watched = After(writer, "configure_node", others)
        await engine.execute(approved, watched, engine.Approval(fresh=True))  # type: ignore[arg-type]  # by name
        assert watched.happened
        held = {item.id: item.payloads for item in (await writer.items(node)).items}
        assert held == {**before, MARKER_ID: (theirs,)}

    backend.run(work)
