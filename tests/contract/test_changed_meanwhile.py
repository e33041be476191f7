"""What a plan was approved for and what is there when it is sent: others have not been idle."""

import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend
from contract.table import POLL
from contract.walking import applied
from cutting import Cut
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import NODE_PREFIX
from spaces_sync.model.state import Reading
from spaces_sync.model.xml import element
from spaces_sync.plan import file
from spaces_sync.plan.actions import DeleteNode, RecordOwnership, subject
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.plan.removals import Removals
from spaces_sync.plan.undo.revert import revert
from spaces_sync.ports import NoAnswerError, ServiceError, Writer
from spaces_sync.report.causes import causes_text

SERVICE = Jid("pubsub.megacorp.example")
BOB = Jid("bob@megacorp.example")
DELETE: Removals = {"delete-space": None}
ROOM = element("urn:xmpp:bookmarks:1", "conference", {"name": "Theirs"})
Others = Callable[[Writer, NodeAddress], Awaitable[None]]


@pytest.fixture
def node(unique: Callable[[str], str]) -> NodeAddress:
    return NodeAddress(SERVICE, unique("meanwhile"))


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Callable[..., Declaration]:
    """A document whose one entry is `node`, with the given lines under it; none: no entry."""

    def made(
        text: str, section: str = "spaces", name: str = node.node, operators: Sequence[str] = ()
    ) -> Declaration:
        lines = ["version: 1", f"source: {node.node}", f"service: {SERVICE}"]
        lines += [f"operators: [{', '.join(operators)}]", f"{section}:"]
        lines += (
            [f"  {name}:", *(f"    {line}" for line in text.splitlines())] if text else ["  {}"]
        )
        path = tmp_path / "spaces.yaml"
        path.write_text("\n".join(lines) + "\n")
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer, **how: Any) -> Plan:
    """As it comes out of a file that it was saved in."""
    made = plan(declaration, await engine.read(declaration, writer), **how)
    assert made.obstacles == ()
    return file.from_data(json.loads(json.dumps(file.to_data(made))))


async def touched(approved: Plan, writer: Writer) -> Reading:
    return await engine.read_planned(approved, writer)


NEXT = engine.Holder("next", lambda _: "ended")
"""Who knows that the apply before has ended."""


async def executed(approved: Plan, writer: Writer) -> engine.Execution:
    """As if somebody had thought about it for a while.

    Raises `StalePlanError`.
    """
    reading = await touched(approved, writer)
    steps = resumed(approved.actions, reading, approved.preconditions)
    if beyond := [s for s in steps if isinstance(s, Result) and s.status == "failed"]:
        raise engine.StalePlanError(beyond)
    return await engine.execute(approved, writer, engine.Approval(steps, NEXT))


OPEN = {"pubsub#access_model": ("open",)}


async def opened(writer: Writer, node: NodeAddress) -> None:
    await writer.configure_node(node, OPEN)


async def born_again(writer: Writer, node: NodeAddress) -> None:
    await writer.delete_node(node)
    await writer.create_node(node, {**OPEN, "pubsub#type": ("urn:xmpp:spaces:0",)})


async def filled(writer: Writer, node: NodeAddress) -> None:
    for n in range(8):
        await writer.publish(node, f"theirs-{n}", POLL)


async def crowded(writer: Writer, node: NodeAddress) -> None:
    """Beside a room and a marker there is no place left of six."""
    for n in range(4):
        await writer.publish(node, f"theirs-{n}", POLL)


async def subscribed(writer: Writer, node: NodeAddress) -> None:
    await writer.set_subscription(node, BOB, "subscribed")


PRIVATE = "exposure: private\nrooms:\n  a@rooms.megacorp.example: A"
PUBLIC = "exposure: public\nrooms:\n  a@rooms.megacorp.example: A"
CLOSED = PUBLIC.replace("public", "private\naccess_model: whitelist")
MORE = "\n  secret@rooms.megacorp.example: Secret"
SMALL = "exposure: public\nmax_items: 6\nrooms:\n  a@rooms.megacorp.example: A"

