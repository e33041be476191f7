"""What must not exist by the file: removed under the guards, and never on a guess."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import pytest

from builders import (
    ACCOUNT,
    DEV,
    NOTHING_OWNED,
    SERVICE,
    declare,
    declare_room,
    form,
    item,
    live_node,
    ownership_after,
    published,
    reading,
    room,
)
from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import decode
from spaces_sync.model.declaration import Declaration, Place, Policy, Section
from spaces_sync.model.ledger import node_of
from spaces_sync.model.state import Address, Node, Owned, Ownership, Reading, Room, State
from spaces_sync.plan.actions import (
    ConfigureRoom,
    DeleteNode,
    DestroyRoom,
    PublishItem,
    RecordOwnership,
    SetAffiliation,
    subject,
)
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.recheck import rechecked
from spaces_sync.plan.undo.revert import revert
from spaces_sync.profile import PARENT

ROOM = Jid("ops@rooms.megacorp.example")
ALICE = Jid("alice@megacorp.example")
NEW = NodeAddress(SERVICE, "new")
LOBBY = room("lobby@rooms.megacorp.example", name="Lobby")
NEWS = Node(form(title="News"), affiliations={ALICE: "owner"}, subscriptions={})
NOBODYS = "no ledger says whose it is: what others made goes"
UNKNOWN = Owned()  # it is owned, and no more is known
PLACE = Place("spaces.yaml", 3, 3)


class Kind(NamedTuple):
    """An object, the section of its entry, what allows its removal, and what removes it."""

    about: Address
    live: Node | Room
    section: Section
    guard: str
    action: type


KINDS = {
    "space": Kind(DEV, live_node(), "spaces", "delete-space", DeleteNode),
    "node": Kind(DEV, NEWS, "nodes", "delete-node", DeleteNode),
    "room": Kind(ROOM, Room({}, {ALICE: "owner"}), "rooms", "destroy-room", DestroyRoom),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
SOURCES = pytest.mark.parametrize("source", ["us", None])


def absent(about: Address, section: Section = "spaces", source: str | None = "us") -> Declaration:
    places = {(about,): PLACE}
    none = replace(declare(), source=source)
    return replace(
        none,
        state=replace(none.state, nodes={}),
        policies={},
        places=places,
        absent={about: section},
    )


def there(about: Address, live: Node | Room, ownership: Ownership = NOTHING_OWNED) -> Reading:
    nodes = {about: live} if isinstance(about, NodeAddress) and isinstance(live, Node) else {}
    rooms = {about: live} if isinstance(about, str) and isinstance(live, Room) else {}
    return reading(nodes, rooms=rooms, ownership=ownership)


def owned(*about: Address, by: Owned = UNKNOWN) -> Ownership:
    return Ownership(dict.fromkeys(about, by))


def guards(made: Plan) -> list[tuple[str, int]]:
    return [(each.guard, each.count) for each in objections(made, {})]


def texts(parts: Iterable[object]) -> list[str]:
    return [str(getattr(part, "text", part)) for part in parts]


@each_kind
@SOURCES
def test_what_is_nobodys_is_removed_and_has_to_be_allowed(kind, source):
    made = plan(absent(kind.about, kind.section, source), there(kind.about, kind.live))

    (removed,) = made.actions
    assert isinstance(removed, kind.action)
    assert (removed.before, removed.why.place) == (kind.live, PLACE)
    assert NOBODYS in removed.why.consequences
    assert made.places[kind.about] == PLACE
    assert guards(made) == [(kind.guard, 1)]
    (objection,) = objections(made, {})
    assert objection.cases[0].place == PLACE
    named = kind.about.node if isinstance(kind.about, NodeAddress) else kind.about
    for limit in (1, frozenset({named}), frozenset({str(kind.about)})):
        assert not objections(made, {kind.guard: limit})


@each_kind
def test_what_is_the_sources_own_is_removed_and_forgotten(kind):
    found = there(kind.about, kind.live, owned(kind.about))
    made = plan(absent(kind.about, kind.section), found)

    removed, record = made.actions
    assert isinstance(removed, kind.action)
    assert NOBODYS not in removed.why.consequences
    assert isinstance(record, RecordOwnership)
    assert (record.before, record.after, record.why.place) == (Owned(), None, PLACE)
    assert guards(made) == [(kind.guard, 1)]
    assert not made.notes

    gone = replace(reading(absent=(kind.about,)), ownership=ownership_after(made, found.ownership))
    assert plan(absent(kind.about, kind.section), gone).actions == ()


@each_kind
@SOURCES
def test_what_is_gone_is_nothing_to_do(kind, source):
    for gone in (
        reading(absent=(kind.about,)),
        replace(reading(failed={kind.about: "was destroyed"}), destroyed=frozenset({kind.about})),
        reading(absent=(kind.about,), ownership=Ownership(others={kind.about: "them"})),
    ):
        made = plan(absent(kind.about, kind.section, source), gone)
        assert (made.actions, made.obstacles, made.notes) == ((), (), ())


@pytest.mark.parametrize(
    "ownership", [owned(DEV), Ownership(intended={DEV: Owned()})], ids=["settled", "intended"]
)
def test_what_is_gone_is_forgotten_with_words(ownership):
    (record,) = plan(absent(DEV), reading(absent=(DEV,), ownership=ownership)).actions

    assert isinstance(record, RecordOwnership)
    assert (record.about, record.after) == (DEV, None)
    assert record.why.consequences == ("is gone, and not recorded any more",)
    assert record.why.place == PLACE


def test_what_an_interrupted_apply_never_made_is_nobodys_and_goes():
    found = there(DEV, live_node(), Ownership(disproved=frozenset({DEV})))
    removed, record = plan(absent(DEV), found).actions

    assert isinstance(removed, DeleteNode)
    assert NOBODYS in removed.why.consequences
    assert isinstance(record, RecordOwnership)
    assert (record.before, record.after) == (None, None)


@each_kind
@SOURCES
def test_what_another_source_claims_stays_unless_it_is_taken_over(kind, source):
    found = there(kind.about, kind.live, Ownership(others={kind.about: "them"}))
    made = plan(absent(kind.about, kind.section, source), found)
    (obstacle,) = made.obstacles
    assert (obstacle.source, obstacle.place, made.actions) == ("them", PLACE, ())

    taken = plan(absent(kind.about, kind.section, source), found, take_over=True)
    assert not taken.obstacles
    assert isinstance(taken.actions[0], kind.action)
    records = [each for each in taken.actions if isinstance(each, RecordOwnership)]
    assert [each.taken_from for each in records] == ([] if source is None else ["them"])


@SOURCES
def test_the_marker_of_another_source_is_enough(source):
    marked = live_node(marker.item(marker.Marker("them")))
    made = plan(absent(DEV, source=source), there(DEV, marked))
    assert (made.actions, [each.source for each in made.obstacles]) == ((), ["them"])


def test_what_nobody_knows_whose_it_is_stays():
    unread = NodeAddress(SERVICE, "urn:spaces-sync:ledger:0:them")
    made = plan(absent(DEV), there(DEV, live_node(), Ownership(unread={unread: "no answer"})))
    assert made.actions == ()
    assert texts(made.obstacles)[0].startswith("may be managed by another source: no answer")


def test_a_ledger_that_cannot_be_used_is_an_obstacle():
    made = plan(absent(DEV), there(DEV, live_node(), Ownership(unusable={SERVICE: "is odd"})))
    assert (made.actions, texts(made.obstacles)) == ((), ["is odd"])


@each_kind
def test_what_was_protected_stays_protected(kind):
    made = plan(
        absent(kind.about, kind.section),
        there(kind.about, kind.live, owned(kind.about, by=Owned({}, protect=True))),
    )
    assert guards(made) == [(kind.guard, 1), ("protect", 1)]
    assert [each.guard for each in objections(made, {kind.guard: None})] == ["protect"]


@pytest.mark.parametrize(("about", "section"), [(DEV, "spaces"), (DEV, "nodes"), (ROOM, "rooms")])
def test_what_cannot_be_read_is_an_obstacle(about, section):
    made = plan(absent(about, section), reading(failed={about: "no"}, ownership=owned(about)))
    assert (made.actions, texts(made.obstacles)) == ((), ["no"])
    assert [each.place for each in made.obstacles] == [PLACE]


def test_a_node_whose_items_did_not_all_come_is_an_obstacle():
    live = replace(live_node(), complete=False)
    made = plan(absent(DEV), there(DEV, live))
    assert texts(made.obstacles) == ["is to be removed: not all of its items could be read"]
    assert (made.obstacles[0].place, made.actions) == (PLACE, ())


@pytest.mark.parametrize(
    ("live", "section", "words"),
    [
        (NEWS, "spaces", "shall be absent by an entry under 'spaces', and is no space"),
        (live_node(), "nodes", "shall be absent by an entry under 'nodes', and is a space"),
    ],
)
def test_what_is_of_another_kind_than_its_entry_stays(live, section, words):
    for removals in ({}, {"delete-space": None, "delete-node": None}):
        made = plan(absent(DEV, section), there(DEV, live, owned(DEV)), removals=removals)
        assert (made.actions, texts(made.obstacles)) == ((), [words])


def test_what_left_the_file_besides_stays_as_it_would():
    other = NodeAddress(SERVICE, "other")
    found = reading({DEV: live_node(), other: live_node()}, ownership=owned(DEV, other))
    made = plan(absent(DEV), found)
    assert {subject(each) for each in made.actions} == {DEV}
    assert [note.about for note in made.notes] == [other]


def renamed(*, exposure: str = "public", source: str | None = "us") -> Declaration:
    """`new`, which was `dev` before, and `dev`, which must not exist."""
    policy = Policy(exposure, frozenset({"room"}), previously=(DEV,))  # type: ignore[arg-type] # a literal
    wanted = replace(declare(LOBBY, address=NEW, policy=policy), source=source)
    return replace(wanted, absent={DEV: "spaces"}, places={(DEV,): PLACE})


def test_an_old_name_goes_when_all_of_it_has_been_copied():
    first = reading({DEV: live_node(published(LOBBY))}, absent=(NEW,), ownership=owned(DEV))
    made = plan(renamed(), first)
    assert not any(isinstance(each, DeleteNode) for each in made.actions)
    (note,) = (each for each in made.notes if each.about == DEV)
    assert note.text.startswith("stays until all of it has been copied")
    assert note.place == PLACE

    copied = reading(
        {DEV: live_node(published(LOBBY)), NEW: live_node(published(LOBBY))},
        ownership=ownership_after(made, first.ownership),
    )
    (delete,) = (a for a in plan(renamed(), copied).actions if isinstance(a, DeleteNode))
    assert (delete.node, delete.renamed_to, delete.lost) == (DEV, NEW, 0)


def test_an_old_name_of_which_nothing_is_copied_goes_when_the_new_one_is_there():
    policy = Policy(previously=(DEV,))
    wanted = Declaration(
        State({NEW: Node(form(title="News"))}),
        {NEW: policy},
        places={(DEV,): PLACE},
        absent={DEV: "nodes"},
    )
    noted = Node(form(title="News"), decode([item("n1", "<n xmlns='urn:n'/>")]), {ACCOUNT: "owner"})
    first = reading({DEV: noted}, absent=(NEW,), ownership=owned(DEV))
    made = plan(wanted, first)
    assert not any(isinstance(each, DeleteNode) for each in made.actions)
    assert [note.about for note in made.notes if note.reason == "stays"] == [DEV]

    both = reading({DEV: noted, NEW: NEWS}, ownership=owned(DEV, NEW))
    (delete,) = (a for a in plan(wanted, both).actions if isinstance(a, DeleteNode))
    assert (delete.renamed_to, delete.lost) == (NEW, 1)
    assert dict(guards(plan(wanted, both)))["drop-items"] == 1


def test_an_old_name_of_a_room_goes_when_the_new_one_is_there():
    new = Jid("new@rooms.megacorp.example")
    wanted = replace(
        declare_room(new, Room({}), Policy(previously=(ROOM,))),
        source="us",
        absent={ROOM: "rooms"},
        places={(ROOM,): PLACE},
    )
    first = reading(rooms={ROOM: Room({}, {ACCOUNT: "owner"})}, absent=(new,))
    assert not any(isinstance(each, DestroyRoom) for each in plan(wanted, first).actions)
    both = replace(first, state=State(rooms={**first.state.rooms, new: Room({}, {})}))
    both = replace(both, absent=frozenset())
    assert [a.room for a in plan(wanted, both).actions if isinstance(a, DestroyRoom)] == [ROOM]


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "nobody's"])
def test_what_came_under_the_old_name_since_is_copied_first(ours):
    late = room("late@rooms.megacorp.example", name="Late")
    known = Ownership({NEW: Owned(), **({DEV: Owned()} if ours else {})})
    found = reading(
        {DEV: live_node(published(LOBBY), published(late)), NEW: live_node(published(LOBBY))},
        ownership=known,
    )
    made = plan(renamed(), found)
    assert [each.key for each in made.actions if isinstance(each, PublishItem)] == [late.key]
    assert not any(isinstance(each, DeleteNode) for each in made.actions)


def test_a_room_that_stays_does_not_point_at_an_absent_space():
    pointing = Room({PARENT: form(x=DEV.uri)["pubsub#x"]}, {ACCOUNT: "owner"})
    declared = replace(
        declare_room(ROOM, Room({})),
        source="us",
        absent={DEV: "spaces"},
        places={(DEV,): PLACE},
    )
    ours = Owned({ledger.config_name(PARENT): ledger.values_value((DEV.uri,))})
    found = reading(
        {DEV: live_node()}, rooms={ROOM: pointing}, ownership=Ownership({ROOM: ours, DEV: Owned()})
    )
    made = plan(declared, found)
    assert [a.after for a in made.actions if isinstance(a, ConfigureRoom)] == [{PARENT: ()}]


def test_whom_an_absent_space_let_into_a_room_leaves_it():
    inside = Room({}, {ACCOUNT: "owner", ALICE: "member"})
    space = live_node(
        published(room(ROOM, name="Ops")), affiliations={ACCOUNT: "owner", ALICE: "member"}
    )
    invited = Owned({ledger.invitation_name(ALICE): ledger.values_value(("member",))})
    declared = replace(
        declare_room(ROOM, Room({})), source="us", absent={DEV: "spaces"}, places={(DEV,): PLACE}
    )
    found = reading(
        {DEV: space}, rooms={ROOM: inside}, ownership=Ownership({ROOM: invited, DEV: Owned()})
    )
    made = plan(declared, found)
    taken = [(a.jid, a.after) for a in made.actions if isinstance(a, SetAffiliation)]
    assert taken == [(ALICE, "none")]


@each_kind
def test_it_is_held_against_what_has_come_since(kind):
    made = plan(absent(kind.about, kind.section), there(kind.about, kind.live))
    more = replace(
        kind.live, affiliations={**kind.live.affiliations, Jid("bob@megacorp.example"): "owner"}
    )

    (same,) = rechecked(made.actions, there(kind.about, kind.live), made.preconditions)
    assert same == made.actions[0]
    for changed in (
        there(kind.about, more),
        there(kind.about, kind.live, Ownership(others={kind.about: "them"})),
        there(kind.about, kind.live, owned(kind.about, by=Owned({}, protect=True))),
    ):
        (stale,) = rechecked(made.actions, changed, made.preconditions)
        assert getattr(stale, "status", "") == "failed"


@each_kind
@pytest.mark.parametrize(("source", "ours"), [("us", True), ("us", False), (None, False)])
def test_it_comes_back(kind, source, ours):
    found = there(kind.about, kind.live, owned(kind.about) if ours else Ownership())
    made = plan(absent(kind.about, kind.section, source), found)
    gone = replace(reading(absent=(kind.about,)), ownership=ownership_after(made, found.ownership))

    back = revert(made, gone)
    assert not back.not_reverted
    assert not back.plan.obstacles
    assert {subject(each) for each in back.plan.actions} == {kind.about}
    records = [a for a in back.plan.actions if isinstance(a, RecordOwnership)]
    assert [each.after for each in records] == ([Owned()] if ours else [])


@each_kind
def test_of_what_another_source_owns_it_is_said_what_a_take_over_does(kind):
    """It is no word of what the file gets: the object goes."""
    theirs = Ownership(others={kind.about: "them"})
    made = plan(absent(kind.about, kind.section), there(kind.about, kind.live, theirs))

    (obstacle,) = made.obstacles
    assert obstacle.text == "is managed by the source 'them'; --take-over lets this file remove it"


@each_kind
def test_a_ledger_that_may_name_it_and_could_not_be_read_is_named(kind):
    node = NodeAddress(DEV.service, node_of("them"))
    unread = Ownership(unread={node: "forbidden"})
    found = there(kind.about, kind.live, unread)
    (obstacle,) = plan(absent(kind.about, kind.section), found).obstacles
    assert obstacle.text.endswith("forbidden. --take-over lets this file remove it")

    removed, *_ = plan(absent(kind.about, kind.section), found, take_over=True).actions
    words = "may be managed by another source: forbidden: what others made goes"
    assert words in removed.why.consequences
    assert NOBODYS not in removed.why.consequences


def test_a_plan_names_places_in_the_order_of_the_files():
    """In whatever order a set of them comes: the same plan is the same bytes."""
    names = [NodeAddress(DEV.service, f"n{number}") for number in range(20)]
    none = absent(DEV)
    shall_go = replace(
        none,
        absent=dict.fromkeys(names, "nodes"),
        places={(name,): PLACE for name in names},
    )
    made = plan(shall_go, reading(absent=tuple(names)))
    assert list(made.places) == names
