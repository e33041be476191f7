"""What changes of fields do on the services, and how a plan is stopped before it happens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.test_transitions import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import element
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import ALLOWABLE, objections
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.ports import Writer

NOTE = element("urn:example:note", "note")
ALICE = Jid("alice@megacorp.example")
ANY = dict.fromkeys(ALLOWABLE)

Declare = Callable[[str, str], Declaration]


@pytest.fixture
def declared(tmp_path: Path, node: NodeAddress) -> Declare:
    """`declared("nodes", "title: News")`, with the node's name as the key."""

    def made(section: str, body: str, key: str = node.node) -> Declaration:
        path = tmp_path / "spaces.yaml"
        head = f"version: 1\nsource: {node.node}\nservice: {node.service}\n{section}:\n"
        path.write_text(f"{head}  {key}: {{{body}}}\n")
        return load([path], {})

    return made


async def planned(declaration: Declaration, writer: Writer) -> Plan:
    return plan(declaration, await engine.read(declaration, writer))


def stopped(made: Plan) -> dict[str, int]:
    return {each.guard: each.count for each in objections(made, {})}


# What is set on a plain node with two items and alice subscribed, and what that takes.
COSTLY = {
    "access_model: presence": {"lose-access": 1},
    "config: {pubsub#purge_offline: true}": {"drop-items": 2},
    "config: {pubsub#item_expire: 1}": {"drop-items": 2},
    "config: {pubsub#persist_items: false}": {"drop-items": 2},
    "max_items: 1": {"drop-items": 1},
    "access_model: whitelist": {"lose-access": 1},
    "access_model: authorize": {},
    "config: {pubsub#deliver_payloads: false}": {},
}


@pytest.mark.parametrize("lines", COSTLY)
def test_what_costs_items_or_readers_has_to_be_allowed(
    lines: str, ejabberd_backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        await applied(declared("nodes", "title: News"), writer)
        for item_id in "ab":
            await writer.publish(node, item_id, NOTE)
        await writer.set_subscription(node, ALICE, "subscribed")
        made = await planned(declared("nodes", f"title: News, {lines}"), writer)
        assert made.obstacles == ()
        assert stopped(made) == COSTLY[lines]
        protected = await planned(declared("nodes", f"protect: true, {lines}"), writer)
        drops = "drop-items" in COSTLY[lines]
        assert [each.guard for each in objections(protected, ANY)] == ["protect"] * drops

    ejabberd_backend.run(work)


def test_a_room_that_would_go_by_itself_is_stopped(
    backend: Backend, room: Jid, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        await applied(declared("rooms", "name: Hall", room), writer)
        made = await planned(declared("rooms", "name: Hall, persistent: false", room), writer)
        assert stopped(made) == {"destroy-room": 1}
        protected = declared("rooms", "name: Hall, protect: true, persistent: false", room)
        assert "protect" in stopped(await planned(protected, writer))
        assert objections(made, {"destroy-room": frozenset({room})}) == ()

    backend.run(work)


@pytest.mark.parametrize(
    ("before", "after", "opens"),
    [
        ("members_only: true", "members_only: false", True),
        ("public: false", "public: true", True),
        ("whois: moderators", "whois: anyone", True),
        ("whois: anyone", "whois: moderators", False),
        ("members_only: false", "members_only: true", False),
        ("name: Hall", "name: Great hall", False),
    ],
)
def test_a_room_that_opens_is_stopped(
    before: str, after: str, opens: bool, backend: Backend, room: Jid, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        await applied(declared("rooms", before, room), writer)
        made = await planned(declared("rooms", after, room), writer)
        assert made.changes
        assert stopped(made) == ({"open-access": 1} if opens else {})

    backend.run(work)


def test_a_private_space_that_opens_is_stopped(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        new = await planned(declared("spaces", "exposure: public"), writer)
        assert stopped(new) == {}
        await applied(declared("spaces", "exposure: private"), writer)
        made = await planned(declared("spaces", "exposure: public"), writer)
        assert stopped(made) == {"open-access": 1}
        assert objections(made, {"open-access": frozenset({node.node})}) == ()

    backend.run(work)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("access_model: roster", "access_model: roster would shut this account out"),
        (
            f"access_model: presence, affiliations: {{{ALICE}: owner}}",
            "access_model: presence would shut this account out",
        ),
    ],
)
def test_what_would_shut_the_account_out_is_refused(
    lines: str, why: str, ejabberd_backend: Backend, declared: Declare
) -> None:
    """Before and after the node is there."""

    async def work(writer: Writer) -> None:
        for _ in range(2):
            made = await planned(declared("nodes", lines), writer)
            (obstacle,) = made.obstacles
            assert why in obstacle.text
            assert obstacle.place is not None
            await applied(declared("nodes", "title: News"), writer)

    ejabberd_backend.run(work)


def test_presence_of_the_only_owner_is_no_obstacle(
    ejabberd_backend: Backend, declared: Declare
) -> None:
    """Until somebody else is to own the node."""

    async def work(writer: Writer) -> None:
        await applied(declared("nodes", "access_model: presence"), writer)
        more = declared("nodes", f"access_model: presence, affiliations: {{{ALICE}: owner}}")
        (obstacle,) = (await planned(more, writer)).obstacles
        assert "have no other owner" in obstacle.text

    ejabberd_backend.run(work)


def test_an_account_that_may_not_publish_where_it_has_to_is_told(
    ejabberd_backend: Backend, declared: Declare
) -> None:
    me = "admin@megacorp.example"

    async def work(writer: Writer) -> None:
        lines = f"exposure: public, publish_model: subscribers, subscriptions: {{{me}: none}}"
        (obstacle,) = (await planned(declared("spaces", lines), writer)).obstacles
        assert "take it out of 'subscriptions'" in obstacle.text

    ejabberd_backend.run(work)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("config: {pubsub#purge_offline: true}", "items-came"),
        ("access_model: presence", "more-shut-out"),
        ("config: {pubsub#tempsub: true}", "more-shut-out"),
        ("title: Other news", ""),
    ],
)
def test_what_costs_more_than_was_approved_is_not_sent(
    lines: str, why: str, ejabberd_backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        await applied(declared("nodes", "title: News"), writer)
        await writer.publish(node, "a", NOTE)
        made = await planned(declared("nodes", lines), writer)
        await writer.publish(node, "b", NOTE)
        await writer.set_subscription(node, ALICE, "subscribed")
        reading = await engine.read_planned(made, writer)
        steps = resumed(made.actions, reading, made.preconditions)
        failed = [each for each in steps if isinstance(each, Result) and each.status == "failed"]
        assert {cause.code for each in failed for cause in each.causes} == {why} - {""}

    ejabberd_backend.run(work)
