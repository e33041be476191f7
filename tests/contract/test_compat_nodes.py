"""COMPAT, nodes: what servers do that the client makes up for, or the simulator imitates.

Each test fails when its server heals; then its mark gets a last version, after which the test has
to fail (tests/compat.py). Those that raw requests can show run on the simulator of that server,
too, so that it stays an imitation.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from contract.backends import Backend, connection, real
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import ServiceError
from spaces_sync.xmpp.session import writing_session

pytestmark = pytest.mark.newer_servers


Start = Callable[..., AbstractContextManager[Server]]
PS = "http://jabber.org/protocol/pubsub"
OWNER = PS + "#owner"
RSM = "http://jabber.org/protocol/rsm"
BOB = bare_jid("bob@megacorp.example")
ACCESS = "pubsub#access_model"
PUBLIC = {ACCESS: ("open",)}
PRIVATE = {ACCESS: ("whitelist",)}
NOTE = element("urn:example:note", "note")


def refusal(error: pytest.ExceptionInfo[ServiceError]) -> str:
    return f"{error.value.error_type}/{error.value.condition}"


async def subscriptions(w: CarefulWriter, node: NodeAddress) -> dict[str, str]:
    return {each.jid: each.subscription for each in await w.raw.subscriptions(node)}


async def listed_nodes(w: CarefulWriter, service: Jid) -> set[NodeAddress]:
    return {entry.address for entry in (await w.raw.disco_items(service)).entries}


# Prosody


def test_compat_prosody_a_field_without_value_opens_a_private_node(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PRIVATE)
        await w.raw.configure_node(node, {ACCESS: ()})
        assert (await w.raw.node_config(node))[ACCESS].values == ("open",)

    prosody_backend.run(work)


def test_compat_prosody_removing_a_subscriber_is_an_error_that_takes_effect(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PRIVATE)
        await w.raw.set_affiliation(node, BOB, "member")
        await w.raw.set_subscription(node, BOB, "subscribed")
        for word, left in (("outcast", "outcast"), ("none", None)):
            with pytest.raises(ServiceError) as refused:
                await w.raw.set_affiliation(node, BOB, word)
            assert refusal(refused) == "auth/forbidden"
            assert dict(await w.raw.affiliations(node)).get(BOB) == left
            assert await subscriptions(w, node) == {BOB: "subscribed"}

    prosody_backend.run(work)


def test_compat_prosody_shows_private_nodes_to_everybody(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    async def as_bob(w: CarefulWriter) -> None:
        assert node in await listed_nodes(w, node.service)
        await w.raw.node_info(node)

    prosody_backend.run(lambda w: w.raw.create_node(node, PRIVATE))
    prosody_backend.run(as_bob, "bob")


def test_compat_prosody_stores_an_unknown_affiliation_and_reports_an_error(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        with pytest.raises(ServiceError) as refused:
            await w.raw.set_affiliation(node, BOB, "publish-only")
        assert refusal(refused) == "auth/forbidden"
        assert dict(await w.raw.affiliations(node))[BOB] == "publish-only"

    prosody_backend.run(work)


@pytest.mark.parametrize("word", ["pending", "unconfigured", "unheard-of"])
def test_compat_prosody_ignores_other_subscriptions_with_success(
    prosody_backend: Backend, node: NodeAddress, word: str
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.set_subscription(node, BOB, word)
        assert await subscriptions(w, node) == {}

    prosody_backend.run(work)


@pytest.mark.parametrize("model", ["authorize", "presence", "roster"])
def test_compat_prosody_refuses_access_models_that_it_offers(
    prosody_backend: Backend, node: NodeAddress, model: str
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        assert model in (await w.raw.node_config(node))[ACCESS].options
        with pytest.raises(ServiceError) as refused:
            await w.raw.configure_node(node, {ACCESS: (model,)})
        assert refusal(refused) == "modify/not-acceptable"

    prosody_backend.run(work)


def test_compat_prosody_asks_to_wait_for_a_node_name_that_is_too_long(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    """Each byte that is no letter or digit takes three of the 250 that a file's name may have."""
    storable, creatable, neither = (
        replace(node, node=f"{node.node}{'-' * count}") for count in (60, 80, 82)
    )

    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(storable, PUBLIC)
        await w.raw.publish(storable, "1", NOTE)
        await w.raw.create_node(creatable, PUBLIC)
        for request in (w.raw.publish(creatable, "1", NOTE), w.raw.create_node(neither, PUBLIC)):
            with pytest.raises(ServiceError) as refused:
                await request
            assert refusal(refused) == "wait/internal-server-error"

    prosody_backend.run(work)


