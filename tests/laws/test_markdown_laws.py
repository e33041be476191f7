"""Markdown: what strangers wrote is text on any forge, pings nobody, links nowhere, and fits."""

from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import strategies
from rendered import Reading, assert_harmless
from showing import as_shown
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Place
from spaces_sync.model.problems import Problem
from spaces_sync.plan.file import digest
from spaces_sync.plan.outcome import Outcome, Result, Status
from spaces_sync.plan.plan import Plan
from spaces_sync.report import markdown, outcome_markdown, plan_markdown, validation_markdown
from spaces_sync.report.reportable import PlanOutcome, Validation
from spaces_sync.report.style import FEWEST_BYTES, MOST_BYTES, Style
from spaces_sync.report.summary import summarise
from spaces_sync.report.visible import visible

BYTES = st.integers(FEWEST_BYTES, MOST_BYTES) | st.just(FEWEST_BYTES)
PIECES = ("@", "#", "|", "`", "``", "\\", "[", "](", "<", "<!--", "-->", "&#64;", "a", " ", ".")
HOSTILE = strategies.texts() | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def problems() -> st.SearchStrategy[Problem]:
    return st.builds(
        Problem, st.builds(Place, HOSTILE, st.integers(1, 9), st.integers(1, 9)), HOSTILE,
        st.just("value"), st.sampled_from(["error", "warning"]),
    )  # fmt: skip


@given(HOSTILE)
def test_a_text_of_others_is_shown_as_it_is(text: str) -> None:
    found = assert_harmless(f"- {markdown.quoted(text)}\n")
    shown = visible(text)
    assert [*found.elements] == (["ul", "li", "code"] if shown.strip() else ["ul", "li"])
    assert "".join(found.code) == (shown if shown.strip() else "")


@given(st.text("\\|`a", max_size=40), st.integers(4, 60))
@example("a" * 30 + "\\|" * 20, 48)
def test_what_is_shortened_stays_in_its_cell(text: str, most: int) -> None:
    assert_harmless("\n".join(markdown.table(["a", "b"], [[markdown.quoted(text, most), "c"]])))


@given(HOSTILE, HOSTILE)
def test_a_sentence_keeps_its_words(before: str, after: str) -> None:
    said = f"{before} is {after} now"
    found = assert_harmless(f"- {markdown.sentence(said)}\n")
    shown = Reading(f"- {markdown.sentence(said)}\n")
    assert found.elements == shown.elements
    joined = "".join(_texts(markdown.sentence(said)))
    assert joined.split() == visible(said).split()


@given(HOSTILE, HOSTILE)
def test_the_name_of_an_object_is_one_code_span(name: str, more: str) -> None:
    said = markdown.sentence(f"access model of {name}: {more} 7 lose access", name=name)
    found = assert_harmless(f"- {said}\n")
    if called := visible(name).strip():
        assert called in found.code
    assert (
        "".join(_texts(said)).split()
        == visible(f"access model of {name}: {more} 7 lose access").split()
    )


def _texts(line: str) -> list[str]:
    class InOrder(Reading):
        def handle_data(self, data: str) -> None:
            super().handle_data(data)
            found.append(data)

    found: list[str] = []
    InOrder(f"- {line}\n")
    return found


@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_a_table_has_its_cells(rows: list[tuple[str, str]]) -> None:
    cells = [(markdown.quoted(one), markdown.sentence(two)) for one, two in rows]
    found = assert_harmless(markdown.joined(markdown.table(("one", "two"), cells)))
    codes = [visible(one) for one, _ in rows if visible(one).strip()]
    assert [each for each in codes if each not in found.code] == []


@given(HOSTILE, HOSTILE)
def test_a_fold_holds_what_it_holds(summary: str, text: str) -> None:
    lines = markdown.fold(markdown.html_code(summary), [f"- {markdown.quoted(text)}"])
    found = assert_harmless(markdown.joined(lines))
    assert found.elements["details"] == found.elements["summary"] == found.elements["ul"] == 1


@given(HOSTILE, st.integers(8, 60))
def test_what_is_shortened_fits(text: str, most: int) -> None:
    assert len(markdown.shortened(visible(text), most).encode()) <= most


@given(strategies.plans(), BYTES, st.booleans())
def test_a_plan_is_harmless_and_fits(plan: Plan, most: int, full: bool) -> None:
    shown = plan_markdown.render(as_shown(plan), Style(full=full, max_bytes=most))
    assert len(shown.encode()) <= most
    assert_harmless(shown)


@pytest.mark.parametrize("stage", range(len(plan_markdown.STAGES)))
@given(strategies.plans())
def test_every_stage_is_whole_and_counts_what_is_risky(stage: int, plan: Plan) -> None:
    shown = as_shown(plan)
    text = plan_markdown.at_stage(shown, plan_markdown.STAGES[stage])
    found = assert_harmless(text)
    said = " ".join(found.prose)
    for objection in shown.refusals:
        assert objection.guard in said
    for risk, count in summarise(plan).risks.items():
        assert plural(count, risk) in said


@given(strategies.plans(), BYTES, st.data())
def test_an_outcome_is_harmless_and_fits(plan: Plan, most: int, data: st.DataObject) -> None:
    statuses: st.SearchStrategy[Status] = st.sampled_from(get_args(Status))
    results = tuple(
        Result(action, data.draw(statuses), data.draw(strategies.causes()))
        for action in plan.actions
    )
    done = PlanOutcome(Outcome(results), plan, digest(plan))
    shown = outcome_markdown.render(done, Style(max_bytes=most))
    assert len(shown.encode()) <= most
    assert_harmless(shown)


@given(st.lists(problems(), max_size=30), BYTES)
def test_problems_of_files_are_harmless_and_fit(found: list[Problem], most: int) -> None:
    validation = Validation(tuple(found), 1, 2, 3, 4)
    shown = validation_markdown.render(validation, Style(max_bytes=most))
    assert len(shown.encode()) <= most
    assert_harmless(shown)
