"""What became of a plan: a result for each action, and what was left to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from spaces_sync.plan.actions import Action

Status: TypeAlias = Literal["done", "failed", "skipped", "unknown"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an action. `unknown`: it was sent, and no answer or reading tells."""

    action: Action
    status: Status
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan, and what planning once more still wanted."""

    results: tuple[Result, ...]
    remaining: tuple[Action, ...] = ()

    @property
    def succeeded(self) -> bool:
        return not self.remaining and all(result.status == "done" for result in self.results)
