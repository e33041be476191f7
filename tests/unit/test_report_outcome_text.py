"""What is told of an outcome: the next step, counts that are of what is named, and obstacles."""

import pytest

from builders import ACCOUNT, DEV, SERVICE
from showing import as_shown
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Key, Owned
from spaces_sync.model.xml import parse
from spaces_sync.plan.actions import ConfigureNode, PublishItem, RecordOwnership
from spaces_sync.plan.causes import Cause
from spaces_sync.plan.file import digest
from spaces_sync.plan.outcome import Outcome, Result
from spaces_sync.plan.plan import Obstacle, Plan
from spaces_sync.report import outcome_text, plan_text
from spaces_sync.report.reportable import PlanOutcome, ShownPlan
from spaces_sync.report.style import Style

ITEM = PublishItem(DEV, Key("link", "urn:a"), "urn:a", None, parse("<x xmlns='urn:x'/>"))
OTHER = PublishItem(DEV, Key("link", "urn:b"), "urn:b", None, parse("<x xmlns='urn:x'/>"))
RECORD = RecordOwnership(DEV, None, Owned())
PLAN = Plan(ACCOUNT, (ITEM, OTHER, RECORD))
REFUSED = (Cause("refused", after="forbidden"),)


def told(outcome: Outcome, plan: Plan = PLAN, command: str = "apply") -> str:
    return outcome_text.render(PlanOutcome(outcome, plan, digest(plan), command), Style(width=200))


@pytest.mark.parametrize("command", ["apply", "revert"])
def test_what_was_interrupted_is_gone_on_with_by_the_same_command(command: str) -> None:
    steps = (Result(ITEM, "done"), Result(OTHER, "skipped", (Cause("interrupted"),)))
    text = told(Outcome(steps, halted=Cause("interrupted")), command=command)

    assert f"Ended early: interrupted. Run {command} again: it does what is left.\n" in text


def test_counts_are_of_what_is_named() -> None:
    steps = (
        Result(ITEM, "skipped", REFUSED),
        Result(OTHER, "failed", REFUSED),
        Result(RECORD, "skipped", REFUSED),
    )
    text = told(Outcome(steps, remaining=(ITEM, RECORD)))

    assert "record" not in text
    assert "not applied: 1 failed · 1 skipped\n" in text
    assert "Mend what is named above, then run apply again: it does what is left." in text


def test_a_record_that_was_left_out_for_a_cause_of_its_own_is_named() -> None:
    steps = (Result(ITEM, "done"), Result(RECORD, "skipped", REFUSED))
    text = told(Outcome(steps, remaining=(RECORD,)))

    assert "record of dev" in text
    assert "1 done · 1 skipped\n" in text


def test_an_obstacle_of_many_objects_is_told_once() -> None:
    nodes = [NodeAddress(SERVICE, f"space{n}") for n in range(6)]
    obstacles = tuple(Obstacle(each, "the ledger is of a later version") for each in nodes)
    plan = Plan(ACCOUNT, obstacles=obstacles)
    told_once = ["space0: the ledger is of a later version", "space1: the same"]
    told_once += ["space2: the same", "3 more: the same"]

    for text in (plan_text.render(as_shown(plan), Style(width=200)), told(Outcome(()), plan)):
        assert [line for line in told_once if line not in text] == []
        assert text.count("the ledger is of") == 1
    assert "space5" in plan_text.render(as_shown(plan), Style(width=200, full=True))


def test_the_rest_of_a_plan_is_called_by_the_whole() -> None:
    title = ConfigureNode(DEV, {"pubsub#title": ("a",)}, {"pubsub#title": ("b",)})
    whole = Plan(ACCOUNT, (title, ITEM), obstacles=(Obstacle(NodeAddress(SERVICE, "x"), "no"),))
    all_of_it = plan_text.render(as_shown(whole), Style())
    name = next(line for line in all_of_it.splitlines() if line.startswith("Plan"))[:11]
    rest = Plan(ACCOUNT, (ITEM,), obstacles=whole.obstacles)
    text = plan_text.render(
        ShownPlan(rest, digest(whole), part=True, partial=True), Style(width=120)
    )

    assert (
        f"{name}, what is left of it: 1 obstacle left out · 1 node touched · 1 to publish" in text
    )
