"""The company in examples/company for a year: commit after commit, each of them applied.

In the end all that is there is what the last commit alone makes of an empty server.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.company import Commit, history
from spaces_sync import engine
from spaces_sync.cli.guarding import removals
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.ledger import config_name, invitation_name
from spaces_sync.model.state import Address, Form, Ownership, Reading, State, values_of
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.plan.plan import Plan
from spaces_sync.ports import ServiceError
from spaces_sync.profile import PARENT, ROOM_INFO_FORM

SERVICE = Jid("pubsub.megacorp.example")
COMPANY, *YEAR = history()
Load = Callable[[Commit], Declaration]


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """What a commit declares."""

    def loaded(commit: Commit) -> Declaration:
        for left in tmp_path.iterdir():
            left.unlink()
        return commit.declaration(tmp_path)

    return loaded


def test_the_company_has_the_size_that_is_said_of_it(loaded: Load) -> None:
    declaration = loaded(COMPANY)
    state, policies = declaration.state, declaration.policies
    spaces = [each for each in state.nodes if policies[each].is_space]
    plain = [each for each in state.nodes if not policies[each].is_space]
    objects = (*state.nodes.values(), *state.rooms.values())
    people = {jid for each in objects for jid in each.affiliations or {}}
    assert (len(spaces), len(state.rooms), len(plain), len(people)) == (5, 40, 10, 60)
    assert len(YEAR) == 30


def test_a_year_of_commits_is_what_the_last_one_is_alone(
    empty_backends: Callable[[], Backend], loaded: Load
) -> None:
    company, fresh = empty_backends(), empty_backends()
    year = [(commit, loaded(commit)) for commit in (COMPANY, *YEAR)]
    last, declaration = year[-1]
    reading = company.run(lambda w: applied_in_turn(year, w))
    again = fresh.run(lambda w: applied_in_turn([(replace(last, allow=()), declaration)], w))

    assert in_order(reading.state) == in_order(again.state)
    assert recorded(reading, declaration) == recorded(again, declaration)
    assert company.run(nodes) == fresh.run(nodes)
    gone = {each for _, then in year for each in then.policies} - declaration.policies.keys()
    assert len(gone) == 6
    assert company.run(lambda w: found(w, gone)) == []
    assert company.run(lambda w: parents(w, declaration)) == {
        room: values_of(wanted.config, PARENT)
        for room, wanted in declaration.state.rooms.items()
        if any(values_of(wanted.config, PARENT))
    }


async def applied_in_turn(
    commits: Sequence[tuple[Commit, Declaration]], writer: CarefulWriter
) -> Reading:
    """What is there after the last one. After each one nothing is left to do."""
    reading = await engine.read(commits[0][1], writer)
    for number, (commit, declaration) in enumerate(commits, 1):
        removed = removals(commit.allowed)
        made = plan(declaration, reading, removals=removed)
        assert made.obstacles == (), commit.subject
        assert needed(commit, made), commit.subject
        results = (await engine.execute(made, writer)).results
        assert [each for each in results if each.status != "done"] == [], commit.subject
        following = commits[number:][:1] or commits[-1:]
        reading = await engine.read(both(declaration, following[0][1]), writer)
        assert plan(declaration, reading, removals=removed).actions == (), commit.subject
    return reading


def needed(commit: Commit, made: Plan) -> bool:
    """Whether all that the commit allows lets its plan pass, and nothing less does."""
    fewer = (replace(commit, allow=tuple({*commit.allow} - {each})) for each in commit.allow)
    stopped = (objections(made, each.allowed) != () for each in fewer)
    return objections(made, commit.allowed) == () and all(stopped)


def both(one: Declaration, following: Declaration) -> Declaration:
    """`following`, with what is to be read for the other one, too."""
    return replace(following, policies={**one.policies, **following.policies})


def in_order(state: State) -> State:
    """With the values of each field sorted: the order of several differs by process in Prosody."""

    def form(fields: Form) -> Form:
        return {var: replace(f, values=tuple(sorted(f.values))) for var, f in fields.items()}

    return State(
        {each: replace(node, config=form(node.config)) for each, node in state.nodes.items()},
        {each: replace(room, config=form(room.config)) for each, room in state.rooms.items()},
    )


def recorded(reading: Reading, declaration: Declaration) -> Ownership:
    """What the ledger says, but for what it says of rooms and depends on how they came to be.

    That is: fields that their service does not have (recorded as sent by the apply that created
    the room, and as not there by all later ones), and that people whom the room's own entry names
    now had been let in by a space before.
    """
    settled = dict(reading.ownership.settled)
    for room, wanted in declaration.state.rooms.items():
        lacking = wanted.config.keys() - reading.state.rooms[room].config.keys()
        open_names = {*map(config_name, lacking), *map(invitation_name, wanted.affiliations or ())}
        names = settled[room].applied.items()
        left = {name: value for name, value in names if name not in open_names}
        settled[room] = replace(settled[room], applied=left)
    return replace(reading.ownership, settled=settled)


async def nodes(writer: CarefulWriter) -> Mapping[NodeAddress, str]:
    """All that the service lists, and how it is called."""
    listed = await writer.node_list(await writer.service(SERVICE))
    return {each.address: each.name for each in listed.entries}


async def found(writer: CarefulWriter, addresses: Iterable[Address]) -> list[Address]:
    """Which of them are there, or do not say that they are not."""

    async def is_there(address: Address) -> bool:
        try:
            if isinstance(address, NodeAddress):
                await writer.raw.node_info(address)
            else:
                await writer.raw.room_info(address)
        except ServiceError as error:
            return error.condition not in ("item-not-found", "gone")
        return True

    return [each for each in addresses if await is_there(each)]


async def parents(writer: CarefulWriter, declaration: Declaration) -> Mapping[Jid, tuple[str, ...]]:
    """The space that each room says that it is in (XEP-0503 5.5), of those that say one."""
    said: dict[Jid, tuple[str, ...]] = {}
    for room in declaration.state.rooms:
        form = (await writer.raw.room_info(room)).forms.get(ROOM_INFO_FORM, {})
        if values := values_of(form, "muc#roominfo_pubsub"):
            said[room] = values
    return said
