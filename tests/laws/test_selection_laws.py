"""Whatever is selected of a file: nothing else is touched, and the rest can follow."""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders import ACCOUNT, SERVICE
from cutting import Cut
from laws.test_apply_laws import twin
from spaces_sync import engine
from spaces_sync.document import load
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import is_ledger
from spaces_sync.model.narrowing import narrowed
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import subject
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import NoAnswerError
from spaces_sync.simulator import EJABBERD, PROSODY, Simulator
from spaces_sync.simulator.snapshot import world_to_data

SPACES = ("dev", "ops", "old")
ROOMS = tuple(f"{name}@rooms.megacorp.example" for name in ("hall", "lab", "den"))
PATTERNS = ("dev", "dev2", "o*", "*", "*hall*", "news", f"{SERVICE}/ops", "lab@*", "[do]??")
NEXT = engine.Holder("next", lambda _: "ended")
"""Who knows that an apply before has ended."""
PROFILES = {"Prosody": PROSODY, "ejabberd": EJABBERD}
ALL_REMOVALS = {"delete-space": None, "delete-node": None, "destroy-room": None}


@st.composite
def documents(draw: st.DrawFn, later: bool = False) -> dict[str, Any]:
    """A file; a later one may rename, move, drop, and want absent what an earlier one has."""
    found: dict[str, Any] = {"spaces": {}, "rooms": {}, "nodes": {}}
    names = draw(st.lists(st.sampled_from(SPACES), unique=True, min_size=1))
    for one in names:
        name = one
        body: dict[str, Any] = {"exposure": draw(st.sampled_from(["public", "private"]))}
        body["rooms"] = {room: room[:3] for room in draw(st.sets(st.sampled_from(ROOMS)))}
        if later and one == "dev" and draw(st.booleans()):
            name, body["previously"] = "dev2", ["dev"]
        found["spaces"][name] = body
    for room in draw(st.sets(st.sampled_from(ROOMS))):
        found["rooms"][room] = {"name": draw(st.sampled_from(["A", "B"]))}
    if draw(st.booleans()):
        found["nodes"]["news"] = {"title": draw(st.sampled_from(["N", "M"]))}
    if later:
        known = found["spaces"].keys() | {
            old for each in found["spaces"].values() for old in each.get("previously", ())
        }
        for name in draw(st.sets(st.sampled_from(SPACES))) - known:
            found["spaces"][name] = {"absent": True}
    return found


def selections() -> st.SearchStrategy[Selection]:
    some = st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple)
    sections = st.sets(st.sampled_from(["spaces", "nodes", "rooms"]), max_size=2).map(frozenset)
    return st.builds(Selection, some, some, sections)


def loaded(document: dict[str, Any]) -> Declaration:
    text = yaml.safe_dump(
        {"version": 1, "service": SERVICE, "source": "megacorp/spaces", **document}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spaces.yaml"
        path.write_text(text)
        return load([path], {})


async def planned(declaration: Declaration, live: Simulator) -> Plan:
    return plan(declaration, await engine.read(declaration, live), removals=ALL_REMOVALS)


async def applied(declaration: Declaration, live: Simulator) -> set[Address]:
    """What it touched. What is renamed is copied first, and removed by the next apply."""
    touched = set[Address]()
    made = await planned(declaration, live)
    for _ in range(3):
        assert made.obstacles == ()
        touched.update(map(subject, made.actions))
        approval = engine.Approval(holder=NEXT)
        execution = await engine.execute(made, live, approval)
        assert {each.status for each in execution.results} <= {"done"}
        made = await planned(declaration, live)
        if not made.actions:
            return touched
    raise AssertionError(made.actions)


def objects(live: Simulator) -> dict[str, Any]:
    """What there is but for ledgers, which say when they were written."""
    data = world_to_data(live)
    nodes = {uri: each for uri, each in data["nodes"].items() if ";node=urn" not in uri}
    return {**nodes, **data["rooms"]}


def listed(one: dict[str, Any]) -> Any:
    """What of an object does not depend on how it came to be."""
    return sorted(item["id"] for item in one["items"]) if "items" in one else one["affiliations"]


def may_be_touched(address: Address, declaration: Declaration) -> bool:
    """What is selected, what that was before, and the ledgers."""
    if isinstance(address, NodeAddress) and is_ledger(address.node):
        return True
    section = None
    if address in declaration.whole.spoken_of:
        section = declaration.whole.section(address)
    return declaration.selection.selects(address, section) or address in declaration.addresses


def advertised(*spaces: str) -> dict[str, Any]:
    """A room that the space `ops` lists, where that is among `spaces`."""
    rooms = {"ops": {ROOMS[0]: "hal"}}
    listed = {name: {"exposure": "public", "rooms": rooms.get(name, {})} for name in spaces}
    return {"spaces": listed, "rooms": {ROOMS[0]: {"name": "A"}}, "nodes": {}}


@settings(max_examples=40, deadline=None)
@example(advertised("dev", "ops"), advertised("dev"), Selection(("o*",)), "ejabberd")
@given(documents(), documents(later=True), selections(), st.sampled_from([*PROFILES]))
def test_what_is_not_selected_is_not_touched_and_can_follow(before, after, selection, profile):
    async def case() -> None:
        live = Simulator(ACCOUNT, PROFILES[profile])
        await applied(loaded(before), live)
        at_once, then = twin(live), objects(live)
        declaration = loaded(after)
        part = narrowed(declaration, selection)
        touched = await applied(part, live)
        assert [each for each in touched if not may_be_touched(each, part)] == []
        now = objects(live)
        changed = {each for each in {*then, *now} if then.get(each) != now.get(each)}
        assert changed <= {getattr(each, "uri", each) for each in touched}
        await applied(declaration, live)
        await applied(declaration, at_once)
        assert objects(live) == objects(at_once)

    asyncio.run(case())


@settings(max_examples=40, deadline=None)
@given(
    documents(),
    documents(later=True),
    selections(),
    st.integers(0, 12),
    st.booleans(),
    st.sampled_from([*PROFILES]),
)
def test_what_a_cut_apply_left_of_what_is_not_selected_is_not_forgotten(
    before, after, selection, writes, answered, profile
):
    async def case() -> None:
        live = Simulator(ACCOUNT, PROFILES[profile])
        made = await planned(loaded(before), live)
        with suppress(NoAnswerError):
            line: Any = Cut(live, writes, answered=answered)
            await engine.execute(made, line, engine.Approval(fresh=True))
        declaration = loaded(after)
        await applied(narrowed(declaration, selection), live)
        await applied(declaration, live)
        at_once = Simulator(ACCOUNT, PROFILES[profile])
        await applied(declaration, at_once)
        there, wanted = objects(live), objects(at_once)
        assert there.keys() == wanted.keys()
        for each, one in there.items():
            assert listed(one) == listed(wanted[each])

    asyncio.run(case())


@given(documents())
def test_everything_is_the_declaration_itself(document) -> None:
    declaration = loaded(document)
    assert narrowed(declaration, EVERYTHING) is declaration
    every = narrowed(declaration, Selection(("*",)))
    assert (every.state, every.policies, every.absent) == (
        declaration.state,
        declaration.policies,
        declaration.absent,
    )
