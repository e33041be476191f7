"""A room under a new name takes along what it is like and who is in it; then the old one may go."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from builders import ACCOUNT, declare_room, ownership_after, reading
from spaces_sync.model.addresses import Jid, NodeAddress, object_named
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.ledger import affiliation_name, invitation_name
from spaces_sync.model.state import (
    NO_PASSWORD,
    Address,
    Field,
    Owned,
    Ownership,
    Reading,
    Room,
    Secret,
)
from spaces_sync.plan.actions import (
    ConfigureRoom,
    CreateRoom,
    DestroyRoom,
    RecordOwnership,
    SetAffiliation,
    to_be_read,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.compare.rename import uri_of
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.undo.revert import revert
from spaces_sync.profile import MEMBERS_ONLY, PARENT, PASSWORD_PROTECTED, PERSISTENT, SECRET

HALL, OLD, OLDER = (Jid(f"{name}@rooms.megacorp.example") for name in ("hall", "old", "older"))
BOB, CAROL, DAVE, ERIN = (
    Jid(f"{name}@megacorp.example") for name in ("bob", "carol", "dave", "erin")
)
LANGUAGE, PUBLIC = "muc#roomconfig_lang", "muc#roomconfig_publicroom"
PEOPLE = {ACCOUNT: "owner", BOB: "admin", CAROL: "member", DAVE: "outcast"}
CONFIG = {
    LANGUAGE: Field(("de",), "text-single"),
    MEMBERS_ONLY: Field(("true",), "boolean"),
    PUBLIC: Field(("false",), "boolean"),
    PERSISTENT: Field(("true",), "boolean"),
    PARENT: Field(("xmpp:pubsub.megacorp.example?;node=dev",), "text-single"),
    SECRET: Field((), "text-private"),
    "muc#roomconfig_roomdesc": Field((), "text-single"),
    "muc#roomconfig_roomowners": Field((ACCOUNT,), "jid-multi"),
}
KEPT = {PERSISTENT: Field(("true",))}
OURS = Ownership({OLD: Owned()})
REMOVALS = {"destroy-room": None}


def was(config: Any = CONFIG, people: Any = PEOPLE, password: Secret | None = NO_PASSWORD) -> Room:
    return Room(config, people, password)


def wanted(
    config: Mapping[str, str] | None = None,
    people: Mapping[Jid, str] | None = None,
    *,
    password: Secret | None = None,
    invited: frozenset[Jid] | None = None,
    olds: tuple[Address, ...] = (OLD,),
    source: str | None = "us",
) -> Declaration:
    fields = {var: Field((value,)) for var, value in (config or {}).items()}
    declared = Room({**KEPT, **fields}, people, password)
    policy = Policy(previously=olds, invited=invited)
    return replace(declare_room(HALL, declared, policy), source=source)


def before(old: Room | None = None, owned: Ownership = OURS) -> Reading:
    return reading(rooms={OLD: old or was()}, absent=(HALL,), ownership=owned)


def made(found: Plan) -> CreateRoom:
    assert found.obstacles == ()
    (create,) = (each for each in found.actions if isinstance(each, CreateRoom))
    return create


def given(found: Plan) -> dict[Jid, str]:
    return {each.jid: each.after for each in found.actions if isinstance(each, SetAffiliation)}


def record(found: Plan) -> RecordOwnership:
    (one,) = (e for e in found.actions if isinstance(e, RecordOwnership) and e.about == HALL)
    return one


def destroyed(found: Plan) -> list[DestroyRoom]:
    return [each for each in found.actions if isinstance(each, DestroyRoom)]


def applied_to(live: Reading, found: Plan, until: int) -> Reading:
    """`live` after the first `until` actions of `found`."""
    sent = found.actions[:until]
    created = next((each for each in sent if isinstance(each, CreateRoom)), None)
    ownership = ownership_after(found, live.ownership, cut=until < len(found.actions))
    if created is None:
        return replace(live, ownership=ownership)
    form = {var: replace(f, values=created.config.get(var, ())) for var, f in CONFIG.items()}
    people = {a.jid: a.after for a in sent if isinstance(a, SetAffiliation) and a.target == HALL}
    new = Room(form, {ACCOUNT: "owner", **people}, NO_PASSWORD)
    return reading(rooms={**live.state.rooms, HALL: new}, ownership=ownership)


def test_it_takes_along_what_it_is_like_and_who_is_in_it():
    found = plan(wanted(), before())

    create = made(found)
    assert create.config == {
        LANGUAGE: ("de",),
        MEMBERS_ONLY: ("true",),
        PUBLIC: ("false",),
        PERSISTENT: ("true",),
    }
    assert create.why.consequences == (
        f"copies the configuration and 3 affiliations of {OLD}",
        f"{OLD} stays: the people in it and its history do not move",
    )
    assert given(found) == {BOB: "admin", CAROL: "member", DAVE: "outcast"}
    assert (record(found).copies, record(found).after.copies) == (f"xmpp:{OLD}", "")
    assert affiliation_name(BOB) not in record(found).after.applied


def test_what_the_file_says_is_laid_over_it_and_it_says_who_can_enter_then():
    file = wanted({MEMBERS_ONLY: "false", PUBLIC: "true"}, {CAROL: "admin", DAVE: "none"})
    found = plan(file, before())

    create = made(found)
    assert (create.config[MEMBERS_ONLY], create.config[LANGUAGE]) == (("false",), ("de",))
    assert create.why.consequences[2:] == (
        "anyone can enter from now on",
        "anyone can find it from now on",
    )
    assert given(found) == {BOB: "admin", CAROL: "admin"}


def test_a_room_that_was_open_does_not_open():
    config = {**CONFIG, MEMBERS_ONLY: Field(("false",), "boolean")}
    create = made(plan(wanted({MEMBERS_ONLY: "false"}), before(was(config))))

    assert len(create.why.consequences) == 2


PASSWORDS = {
    "told": was(password=Secret("hunter2", "service")),
    "not told": was(password=None),
    "asked for": was({**CONFIG, PASSWORD_PROTECTED: Field(("true",), "boolean")}),
}


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_password_that_the_file_does_not_name_is_not_dropped_in_silence(name):
    old = PASSWORDS[name]
    (obstacle,) = plan(wanted(), before(old), removals=REMOVALS).obstacles
    assert "has a password, which is not copied" in obstacle.text

    opened = made(plan(wanted({PASSWORD_PROTECTED: "false"}, password=NO_PASSWORD), before(old)))
    assert "who wants to join needs no password any more" in opened.why.consequences
    named = made(plan(wanted(password=Secret("other", "env:P")), before(old)))
    assert (named.password, "hunter2" in str(named)) == (Secret("other", "env:P"), False)
    assert SECRET not in named.config
    half = applied_to(before(old), plan(wanted(password=Secret("other", "env:P")), before(old)), 1)
    assert "has a password" in plan(wanted(), half).obstacles[0].text  # it has none yet
    new = replace(half.state.rooms[HALL], password=None)
    locked = replace(half, state=replace(half.state, rooms={OLD: old, HALL: new}))
    assert plan(wanted(), locked).obstacles == ()


def test_a_room_of_which_nothing_tells_a_password_is_copied():
    config = {var: field for var, field in CONFIG.items() if var != SECRET}
    assert made(plan(wanted(), before(was(config, password=None)))).password is None


@pytest.mark.parametrize("state", ["failed", "destroyed", "absent"])
def test_what_a_room_was_before_has_to_be_read_or_proved_to_be_gone(state):
    gone = (HALL, OLD) if state == "absent" else (HALL,)
    failed = {} if state == "absent" else {OLD: "cannot be read: timeout"}
    live = reading(absent=gone, failed=failed, ownership=OURS)
    live = replace(live, destroyed=frozenset({OLD} if state == "destroyed" else ()))
    found = plan(wanted(), live)

    if state == "failed":
        assert f"{OLD}, which it was before: cannot be read" in found.obstacles[0].text
    else:
        assert made(found).config == {PERSISTENT: ("true",)}
        assert any("nothing of what it was 'previously'" in note.text for note in found.notes)


def test_without_a_source_nothing_is_copied_and_that_is_said():
    found = plan(wanted(source=None), before(owned=Ownership()))

    assert made(found).config == {PERSISTENT: ("true",)}
    assert made(found).why.consequences == (
        f"{OLD} stays: the people in it and its history do not move",
        "only a file with a 'source' copies what it is like",
    )
    assert given(found) == {}


def test_whom_the_source_let_in_follows_the_rule_of_the_new_room():
    """Bob was let in by a space, and others made him more; carol by a space; dave was banned."""
    recorded = {invitation_name(each): "" for each in (BOB, CAROL)}
    owned = Ownership({OLD: Owned(recorded)})

    nobody = plan(wanted(), before(owned=owned))
    assert given(nobody) == {BOB: "admin", DAVE: "outcast"}

    some = plan(wanted(invited=frozenset({CAROL, DAVE, ERIN})), before(owned=owned))
    assert given(some) == {BOB: "admin", CAROL: "member", DAVE: "outcast", ERIN: "member"}
    let_in = {a.jid for a in some.actions if isinstance(a, SetAffiliation) and a.invited}
    assert let_in == {CAROL, ERIN}
    names = record(some).after.applied
    assert {n for n in map(invitation_name, PEOPLE) if n in names} == {invitation_name(CAROL)}
    assert any("in a space of it, and banned here" in note.text for note in some.notes)


def test_whom_the_file_named_and_names_no_more_is_not_carried_over():
    owned = Ownership({OLD: Owned({affiliation_name(BOB): ""})})

    assert given(plan(wanted(people={}), before(owned=owned))) == {CAROL: "member", DAVE: "outcast"}
    assert BOB in given(plan(wanted(), before(owned=owned)))  # it says nothing of people


@pytest.mark.parametrize("until", range(6))
def test_a_copy_that_was_cut_is_gone_on_with_and_the_old_room_stays_until_then(until):
    live = before()
    first = plan(wanted(), live, removals=REMOVALS)
    assert len(first.actions) == 5
    assert destroyed(first) == []
    half = applied_to(live, first, until)
    rest = plan(wanted(), half, removals=REMOVALS)
    assert rest.obstacles == ()

    assert (destroyed(rest) != []) == (until == 5)
    both = (*first.actions[:until], *rest.actions)
    people = {a.jid: a.after for a in both if isinstance(a, SetAffiliation)}
    assert people == {BOB: "admin", CAROL: "member", DAVE: "outcast"}
    whole = applied_to(live, first, 5)
    assert plan(wanted(), whole).actions == ()


def test_a_room_that_was_made_without_its_configuration_gets_it_with_the_rest():
    live = before()
    half = applied_to(live, plan(wanted(), live), 1)
    bare = {**CONFIG, LANGUAGE: Field(("en",)), MEMBERS_ONLY: Field(("false",))}
    rooms = {**half.state.rooms, HALL: Room(bare, {ACCOUNT: "owner", ERIN: "member"}, NO_PASSWORD)}
    owned = replace(half.ownership, intended={HALL: Owned(copies=f"xmpp:{OLD}")})
    found = plan(wanted(), replace(half, state=replace(half.state, rooms=rooms), ownership=owned))

    sent = [each for each in found.actions if isinstance(each, ConfigureRoom)]
    changes = {var: values for each in sent for var, values in each.after.items()}
    assert changes == {LANGUAGE: ("de",), MEMBERS_ONLY: ("true",)}
    assert {each.why.reason for each in sent} == {"rename"}
    assert given(found) == {BOB: "admin", CAROL: "member", DAVE: "outcast"}


def test_what_others_said_of_somebody_in_the_new_room_is_not_overruled_by_the_copy():
    live = before()
    half = applied_to(live, plan(wanted(), live), 1)
    new = replace(half.state.rooms[HALL], affiliations={ACCOUNT: "owner", BOB: "outcast"})
    half = replace(half, state=replace(half.state, rooms={**half.state.rooms, HALL: new}))

    assert given(plan(wanted(), half)) == {CAROL: "member", DAVE: "outcast"}


def test_a_smaller_document_does_not_forget_a_copy():
    live = before()
    half = applied_to(live, plan(wanted(), live), 2)
    (obstacle,) = plan(wanted(olds=()), half, removals=REMOVALS).obstacles
    assert obstacle.text == f"is still being copied from {OLD}; list that under 'previously' again"


def test_a_room_that_is_there_and_nobodys_keeps_what_it_is_like():
    new = was({**CONFIG, LANGUAGE: Field(("fr",))}, {ACCOUNT: "owner"})
    live = reading(rooms={OLD: was(), HALL: new}, ownership=OURS)
    found = plan(wanted(), live)

    assert [type(each) for each in found.actions] == [RecordOwnership]
    assert any(f"nothing of {OLD} is copied to it" in note.text for note in found.notes)
    after = replace(live, ownership=ownership_after(found, live.ownership))
    assert (plan(wanted(), after).actions, plan(wanted(), after).notes[0].about) == ((), OLD)


def test_the_old_room_ends_as_one_that_left_the_file_and_names_its_successor():
    live = applied_to(before(), plan(wanted(), before()), 5)
    assert destroyed(plan(wanted(), live)) == []

    (end,) = destroyed(plan(wanted(), live, removals=REMOVALS))
    assert (end.room, end.renamed_to, end.shuts_out) == (OLD, HALL, 0)
    assert end.why.consequences == ("its history goes with it", f"who is in it is told of {HALL}")


def test_rights_that_came_under_the_old_name_since_are_counted_and_guarded():
    live = applied_to(before(), plan(wanted(), before()), 5)
    old = was(people={**PEOPLE, ERIN: "member", BOB: "owner"})
    live = replace(live, state=replace(live.state, rooms={**live.state.rooms, OLD: old}))
    found = plan(wanted(), live, removals=REMOVALS)

    (end,) = destroyed(found)
    assert end.shuts_out == 2
    words = f"2 people of it have other rights in {HALL}: {BOB} (owner), {ERIN} (member)"
    assert (
        end.why.consequences[0] == f"{words}; a line for each under its 'affiliations' keeps that"
    )
    (stopped,) = objections(found, {"destroy-room": 1})
    assert (stopped.guard, stopped.why) == ("lose-access", "2 people have other rights")
    assert objections(found, {"destroy-room": 1, "lose-access": 2}) == ()
    named = plan(wanted(people={BOB: "none", ERIN: "none"}), live, removals=REMOVALS)
    assert [each.shuts_out for each in destroyed(named)] == [0]


@pytest.mark.parametrize("state", ["failed", "another's"])
def test_where_the_new_room_cannot_be_planned_the_old_one_stays(state):
    live = applied_to(before(), plan(wanted(), before()), 5)
    if state == "failed":
        rooms = {OLD: live.state.rooms[OLD]}
        live = reading(rooms=rooms, failed={HALL: "timeout"}, ownership=live.ownership)
    else:
        live = replace(live, ownership=replace(live.ownership, others={HALL: "them"}))
    found = plan(wanted(), live, removals=REMOVALS)

    assert destroyed(found) == []
    assert [each.about for each in found.obstacles] == [HALL]


def test_a_chain_of_renames_waits_for_each_link():
    """older → old was cut, and the next file has old → hall."""
    half = Ownership({OLDER: Owned()}, {OLD: Owned(copies=f"xmpp:{OLDER}")})
    live = reading(rooms={OLDER: was(), OLD: was()}, absent=(HALL,), ownership=half)
    found = plan(wanted(olds=(OLD, OLDER)), live, removals=REMOVALS)

    assert found.actions == ()
    assert f"{OLD}, which it was before, is still being copied from {OLDER}" in str(found.obstacles)
    gone = reading(rooms={OLD: was()}, absent=(HALL, OLDER), ownership=half)
    assert made(plan(wanted(), gone)).config[LANGUAGE] == ("de",)  # nothing is left to wait for
    done = replace(live, ownership=Ownership({OLDER: Owned(), OLD: Owned()}))
    (note,) = (
        each for each in plan(wanted(olds=(OLD, OLDER)), done).notes if "one is copied" in each.text
    )
    assert note.text.startswith(OLDER)


def test_a_copy_that_somebody_destroyed_is_made_once_more():
    live = applied_to(before(), plan(wanted(), before()), 5)
    again = reading(rooms={OLD: was()}, absent=(HALL,), ownership=live.ownership)
    found = plan(wanted(), again, removals=REMOVALS)

    assert made(found).config[LANGUAGE] == ("de",)
    assert destroyed(found) == []


def test_another_sources_room_is_copied_and_stays():
    found = plan(wanted(), before(owned=Ownership(others={OLD: "them"})), removals=REMOVALS)

    assert made(found).config[LANGUAGE] == ("de",)
    assert any("is not this source's and stays" in note.text for note in found.notes)
    assert destroyed(found) == []


@pytest.mark.parametrize("left", ["there", "gone", "unread"])
def test_a_copy_is_not_taken_back_when_it_is_all_that_is_left(left):
    applied = plan(wanted(), before())
    live = applied_to(before(), applied, 5)
    new = {HALL: live.state.rooms[HALL]}
    if left == "gone":
        live = reading(rooms=new, absent=(OLD,), ownership=live.ownership)
    if left == "unread":
        failed = {OLD: "cannot be read: timeout"}
        live = reading(rooms=new, failed=failed, ownership=live.ownership)
    back = revert(applied, live).plan

    assert OLD in to_be_read(record(applied))
    assert [each.room for each in destroyed(back)] == [HALL]
    told = [each.text for each in back.obstacles]
    assert [f"may be all that is left of {OLD}" in text for text in told] == (
        [] if left == "there" else [True] * len(told)
    )
    assert (told != []) == (left != "there")


def test_a_room_and_its_uri_are_one():
    odd = Jid("odd%3f;?#@rooms.megacorp.example")
    for address in (OLD, odd, NodeAddress(Jid("pubsub.megacorp.example"), "a?b;node=c")):
        assert object_named(uri_of(address)) == address
    assert [object_named(each) for each in ("", "xmpp:", "xmpp:a?b", "%ff")] == [None] * 4


FAR = Jid("far@chat.megacorp.example")


def to_another_host(config: Mapping[str, str], *beside: Room) -> Plan:
    declaration = wanted(config)
    room, policy = declaration.state.rooms[HALL], declaration.policies[HALL]
    far = replace(declare_room(FAR, room, policy), source="us")
    others = {Jid(f"r{n}@chat.megacorp.example"): each for n, each in enumerate(beside)}
    live = reading(rooms={OLD: was(), **others}, absent=(FAR,), ownership=OURS)
    return plan(far, live)


def test_another_host_gets_what_its_rooms_are_known_to_take():
    """It may have other fields, and other values of them (XEP-0045 10.2)."""
    form = {
        PUBLIC: Field(("true",), "boolean"),
        LANGUAGE: Field(("en",), "list-single", ("en",)),
        PERSISTENT: CONFIG[PERSISTENT],
    }
    own = Room(form)
    shown = made(to_another_host({}, own))
    assert shown.config == {PERSISTENT: ("true",), PUBLIC: ("false",)}
    assert (
        f"copies the configuration and 3 affiliations of {OLD}, as far as rooms of"
        in (shown.why.consequences[0])
    )
    unknown = made(to_another_host({}))
    assert unknown.config.keys() == {PERSISTENT, PUBLIC, MEMBERS_ONLY, LANGUAGE}


def test_a_copy_into_which_more_people_come_has_to_be_allowed():
    found = plan(wanted({MEMBERS_ONLY: "false"}), before())
    assert made(found).opens
    assert [each.guard for each in objections(found, ())] == ["open-access"]
    assert objections(plan(wanted({}), before()), ()) == ()
