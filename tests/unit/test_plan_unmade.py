"""Rooms that a space lists and that nobody has made, as a plan says it."""

from dataclasses import replace

import pytest

from builders import DEV, declare, live_node, published, reading, room
from spaces_sync.model.addresses import Jid
from spaces_sync.plan.compare.planner import plan

ROOMS = [Jid(f"r{n}@rooms.megacorp.example") for n in range(5)]


@pytest.mark.parametrize(
    ("unmade", "said"),
    [
        ((), None),
        (ROOMS[:1], f"lists {ROOMS[0]}, which is not there: whoever joins first owns it"),
        (ROOMS[:2], f"lists {ROOMS[0]}, {ROOMS[1]}, which are not there"),
        (ROOMS, f"lists {ROOMS[0]}, {ROOMS[1]}, {ROOMS[2]} and 2 more, which are not there"),
    ],
)
def test_it_is_said_of_the_space_also_where_nothing_changes(unmade, said) -> None:
    children = [room(each) for each in ROOMS]
    live = reading({DEV: live_node(*map(published, children))})
    made = plan(declare(*children), replace(live, unmade=frozenset(unmade)))

    assert not made.changes
    notes = [note for note in made.notes if note.reason == "advice"]
    assert [note.about for note in notes] == ([DEV] if said else [])
    assert all(note.text.startswith(said) for note in notes)


def test_of_which_it_was_not_asked_is_said():
    live = reading({DEV: live_node(*map(published, map(room, ROOMS)))})
    made = plan(declare(*map(room, ROOMS)), replace(live, unasked=frozenset(ROOMS[3:])))

    (note,) = (note for note in made.notes if note.reason == "advice")
    assert note.text == "2 rooms of it: not asked whether they are there"
