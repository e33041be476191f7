"""How many round trips follow one another: what distance costs where a server is quick."""

import pytest

from builders import ACCOUNT, SERVICE
from far_away import FarAway, round_trips
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.declaration import Declaration
from spaces_sync.plan.compare import planner
from spaces_sync.ports import Writer
from spaces_sync.simulator import EJABBERD, PROSODY, Profile, Simulator


@pytest.fixture
def declaration(tmp_path):
    """40 spaces of 50 rooms each."""
    return load([document(tmp_path / "spaces.yaml", "Room")], {})


@pytest.fixture
def renamed(tmp_path):
    """The same with other names for all rooms."""
    return load([document(tmp_path / "renamed.yaml", "Place")], {})


def document(path, name):
    lines = ["version: 1", "source: far", f"service: {SERVICE}", "spaces:"]
    for space in range(40):
        lines += [f"  space-{space}:", "    exposure: public", f"    title: Space {space}"]
        lines += ["    rooms:"]
        rooms = (f"r{space}-{n}@rooms.megacorp.example" for n in range(50))
        lines += [f"      {jid}: {{name: {name} {n}}}" for n, jid in enumerate(rooms)]
    path.write_text("\n".join(lines))
    return path


async def apply(declaration: Declaration, writer: Writer) -> None:
    reading = await engine.read(declaration, writer)
    made = planner.plan(declaration, reading)
    known = reading.ownership
    done = await engine.execute(made, writer, engine.Approval(fresh=True, known=known))
    assert {each.status for each in done.results} <= {"done"}


@pytest.mark.parametrize(("profile", "expected"), [(PROSODY, [17, 3, 16]), (EJABBERD, [16, 3, 17])])
def test_of_a_first_apply_of_a_plan_with_nothing_to_do_and_of_a_second_apply(
    profile: Profile, expected: list[int], declaration: Declaration, renamed: Declaration
) -> None:
    """A first apply: what there is (Prosody: that it does not tell own affiliations, and whether
    this account may create nodes), the ledger again, its node, what it states, the intent, the
    limit where the service tells none, nodes, markers, items in four while the window grows,
    the reading back, records, which intents there are, the lock. With nothing to do: which
    nodes there are, and what is in them, which is a little more than the window admits by then.
    A second one reads that, whose each space is, each item before it is replaced, and replaces
    records in two.
    """
    simulator = Simulator(ACCOUNT, profile)
    _, first = round_trips(lambda: apply(declaration, FarAway(simulator.raw)))
    reading, nothing_to_do = round_trips(lambda: engine.read(declaration, FarAway(simulator.raw)))
    assert not planner.plan(declaration, reading).changes
    _, second = round_trips(lambda: apply(renamed, FarAway(simulator.raw)))
    assert [round(each) for each in (first, nothing_to_do, second)] == expected
