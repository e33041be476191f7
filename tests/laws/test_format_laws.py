"""What is printed for programs fits its schema with no key beside it, and is read as it was."""

import json
from pathlib import Path
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import strategies
from spaces_sync.codec import read
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.file import digest
from spaces_sync.plan.outcome import Outcome, Result, Status
from spaces_sync.report import outcome_json, spaces_json
from spaces_sync.report.json_formats import REPORTS, ListFile, OutcomeFile
from spaces_sync.report.reportable import PlanOutcome, SpaceSummary
from spaces_sync.report.style import Style

SCHEMAS = Path(__file__).parents[2] / "schema"


def published(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def closed(schema: Any) -> Any:
    """The schema, in which no key is allowed that it does not describe."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(inner) for key, inner in schema.items()}
    return made | ({"additionalProperties": False} if "properties" in schema else {})


def is_text(data: Any) -> bool:
    """Whether no half of a surrogate pair is in it, which a reader would refuse."""
    try:
        return bool(json.dumps(data, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


PLAN = Resource.from_contents(published("plan"))
OUTCOME, LIST = (
    Draft202012Validator(
        closed(published(name)), registry=Registry().with_resource(PLAN.id() or "", PLAN)
    )
    for name in ("outcome", "list")
)


@st.composite
def outcomes(draw: st.DrawFn) -> PlanOutcome:
    plan = draw(strategies.plans())
    status: st.SearchStrategy[Status] = st.sampled_from(get_args(Status))
    results = tuple(Result(each, draw(status), draw(strategies.causes())) for each in plan.actions)
    remaining = tuple(draw(st.lists(strategies.actions(), max_size=2)))
    halted = draw(st.none() | st.just(Cause("not-sent", after="gone")))
    return PlanOutcome(Outcome(results, remaining, halted), plan, digest(plan))


@given(outcomes())
def test_an_outcome_fits_its_schema_and_is_read_as_it_was(done: PlanOutcome) -> None:
    outcome, plan = done.outcome, done.plan
    data = json.loads(outcome_json.render(done, Style()))
    OUTCOME.validate(data)
    again = read(REPORTS, data, OutcomeFile)
    assert tuple(each.result.action for each in again.results) == plan.actions
    assert [each.result.status for each in again.results] == [r.status for r in outcome.results]
    assert (again.remaining, again.obstacles) == (outcome.remaining, plan.obstacles)
    if is_text(outcome_json.to_data(done)):
        assert tuple(each.result for each in again.results) == outcome.results


@given(
    st.lists(
        strategies.space_summaries(),
        max_size=4,
    )
)
def test_a_list_fits_its_schema_and_is_read_as_it_was(spaces: list[SpaceSummary]) -> None:
    data = json.loads(spaces_json.render(spaces, Style()))
    LIST.validate(data)
    again = read(REPORTS, data, ListFile).spaces
    assert [each.uri for each in again] == [each.address for each in spaces]
    assert [each.children for each in again] == [each.children for each in spaces]
    if is_text([each.source for each in spaces]):
        assert [each.source or "" for each in again] == [each.source for each in spaces]
