"""Which space a room will advertise, by what is declared, read and recorded."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from builders import (
    ACCOUNT,
    DEV,
    SERVICE,
    declare,
    declare_room,
    live_node,
    ownership_after,
    published,
    reading,
    room,
)
from spaces_sync.model import ledger
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Policy
from spaces_sync.model.state import (
    Field,
    Owned,
    Ownership,
    Reading,
    Room,
    Service,
    State,
    Values,
)
from spaces_sync.plan.actions import ConfigureRoom, RecordOwnership, subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.plan.removals import Removals
from spaces_sync.profile import PARENT, SPACE

OPS = Jid("ops@rooms.megacorp.example")
SALES = NodeAddress(SERVICE, "sales")
LISTED = room(OPS)
PUBLIC = Policy("public")
ROOMS = Policy("public", frozenset({"room"}))
NAME = "muc#roomconfig_roomname"
RECORDED = ledger.config_name(PARENT)
DELETE: Removals = {"delete-space": None}


def pointing(*values: str) -> Room:
    config = {NAME: Field(("Ops",)), PARENT: Field(values)}
    return Room(config, {ACCOUNT: "owner"})


def document(space: Declaration | None, declared: Room | None) -> Declaration:
    """One with a source, of a space and a room as far as they are given."""
    empty = Declaration(State(), {})
    of_space, of_room = space or empty, declare_room(OPS, declared) if declared else empty
    state = State(of_space.state.nodes, of_room.state.rooms)
    return Declaration(
        state, {**of_space.policies, **of_room.policies}, source="us", services=frozenset({SERVICE})
    )


def owned(*values: str, space: bool = True) -> Ownership:
    """The room is ours, and that it was made to advertise `values`; the space, too."""
    records = {OPS: Owned({RECORDED: ledger.values_value(values)})}
    return Ownership({**records, **({DEV: Owned()} if space else {})})


UNNAMED = Room({NAME: Field(("Ops",))})
EMPTY_SPACE = declare(policy=ROOMS)


def configured(made: Plan) -> list[Mapping[str, Values]]:
    return [action.after for action in made.actions if isinstance(action, ConfigureRoom)]


def recorded_in(made: Plan) -> list[Owned | None]:
    return [a.after for a in made.actions if isinstance(a, RecordOwnership) and a.about == OPS]


def settles(wanted: Declaration, live: Reading, made: Plan, then: Room) -> bool:
    """Whether a second plan leaves the room as it is."""
    state = State(live.state.nodes, {OPS: then})
    after = replace(live, state=state, ownership=ownership_after(made, live.ownership))
    return all(subject(action) != OPS for action in plan(wanted, after).actions)


def test_a_pointer_of_ours_goes_when_the_space_lists_the_room_no_more() -> None:
    live = reading({DEV: live_node()}, rooms={OPS: pointing(DEV.uri)}, ownership=owned(DEV.uri))
    wanted = document(EMPTY_SPACE, UNNAMED)
    made = plan(wanted, live)

    assert configured(made) == [{PARENT: ()}]
    assert settles(wanted, live, made, pointing())


@pytest.mark.parametrize(
    ("space", "children"),
    [
        (declare(LISTED, policy=ROOMS), (LISTED,)),
        (declare(LISTED, policy=ROOMS), ()),
        (declare(policy=PUBLIC), (LISTED,)),
    ],
    ids=["listed", "will be listed", "listed, and the file says nothing of rooms"],
)
def test_it_stays_where_the_space_lists_the_room(space, children) -> None:
    live = reading(
        {DEV: live_node(*map(published, children))},
        rooms={OPS: pointing(DEV.uri)},
        ownership=owned(DEV.uri),
    )

    for declared in (UNNAMED, None):
        made = plan(document(space, declared), live)
        assert configured(made) == []


@pytest.mark.parametrize("change", [{}, {"failed": {DEV: "no"}}], ids=["not read", "failed"])
@pytest.mark.parametrize("declared", [UNNAMED, None], ids=["declared", "left the file"])
def test_it_stays_where_nothing_is_known_of_the_space(change, declared) -> None:
    live = reading(rooms={OPS: pointing(DEV.uri)}, ownership=owned(DEV.uri, space=False), **change)
    made = plan(document(None, declared), live)

    assert configured(made) == []


def test_a_list_that_is_not_complete_proves_nothing() -> None:
    short = replace(live_node(), complete=False)
    live = reading({DEV: short}, rooms={OPS: pointing(DEV.uri)}, ownership=owned(DEV.uri))

    assert configured(plan(document(EMPTY_SPACE, UNNAMED), live)) == []


@pytest.mark.parametrize(
    "values", [(SALES.uri,), ("no URI",), ()], ids=["another space", "no URI", "nothing"]
)
@pytest.mark.parametrize("declared", [UNNAMED, None], ids=["declared", "left the file"])
def test_what_others_made_of_it_since_stays_and_is_not_ours_any_more(values, declared) -> None:
    live = reading({DEV: live_node()}, rooms={OPS: pointing(*values)}, ownership=owned(DEV.uri))
    made = plan(document(EMPTY_SPACE, declared), live)

    assert configured(made) == []
    assert all(RECORDED not in each.applied for each in recorded_in(made) if each is not None)


def test_what_is_in_no_ledger_of_ours_stays() -> None:
    live = reading({DEV: live_node()}, rooms={OPS: pointing(DEV.uri)})

    assert configured(plan(document(EMPTY_SPACE, UNNAMED), live)) == []
    assert configured(plan(document(EMPTY_SPACE, None), live)) == []


def test_a_room_that_left_the_file_forgets_its_pointer_with_the_record_of_it() -> None:
    live = reading({DEV: live_node()}, rooms={OPS: pointing(DEV.uri)}, ownership=owned(DEV.uri))
    wanted = document(EMPTY_SPACE, None)
    made = plan(wanted, live)

    assert configured(made) == [{PARENT: ()}]
    assert recorded_in(made) == [Owned()]
    assert settles(wanted, live, made, pointing())
    cut = replace(live, ownership=ownership_after(made, live.ownership, cut=True))
    assert configured(plan(wanted, cut)) == [{PARENT: ()}]
    assert recorded_in(plan(wanted, cut)) == [Owned()]


def test_a_pointer_goes_with_its_space_and_not_before() -> None:
    live = reading(
        {DEV: live_node(published(LISTED))},
        rooms={OPS: pointing(DEV.uri)},
        ownership=owned(DEV.uri),
    )
    for declared in (UNNAMED, None):
        wanted = document(None, declared)
        assert configured(plan(wanted, live)) == []
        assert configured(plan(wanted, live, removals=DELETE)) == [{PARENT: ()}]


def test_a_pointer_to_a_space_that_somebody_deleted_goes() -> None:
    live = reading(rooms={OPS: pointing(DEV.uri)}, absent=(DEV,), ownership=owned(DEV.uri))

    assert configured(plan(document(None, UNNAMED), live)) == [{PARENT: ()}]


def test_a_room_that_is_destroyed_or_claimed_by_another_source_is_not_configured() -> None:
    live = reading({DEV: live_node()}, rooms={OPS: pointing(DEV.uri)}, ownership=owned(DEV.uri))
    claimed = replace(live, ownership=replace(live.ownership, others={OPS: "them"}))
    wanted = document(EMPTY_SPACE, None)

    assert configured(plan(wanted, live, removals={"destroy-room": None})) == []
    assert configured(plan(wanted, claimed)) == []


def test_another_uri_of_the_same_space_is_no_change_and_ours_as_well() -> None:
    same = "xmpp:Pubsub.megacorp.example?pubsub;action=subscribe;node=d%65v"
    live = reading({DEV: live_node()}, rooms={OPS: pointing(same)}, ownership=owned(DEV.uri))
    listed = declare(LISTED, policy=ROOMS)
    declared = Room({**UNNAMED.config, PARENT: Field((DEV.uri,))})

    assert configured(plan(document(listed, declared), live)) == []
    assert configured(plan(document(EMPTY_SPACE, UNNAMED), live)) == [{PARENT: ()}]


def test_nothing_is_asked_of_a_service_without_the_field() -> None:
    live = reading(
        {DEV: live_node()},
        rooms={OPS: Room(UNNAMED.config, {ACCOUNT: "owner"})},
        ownership=owned(DEV.uri),
    )
    none = Room({**UNNAMED.config, PARENT: Field(())})

    for declared in (UNNAMED, none, None):
        made = plan(document(EMPTY_SPACE, declared), live)
        assert configured(made) == []
        assert [note for note in made.notes if "pubsub" in note.text] == []


@pytest.mark.parametrize(
    ("policy", "children", "said"),
    [(PUBLIC, (), True), (PUBLIC, (LISTED,), False), (ROOMS, (), False)],
    ids=["not listed", "listed", "the file tells itself"],
)
@pytest.mark.parametrize("now", [DEV.uri, ""])
def test_a_parent_that_does_not_list_the_room_is_a_note(now, policy, children, said) -> None:
    live = reading({DEV: live_node(*map(published, children))}, rooms={OPS: pointing(now)})
    declared = Room({**UNNAMED.config, PARENT: Field((DEV.uri,))})
    made = plan(document(declare(policy=policy), declared), live)

    notes = [note.text for note in made.notes if note.about == OPS]
    assert notes == (["advertises pubsub.megacorp.example/dev, which does not list it"] * said)


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (frozenset({OPS}), []),
        (frozenset(), [f"advertises {SALES}, which does not list it"]),
        (None, [f"advertises {SALES}, which is not there"]),
        (
            "forbidden",
            [f"advertises {SALES}, of which it is not known whether it lists it: forbidden"],
        ),
    ],
)
def test_a_space_that_the_file_does_not_declare_is_looked_at(listing, said) -> None:
    declared = Room({**UNNAMED.config, PARENT: Field((SALES.uri,))})
    live = reading(rooms={OPS: pointing(SALES.uri)}, ownership=owned(SALES.uri, space=False))
    made = plan(document(None, declared), replace(live, listings={SALES: listing}))

    assert [note.text for note in made.notes if note.about == OPS] == said
    assert configured(made) == []


@pytest.mark.parametrize(
    ("name", "features", "other", "told"),
    [
        ("Prosody Chatrooms", (), None, True),
        ("Prosody Chatrooms", (SPACE,), None, False),
        ("Prosody Chatrooms", (), pointing(), False),
        ("Chatrooms", (), None, False),
        ("Chatrooms", (), UNNAMED, True),
    ],
)
def test_of_new_rooms_it_is_told_once_that_their_host_may_have_no_such_field(
    name: str, features: tuple[str, ...], other: Room | None, *, told: bool
):
    host, second, there = (Jid(f"{n}rooms.megacorp.example") for n in ("", "zoo@", "there@"))
    wanted = declare_room(OPS, pointing(DEV.uri))
    rooms = {OPS: pointing(DEV.uri), second: pointing(DEV.uri)}
    policies = dict.fromkeys(rooms, wanted.policies[OPS])
    live = reading(absent=(OPS, second), rooms={there: other} if other else None)
    live = replace(live, services={host: Service(host, name, frozenset(features))})
    made = plan(Declaration(State(rooms=rooms), policies), live)

    notes = [note.about for note in made.notes if "mod_muc_space_parent" in note.text]
    assert notes == ([OPS] if told else [])