def test_compat_prosody_does_not_tell_own_affiliations_and_lists_all_nodes(
    prosody_backend: Backend, node: NodeAddress
) -> None:
    nodes = [replace(node, node=f"{node.node}-{number}") for number in range(110)]

    async def work(w: CarefulWriter) -> None:
        for each in nodes:
            await w.raw.create_node(each, PUBLIC)
        with pytest.raises(ServiceError) as refused:
            await w.raw.own_affiliations(node.service)
        assert refusal(refused) == "cancel/service-unavailable"
        assert await listed_nodes(w, node.service) >= {*nodes}

    prosody_backend.run(work)


def test_compat_prosody_takes_the_first_of_several_items_and_reports_success(
    prosody: Server, node: NodeAddress, room: Jid
) -> None:
    admin = "http://jabber.org/protocol/muc#admin"

    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, PUBLIC)
        await w.create_room(room, {}, None)
        async with writing_session(connection(prosody)) as session:
            items = (element(PS, "item", {"id": number}, NOTE) for number in "12")
            publish = element(PS, "publish", {"node": node.node}, *items)
            await session.set(node.service, element(PS, "pubsub", {}, publish))
            jids = (BOB, "carol@megacorp.example")
            entries = (
                element(admin, "item", {"jid": jid, "affiliation": "member"}) for jid in jids
            )
            await session.set(room, element(admin, "query", {}, *entries))
        assert [item.id for item in (await w.items(node)).items] == ["1"]
        assert await w.room_affiliations(room) == {w.account: "owner", BOB: "member"}

    real(prosody).run(work)


@pytest.mark.parametrize(("asked", "told"), [({}, False), ({"notify": "true"}, True)])
def test_compat_prosody_retractions_are_told_only_on_request(
    prosody: Server, node: NodeAddress, asked: dict[str, str], told: bool
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, {**PUBLIC, "pubsub#notify_retract": ("true",)})
        await w.publish(node, "1", NOTE)
        await w.set_subscription(node, BOB, "subscribed")
        async with (
            writing_session(connection(prosody)) as session,
            writing_session(connection(prosody, "bob")) as listener,
        ):
            heard: list[Xml] = []
            receive = listener.receive

            def overheard(stanza: Xml) -> None:
                heard.append(stanza)
                receive(stanza)

            listener.receive = overheard
            listener._stream.put("<presence/>")
            await listener.get(BOB, element("urn:xmpp:ping", "ping"))
            item = element(PS, "item", {"id": "1"})
            retract = element(PS, "retract", {"node": node.node, **asked}, item)
            await session.set(node.service, element(PS, "pubsub", {}, retract))
            await listener.get(BOB, element("urn:xmpp:ping", "ping"))
            assert any("<retract" in str(stanza) for stanza in heard) is told

    real(prosody).run(work)


# ejabberd


def test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so(
    start_ejabberd: Start, server_folder: Path
) -> None:
    async def work(w: CarefulWriter) -> None:
        service = bare_jid(server.pubsub)
        for number in range(110):
            await w.raw.create_node(NodeAddress(service, f"n{number}"), PUBLIC)
        assert len(await listed_nodes(w, service)) == 100

    with start_ejabberd(server_folder) as server:
        real(server).run(work)


