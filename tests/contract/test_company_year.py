"""The company in examples/company for a year: commit after commit, each of them applied."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.company import SECRETS, Commit, history
from spaces_sync import engine
from spaces_sync.cli.guarding import removals
from spaces_sync.document import load
from spaces_sync.model.state import Reading
from spaces_sync.plan.compare.planner import plan
from spaces_sync.plan.guards import objections
from spaces_sync.ports import Writer
from spaces_sync.profile import is_space

pytestmark = pytest.mark.a_newer_server

COMPANY, *YEAR = history()


def test_the_company_has_the_size_that_is_said_of_it(tmp_path: Path) -> None:
    declaration = COMPANY.declaration(tmp_path)
    state = declaration.state
    spaces = [each for each in state.nodes if declaration.policies[each].is_space]
    plain = len(state.nodes) - len(spaces)
    objects = (*state.nodes.values(), *state.rooms.values())
    people = {jid for each in objects for jid in each.affiliations or {}}
    assert (len(spaces), len(state.rooms), plain, len(people)) == (5, 40, 10, 60)
    assert len(YEAR) == 30


async def carried_out(commit: Commit, writer: Writer, folder: Path) -> tuple[Reading, int]:
    """What is there after it, and how many actions that took; then nothing is left to do."""
    folder.mkdir()
    declaration = commit.declaration(folder)
    removed = removals(commit.allowed)
    made = plan(declaration, await engine.read(declaration, writer), removals=removed)
    assert made.obstacles == ()
    assert objections(made, commit.allowed) == ()
    for each in commit.allow:
        fewer = replace(commit, allow=tuple({*commit.allow} - {each}))
        assert objections(made, fewer.allowed) != (), f"{each} is not needed"
    results = (await engine.execute(made, writer)).results
    assert [each for each in results if each.status != "done"] == []
    reading = await engine.read(declaration, writer)
    assert plan(declaration, reading, removals=removed).actions == ()
    return reading, len(made.actions)


def test_a_year_of_commits(empty_backends: Callable[[], Backend], tmp_path: Path) -> None:
    company = empty_backends()
    for number, commit in enumerate((COMPANY, *YEAR)):
        work = lambda writer: carried_out(commit, writer, tmp_path / str(number))
        reading, count = company.run(work)
    fresh = empty_backends()
    again, count = fresh.run(lambda w: carried_out(YEAR[-1], w, tmp_path / "fresh"))
    assert reading.state == again.state
    assert reading.ownership == again.ownership
