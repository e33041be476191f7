"""Who may do what in a room: by its own entry, by its spaces, and after either ended."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

import pytest

from builders import ACCOUNT, DEV, SPACE_CONFIG, live_node, published, reading, room
from spaces_sync.model.addresses import Jid
from spaces_sync.model.declaration import Declaration, Policy, Prune
from spaces_sync.model.ledger import affiliation_name, invitation_name
from spaces_sync.model.state import Address, Field, Node, Owned, Ownership, Room, State
from spaces_sync.plan.actions import RecordOwnership, SetAffiliation
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.compare.room_people import plan_people
from spaces_sync.plan.ownership import given
from spaces_sync.plan.plan import Note, Plan
from spaces_sync.profile import MEMBERS_ONLY

BOB = Jid("bob@megacorp.example")
MODERATED = "muc#roomconfig_moderatedroom"
HALL = Jid("hall@rooms.megacorp.example")
BY_LINE, BY_SPACE = affiliation_name(BOB), invitation_name(BOB)


class Case(NamedTuple):
    """What is wanted of bob: by the room's own entry (None: it has no affiliations), by a space."""

    own: str | None
    invited: bool | None  # None: no space makes its people members
    recorded: tuple[str, ...]
    now: str
    then: str
    flagged: bool = False  # as done for a space
    remark: str = ""
    leaving: bool = False  # a space, in the same plan
    prune: Prune = "owned"