def test_compat_ejabberd_describes_the_node_before_an_exclamation_mark(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, {"pubsub#title": ("Before",)})
        info = await w.raw.node_info(replace(node, node=f"{node.node}!ops"))
        assert info.forms[f"{PS}#meta-data"]["pubsub#title"].values == ("Before",)
        with pytest.raises(ServiceError) as refused:
            await w.raw.node_config(replace(node, node=f"{node.node}!ops"))
        assert refusal(refused) == "cancel/item-not-found"

    ejabberd_backend.run(work)


def test_compat_ejabberd_publishing_to_a_node_that_is_gone_makes_it_open(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.publish(node, "1", NOTE)
        assert (await w.raw.node_config(node))[ACCESS].values == ("open",)

    ejabberd_backend.run(work)


def test_compat_ejabberd_a_whitelist_is_open_to_former_subscribers(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.publish(node, "1", NOTE)
        await w.raw.set_subscription(node, BOB, "subscribed")
        await w.raw.configure_node(node, PRIVATE)

    ejabberd_backend.run(work)
    assert len(ejabberd_backend.run(lambda w: w.raw.items(node), "bob").items) == 1
    with pytest.raises(ServiceError):
        ejabberd_backend.run(lambda w: w.raw.items(node), "carol")


def test_compat_ejabberd_only_the_publisher_may_replace_an_item(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def prepare(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.set_affiliation(node, BOB, "publisher")

    async def work(w: CarefulWriter) -> None:
        with pytest.raises(ServiceError) as refused:
            await w.raw.publish(node, "1", NOTE)
        assert refusal(refused) == "auth/forbidden"
        await w.raw.retract(node, "1")
        await w.raw.publish(node, "1", NOTE)

    ejabberd_backend.run(prepare)
    ejabberd_backend.run(lambda w: w.raw.publish(node, "1", NOTE), "bob")
    ejabberd_backend.run(work)


def test_compat_ejabberd_a_publisher_may_not_replace_what_an_owner_did(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    """They may retract it, and then publish it anew."""

    async def prepare(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.set_affiliation(node, BOB, "publisher")

    async def as_bob(w: CarefulWriter) -> None:
        with pytest.raises(ServiceError) as refused:
            await w.raw.publish(node, "1", NOTE)
        assert refusal(refused) == "auth/forbidden"
        await w.raw.retract(node, "1")
        await w.raw.publish(node, "1", NOTE)

    ejabberd_backend.run(prepare)
    ejabberd_backend.run(lambda w: w.raw.publish(node, "1", NOTE), "bob")
    ejabberd_backend.run(lambda w: w.raw.publish(node, "1", NOTE))
    ejabberd_backend.run(as_bob, "bob")


def test_compat_ejabberd_drops_what_is_too_much_when_the_next_item_comes(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def ids(w: CarefulWriter) -> set[str]:
        return {item.id for item in (await w.raw.items(node)).items}

    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, {**PUBLIC, "pubsub#max_items": ("5",)})
        for item_id in "abcd":
            await w.raw.publish(node, item_id, NOTE)
        await w.raw.configure_node(node, {"pubsub#max_items": ("2",)})
        assert await ids(w) == {*"abcd"}
        await w.raw.publish(node, "e", NOTE)
        assert await ids(w) == {*"de"}

    ejabberd_backend.run(work)


def test_compat_ejabberd_counts_max_items_by_publisher(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def prepare(w: CarefulWriter) -> None:
        await w.raw.create_node(node, {**PUBLIC, "pubsub#max_items": ("2",)})
        await w.raw.set_affiliation(node, BOB, "publisher")
        for item_id in "abc":
            await w.raw.publish(node, item_id, NOTE)

    async def as_bob(w: CarefulWriter) -> None:
        for item_id in "xyz":
            await w.raw.publish(node, item_id, NOTE)
        assert {item.id for item in (await w.raw.items(node)).items} == {*"bcyz"}

    ejabberd_backend.run(prepare)
    ejabberd_backend.run(as_bob, "bob")


def test_compat_ejabberd_keeps_the_last_owner_and_reports_success(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        await w.raw.set_affiliation(node, w.account, "none")
        assert dict(await w.raw.affiliations(node)) == {w.account: "owner"}

    ejabberd_backend.run(work)


def test_compat_ejabberd_does_not_list_pending_subscriptions(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, {ACCESS: ("authorize",)})
        await w.raw.set_subscription(node, BOB, "pending")
        assert await subscriptions(w, node) == {}
        await w.raw.set_subscription(node, BOB, "none")  # it was there
        with pytest.raises(ServiceError, match="not-subscribed"):
            await w.raw.set_subscription(node, BOB, "none")

    ejabberd_backend.run(work)


def test_compat_ejabberd_asks_to_wait_for_a_form_that_it_never_takes(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        for config in ({"pubsub#unheard_of": ("1",)}, {ACCESS: ("unheard-of",)}):
            with pytest.raises(ServiceError) as refused:
                await w.raw.configure_node(node, config)
            assert refusal(refused) == "wait/resource-constraint"

    ejabberd_backend.run(work)


def test_compat_ejabberd_pages_by_time_and_not_by_item_id(
    ejabberd_backend: Backend, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.create_node(node, PUBLIC)
        for item_id in "ab":
            await w.raw.publish(node, item_id, NOTE)
        page = await w.raw.items(node, "a")
        assert (list(page.items), page.last, page.count) == ([], "", 2)

    ejabberd_backend.run(work)


def test_the_place_that_ejabberd_names_leads_to_the_next_page(
    ejabberd: Server, node: NodeAddress
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_node(node, PUBLIC)
        for item_id in "ab":
            await w.publish(node, item_id, NOTE)
        async with writing_session(connection(ejabberd)) as session:
            first = element(RSM, "set", {}, element(RSM, "max", {}, "1"))
            items = element(PS, "items", {"node": node.node})
            answer = await session.get(node.service, element(PS, "pubsub", {}, items, first))
        rest = answer.find(PS, "pubsub").find(RSM, "set")
        last = rest.find(RSM, "last").text
        assert last not in ("a", "b")
        assert [item.id for item in (await w.raw.items(node, last)).items] == ["b"]

    real(ejabberd).run(work)


def test_compat_prosody_keeps_no_long_names(
    start_prosody: Start, server_folder: Path, unique: Callable[[str], str]
) -> None:
    """Nodes and rooms whose names just fit in the names of files, and those a byte too long."""
    service, host = Jid("pubsub.megacorp.example"), "rooms.megacorp.example"
    start = unique("long").replace("-", "")

    def padded(size: int) -> str:
        return start + "n" * (size - len(start))

    fits = NodeAddress(service, padded(242))
    too_long = NodeAddress(service, padded(243))
    underlined = NodeAddress(service, "_" * 84)
    rooms = [Jid(f"{padded(size)}@{host}") for size in (250, 251)]

    async def make(w: CarefulWriter) -> None:
        for each in (fits, too_long):
            await w.create_node(each, PUBLIC)
        with pytest.raises(ServiceError, match="internal-server-error"):
            await w.create_node(underlined, PUBLIC)
        await w.publish(fits, "a", NOTE)
        with pytest.raises(ServiceError, match="internal-server-error"):
            await w.publish(too_long, "a", NOTE)
        for room in rooms:
            await w.create_room(room, {}, None)

    async def look(w: CarefulWriter) -> tuple[int, list[Jid]]:
        there = []
        for room in rooms:
            with suppress(ServiceError):
                await w.raw.room_info(room)
                there.append(room)
        return len((await w.items(fits)).items), there

    with start_prosody(server_folder) as server:
        real(server).run(make)
    with start_prosody(server_folder) as server:
        assert real(server).run(look) == (1, rooms[:1])
