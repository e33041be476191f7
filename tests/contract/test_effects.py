"""What changes of fields do on the services, and how a plan is stopped before it happens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.walking import applied
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.xml import element
from spaces_sync.plan.allowable import ALLOWABLE
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import resumed
from spaces_sync.plan.undo.revert import revert
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


OPENS, CLOSES = {"open-access": 1}, {"lose-access": 1}


@pytest.mark.parametrize(
    ("before", "after", "stops"),
    [
        ("members_only: true", "members_only: false", OPENS),
        ("public: false", "public: true", OPENS),
        ("moderated: true", "moderated: false", OPENS),
        ("whois: moderators", "whois: anyone", OPENS),
        ("whois: anyone", "whois: moderators", {}),
        ("members_only: false", "members_only: true", CLOSES),
        ("moderated: false", "moderated: true", CLOSES),
        ("public: true", "public: false", {}),
        ("name: Hall", "name: Great hall", {}),
    ],
)
def test_a_room_that_opens_or_closes_is_stopped(
    before: str, after: str, stops: dict[str, int], backend: Backend, room: Jid, declared: Declare
) -> None:
    async def work(writer: Writer) -> None:
        await applied(declared("rooms", before, room), writer)
        made = await planned(declared("rooms", after, room), writer)
        assert made.changes
        assert stopped(made) == stops

    backend.run(work)


def test_a_new_password_is_stopped(
    backend: Backend, room: Jid, declared: Declare, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    lines = f"name: Hall, password: {{file: {secret}}}"

    async def work(writer: Writer) -> None:
        secret.write_text("one")
        await applied(declared("rooms", lines, room), writer)
        secret.write_text("two")
        assert stopped(await planned(declared("rooms", lines, room), writer)) == CLOSES

    backend.run(work)


def test_that_members_may_let_anybody_in_has_to_be_allowed(
    backend: Backend, room: Jid, declared: Declare
) -> None:
    """In a members-only room an invitation makes a member (XEP-0045 7.8.2).

    Tried on both servers: alice, a member, invites bob, who is a member from then on.
    """

    async def work(writer: Writer) -> None:
        await applied(declared("rooms", "members_only: true", room), writer)
        inviting = "members_only: true, allow_invites: true"
        made = await planned(declared("rooms", inviting, room), writer)
        assert stopped(made) == OPENS

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


def test_what_moves_from_a_private_space_into_a_public_one_has_to_be_allowed(
    backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    """With it goes what others wrote into it for few to read, but not what the file itself says."""
    hall = "hall@rooms.megacorp.example"
    secret = element("urn:xmpp:bookmarks:1", "password", {}, "s3cret")
    theirs = element("urn:xmpp:bookmarks:1", "conference", {"name": "Hall"}, secret)

    def two(private: str, public: str) -> Declaration:
        path = tmp_path / "spaces.yaml"
        path.write_text(
            f"version: 1\nsource: {node.node}\nservice: {node.service}\nspaces:\n"
            f"  {node.node}: {{exposure: private, access_model: whitelist, rooms: {{{private}}}}}\n"
            f"  {node.node}-open: {{exposure: public, rooms: {{{public}}}}}\n"
        )
        return load([path], {})

    async def work(writer: Writer) -> None:
        listed = f"{hall}: Hall"
        await applied(two(listed, ""), writer)
        assert stopped(await planned(two("", listed), writer)) == {}
        await writer.publish(node, hall, theirs)
        moving = await planned(two("", listed), writer)
        assert stopped(moving) == OPENS
        await engine.execute(moving, writer)
        back = plan(two(listed, ""), await engine.read(two(listed, ""), writer))
        assert stopped(back) == {}
        undone = revert(moving, await engine.read_planned(moving, writer)).plan
        assert stopped(undone) == {}

    backend.run(work)


def test_what_comes_late_from_a_private_space_into_its_public_copy_has_to_be_allowed(
    backend: Backend, node: NodeAddress, declared: Declare
) -> None:
    new, delete = f"{node.node}-new", {"delete-space": {node.node}}

    async def work(writer: Writer) -> None:
        await applied(declared("spaces", "exposure: private, access_model: whitelist"), writer)
        renamed = declared("spaces", f"exposure: public, previously: [{node.node}]", new)
        made = await planned(renamed, writer)
        assert stopped(made) == OPENS
        await engine.execute(made, writer)
        await writer.publish(node, "late", NOTE)
        late = plan(renamed, await engine.read(renamed, writer), removals=delete)
        assert stopped(late) == OPENS

    backend.run(work)


def test_a_name_that_it_had_before_removes_nothing_of_others_unasked(
    backend: Backend, node: NodeAddress, tmp_path: Path
) -> None:
    """Without a source: both are there, so that nothing is renamed, and twelve go."""
    path = tmp_path / "spaces.yaml"
    rooms = "".join(
        f"      new{n}@rooms.megacorp.example: {{previously: [old{n}@rooms.megacorp.example]}}\n"
        for n in range(12)
    )
    path.write_text(
        f"version: 1\nservice: {node.service}\nspaces:\n  {node.node}:\n"
        f"    exposure: public\n    rooms:\n{rooms}"
    )

    async def work(writer: Writer) -> None:
        config = {"pubsub#type": ("urn:xmpp:spaces:0",), "pubsub#max_items": ("100",)}
        await writer.create_node(node, config)
        for name in (
            f"{word}{n}@rooms.megacorp.example" for word in ("old", "new") for n in range(12)
        ):
            await writer.publish(node, name, element("urn:xmpp:bookmarks:1", "conference"))
        assert stopped(await planned(load([path], {}), writer)) == {"remove": 12}

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
