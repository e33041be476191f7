"""The careful client over both simulated servers: what callers see of the servers' oddities."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Form, Item, Secret, Values
from spaces_sync.model.xml import element
from spaces_sync.ports import MalformedAnswerError, ServiceError, Writer
from spaces_sync.profile import ACCESS_MODEL, PARENT, TITLE
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, RawSimulator, Simulator

ADMIN = Jid("admin@megacorp.example")
BOB = Jid("bob@megacorp.example")
DEV = NodeAddress(Jid("pubsub.megacorp.example"), "dev")
CI = Jid("ci@rooms.megacorp.example")
BOTH = pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda profile: profile.name)

do = asyncio.run


def answer(request: Coroutine[Any, Any, object]) -> str:
    try:
        do(request)
    except ServiceError as error:
        return f"{error.error_type}/{error.condition}"
    return "result"


def with_node(profile: Profile, **fields: str) -> Simulator:
    simulator = Simulator(ADMIN, profile, record=True)
    do(simulator.create_node(DEV, {f"pubsub#{name}": (v,) for name, v in fields.items()}))
    return simulator


def test_the_simulator_is_a_writer() -> None:
    writer: Writer = Simulator(ADMIN)
    assert writer.account == ADMIN
    assert Simulator(ADMIN).acting_as(BOB).account == BOB


@BOTH
def test_what_is_not_there_counts_as_retracted(profile: Profile) -> None:
    simulator = with_node(profile)
    assert answer(simulator.retract(DEV, "a")) == "result"
    assert answer(simulator.acting_as(BOB).retract(DEV, "a")) == "auth/forbidden"


@pytest.mark.parametrize("word", ["none", "outcast"])
@pytest.mark.parametrize("access", ["open", "whitelist"])
def test_who_is_shut_out_on_prosody_is_unsubscribed_where_that_is_in_the_way(
    access: str, word: str
) -> None:
    simulator = with_node(PROSODY, access_model=access)
    do(simulator.set_affiliation(DEV, BOB, "member"))
    do(simulator.set_subscription(DEV, BOB, "subscribed"))
    assert answer(simulator.set_affiliation(DEV, BOB, word)) == "result"
    assert do(simulator.affiliations(DEV)).get(BOB, "none") == word
    stays = (access, word) == ("open", "none")
    assert do(simulator.subscriptions(DEV)) == ({BOB: "subscribed"} if stays else {})


@BOTH
def test_affiliations_are_still_the_owners_affair(profile: Profile) -> None:
    bob = with_node(profile).acting_as(BOB)
    assert answer(bob.set_affiliation(DEV, ADMIN, "none")) == "auth/forbidden"
    assert answer(bob.set_subscription(DEV, ADMIN, "none")) == "auth/forbidden"


@BOTH
def test_who_is_not_subscribed_can_be_unsubscribed(profile: Profile) -> None:
    simulator = with_node(profile)
    assert answer(simulator.set_subscription(DEV, BOB, "none")) == "result"
    do(simulator.set_subscription(DEV, BOB, "subscribed"))
    do(simulator.set_subscription(DEV, BOB, "none"))
    assert do(simulator.subscriptions(DEV)) == {}


@BOTH
def test_a_field_without_values_is_cleared_and_never_reset(profile: Profile) -> None:
    simulator = with_node(profile, title="Developers", access_model="whitelist")
    do(simulator.configure_node(DEV, {TITLE: ()}))
    assert answer(simulator.configure_node(DEV, {ACCESS_MODEL: ()})) != "result"
    form = do(simulator.node_config(DEV))
    assert form[TITLE].values == ()
    assert form[ACCESS_MODEL].values == ("whitelist",)


@pytest.mark.parametrize(("profile", "parent"), [(PROSODY, None), (EJABBERD, ("xmpp:p?;node=a",))])
def test_a_room_is_created_with_what_its_form_offers(
    profile: Profile, parent: Values | None
) -> None:
    simulator = Simulator(ADMIN, profile)
    config = {"muc#roomconfig_bogus": ("1",), PARENT: ("xmpp:p?;node=a",)}
    do(simulator.create_room(CI, config, Secret("hush")))
    form = do(simulator.room_config(CI))
    assert "muc#roomconfig_bogus" not in form
    assert (form[PARENT].values if PARENT in form else None) == parent
    features = do(simulator.room_info(CI)).features
    assert {"muc_persistent", "muc_passwordprotected"} <= features


WRONG: Mapping[str, Values] = {"muc#roomconfig_whois": ("nobody",)}


@BOTH
def test_a_value_that_a_rooms_form_does_not_offer(profile: Profile) -> None:
    simulator = Simulator(ADMIN, profile)
    assert answer(simulator.create_room(CI, WRONG, None)) == "modify/not-acceptable"
    assert answer(simulator.room_info(CI)) == "cancel/item-not-found"
    do(simulator.create_room(CI, {}, None))
    assert answer(simulator.create_room(CI, WRONG, None)) == "cancel/conflict"
    assert answer(simulator.configure_room(CI, WRONG, None)) == "modify/not-acceptable"


@BOTH
def test_configuring_creates_no_room(profile: Profile) -> None:
    simulator = Simulator(ADMIN, profile)
    config = {"muc#roomconfig_persistentroom": ("true",)}
    assert answer(simulator.configure_room(CI, config, None)) == "cancel/item-not-found"
    assert answer(simulator.room_info(CI)) == "cancel/item-not-found"
    do(simulator.create_room(CI, {}, None))
    do(simulator.configure_room(CI, {"muc#roomconfig_roomname": ("CI",)}, None))
    assert do(simulator.room_info(CI)).name == "CI"


@pytest.mark.parametrize("profile", [EJABBERD, PROSODY], ids=lambda profile: profile.name)
def test_a_name_with_an_exclamation_mark_is_not_the_one_before_it(profile: Profile) -> None:
    simulator = with_node(profile, title="Developers")
    ops = NodeAddress(DEV.service, "dev!ops")
    assert answer(simulator.node_info(ops)) == "cancel/item-not-found"
    do(simulator.create_node(ops, {TITLE: ("Operations",)}))
    assert do(simulator.node_info(ops)).metadata[TITLE].values == ("Operations",)


@BOTH
def test_an_item_of_a_missing_node_is_none(profile: Profile) -> None:
    simulator = with_node(profile)
    assert do(simulator.item(DEV, "a")) is None
    assert do(simulator.item(NodeAddress(DEV.service, "nowhere"), "a")) is None
    do(simulator.publish(DEV, "a", element("urn:x", "x")))
    assert do(simulator.item(DEV, "a")) == Item("a", (element("urn:x", "x"),))


@BOTH
def test_own_nodes_are_found_on_both(profile: Profile) -> None:
    simulator = with_node(profile)
    assert list(do(simulator.own_nodes(DEV.service))) == [DEV]


@pytest.mark.parametrize(
    ("profile", "password", "word", "said"),
    [
        (PROSODY, None, "none", "cancel/conflict"),
        (PROSODY, None, "outcast", "auth/forbidden"),
        (PROSODY, Secret("hush"), "member", "cancel/conflict"),
        (EJABBERD, None, "outcast", "auth/forbidden"),
        (EJABBERD, Secret("hush"), "none", "cancel/conflict"),
    ],
)
def test_creating_a_room_of_somebody_else(
    profile: Profile, password: Secret | None, word: str, said: str
) -> None:
    simulator = Simulator(ADMIN, profile)
    do(simulator.create_room(CI, {"muc#roomconfig_roomname": ("CI",)}, password))
    do(simulator.set_room_affiliation(CI, BOB, word))
    assert answer(simulator.acting_as(BOB).create_room(CI, {}, None)) == said
    assert do(simulator.room_affiliations(CI))[ADMIN] == "owner"
    assert do(simulator.room_info(CI)).name == "CI"


@BOTH
def test_an_account_can_be_a_service(profile: Profile) -> None:
    """XEP-0163: its address looks like a room's."""
    simulator = Simulator(ADMIN, profile)
    own = NodeAddress(BOB, "dev")
    assert do(simulator.service(BOB)).name == profile.identity
    assert answer(simulator.node_info(own)) == "cancel/item-not-found"
    do(simulator.create_node(own, {TITLE: ("Developers",)}))
    assert do(simulator.node_info(own)).metadata[TITLE].values == ("Developers",)
    assert answer(simulator.room_info(BOB)) == "cancel/item-not-found"