# The file before, the file that is planned, what others do then, and why it is not sent.
MEANWHILE = {
    "a private space was opened": (PRIVATE, PRIVATE + MORE, opened, "access model"),
    "a private space was made anew": (PRIVATE, PRIVATE + MORE, born_again, "access model"),
    "a space was filled": (SMALL, SMALL + MORE, crowded, "keeps 6"),
    "a space that opens was filled": (PRIVATE, PUBLIC, filled, "more people could read that then"),
    "a space that goes was filled": (PUBLIC, "", filled, "have come or changed"),
    "a space that goes was subscribed to": (PUBLIC, "", subscribed, "somebody has subscribed"),
    "a space that closes was subscribed to": (
        PUBLIC,
        PUBLIC.replace("public", "private\naccess_model: whitelist"),
        subscribed,
        "1 more of its subscribers",
    ),
}


@pytest.mark.parametrize(("before", "after", "others", "why"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_no_longer_fits_is_not_sent(
    backend: Backend,
    node: NodeAddress,
    declared: Callable[..., Declaration],
    before: str,
    after: str,
    others: Others,
    why: str,
):
    async def work(writer: Writer) -> None:
        await applied(declared(before), writer)
        approved = await planned(declared(after), writer, removals=DELETE)
        await others(writer, node)
        there = await touched(approved, writer)
        with pytest.raises(engine.StalePlanError) as caught:
            await executed(approved, writer)
        assert any(why in causes_text(result.causes) for result in caught.value.stale_results)
        assert await touched(approved, writer) == there

    backend.run(work)


async def interrupted_after(
    request: str, approved: Plan, writer: Writer, others: Callable[[], Awaitable[None]]
) -> dict[str, list[str]]:
    """What an apply says of each kind of action, where others act after the first such request."""
    original = getattr(writer, request)
    acted = False

    async def patched(about: NodeAddress, *args: Any, **how: Any) -> None:
        nonlocal acted
        await original(about, *args, **how)
        if not acted and NODE_PREFIX not in about.node:
            acted = True
            await others()

    setattr(writer, request, patched)
    try:
        execution = await engine.execute(approved, writer, engine.Approval(fresh=True))
    finally:
        delattr(writer, request)
    assert acted
    found: dict[str, list[str]] = {}
    for result in execution.results:
        words = result.status if not result.causes else causes_text(result.causes)
        found.setdefault(type(result.action).__name__, []).append(words)
    return found


@pytest.mark.parametrize("change", ["filled", "subscribed"])
def test_a_deletion_spares_what_came_while_the_plan_was_carried_out(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration], change: str
):
    other = NodeAddress(SERVICE, f"{node.node}-other")
    others = {"filled": filled, "subscribed": subscribed}[change]

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        approved = await planned(declared(PUBLIC, name=other.node), writer, removals=DELETE)
        found = await interrupted_after("publish", approved, writer, lambda: others(writer, node))
        assert found["DeleteNode"] != ["done"]
        assert found["PublishItem"] == ["done"]
        assert found["CreateNode"] == ["done"]
        assert (await engine.read_addresses([node], writer)).state.nodes

    backend.run(work)


def test_a_space_is_not_opened_with_what_came_while_the_plan_was_carried_out(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """One item of others goes, another comes: it is not the number that counts."""

    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        await writer.publish(node, "theirs", POLL)
        approved = await planned(declared(PUBLIC + MORE + "\ntitle: T"), writer)

        async def swapped() -> None:
            await writer.retract(node, "theirs")
            await writer.publish(node, "theirs-too", POLL)

        found = await interrupted_after("configure_node", approved, writer, swapped)
        assert any("more people could read" in each for each in found["ConfigureNode"])
        (reading,) = (await engine.read_addresses([node], writer)).state.nodes.values()
        assert reading.config["pubsub#access_model"].values != ("open",)

    backend.run(work)


def test_nobody_is_unsubscribed_for_a_change_that_is_refused(
    backend: Backend,
    node: NodeAddress,
    declared: Callable[..., Declaration],
    monkeypatch: pytest.MonkeyPatch,
):
    async def work(writer: Writer) -> None:
        configure = writer.configure_node

        async def refused(which: NodeAddress, *more: Any) -> None:
            if which == node:
                raise ServiceError("not-acceptable", "modify")
            await configure(which, *more)  # the ledger's, which is a trial of what is kept

        await applied(declared(PUBLIC), writer)
        await subscribed(writer, node)
        approved = await planned(declared(CLOSED + MORE), writer)
        monkeypatch.setattr(writer, "configure_node", refused)
        execution = await engine.execute(approved, writer)
        monkeypatch.undo()
        became = {type(each.action).__name__: each.status for each in execution.results}
        assert became.pop("ConfigureNode") == "failed"
        assert set(became.values()) == {"skipped"}
        (live,) = (await engine.read_addresses([node], writer)).state.nodes.values()
        assert live.config["pubsub#access_model"].values == ("open",)
        assert BOB in (live.subscriptions or {})

    backend.run(work)


def test_a_space_that_was_opened_while_it_was_filled_is_not_done(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """After the last publication no request is left that the service could refuse."""

    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        approved = await planned(declared(PRIVATE + MORE), writer)
        found = await interrupted_after("publish", approved, writer, lambda: opened(writer, node))
        assert ["access model" in each for each in found["PublishItem"]] == [True]

    backend.run(work)


def test_an_item_that_changed_while_the_plan_was_carried_out_is_not_replaced(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC + MORE), writer)
        approved = await planned(declared(PUBLIC.replace("A", "B") + "\ntitle: T"), writer)

        async def edited() -> None:
            for item_id in ("a@rooms.megacorp.example", "secret@rooms.megacorp.example"):
                await writer.retract(node, item_id)
                await writer.publish(node, item_id, ROOM)

        found = await interrupted_after("configure_node", approved, writer, edited)
        assert "done" not in [*found["PublishItem"], *found["RetractItem"]]
        held = {item.id: item.payloads for item in (await writer.items(node)).items}
        assert held["a@rooms.megacorp.example"] == held["secret@rooms.megacorp.example"] == (ROOM,)

    backend.run(work)


def test_a_plain_node_that_was_filled_is_not_cut_down(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared("max_items: 20", "nodes"), writer)
        approved = await planned(declared("max_items: 5", "nodes"), writer)
        assert objections(approved, {}) == ()
        await filled(writer, node)
        with pytest.raises(engine.StalePlanError, match="stale"):
            await executed(approved, writer)
        assert len((await writer.items(node)).items) == 8

    backend.run(work)


def test_protection_that_came_later_counts(backend: Backend, declared: Callable[..., Declaration]):
    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        approved = await planned(declared(""), writer, removals=DELETE)
        await applied(declared(PUBLIC + "\nprotect: true"), writer)
        with pytest.raises(engine.StalePlanError):
            await executed(approved, writer)

    backend.run(work)


def test_a_deleted_space_is_not_brought_back(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """ejabberd makes the node that somebody publishes to, open to all."""

    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        approved = await planned(declared(PRIVATE + MORE), writer)
        await writer.delete_node(node)
        with pytest.raises(engine.StalePlanError):
            await engine.execute(approved, writer)
        with pytest.raises(ServiceError):
            await writer.node_info(node)

    backend.run(work)


def test_a_plan_that_was_applied_is_over(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """What a colleague lists again in the same words is the colleague's."""

    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE + MORE), writer)
        approved = await planned(declared(PRIVATE), writer)
        await executed(approved, writer)
        await writer.publish(node, "secret@rooms.megacorp.example", _payload(approved))
        with pytest.raises(engine.StalePlanError) as caught:
            await executed(approved, writer)
        assert caught.value.stale_results[0].causes == (Cause("changed-after-applying"),)
        await writer.retract(node, "secret@rooms.megacorp.example")
        again = await executed(approved, writer)
        assert {result.status for result in again.results} == {"done"}

    backend.run(work)


def test_what_others_made_is_removed_though_the_record_ends_as_it_began(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        await writer.publish(node, "theirs", POLL)
        approved = await planned(declared(PRIVATE + "\nabsent_items: [theirs]"), writer)
        found = await executed(approved, writer)
        assert {result.status for result in found.results} == {"done"}
        assert "theirs" not in {item.id for item in (await writer.items(node)).items}

    backend.run(work)


def test_a_whitelist_that_cannot_hold_a_subscription_is_no_plan(
    backend: Backend, declared: Callable[..., Declaration]
):
    """Prosody would end it at once, and every plan would want it again."""
    closed = PUBLIC.replace("public", "private\naccess_model: whitelist")

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        wanted = declared(closed + f"\nsubscriptions: {{{BOB}: subscribed}}")
        made = plan(wanted, await engine.read(wanted, writer))
        assert ["name them as a member" in each.text for each in made.obstacles] == [True]

    backend.run(work)


def test_what_a_colleague_reached_another_way_proves_nothing(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(PRIVATE), writer)
        await writer.publish(node, "bad", POLL)
        approved = await planned(declared(PRIVATE + MORE + "\nabsent_items: [bad]"), writer)
        await applied(declared(PRIVATE + MORE), writer)
        with pytest.raises(engine.StalePlanError):
            await executed(approved, writer)
        assert "bad" in {item.id for item in (await writer.items(node)).items}

    backend.run(work)


HALFWAY = {
    "closing": (PUBLIC, CLOSED + MORE),
    "opening": (CLOSED + MORE, PUBLIC + "\n  new@rooms.megacorp.example: New"),
    "growing": (SMALL, SMALL.replace("6", "20") + MORE),
    "removing": (PUBLIC + MORE, PUBLIC),
}


@pytest.mark.parametrize("source", ["same", "other"])
@pytest.mark.parametrize(("before", "after"), HALFWAY.values(), ids=HALFWAY)
def test_what_was_done_of_a_plan_does_not_stand_in_its_way(
    backend: Backend,
    node: NodeAddress,
    declared: Callable[..., Declaration],
    before: str,
    after: str,
    source: str,
):
    """Cut after each of its requests a saved plan goes on to its end; also one that takes over."""

    async def work(writer: Writer) -> None:
        for cut in itertools.count():
            name = f"{node.node}-{cut}"
            first = declared(before, name=name)
            first = first if source == "same" else replace(first, source="others")
            await applied(first, writer)
            approved = await planned(declared(after, name=name), writer, take_over=True)
            line: Any = Cut(writer, cut, answered=True)
            with suppress(NoAnswerError):
                await engine.execute(approved, line, engine.Approval(holder=NEXT))
            found = await executed(approved, writer)
            assert {result.status for result in found.results} == {"done"}
            if not line.is_lost:
                return

    backend.run(work)


def test_a_space_that_opens_keeps_whoever_was_subscribed(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    member = "\naffiliations: {bob@megacorp.example: member}"

    async def work(writer: Writer) -> None:
        await applied(declared(CLOSED + member), writer)
        await subscribed(writer, node)
        await applied(declared(PUBLIC + "\naffiliations: {}"), writer)
        assert BOB in await writer.subscriptions(node)

    backend.run(work)


def test_a_space_is_taken_back_to_more_and_open_without_a_loss(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """What comes back needs the place that the space had, before it comes."""
    rooms = "".join(f"\n  r{n}@rooms.megacorp.example: R{n}" for n in range(9))
    large = f"exposure: public\nmax_items: 20\nrooms:{rooms}"

    async def work(writer: Writer) -> None:
        await applied(declared(large), writer)
        await writer.publish(node, "precious", POLL)
        there = {item.id for item in (await writer.items(node)).items}
        approved = await planned(declared(CLOSED + "\nmax_items: 4"), writer)
        await executed(approved, writer)
        back = revert(approved, await touched(approved, writer)).plan
        assert back.obstacles == ()
        await executed(back, writer)
        assert {item.id for item in (await writer.items(node)).items} == there

    backend.run(work)


BOTH = ("admin@megacorp.example", BOB)


def test_whoever_gives_up_a_space_hears_what_was_done(
    backend: Backend, declared: Callable[..., Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC, operators=BOTH), writer)
        async with backend.acting_as("bob") as bob:
            people = f"{{{BOB}: none, alice@megacorp.example: owner}}"
            given = f"{PUBLIC}\ntitle: T\naffiliations: {people}"
            approved = await planned(declared(given, operators=BOTH), bob)
            found = await executed(approved, bob)
        assert {result.status for result in found.results} == {"done"}

    backend.run(work)


def test_another_operator_goes_on_with_what_a_source_manages(
    backend: Backend, declared: Callable[..., Declaration]
):
    """ejabberd lets only who published an item replace it; a record is replaced by a new one."""

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC, operators=BOTH), writer)
        async with backend.acting_as("bob") as bob:
            wanted = declared(f"{PUBLIC}{MORE}", operators=BOTH)
            found = await executed(await planned(wanted, bob), bob)
            assert {result.status for result in found.results} == {"done"}
            assert (await planned(wanted, bob)).actions == ()

    backend.run(work)


def test_a_destroyed_room_is_made_again(
    backend: Backend, unique: Callable[[str], str], tmp_path: Path
):
    """Prosody blocks its name for strangers, not for an admin of the service."""
    room = f"{unique('again')}@rooms.megacorp.example"
    path = tmp_path / "rooms.yaml"
    path.write_text(f"version: 1\nrooms:\n  {room}: {{name: Again}}\n")
    declaration = load([path], {})

    async def work(writer: Writer) -> None:
        made = await planned(declaration, writer)
        await executed(made, writer)
        back = revert(made, await touched(made, writer)).plan
        await executed(back, writer)
        nothing = revert(made, await touched(made, writer)).plan
        assert (nothing.obstacles, nothing.actions) == ((), ())
        found = await executed(await planned(declaration, writer), writer)
        assert [result.status for result in found.results] == ["done"]

    backend.run(work)


def _payload(approved: Plan):
    (payload,) = {
        action.before.payloads[0]
        for action in approved.actions
        if type(action).__name__ == "RetractItem"
    }
    return payload


def test_a_closed_space_is_closed_to_its_former_subscribers(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """ejabberd keeps the subscriptions of a node that becomes a whitelist, and lets them read."""

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        await subscribed(writer, node)
        closed = PUBLIC.replace("public", "private\naccess_model: whitelist")
        await applied(declared(closed + MORE), writer)
        async with backend.acting_as("bob") as bob:
            with pytest.raises(ServiceError):
                await bob.items(node)

    backend.run(work)


def test_of_a_copy_that_fails_the_old_space_stays(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """As somebody who owns the old space, and may create none."""
    new = NodeAddress(SERVICE, f"{node.node}-new")

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC, operators=BOTH), writer)
        await writer.publish(node, "precious", POLL)
        renamed = declared(PUBLIC + f"\npreviously: [{node.node}]", name=new.node, operators=BOTH)
        async with backend.acting_as("bob") as bob:
            # Prosody 0.12 says beforehand that he may not: what is planned all the same fails.
            approved = plan(renamed, await engine.read(renamed, bob), removals=DELETE)
            assert not any(isinstance(action, DeleteNode) for action in approved.actions)
            await engine.execute(approved, bob)
        assert any(item.id == "precious" for item in (await writer.items(node)).items)
        await engine.execute(await planned(renamed, writer), writer)
        after = await planned(renamed, writer, removals=DELETE)
        assert [(type(action), subject(action)) for action in after.actions] == [
            (DeleteNode, node),
            (RecordOwnership, node),
        ]
        assert any(item.id == "precious" for item in (await writer.items(new)).items)

    backend.run(work)


TITLED = "title: {}\nexposure: public\nrooms:\n  {}: {}\n  {}: {}"
ROOMS = ("a@rooms.megacorp.example", "b@rooms.megacorp.example")


def _titled(title: str, a: str, b: str) -> str:
    return TITLED.format(title, ROOMS[0], a, ROOMS[1], b)


async def _left(declaration: Declaration, writer: Writer) -> list[str]:
    made = plan(declaration, await engine.read(declaration, writer))
    assert made.obstacles == ()
    return [type(each).__name__ for each in made.actions if not isinstance(each, RecordOwnership)]


def test_of_a_space_that_somebody_changed_only_that_is_left_out(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    async def work(writer: Writer) -> None:
        await applied(declared(_titled("One", "A", "B")), writer)
        wanted = declared(_titled("Two", "Aa", "Bb"))
        approved = await planned(wanted, writer)
        await writer.publish(node, ROOMS[0], ROOM)

        found = await engine.execute(approved, writer, engine.Approval(partial=True))
        undone = [each for each in found.results if each.status != "done"]
        assert [type(each.action).__name__ for each in undone] == ["PublishItem", "RecordOwnership"]
        assert [cause.code for cause in undone[0].causes] == ["item-changed"]
        assert await _left(wanted, writer) == ["PublishItem"]
        await applied(wanted, writer)
        assert await _left(wanted, writer) == []

    backend.run(work)


def test_what_came_under_the_old_name_after_a_rename_is_not_lost_with_it(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    """A colleague whose client knows the old name goes on publishing there."""
    new = NodeAddress(SERVICE, f"{node.node}-new")

    async def work(writer: Writer) -> None:
        await applied(declared(PUBLIC), writer)
        renamed = declared(PUBLIC + f"\npreviously: [{node.node}]", name=new.node)
        await applied(renamed, writer)
        await writer.publish(node, "theirs", POLL)
        assert await _left(renamed, writer) == []

        first = await planned(renamed, writer, removals=DELETE)
        await executed(first, writer)
        assert "theirs" in {item.id for item in (await writer.items(new)).items}
        assert "theirs" in {item.id for item in (await writer.items(node)).items}
        second = await planned(renamed, writer, removals=DELETE)
        (deletion,) = (each for each in second.actions if isinstance(each, DeleteNode))
        assert deletion.lost == 0
        await executed(second, writer)
        with pytest.raises(ServiceError):
            await writer.node_info(node)
        assert await _left(renamed, writer) == []

    backend.run(work)


def test_a_room_moves_to_another_space_with_what_others_added_to_it(
    backend: Backend, node: NodeAddress, declared: Callable[..., Declaration]
):
    other = NodeAddress(SERVICE, f"{node.node}-other")
    theirs = element("urn:theirs", "bell")

    def listed(first: str, second: str) -> Declaration:
        made = declared(f"exposure: public\nrooms: {{{first}}}")
        more = declared(f"exposure: public\nrooms: {{{second}}}", name=other.node)
        nodes = {**made.state.nodes, **more.state.nodes}
        policies = {**made.policies, **more.policies}
        return replace(made, state=replace(made.state, nodes=nodes), policies=policies)

    async def work(writer: Writer) -> None:
        await applied(listed(f"{ROOMS[0]}: A, {ROOMS[1]}: B", ""), writer)
        (item,) = (each for each in (await writer.items(node)).items if each.id == ROOMS[0])
        payload = item.payloads[0]
        extended = payload.with_children((*payload.children, theirs))
        await writer.publish(node, ROOMS[0], extended)

        wanted = listed(f"{ROOMS[1]}: B", f"{ROOMS[0]}: Aa")
        await applied(wanted, writer)
        assert ROOMS[0] not in {each.id for each in (await writer.items(node)).items}
        (item,) = (each for each in (await writer.items(other)).items if each.id == ROOMS[0])
        assert theirs in item.payloads[0].children
        assert item.payloads[0].get("name") == "Aa"
        assert await _left(wanted, writer) == []

    backend.run(work)
