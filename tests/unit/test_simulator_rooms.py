"""Rooms as they were measured on Prosody and ejabberd: a request, its answer, what is then so."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Values
from spaces_sync.ports import Identity, Occupancy, ServiceError, UnansweredError
from spaces_sync.profile import PARENT, SECRET
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, RawSimulator

ADMIN = Jid("admin@megacorp.example")
ALICE = Jid("alice@megacorp.example")
BOB = Jid("bob@megacorp.example")
CI = Jid("ci@rooms.megacorp.example")
BOTH = pytest.mark.parametrize("profile", [PROSODY, EJABBERD], ids=lambda profile: profile.name)
PROTECTED = "muc#roomconfig_passwordprotectedroom"
KEPT = {"muc#roomconfig_persistentroom": ("true",)}

do = asyncio.run


def answer(request: Coroutine[Any, Any, object]) -> str:
    try:
        do(request)
    except ServiceError as error:
        return f"{error.error_type}/{error.condition}"
    return "result"


async def made(simulator: RawSimulator, config: Mapping[str, Values]) -> None:
    """By entering the room, which is left afterwards."""
    await simulator.enter_room(CI, "nick")
    await simulator.configure_room(CI, config)
    await simulator.leave_room(CI, "nick")


def with_room(profile: Profile, **fields: str) -> RawSimulator:
    """A room that alice, no admin, made."""
    alice = RawSimulator(ADMIN, profile).acting_as(ALICE)
    config = {f"muc#roomconfig_{name}": (value,) for name, value in fields.items()}
    do(made(alice, {**KEPT, **config}))
    return alice


def affiliations(simulator: RawSimulator) -> dict[Jid, str]:
    words = ("owner", "admin", "member", "outcast")
    return {jid: w for word in words for jid, w in do(simulator.room_affiliations(CI, word))}


def values(simulator: RawSimulator, name: str) -> Values:
    return do(simulator.room_config(CI))[f"muc#roomconfig_{name}"].values


@BOTH
def test_a_room_that_is_not_persistent_is_gone_when_we_leave(profile: Profile) -> None:
    simulator = RawSimulator(ADMIN, profile)
    do(made(simulator, {"muc#roomconfig_roomname": ("CI",)}))
    assert answer(simulator.room_info(CI)) == "cancel/item-not-found"


@BOTH
def test_a_room_describes_itself(profile: Profile) -> None:
    info = do(with_room(profile, roomname="CI", membersonly="1", publicroom="0").room_info(CI))
    assert info.identities == (Identity("conference", "text", "CI"),)
    assert {"muc_membersonly", "muc_hidden", "muc_persistent", "muc_unsecured"} <= info.features
    assert "muc_open" not in info.features


ENTERED = [
    (PROSODY, {}, BOB, "none", "none"),
    (PROSODY, {}, ALICE, "none", "owner"),
    (PROSODY, {}, ADMIN, "none", "owner"),
    (PROSODY, {}, BOB, "member", "member"),
    (PROSODY, {}, BOB, "outcast", "auth/forbidden"),
    (PROSODY, {"membersonly": "1"}, BOB, "none", "auth/registration-required"),
    (PROSODY, {"membersonly": "1"}, BOB, "member", "member"),
    (PROSODY, {"roomsecret": "hush"}, BOB, "member", "auth/not-authorized"),
    (PROSODY, {"roomsecret": "hush"}, ALICE, "none", "auth/not-authorized"),
    (EJABBERD, {}, BOB, "none", "none"),
    (EJABBERD, {}, BOB, "outcast", "auth/forbidden"),
    (EJABBERD, {"membersonly": "1"}, BOB, "none", "auth/registration-required"),
    (EJABBERD, {"roomsecret": "hush"}, BOB, "member", "auth/not-authorized"),
    (EJABBERD, {"roomsecret": "hush"}, ALICE, "none", "owner"),
]


@pytest.mark.parametrize(("profile", "fields", "who", "word", "said"), ENTERED)
def test_who_may_enter_a_room_that_is_there(
    profile: Profile, fields: Mapping[str, str], who: Jid, word: str, said: str
) -> None:
    alice = with_room(profile, **fields)
    do(alice.set_room_affiliation(CI, BOB, word))
    if "/" in said:
        assert answer(alice.acting_as(who).enter_room(CI, "x")) == said
        assert occupants(alice) == "0"
    else:
        occupancy = do(alice.acting_as(who).enter_room(CI, "x"))
        assert occupancy == Occupancy(said, frozenset({"110"}))
        assert occupants(alice) == "1"


def occupants(simulator: RawSimulator) -> str:
    form = do(simulator.room_info(CI)).forms["http://jabber.org/protocol/muc#roominfo"]
    (count,) = form["muc#roominfo_occupants"].values
    return count


@BOTH
def test_entering_makes_a_room_that_ends_with_its_last_occupant(profile: Profile) -> None:
    alice = RawSimulator(ADMIN, profile).acting_as(ALICE)
    bob = alice.acting_as(BOB)
    assert do(alice.enter_room(CI, "a")) == Occupancy("owner", frozenset({"110", "201"}))
    assert do(bob.enter_room(CI, "b")) == Occupancy("none", frozenset({"110"}))
    do(alice.leave_room(CI, "a"))
    assert occupants(alice) == "1"
    do(bob.leave_room(CI, "b"))
    assert answer(alice.room_info(CI)) == "cancel/item-not-found"


def test_the_first_to_enter_a_room_that_a_form_made_is_told_that_it_was_created() -> None:
    alice = RawSimulator(ADMIN, EJABBERD).acting_as(ALICE)
    do(alice.configure_room(CI, KEPT))
    created = Occupancy("none", frozenset({"110", "201"}))
    assert do(alice.acting_as(BOB).enter_room(CI, "b")) == created
    assert do(alice.enter_room(CI, "a")) == Occupancy("owner", frozenset({"110"}))


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
    assert answer(alice.configure_room(CI, {var: (value,)})) == said
    form = do(alice.room_config(CI))
    assert (form[var].values if var in form else None) == then


@BOTH
def test_what_a_form_leaves_out_is_kept(profile: Profile) -> None:
    alice = with_room(profile, roomname="CI")
    do(alice.configure_room(CI, {"muc#roomconfig_roomdesc": ("Builds",)}))
    assert values(alice, "roomname") == ("CI",)
    do(alice.configure_room(CI, {"muc#roomconfig_roomname": ()}))
    assert values(alice, "roomname") == ()
    assert values(alice, "roomdesc") == ("Builds",)


def test_a_wrong_whois_takes_prosodys_answer_away() -> None:
    alice = with_room(PROSODY)
    config = {"muc#roomconfig_roomname": ("CI",), "muc#roomconfig_whois": ("nobody",)}
    with pytest.raises(UnansweredError):
        do(alice.configure_room(CI, config))
    assert values(alice, "roomname") == ("CI",)
    assert values(alice, "whois") == ("moderators",)


def test_the_parent_pointer_is_offered_by_ejabberd_alone() -> None:
    assert PARENT not in do(with_room(PROSODY).room_config(CI))
    alice = with_room(EJABBERD)
    do(alice.configure_room(CI, {PARENT: ("xmpp:p.example?;node=dev",)}))
    info = do(alice.room_info(CI)).forms["http://jabber.org/protocol/muc#roominfo"]
    assert info["muc#roominfo_pubsub"].values == ("xmpp:p.example?;node=dev",)
    assert PARENT not in info


def test_of_two_names_prosody_takes_the_first() -> None:
    alice = with_room(PROSODY)
    do(alice.configure_room(CI, {"muc#roomconfig_roomname": ("CI", "Builds")}))
    assert values(alice, "roomname") == ("CI",)
    ejabberd = with_room(EJABBERD)
    config = {"muc#roomconfig_roomname": ("CI", "Builds")}
    assert answer(ejabberd.configure_room(CI, config)) == "modify/bad-request"


@BOTH
def test_a_password(profile: Profile) -> None:
    alice = with_room(profile)
    assert "muc_unsecured" in do(alice.room_info(CI)).features
    do(alice.configure_room(CI, {SECRET: ("hush",), PROTECTED: ("true",)}))
    assert "muc_passwordprotected" in do(alice.room_info(CI)).features
    assert values(alice, "roomsecret") == ("hush",)
    do(alice.configure_room(CI, {SECRET: ("",), PROTECTED: ("false",)}))
    assert "muc_unsecured" in do(alice.room_info(CI)).features


@BOTH
def test_only_an_owner_or_an_admin_configures(profile: Profile) -> None:
    alice = with_room(profile)
    bob, admin = alice.acting_as(BOB), alice.acting_as(ADMIN)
    for request in (
        bob.room_config(CI),
        bob.configure_room(CI, {}),
        bob.destroy_room(CI),
        bob.room_affiliations(CI, "owner"),
        bob.set_room_affiliation(CI, BOB, "owner"),
    ):
        assert answer(request) == "auth/forbidden"
    assert answer(admin.room_config(CI)) == "result"


@pytest.mark.parametrize(
    ("profile", "said"), [(PROSODY, "cancel/item-not-found"), (EJABBERD, "result")]
)
def test_a_missing_room_has_a_form_on_ejabberd(profile: Profile, said: str) -> None:
    simulator = RawSimulator(ADMIN, profile)
    missing = "cancel/item-not-found"
    assert answer(simulator.room_info(CI)) == missing
    assert answer(simulator.room_affiliations(CI, "owner")) == missing
    assert answer(simulator.room_config(CI)) == said
    assert answer(simulator.room_info(CI)) == missing


@pytest.mark.parametrize(
    ("profile", "said"), [(PROSODY, "cancel/item-not-found"), (EJABBERD, "result")]
)
def test_configuring_and_destroying_what_is_missing(profile: Profile, said: str) -> None:
    simulator = RawSimulator(ADMIN, profile)
    assert answer(simulator.destroy_room(CI)) == said
    temporary = {"muc#roomconfig_roomname": ("CI",)}
    assert answer(simulator.configure_room(CI, temporary)) == said
    assert answer(simulator.room_info(CI)) == "cancel/item-not-found"
    assert answer(simulator.configure_room(CI, KEPT)) == said
    assert answer(simulator.room_info(CI)) == said


@pytest.mark.parametrize(
    ("profile", "said", "again"),
    [(PROSODY, "cancel/gone", "cancel/gone"), (EJABBERD, "cancel/item-not-found", "result")],
)
def test_a_destroyed_room(profile: Profile, said: str, again: str) -> None:
    alice = with_room(profile)
    do(alice.destroy_room(CI))
    assert answer(alice.room_info(CI)) == said
    assert answer(alice.acting_as(BOB).enter_room(CI, "x")) == again


def test_an_admin_may_use_the_name_again() -> None:
    alice = with_room(PROSODY)
    do(alice.destroy_room(CI))
    do(made(alice.acting_as(ADMIN), KEPT))
    assert affiliations(alice.acting_as(ADMIN)) == {ADMIN: "owner"}


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
    assert affiliations(alice) == expected


@BOTH
def test_a_second_owner_lets_the_first_one_go(profile: Profile) -> None:
    alice = with_room(profile)
    do(alice.set_room_affiliation(CI, BOB, "owner"))
    do(alice.set_room_affiliation(CI, ALICE, "none"))
    assert affiliations(alice.acting_as(BOB)) == {BOB: "owner"}


@BOTH
def test_a_rooms_admin_manages_members_and_no_owners(profile: Profile) -> None:
    alice = with_room(profile)
    do(alice.set_room_affiliation(CI, BOB, "admin"))
    bob = alice.acting_as(BOB)
    assert answer(bob.set_room_affiliation(CI, Jid("carol@megacorp.example"), "member")) == "result"
    assert answer(bob.set_room_affiliation(CI, ALICE, "none")) == "cancel/not-allowed"
    assert answer(bob.set_room_affiliation(CI, BOB, "owner")) == "cancel/not-allowed"
