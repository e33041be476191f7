"""What the commands print for programs: the formats of plans, outcomes and lists of spaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, NewType, TypeAlias

from spaces_sync.codec import Codec, Format
from spaces_sync.codec.notations import version
from spaces_sync.codec.schema import reference
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.annotations import INLINE, REQUIRED
from spaces_sync.model.state import Address
from spaces_sync.plan.actions import Action
from spaces_sync.plan.allowable import Guard
from spaces_sync.plan.codec import ACTION, CODEC, Digest
from spaces_sync.plan.file import PlanFile
from spaces_sync.plan.outcome import Result
from spaces_sync.plan.plan import Obstacle
from spaces_sync.report.reportable import ListedChild
from spaces_sync.report.risks import NamedCase, RiskGroup
from spaces_sync.report.summary import Summary

OUTCOME_VERSION: Final = "1.0"
LIST_VERSION: Final = "1.0"
EVENT_VERSION: Final = "1.0"
OutcomeVersion = NewType("OutcomeVersion", str)
ListVersion = NewType("ListVersion", str)
EventVersion = NewType("EventVersion", str)
Happening: TypeAlias = Literal["begun", "step", "ended"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a guard stops in the plan, and what would let it pass."""

    guard: Annotated[Guard, "The guard, which is also the word of `--allow` but for `protect`."]
    count: Annotated[int, "How many of it there are in the whole plan."]
    limit: Annotated[int, "How many of it the whole plan may do; 0: each has to be allowed."]
    why: Annotated[str, "What the plan does and why that is too much, for people."]
    next_step: Annotated[str, "What to do to have it sent all the same, for people."]
    cases: Annotated[tuple[NamedCase, ...], "What is not allowed of it, by object."]


@dataclass(frozen=True, slots=True)
class PlanRemarks:
    """What reports say of a plan: nothing that it does not say itself, so that its digest leaves
    them out.
    """

    summary: Annotated[
        Summary | None, "The counts that the other reports show. A saved plan may lack them."
    ] = None
    risks: Annotated[
        tuple[RiskGroup, ...], "What a reader must not miss, the gravest kind first."
    ] = ()
    refusals: Annotated[
        tuple[Refusal, ...], "Why `apply` would refuse it with the options that it was made with."
    ] = ()


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What `spaces-sync plan -o` saves and `--format json` prints. Readers of 4.0 accept any 4.x
    and ignore keys that they do not know.
    """

    file: Annotated[PlanFile, INLINE]
    remarks: Annotated[PlanRemarks, INLINE] = field(default_factory=PlanRemarks)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many results there are of each status."""

    done: Annotated[int, "In effect, as was read back."]
    failed: Annotated[int, "Refused by the service, or without effect."]
    unknown: Annotated[int, "Sent, and nothing tells what became of it."]
    skipped: Annotated[int, "Not sent."]


@dataclass(frozen=True, slots=True)
class ReportedResult:
    """What became of an action."""

    about: Annotated[Address, "The node or room."]
    result: Annotated[Result, INLINE]
    cause: Annotated[str, "Why it was not done, for people."] = ""


@dataclass(frozen=True, slots=True)
class OutcomeFile:
    """What `spaces-sync apply --format json` and `revert --format json` print, also where nothing
    was to do or nothing was sent. Nothing is printed where no plan could be made. Readers of 1.0
    accept any 1.x and ignore keys that they do not know. It refers to the schema of a plan by its
    $id.
    """

    format_version: OutcomeVersion
    plan: Annotated[Digest, "The digest of the plan."]
    succeeded: Annotated[
        bool,
        "Whether all was done, nothing was left out, and planning once more finds nothing to do.",
    ]
    counts: Annotated[Counts, "How many results there are of each status."]
    results: Annotated[
        tuple[ReportedResult, ...],
        "What became of each action of the plan, in the order of sending.",
    ]
    remaining: Annotated[tuple[Action, ...], "What is still to do, as the services are now."]
    obstacles: Annotated[
        tuple[Obstacle, ...], "What could not be planned, for which nothing was sent."
    ]
    halted: Annotated[
        str, "Why sending ended early or never began, for people. Missing where it did neither."
    ] = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what `apply --events` and `revert --events` write: what happened, in the order in
    which it did. The first is `begun` where anything was sent, the last `ended`. Readers of 1.0
    accept any 1.x and ignore keys that they do not know. It refers to the schema of a plan by its
    $id.
    """

    format_version: EventVersion
    event: Annotated[
        Happening, "`step`: a result came, by an answer; what was read back, the outcome has."
    ]
    time: Annotated[str, "When, in UTC (RFC 3339)."]
    plan: Annotated[
        Digest | None, "The digest of the plan; missing where nothing was to be sent."
    ] = None
    steps: Annotated[int | None, "How many actions are to be sent; missing like `plan`."] = None
    number: Annotated[int | None, "Of a `step`: how many came until then, with it."] = None
    result: Annotated[ReportedResult | None, "Of a `step`: what became of an action."] = None
    exit_code: Annotated[int | None, "Of `ended`: the exit code of the command."] = None


@dataclass(frozen=True, slots=True)
class ListedSpace:
    """A space of a service."""

    uri: Annotated[NodeAddress, "Its address."]
    service: Annotated[Jid, "The service that it is on."]
    node: Annotated[str, "Its node id."]
    title: Annotated[str, "Its title, empty where it has none."]
    exposure: Annotated[
        str, "`public`, `private`, or an access model that is neither (XEP-0503 3)."
    ]
    children: Annotated[
        int | None,
        "How many items it holds that are not ours; null where they cannot be read.",
        REQUIRED,
    ]
    source: Annotated[
        str | None, "The source that manages it by its marker; null where none does.", REQUIRED
    ]
    note: Annotated[str, "Why its items cannot be read; else empty."]
    contents: Annotated[
        tuple[ListedChild, ...] | None,
        "Its children by kind and target, where `--children` asked for them; else null.",
    ] = None


@dataclass(frozen=True, slots=True)
class ListFile:
    """What `spaces-sync list --format json` prints. Readers of 1.0 accept any 1.x and ignore keys
    that they do not know.
    """

    format_version: ListVersion
    spaces: Annotated[tuple[ListedSpace, ...], "The spaces of the service, by their node ids."]


REPORTS: Final = Codec(
    (
        *CODEC.notations,
        version("outcome-version", OutcomeVersion, OUTCOME_VERSION),
        version("list-version", ListVersion, LIST_VERSION),
        version("event-version", EventVersion, EVENT_VERSION),
    ),
    CODEC.unions,
)

PLAN: Final = Format(CODEC, PlanReport, "urn:spaces-sync:schema:plan:2", "A plan of spaces-sync")
OUTCOME: Final = Format(
    REPORTS,
    OutcomeFile,
    "urn:spaces-sync:schema:outcome:1",
    "What became of a plan",
    {Action: reference(PLAN, ACTION.name), Obstacle: reference(PLAN, "obstacle")},
)
EVENT: Final = Format(
    REPORTS,
    Event,
    "urn:spaces-sync:schema:event:1",
    "A thing that happened while a plan was carried out",
    {Action: reference(PLAN, ACTION.name)},
)
LIST: Final = Format(REPORTS, ListFile, "urn:spaces-sync:schema:list:1", "A list of spaces")