CASES = {
    "is let in": Case("", True, (), "none", "member", flagged=True),
    "was let in by others": Case("", True, (), "member", "member"),
    "is more already": Case("", True, (), "admin", "admin"),
    "was banned by others": Case("", True, (), "outcast", "outcast", remark="banned here"),
    "stays while one space has him": Case("", True, (BY_SPACE,), "member", "member"),
    "leaves the last space": Case("", False, (BY_SPACE,), "member", "none", flagged=True),
    "was the last in it": Case("", None, (BY_SPACE,), "member", "none", flagged=True),
    "no line at all": Case(None, None, (BY_SPACE,), "member", "none", flagged=True),
    "was made more since": Case("", False, (BY_SPACE,), "admin", "admin", remark="by others"),
    "was never ours": Case("", False, (), "member", "member", remark="by others", leaving=True),
    "left none": Case("", False, (), "member", "member"),
    "went by himself": Case("", False, (BY_SPACE,), "none", "none"),
    "the room says more": Case("admin", True, (), "none", "admin"),
    "the room says less": Case("none", True, (), "member", "none", remark="holds"),
    "the room bans": Case("outcast", True, (BY_SPACE,), "member", "outcast", remark="holds"),
    "his line went": Case("", None, (BY_LINE,), "admin", "none"),
    "all lines went": Case(None, None, (BY_LINE,), "admin", "admin"),
    "his line went, a space has him": Case("", True, (BY_LINE,), "admin", "member", flagged=True),
    "his ban went, a space has him": Case("", True, (BY_LINE,), "outcast", "member", flagged=True),
    "his line keeps him": Case("member", False, (BY_LINE, BY_SPACE), "member", "member"),
    "others' line": Case("", None, (), "admin", "admin"),
    "his line went, none leave": Case("", None, (BY_LINE,), "admin", "admin", prune="none"),
    "named to leave, none leave": Case("none", None, (BY_LINE,), "admin", "none", prune="none"),
    "his ban went, none leave": Case("", None, (BY_LINE,), "outcast", "outcast", prune="none"),
    "leaves the last space, none leave": Case(
        "",
        False,
        (BY_SPACE,),
        "member",
        "member",
        remark="'prune: none'",
        leaving=True,
        prune="none",
    ),
    "is let in, none leave": Case("", True, (), "none", "member", flagged=True, prune="none"),
    "others' line, all leave": Case("", None, (), "admin", "admin", prune="all"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_somebody_in_a_room(name: str):
    case = CASES[name]
    own = None if case.own is None else {BOB: case.own} if case.own else {}
    invited = None if case.invited is None else frozenset({BOB} if case.invited else ())
    wanted = declared(own, invited, case.prune)
    people = {ACCOUNT: "owner"} | ({} if case.now == "none" else {BOB: case.now})
    ownership = Ownership({HALL: Owned(dict.fromkeys(case.recorded, ""))})
    live = reading(rooms={HALL: Room({}, people)}, ownership=ownership)

    leaving = {BOB} if case.leaving else set[Jid]()
    parts = [*plan_people(wanted, live, HALL, people, leaving)]
    changes = [part for part in parts if isinstance(part, SetAffiliation)]
    remarks = [part.text for part in parts if isinstance(part, Note)]
    assert [each.after for each in changes] == ([case.then] if case.then != case.now else [])
    assert [each.invited for each in changes] == [case.flagged] * len(changes)
    assert [case.remark in text for text in remarks] == ([True] if case.remark else [])


def test_our_own_account_is_not_shut_out_for_leaving_a_space():
    people = {ACCOUNT: "member", BOB: "owner"}
    ownership = Ownership({HALL: Owned({invitation_name(ACCOUNT): ""})})
    live = reading(rooms={HALL: Room({}, people)}, ownership=ownership)

    assert [*plan_people(declared({}, frozenset()), live, HALL, people)] == []


def test_who_was_let_in_is_recorded_apart_and_who_was_in_before_is_not():
    carol = Jid("carol@megacorp.example")
    wanted = declared(None, frozenset({BOB, carol}))
    live = reading(rooms={HALL: Room({}, {ACCOUNT: "owner", carol: "member"})})
    (record,) = records(plan(wanted, live))

    assert record.after is not None
    assert record.after.applied.keys() == {BY_SPACE}
    (let_in,) = (each for each in plan(wanted, live).actions if isinstance(each, SetAffiliation))
    assert given(let_in).keys() == {BY_SPACE}


def test_a_record_says_of_whom_a_space_let_in_what_it_said_before():
    """So that nothing is recorded anew as long as nothing changes."""
    wanted = declared(None, frozenset({BOB}))
    live = reading(
        rooms={HALL: Room({}, {ACCOUNT: "owner", BOB: "member"})},
        ownership=Ownership({HALL: Owned({BY_SPACE: "12345678"})}),
    )

    assert plan(wanted, live).actions == ()


@pytest.mark.parametrize("recorded", [(BY_LINE,), (BY_LINE, BY_SPACE)], ids=len)
@pytest.mark.parametrize("now", ["admin", "member"])
def test_of_whom_a_space_keeps_when_his_line_goes_the_line_is_forgotten(
    now: str, recorded: tuple[str, ...]
):
    """Else who is made more by others would be lowered for a line that is long gone."""
    wanted = declared({}, frozenset({BOB}))
    ownership = Ownership({HALL: Owned(dict.fromkeys(recorded, "12345678"))})
    live = reading(rooms={HALL: Room({}, {ACCOUNT: "owner", BOB: now})}, ownership=ownership)
    (record,) = records(plan(wanted, live))

    assert record.after is not None
    assert record.after.applied.keys() == {BY_SPACE}
    then = {HALL: record.after}
    for held in ("member", "admin"):
        people = {ACCOUNT: "owner", BOB: held}
        after = reading(rooms={HALL: Room({}, people)}, ownership=Ownership(then))
        assert plan(wanted, after).actions == ()


def test_of_whom_all_lines_go_and_a_space_keeps_the_line_is_still_known():
    """`affiliations` that are not there any more are hands off."""
    wanted = declared(None, frozenset({BOB}))
    live = reading(
        rooms={HALL: Room({}, {ACCOUNT: "owner", BOB: "member"})},
        ownership=Ownership({HALL: Owned({BY_LINE: "12345678"})}),
    )

    assert plan(wanted, live).actions == ()


@pytest.mark.parametrize("there", [True, False, None])
def test_while_a_space_that_left_the_file_stays_its_people_stay_in_its_rooms(there: bool | None):
    """None: it cannot be read, so that everybody may be in it."""
    wanted = declared({}, frozenset())
    people = {ACCOUNT: "owner", BOB: "member"}
    in_space = people if there else {ACCOUNT: "owner"}
    space = live_node(published(room(HALL)), config=SPACE_CONFIG, affiliations=in_space)
    nodes: Mapping[Address, Node] = {} if there is None else {DEV: space}
    live = reading(
        nodes,  # type: ignore[arg-type]  # it has no rooms
        rooms={HALL: Room({}, people)},
        failed={DEV: "cannot be read: timeout"} if there is None else None,
        ownership=Ownership({HALL: Owned({BY_SPACE: "12345678"}), DEV: Owned()}),
    )
    made = plan(wanted, live)

    revoked = [each.jid for each in made.actions if isinstance(each, SetAffiliation)]
    assert revoked == ([BOB] if there is False else [])
    unreadable = replace(live, state=State({DEV: replace(space, complete=False)}, live.state.rooms))
    refused = plan(wanted, unreadable, removals={"delete-space": None})
    assert [each.about for each in refused.obstacles] == [DEV]
    if there:  # `--partial` would take the people of a space that is still there out of its room
        assert [each for each in refused.actions if isinstance(each, SetAffiliation)] == []
    gone = plan(wanted, live, removals={"delete-space": None})
    if there:
        assert BOB in [each.jid for each in gone.actions if isinstance(each, SetAffiliation)]


@pytest.mark.parametrize("moderated", ["true", "false"])
def test_whom_an_old_ejabberd_does_not_keep_out_is_told_with_the_cure(moderated: str):
    form = {var: Field(("true",)) for var in ("members_by_default", "allow_private_messages")}
    form[MODERATED] = Field(("true",))
    live = reading(rooms={HALL: Room(form, {ACCOUNT: "owner", BOB: "member"})})
    wanted = declared({BOB: "outcast"}, None)
    room = replace(wanted.state.rooms[HALL], config={MODERATED: Field((moderated,))})
    wanted = replace(wanted, state=State(rooms={HALL: room}))

    (ban,) = (each for each in plan(wanted, live).actions if isinstance(each, SetAffiliation))
    told = ["'moderated: false' ends that" in each for each in ban.why.consequences]
    assert told == ([True] if moderated == "true" else [])


def test_whom_none_lets_stay_is_still_known_as_ours():
    wanted = declared({}, frozenset(), "none")
    people = {ACCOUNT: "owner", BOB: "member"}
    recorded = Owned({BY_SPACE: "12345678", BY_LINE: "12345678"})
    live = reading(rooms={HALL: Room({}, people)}, ownership=Ownership({HALL: recorded}))

    assert plan(wanted, live).actions == ()


@pytest.mark.parametrize("members_only", ["true", "false"])
def test_that_somebody_can_come_back_is_told_once_and_where_they_shall_not(members_only: str):
    form = {var: Field(("true",)) for var in ("members_by_default", "allow_private_messages")}
    form |= {MODERATED: Field(("true",)), MEMBERS_ONLY: Field((members_only,))}
    people = {Jid(f"p{n}@megacorp.example"): "member" for n in range(3)}
    live = reading(rooms={HALL: Room(form, {ACCOUNT: "owner", **people})})
    wanted = declared(dict.fromkeys(people, "none"), None)

    made = (a for a in plan(wanted, live).actions if isinstance(a, SetAffiliation))
    told = [any("ends that" in text for text in each.why.consequences) for each in made]
    assert told == [members_only == "true", False, False]


def declared(
    own: Mapping[Jid, str] | None, invited: Collection[Jid] | None, prune: Prune = "owned"
) -> Declaration:
    people = None if invited is None else frozenset(invited)
    policy = Policy(invited=people, prune=prune)
    return Declaration(State(rooms={HALL: Room({}, own)}), {HALL: policy}, source="us")


def records(made: Plan) -> list[RecordOwnership]:
    return [each for each in made.actions if isinstance(each, RecordOwnership)]
