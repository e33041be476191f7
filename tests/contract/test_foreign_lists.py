"""A service of no known brand that lists spaces only to who asks for them, and in pages."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from spaces_sync import engine
from spaces_sync.client import CarefulReader
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.bounds import PAGES
from spaces_sync.model.state import Item
from spaces_sync.ports import ItemPage, Listing, NodeEntry, NodePage, ServiceError, UnansweredError
from spaces_sync.profile import PUBSUB, TITLE, TYPE
from spaces_sync.simulator import FOREIGN, PROSODY, Profile, RawSimulator, Simulator

ADMIN = Jid("admin@megacorp.example")
STRANGER = Jid("stranger@megacorp.example")
SERVICE = Jid("spaces.megacorp.example")
SPACE = {TYPE: ("urn:xmpp:spaces:0",), TITLE: ("Space",)}
NAMES = ["a", "b", "c", "d", "e", "f", "g"]
FILTER = "urn:xmpp:pubsub-filter:0"


def address(name: str) -> NodeAddress:
    return NodeAddress(SERVICE, name)


def filled(profile: Profile) -> Simulator:
    """Seven spaces and as many plain nodes."""
    simulator = Simulator(ADMIN, profile)

    async def fill() -> None:
        for name in NAMES:
            await simulator.create_node(address(name), SPACE)
            await simulator.create_node(address(f"plain-{name}"), {})

    asyncio.run(fill())
    return simulator


def listed(simulator: Simulator) -> tuple[list[str], list[str]]:
    """The nodes that a stranger finds, and which of them are spaces."""
    stranger = Simulator(STRANGER, simulator.profile, simulator.world)
    found = asyncio.run(engine.discover(stranger, SERVICE))
    assert found.complete
    return names(found.nodes), names(found.spaces)


def names(nodes: Iterable[NodeAddress]) -> list[str]:
    return sorted(each.node for each in nodes)


BOTH = sorted([*NAMES, *(f"plain-{name}" for name in NAMES)])


def test_spaces_are_asked_for_where_a_service_knows_that() -> None:
    assert listed(filled(FOREIGN)) == (BOTH, NAMES)


def test_without_the_feature_nothing_is_asked_that_a_service_may_not_know() -> None:
    simulator = filled(replace(FOREIGN, features=frozenset({PUBSUB})))
    assert listed(simulator) == (sorted(f"plain-{name}" for name in NAMES), [])


@pytest.mark.parametrize("profile", [PROSODY, FOREIGN], ids=lambda profile: profile.name)
def test_a_filter_is_not_trusted(profile: Profile) -> None:
    """What it lets through is asked what it is, and what it holds back is listed all the same."""

    class Liar(RawSimulator):
        async def disco_items(
            self, service: Jid, listing: Listing = "nodes", after: str | None = None
        ) -> NodePage:
            if listing == "spaces":
                return NodePage([NodeEntry(address("plain-a"), "I am a space")])
            return await super().disco_items(service, listing, after)

    features = profile.features | {FILTER, "urn:xmpp:pubsub-ext-disco"}
    world = filled(replace(profile, features=features, lists_spaces_if_asked=False)).world
    reader = CarefulReader(Liar(STRANGER, profile, world))
    found = asyncio.run(engine.discover(reader, SERVICE))
    assert (names(found.nodes), names(found.spaces)) == (BOTH, NAMES)


class Refusing(RawSimulator):
    """Some lists are an error, as Slidge's are of types that it does not know."""

    refuses: Sequence[Listing] = ()

    async def disco_items(
        self, service: Jid, listing: Listing = "nodes", after: str | None = None
    ) -> NodePage:
        if listing in self.refuses:
            raise ServiceError("item-not-found", "cancel", f"no {listing}")
        return await super().disco_items(service, listing, after)


@pytest.mark.parametrize(
    ("refuses", "found"),
    [(["descendants"], NAMES), (["nodes", "descendants"], NAMES), (["spaces"], [])],
)
def test_a_list_that_is_refused_leaves_the_others(
    refuses: Sequence[Listing], found: Sequence[str]
) -> None:
    raw = Refusing(STRANGER, FOREIGN, filled(FOREIGN).world)
    raw.refuses = refuses
    assert names(asyncio.run(engine.discover(CarefulReader(raw), SERVICE)).spaces) == found


def test_what_no_list_has_an_account_finds_by_its_affiliations() -> None:
    profile = replace(FOREIGN, tells_own_affiliations=True)
    for who, found in ((ADMIN, NAMES), (STRANGER, [])):
        raw = Refusing(who, profile, filled(profile).world)
        raw.refuses = ["spaces"]
        discovery = asyncio.run(engine.discover(CarefulReader(raw), SERVICE))
        assert names(discovery.spaces) == found
        assert discovery.complete == (not found)  # a list that lacks what is there is not all


def test_a_list_that_is_not_answered_makes_the_others_incomplete() -> None:
    class Silent(RawSimulator):
        async def disco_items(
            self, service: Jid, listing: Listing = "nodes", after: str | None = None
        ) -> NodePage:
            if listing == "nodes":
                raise UnansweredError("no answer in 60 s")
            return await super().disco_items(service, listing, after)

    raw = Silent(STRANGER, FOREIGN, filled(FOREIGN).world)
    found = asyncio.run(engine.discover(CarefulReader(raw), SERVICE))
    assert not found.complete
    assert names(found.spaces) == NAMES


def test_where_all_lists_are_refused_the_accounts_own_nodes_are_found() -> None:
    profile = replace(FOREIGN, tells_own_affiliations=True)
    raw = Refusing(ADMIN, profile, filled(profile).world)
    raw.refuses = ("spaces", "nodes", "descendants")
    found = asyncio.run(engine.discover(CarefulReader(raw), SERVICE))
    assert (names(found.spaces), found.complete) == (NAMES, False)


def test_where_all_lists_are_refused_the_plain_one_says_why() -> None:
    raw = Refusing(STRANGER, FOREIGN, filled(FOREIGN).world)
    raw.refuses = ("spaces", "nodes", "descendants")
    with pytest.raises(ServiceError, match="no nodes"):
        asyncio.run(engine.discover(CarefulReader(raw), SERVICE))


class Endless(RawSimulator):
    """Each page has something new, and each says that there is more."""

    async def disco_items(
        self, service: Jid, listing: Listing = "nodes", after: str | None = None
    ) -> NodePage:
        number = str(int(after or "0") + 1)
        return NodePage([NodeEntry(NodeAddress(service, number), listing)], number)

    async def items(self, _node: NodeAddress, after: str | None = None) -> ItemPage:
        number = str(int(after or "0") + 1)
        return ItemPage([Item(number, ())], number, 10**9)


def test_a_list_that_never_ends_is_cut_and_that_is_told() -> None:
    reader = CarefulReader(Endless(ADMIN))

    async def work() -> None:
        nodes = await reader.node_list(await reader.service(SERVICE))
        items = await reader.items(address("a"))
        assert (len(nodes.entries), nodes.complete) == (PAGES.most, False)
        assert (len(items.items), items.complete) == (PAGES.most, False)

    asyncio.run(work())
