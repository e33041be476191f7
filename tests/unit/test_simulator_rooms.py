"""Rooms as they were measured on Prosody and ejabberd: a request, its answer, what is then so."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Secret, Values
from spaces_sync.ports import NoAnswerError, ServiceError
from spaces_sync.profile import PARENT
from spaces_sync.simulator import EJABBERD, PROSODY, BareServer, Profile

ADMIN = Jid("admin@megacorp.example")
ALICE = Jid("alice@megacorp.example")
BOB = Jid("bob@megacorp.example")
CI = Jid("ci@rooms.megacorp.example")
BOTH = pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda profile: profile.name)
KEPT = {"muc#roomconfig_persistentroom": ("true",)}

do = asyncio.run


def answer(request: Coroutine[Any, Any, object]) -> str:
    try:
        do(request)
    except ServiceError as error:
        return f"{error.error_type}/{error.condition}"
    return "result"


def with_room(profile: Profile, **fields: str) -> BareServer:
    """A room that alice, no admin, made."""
    alice = BareServer(ADMIN, profile).acting_as(ALICE)
    config = {f"muc#roomconfig_{name}": (value,) for name, value in fields.items()}
    do(alice.create_room(CI, {**KEPT, **config}, None))
    return alice


def values(simulator: BareServer, name: str) -> Values:
    return do(simulator.room_config(CI))[f"muc#roomconfig_{name}"].values


@BOTH
def test_a_room_that_is_not_persistent_is_gone_when_we_leave(profile: Profile) -> None:
    simulator = BareServer(ADMIN, profile)
    do(simulator.create_room(CI, {"muc#roomconfig_roomname": ("CI",)}, None))
    assert answer(simulator.room_info(CI)) == "cancel/item-not-found"


@BOTH
def test_a_room_describes_itself(profile: Profile) -> None:
    info = do(with_room(profile, roomname="CI", membersonly="1", publicroom="0").room_info(CI))
    assert info.name == "CI"
    assert {"muc_membersonly", "muc_hidden", "muc_persistent", "muc_unsecured"} <= info.features
    assert "muc_open" not in info.features


@BOTH
def test_creating_what_exists(profile: Profile) -> None:
    alice = with_room(profile, roomname="CI")
    assert answer(alice.acting_as(BOB).create_room(CI, KEPT, None)) == "cancel/conflict"
    assert do(alice.room_affiliations(CI)) == {ALICE: "owner"}


CONFIGURED = [
    (PROSODY, "muc#roomconfig_pubsub", "xmpp:p.example?;node=dev", "result", None),
    (PROSODY, "muc#roomconfig_membersonly", "0", "result", ("false",)),
    (PROSODY, "muc#roomconfig_publicroom", "0", "result", ("false",)),
    (PROSODY, "muc#roomconfig_persistentroom", "maybe", "result", ("false",)),
    (PROSODY, "muc#roomconfig_membersonly", "", "result", ("false",)),
    (EJABBERD, "muc#roomconfig_membersonly", "0", "result", ("false",)),
    (EJABBERD, "muc#roomconfig_membersonly", "maybe", "modify/bad-request", ("false",)),
    (EJABBERD, "muc#roomconfig_whois", "nobody", "modify/bad-request", ("moderators",)),
    (EJABBERD, "muc#roomconfig_bogus", "1", "modify/bad-request", None),
    (EJABBERD, PARENT, "xmpp:p.example?;node=dev", "result", ("xmpp:p.example?;node=dev",)),
    (EJABBERD, PARENT, "xmpp:p.example?;node=a%3Ab", "result", ("xmpp:p.example?;node=a%3Ab",)),
    (EJABBERD, PARENT, "xmpp:p.example?;node=a%C3%A9", "result", ("xmpp:p.example?;node=a%C3%A9",)),
    (EJABBERD, PARENT, "", "result", ()),
    *(
        (EJABBERD, PARENT, f"xmpp:p.example?{query}", "modify/bad-request", ())
        for query in (";node=a:b", ";node=a/b", ";node=a b", ";node=a+b", ";node=é", "node=dev")
    ),
]


@pytest.mark.parametrize(("profile", "var", "value", "said", "then"), CONFIGURED)
def test_a_submitted_field(
    profile: Profile, var: str, value: str, said: str, then: Values | None
) -> None:
    alice = with_room(profile)
    assert answer(alice.configure_room(CI, {var: (value,)}, None)) == said
    form = do(alice.room_config(CI))
    assert (form[var].values if var in form else None) == then


@BOTH
def test_what_a_form_leaves_out_is_kept(profile: Profile) -> None:
    alice = with_room(profile, roomname="CI")
    do(alice.configure_room(CI, {"muc#roomconfig_roomdesc": ("Builds",)}, None))
    assert values(alice, "roomname") == ("CI",)
    do(alice.configure_room(CI, {"muc#roomconfig_roomname": ()}, None))
    assert values(alice, "roomname") == ()
    assert values(alice, "roomdesc") == ("Builds",)


def test_a_wrong_whois_takes_prosodys_answer_away() -> None:
    alice = with_room(PROSODY)
    config = {"muc#roomconfig_roomname": ("CI",), "muc#roomconfig_whois": ("nobody",)}
    with pytest.raises(NoAnswerError):
        do(alice.configure_room(CI, config, None))
    assert values(alice, "roomname") == ("CI",)
    assert values(alice, "whois") == ("moderators",)


def test_the_parent_pointer_is_offered_by_ejabberd_alone() -> None:
    assert PARENT not in do(with_room(PROSODY).room_config(CI))
    alice = with_room(EJABBERD)
    do(alice.configure_room(CI, {PARENT: ("xmpp:p.example?;node=dev",)}, None))
    info = do(alice.room_info(CI)).info
    assert info["muc#roominfo_pubsub"].values == ("xmpp:p.example?;node=dev",)
    assert PARENT not in info


def test_of_two_names_prosody_takes_the_first() -> None:
    alice = with_room(PROSODY)
    do(alice.configure_room(CI, {"muc#roomconfig_roomname": ("CI", "Builds")}, None))
    assert values(alice, "roomname") == ("CI",)
    ejabberd = with_room(EJABBERD)
    config = {"muc#roomconfig_roomname": ("CI", "Builds")}
    assert answer(ejabberd.configure_room(CI, config, None)) == "modify/bad-request"


@BOTH
def test_a_password(profile: Profile) -> None:
    alice = with_room(profile)
    assert "muc_unsecured" in do(alice.room_info(CI)).features
    do(alice.configure_room(CI, {}, Secret("hush")))
    assert "muc_passwordprotected" in do(alice.room_info(CI)).features
    assert values(alice, "roomsecret") == ("hush",)
    do(alice.configure_room(CI, {}, Secret("")))
    assert "muc_unsecured" in do(alice.room_info(CI)).features


@BOTH
def test_only_an_owner_or_an_admin_configures(profile: Profile) -> None:
    alice = with_room(profile)
    bob, admin = alice.acting_as(BOB), alice.acting_as(ADMIN)
    for request in (
        bob.room_config(CI),
        bob.configure_room(CI, {}, None),
        bob.destroy_room(CI),
        bob.room_affiliations(CI),
        bob.set_room_affiliation(CI, BOB, "owner"),
    ):
        assert answer(request) == "auth/forbidden"
    assert answer(admin.room_config(CI)) == "result"


@pytest.mark.parametrize(
    ("profile", "said", "then"),
    [(PROSODY, "cancel/item-not-found", "cancel/item-not-found"), (EJABBERD, "result", "result")],
)
def test_asking_a_missing_room_for_its_form_makes_it_on_ejabberd(
    profile: Profile, said: str, then: str
) -> None:
    simulator = BareServer(ADMIN, profile)
    assert answer(simulator.room_info(CI)) == "cancel/item-not-found"
    assert answer(simulator.room_affiliations(CI)) == "cancel/item-not-found"
    assert answer(simulator.room_config(CI)) == said
    assert answer(simulator.room_info(CI)) == then


@pytest.mark.parametrize(
    ("profile", "said"), [(PROSODY, "cancel/item-not-found"), (EJABBERD, "result")]
)
def test_configuring_and_destroying_what_is_missing(profile: Profile, said: str) -> None:
    simulator = BareServer(ADMIN, profile)
    assert answer(simulator.destroy_room(CI)) == said
    assert answer(simulator.configure_room(CI, KEPT, None)) == said
    assert answer(simulator.room_info(CI)) == said


@pytest.mark.parametrize(
    ("profile", "said", "again"),
    [(PROSODY, "cancel/gone", "cancel/gone"), (EJABBERD, "cancel/item-not-found", "result")],
)
def test_a_destroyed_room(profile: Profile, said: str, again: str) -> None:
    alice = with_room(profile)
    do(alice.destroy_room(CI))
    assert answer(alice.room_info(CI)) == said
    assert answer(alice.create_room(CI, KEPT, None)) == again


def test_an_admin_may_use_the_name_again() -> None:
    alice = with_room(PROSODY)
    do(alice.destroy_room(CI))
    do(alice.acting_as(ADMIN).create_room(CI, KEPT, None))
    assert do(alice.acting_as(ADMIN).room_affiliations(CI)) == {ADMIN: "owner"}


@pytest.mark.parametrize(
    ("profile", "actor", "jid", "word", "said"),
    [
        (PROSODY, ALICE, BOB, "member", "result"),
        (PROSODY, ALICE, BOB, "publisher", "modify/not-acceptable"),
        (PROSODY, ALICE, ALICE, "none", "modify/not-acceptable"),
        (PROSODY, ADMIN, ALICE, "admin", "modify/not-acceptable"),
        (EJABBERD, ALICE, BOB, "publisher", "modify/bad-request"),
        (EJABBERD, ALICE, ALICE, "none", "cancel/not-allowed"),
    ],
)
def test_affiliations(profile: Profile, actor: Jid, jid: Jid, word: str, said: str) -> None:
    alice = with_room(profile)
    assert answer(alice.acting_as(actor).set_room_affiliation(CI, jid, word)) == said
    expected = {ALICE: "owner", **({jid: word} if said == "result" else {})}
    assert do(alice.room_affiliations(CI)) == expected


@BOTH
def test_a_second_owner_lets_the_first_one_go(profile: Profile) -> None:
    alice = with_room(profile)
    do(alice.set_room_affiliation(CI, BOB, "owner"))
    do(alice.set_room_affiliation(CI, ALICE, "none"))
    assert do(alice.acting_as(BOB).room_affiliations(CI)) == {BOB: "owner"}


@BOTH
def test_a_rooms_admin_manages_members_and_no_owners(profile: Profile) -> None:
    alice = with_room(profile)
    do(alice.set_room_affiliation(CI, BOB, "admin"))
    bob = alice.acting_as(BOB)
    assert answer(bob.set_room_affiliation(CI, Jid("carol@megacorp.example"), "member")) == "result"
    assert answer(bob.set_room_affiliation(CI, ALICE, "none")) == "cancel/not-allowed"
    assert answer(bob.set_room_affiliation(CI, BOB, "owner")) == "cancel/not-allowed"
