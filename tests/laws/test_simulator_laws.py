"""What holds for every world: a snapshot loses nothing, and questions change nothing."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.state import Field, Item, Node, Reading, Room, Service, State, Values
from spaces_sync.model.xml import XML_NS, Xml, unencodable
from spaces_sync.ports import PortError
from spaces_sync.profile import SECRET
from spaces_sync.simulator import EJABBERD, PROFILES, PROSODY, RawSimulator, Simulator
from spaces_sync.simulator.snapshot import dump, load, world_to_data

T = TypeVar("T")
SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "schema" / "snapshot.schema.json").read_text())
)
ADMIN = Jid("admin@megacorp.example")
PEOPLE = [ADMIN, Jid("bob@megacorp.example"), Jid("megacorp.example"), Jid("jürgen@bücher.example")]
SERVICES = [Jid("pubsub.megacorp.example"), Jid("spaces.megacorp.example"), Jid("[::1]")]
ROOMS = [Jid("ci@rooms.megacorp.example"), Jid("ops!@rooms.megacorp.example")]
NAMES = ["dev", "", "a/b?;node=c#d", "räume 100%", "dev!ops", "x" * 90]

text = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda c: unencodable(c) is None), max_size=8
)
ids = text | st.sampled_from(["ci@rooms.megacorp.example", "https://example.org/?a=b&c", " x "])
payloads = st.recursive(
    st.builds(
        lambda ns, name, value, lang: Xml(
            ns, name, ((("", "name"), value), *([((XML_NS, "lang"), lang)] if lang else []))
        ),
        st.sampled_from(
            [
                "",
                "urn:xmpp:bookmarks:1",
                "jabber:x:oob",
                "{https://movim.eu}bookmarks-conference-call",
            ]
        ),
        st.sampled_from(["conference", "x", "subscription", "_a-1.b"]),
        text,
        st.sampled_from(["", "de"]),
    ),
    lambda inner: st.builds(
        lambda outer, child, tail: outer.with_children((child, *([tail] if tail else []))),
        inner,
        inner,
        text,
    ),
    max_leaves=3,
)
items = st.builds(
    lambda by_id: [Item(key, tuple(several), who) for key, (several, who) in by_id.items()],
    st.dictionaries(
        ids,
        st.tuples(
            st.lists(payloads, min_size=1, max_size=1) | st.lists(payloads, max_size=2),
            st.none() | st.sampled_from(PEOPLE),
        ),
        max_size=4,
    ),
)
words = st.sampled_from(["owner", "publisher", "member", "outcast", "publish-only", "übrig"])
jids = st.dictionaries(st.sampled_from(PEOPLE), words)
room_words = st.sampled_from(["owner", "admin", "member", "outcast"])  # XEP-0045 has no others
room_jids = st.dictionaries(st.sampled_from(PEOPLE), room_words)
forms = st.dictionaries(
    st.sampled_from(["pubsub#title", "pubsub#type", "{urn:x}odd", "muc#roomconfig_roomname", ""]),
    st.builds(
        Field,
        st.lists(text, max_size=2).map(tuple),
        st.sampled_from(["", "text-single", "list-multi"]),
        st.lists(text, max_size=2).map(tuple),
        st.none() | st.integers(),
    ),
)
nodes = st.builds(
    lambda form, found, who, subscribed, *, complete: Node(
        form, decode(found), who, subscribed, complete
    ),
    forms,
    items,
    st.none() | jids,
    st.none() | jids,
    complete=st.booleans(),
)
services = st.fixed_dictionaries(
    {
        jid: st.builds(
            Service,
            st.just(jid),
            st.sampled_from([PROSODY.identity, "A server we do not know", ""]),
            st.frozensets(st.sampled_from([*PROSODY.features, "urn:xmpp:odd:0"]), max_size=3),
            forms,
        )
        for jid in SERVICES
    }
)
addresses = st.builds(NodeAddress, st.sampled_from(SERVICES), st.sampled_from(NAMES) | text)
readings = st.builds(
    lambda by_address, rooms, described: Reading(
        ADMIN, State(by_address, rooms), services=described
    ),
    st.dictionaries(addresses, nodes, max_size=3),
    st.dictionaries(st.sampled_from(ROOMS), st.builds(Room, forms, st.none() | room_jids)),
    services,
)


async def unless_refused(request: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await request
    except PortError:
        return None


async def read(simulator: Simulator, like: Reading) -> Reading:
    """Every node of the services of `like`, and its rooms, through the ports."""
    found_nodes = {}
    listings = [await simulator.node_list(service) for service in like.services.values()]
    for address in (entry.address for listing in listings for entry in listing.entries):
        listed = await simulator.items(address)
        found_nodes[address] = Node(
            await simulator.node_config(address),
            decode(listed.items),
            await unless_refused(simulator.affiliations(address)),
            await unless_refused(simulator.subscriptions(address)),
            listed.complete,
        )
    found_rooms = {
        jid: Room(
            await simulator.room_config(jid), await unless_refused(simulator.room_affiliations(jid))
        )
        for jid in like.state.rooms
    }
    described = {jid: await simulator.service(jid) for jid in like.services}
    return Reading(simulator.account, State(found_nodes, found_rooms), services=described)


@given(readings)
def test_a_snapshot_is_read_as_the_services_were(reading: Reading) -> None:
    data = json.loads(json.dumps(dump(reading)))
    SCHEMA.validate(data)
    assert asyncio.run(read(load(data), reading)) == reading


@given(readings)
def test_a_snapshot_written_again_is_the_same(reading: Reading) -> None:
    data = dump(reading)
    assert json.dumps(world_to_data(load(data))) == json.dumps(data)


Request = Callable[[RawSimulator], Coroutine[Any, Any, object]]
few_nodes = st.builds(NodeAddress, st.just(SERVICES[0]), st.sampled_from(NAMES))
node_configs = st.dictionaries(
    st.sampled_from(sorted({*PROSODY.node.fresh, *EJABBERD.node.fresh, "pubsub#notify_sub"})),
    st.sampled_from(
        [(), ("",), ("true",), ("0",), ("2",), ("max",), ("whitelist",), ("open", "x")]
    ),
    max_size=2,
)
room_configs = st.dictionaries(
    st.sampled_from(sorted({*PROSODY.room.fresh, *EJABBERD.room.fresh} - {SECRET})),
    st.sampled_from([(), ("",), ("true",), ("0",), ("anyone",), ("xmpp:p.example?;node=a",)]),
    max_size=2,
).map(lambda config: {"muc#roomconfig_persistentroom": ("true",), **config})
people = st.sampled_from(PEOPLE)
rooms = st.sampled_from(ROOMS)
few_ids = st.sampled_from(["a", "b", "c", "ci@rooms.megacorp.example"])
subscribed = st.sampled_from(["subscribed", "pending", "none", "odd"])


async def visited(simulator: RawSimulator, room: Jid, config: Mapping[str, Values]) -> None:
    """Enters the room, configures it and leaves it, whatever is answered."""
    await simulator.enter_room(room, "nick")
    await unless_refused(simulator.configure_room(room, config))
    await simulator.leave_room(room, "nick")


writes: st.SearchStrategy[Request] = st.one_of(
    st.builds(lambda n, c: lambda s: s.create_node(n, c), few_nodes, node_configs),
    st.builds(lambda n, c: lambda s: s.configure_node(n, c), few_nodes, node_configs),
    st.builds(lambda n, i, p: lambda s: s.publish(n, i, p), few_nodes, few_ids, payloads),
    st.builds(lambda n, i: lambda s: s.retract(n, i), few_nodes, few_ids),
    st.builds(lambda n, j, w: lambda s: s.set_affiliation(n, j, w), few_nodes, people, words),
    st.builds(lambda n, j, w: lambda s: s.set_subscription(n, j, w), few_nodes, people, subscribed),
    st.builds(lambda n: lambda s: s.delete_node(n), few_nodes),
    st.builds(lambda r, c: lambda s: visited(s, r, c), rooms, room_configs),
    st.builds(lambda r, c: lambda s: s.configure_room(r, c), rooms, room_configs),
    st.builds(lambda r, j, w: lambda s: s.set_room_affiliation(r, j, w), rooms, people, words),
    st.builds(lambda r: lambda s: s.destroy_room(r), rooms),
)
READS: list[Callable[[RawSimulator, NodeAddress, Jid], Coroutine[Any, Any, object]]] = [
    lambda s, n, _: s.service_info(n.service),
    lambda s, n, _: s.disco_items(n.service),
    lambda s, n, _: s.default_config(n.service),
    lambda s, n, _: s.own_affiliations(n.service),
    lambda s, n, _: s.node_info(n),
    lambda s, n, _: s.node_config(n),
    lambda s, n, _: s.items(n),
    lambda s, n, _: s.item(n, "a"),
    lambda s, n, _: s.affiliations(n),
    lambda s, n, _: s.subscriptions(n),
    lambda s, _, r: s.room_info(r),
    lambda s, _, r: s.room_config(r),
    lambda s, _, r: s.room_affiliations(r, "owner"),
]


async def lived_in(profile: str, requests: list[tuple[Request, Jid]]) -> RawSimulator:
    """An empty world after `requests`, each by somebody, whatever was answered."""
    simulator = RawSimulator(ADMIN, PROFILES[profile])
    for request, somebody in requests:
        await unless_refused(request(simulator.acting_as(somebody)))
    return simulator


lives = st.lists(st.tuples(writes, st.just(ADMIN) | people), max_size=30)
profiles = st.sampled_from(sorted(PROFILES))


@given(profiles, lives)
def test_a_world_that_was_lived_in_comes_back_from_its_snapshot(
    profile: str, requests: list[tuple[Request, Jid]]
) -> None:
    simulator = asyncio.run(lived_in(profile, requests))
    data = json.loads(json.dumps(world_to_data(simulator)))
    SCHEMA.validate(data)
    for host in simulator.world.hosts.values():
        for node in host.nodes.values():
            node.publishers.clear()  # not in the file, as no service tells them
            node.replacers.clear()
    again = load(data)
    assert again.world == simulator.world
    assert again.profile == simulator.profile


@given(profiles, lives, addresses | few_nodes, rooms, people)
def test_questions_change_nothing(
    profile: str,
    requests: list[tuple[Request, Jid]],
    node: NodeAddress,
    room: Jid,
    somebody: Jid,
) -> None:
    simulator = asyncio.run(lived_in(profile, requests))
    before = asyncio.run(lived_in(profile, requests)).world
    for question in READS:
        asyncio.run(unless_refused(question(simulator.acting_as(somebody), node, room)))
    assert simulator.world == before
