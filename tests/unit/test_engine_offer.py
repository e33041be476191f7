"""What is found out of a server by questions alone, and how silence and refusals are told."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from builders import ACCOUNT, SERVICE
from spaces_sync.engine import find_services, may_create
from spaces_sync.engine.offer import server_of
from spaces_sync.model.addresses import Jid
from spaces_sync.model.offer import Offer
from spaces_sync.model.state import Service
from spaces_sync.ports import DiscoInfo, Identity, ServiceError, UnansweredError
from spaces_sync.simulator import PROFILES, Simulator

BOB = Jid("bob@megacorp.example")
DOMAIN = Jid("megacorp.example")
ROOMS = Jid("rooms.megacorp.example")
UPLOAD = Jid("upload.megacorp.example")
DOWN = Jid("down.megacorp.example")


def info(*identities: tuple[str, str, str]) -> DiscoInfo:
    return DiscoInfo(tuple(Identity(*each) for each in identities))


@dataclass
class Server:
    """A reader that answers two questions: what lists, and what each says that it is."""

    items: list[Jid] | Exception
    infos: dict[Jid, DiscoInfo | Exception] = field(default_factory=dict)
    account: Jid = ACCOUNT

    async def server_items(self, server: Jid) -> list[Jid]:
        assert server == DOMAIN
        if isinstance(self.items, Exception):
            raise self.items
        return self.items

    async def service_info(self, jid: Jid) -> DiscoInfo:
        found = self.infos.get(jid, info())
        if isinstance(found, Exception):
            raise found
        return found


def found(server: Server) -> Offer:
    return asyncio.run(find_services(server))  # type: ignore[arg-type]  # has what is asked for


def test_services_are_found_by_what_they_say_that_they_are():
    server = Server(
        [UPLOAD, SERVICE, DOWN, ROOMS],
        {
            DOMAIN: info(("pubsub", "pep", ""), ("server", "im", "ejabberd")),
            SERVICE: info(("pubsub", "service", "\x1b[31m")),
            ROOMS: info(("conference", "text", "")),
            UPLOAD: info(("store", "file", "")),
            DOWN: UnansweredError("no answer"),
        },
    )
    assert found(server) == Offer(DOMAIN, "ejabberd", [SERVICE], [ROOMS], {DOWN: "no answer"})


@pytest.mark.parametrize("name", ["", "Metronome", "prosody\x1b"])
def test_a_server_of_another_name_is_not_known(name: str):
    assert found(Server([], {DOMAIN: info(("server", "im", name))})).brand is None


def test_a_server_that_lists_nothing_is_told_with_its_reason():
    server = Server(ServiceError("service-unavailable", "cancel"), {DOMAIN: info()})
    assert found(server) == Offer(DOMAIN, None, unlisted="service-unavailable")


def test_a_personal_service_is_none_for_spaces():
    assert found(Server([SERVICE], {SERVICE: info(("pubsub", "pep", ""))})).pubsub == []


@pytest.mark.parametrize(
    ("account", "domain"),
    [
        ("admin@megacorp.example", "megacorp.example"),
        ("bot.megacorp.example", "megacorp.example"),
        ("localhost", "localhost"),
    ],
)
def test_the_server_of_an_account_and_of_a_component(account: str, domain: str):
    assert server_of(Jid(account)) == domain


EXPECTED = {
    "prosody": (True, False),
    "prosody 13": (True, None),
    "ejabberd": (None, None),
    "": (None, None),
}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_who_may_create_nodes_is_known_where_a_service_shows_it(profile):
    simulator = Simulator(ACCOUNT, profile)

    async def asked(simulator: Simulator) -> bool | None:
        return await may_create(simulator, await simulator.service(SERVICE))

    thirteen = profile.server == "prosody" and not profile.version.startswith("0.")
    kind = "prosody 13" if thirteen else profile.server
    expected = EXPECTED.get(kind, EXPECTED[""])
    answers = [asyncio.run(asked(each)) for each in (simulator, simulator.acting_as(BOB))]
    assert tuple(answers) == expected
    assert simulator.world.hosts == {}


def test_nobody_creates_nodes_where_the_service_does_not_offer_it():
    simulator = Simulator(ACCOUNT)
    service = Service(SERVICE, "Prosody PubSub Service")
    assert asyncio.run(may_create(simulator, service)) is False


def test_a_silent_service_leaves_it_open():
    simulator = Simulator(ACCOUNT)
    service = asyncio.run(simulator.service(SERVICE))

    class Silent(Simulator):
        async def node_config(self, node: object) -> dict[str, object]:
            raise UnansweredError(f"nothing came: {node}")

    assert asyncio.run(may_create(Silent(ACCOUNT), replace(service))) is None