class Odd(RawSimulator):
    """A server with answers that no server at hand gives."""

    async def default_config(self, service: Jid) -> Form:
        raise MalformedAnswerError(service)

    async def own_affiliations(self, service: Jid) -> Mapping[str, str]:
        raise MalformedAnswerError(service)

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> str:
        return await super().create_node(NodeAddress(node.service, f"{node.node}-1"), config)


def test_what_a_server_does_not_tell() -> None:
    client = CarefulWriter(Odd(ADMIN))
    with pytest.raises(MalformedAnswerError, match="'dev-1' instead of"):
        do(client.create_node(DEV, {}))
    assert do(client.service(DEV.service)).default_config == {}
    assert [node.node for node in do(client.own_nodes(DEV.service))] == ["dev-1"]


def test_the_log_holds_the_requests_that_are_sent() -> None:
    simulator = with_node(PROSODY, access_model="whitelist")
    do(simulator.set_affiliation(DEV, BOB, "member"))
    do(simulator.set_subscription(DEV, BOB, "subscribed"))
    do(simulator.set_affiliation(DEV, BOB, "none"))
    assert simulator.log == [
        ("create_node", DEV),
        ("subscriptions", DEV),
        ("set_affiliation", DEV),
        ("set_subscription", DEV),
        ("set_affiliation", DEV),
        ("subscriptions", DEV),
        ("set_subscription", DEV),
        ("set_affiliation", DEV),
    ]
    simulator.log.clear()
    do(simulator.create_room(CI, {}, None))
    do(simulator.configure_room(CI, {}, None))
    do(simulator.destroy_room(CI))
    assert simulator.log == [
        ("enter_room", CI),
        ("room_config", CI),
        ("configure_room", CI),
        ("leave_room", CI),
        ("room_info", CI),
        ("room_config", CI),
        ("configure_room", CI),
        ("destroy_room", CI),
        ("room_info", CI),
    ]
