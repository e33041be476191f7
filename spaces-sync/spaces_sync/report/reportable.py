"""What a report can be about, apart from a plan: values that each format has one renderer for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.problems import Problem
from spaces_sync.model.state import nothing
from spaces_sync.plan.codec import Digest
from spaces_sync.plan.guards import Objection
from spaces_sync.plan.outcome import Outcome
from spaces_sync.plan.plan import Plan
from spaces_sync.report.picture import Picture


class PlanOutcome(NamedTuple):
    """What became of `plan`. `called`: its digest. `command`: which does what is left.

    `seconds`: how long it took; None where nothing was sent.
    """

    outcome: Outcome
    plan: Plan
    called: Digest
    command: str = "apply"
    seconds: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether all was done, nothing is left to do, and nothing could not be planned."""
        return self.outcome.succeeded and not self.plan.obstacles


class ShownPlan(NamedTuple):
    """A plan with what reports say of it: what is to be sent of it, and what `apply` would say.

    `called`: the digest of all that was planned, of which `plan` is a `part`. `partial`: obstacles
    do not keep it from being sent. `refusals`: what the guards stop with the options that were
    given. `seconds`: how long reading took; None where nothing was read for it. `picture`: of what
    was read, where a format draws it.
    """

    plan: Plan
    called: Digest
    part: bool = False
    partial: bool = False
    refusals: tuple[Objection, ...] = ()
    seconds: float | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class ListedChild:
    """A child of a space in a list: what it points at, and what the space calls it."""

    kind: Annotated[str, "`room`, `node`, `link`, `image`, or `item` for any other payload."]
    target: Annotated[str, "The room's JID, the node's URI, the link; else the id of the item."]
    name: Annotated[str, "What the space calls it, empty where it does not say."] = ""


@dataclass(frozen=True, slots=True)
class SpaceSummary:
    """A space in a list. `exposure` is public, private or an access model that is neither.

    `children` is their number, None where they cannot be read; `note` then says why. `source` is
    who manages the space according to its marker, "" without one. `contents`: the children, where
    they were asked for and could be read.
    """

    address: NodeAddress
    title: str
    exposure: str
    children: int | None = None
    note: str = ""
    source: str = ""
    contents: tuple[ListedChild, ...] | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """What files declare, as numbers, and what is wrong in them, in the order of the files.

    After a problem of severity `error` the numbers mean nothing. `files`: as they were named.
    `codes`: what each code of a problem means.
    """

    problems: tuple[Problem, ...]
    spaces: int
    children: int  # of all spaces and nodes
    rooms: int
    nodes: int  # that are no spaces
    absent: int = 0  # what must not exist
    files: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=nothing)

    @property
    def valid(self) -> bool:
        """Whether the files declare anything; warnings do not matter."""
        return not any(problem.severity == "error" for problem in self.problems)
