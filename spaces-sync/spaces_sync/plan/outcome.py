"""What became of a plan: a result for each action, and what was left to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from spaces_sync.plan.actions import Action
from spaces_sync.plan.causes import Cause

Status: TypeAlias = Literal["done", "failed", "skipped", "unknown"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an action. `unknown`: it was sent, and no answer or reading tells."""

    action: Annotated[Action, "The action, as the plan has it."]
    status: Annotated[Status, "What became of it."]
    causes: Annotated[tuple[Cause, ...], "Why it was not done, for programs."] = ()


Step: TypeAlias = Action | Result
"""An approved action that is still to be sent, or what became of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan, and what planning once more still wanted.

    `halted` is why sending ended before its end; None where it did not.
    """

    results: tuple[Result, ...]
    remaining: tuple[Action, ...] = ()
    halted: Cause | None = None

    @property
    def succeeded(self) -> bool:
        """Whether all was done, and planning once more wants nothing."""
        return not self.remaining and all(result.status == "done" for result in self.results)

    @property
    def nothing_sent(self) -> bool:
        """Whether nothing at all was sent."""
        return all(result.status == "skipped" for result in self.results)


def is_lost(result: Result) -> bool:
    """Whether the connection was lost with it."""
    return result.status == "unknown" and any(each.code == "no-answer" for each in result.causes)


def is_unanswered(result: Result) -> bool:
    """Whether it alone was not answered, while others are."""
    return result.status == "unknown" and not is_lost(result)


def pending(step: Step) -> Action | None:
    """The action of a step that is to be sent, or was sent and never answered; else None."""
    if not isinstance(step, Result):
        return step
    return step.action if step.status == "unknown" else None


def as_results(steps: Iterable[Step], *causes: Cause) -> tuple[Result, ...]:
    """The steps as results: what was not sent was skipped for `causes`."""
    return tuple(s if isinstance(s, Result) else Result(s, "skipped", causes) for s in steps)
