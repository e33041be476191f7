"""The output formats: one row each, with one signature for whatever a format can show.

A new format is a file with its renderers and a row here. Each command offers the formats that
have a renderer for its result, and no others: `PLANS`, `OUTCOMES`, `SPACES`, `VALIDATIONS`,
`CHECKS`, `MAPS`.

The file is imported when it renders something: what a format needs is not slow for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias, TypeVar

from spaces_sync.check.values import Checked
from spaces_sync.report.picture import Picture
from spaces_sync.report.reportable import PlanOutcome, ShownPlan, SpaceSummary, Validation
from spaces_sync.report.style import Style

T = TypeVar("T")
Render: TypeAlias = Callable[[T, Style], str]
"""Makes text that ends in a line feed. It raises nothing and writes nowhere."""


@dataclass(frozen=True, slots=True)
class LazyRender:
    """A `Render` that is the function `name` of a module of this package, imported when called."""

    module: str
    name: str = "render"

    def load(self) -> Render[Any]:
        """Imports the module. Raises `AttributeError` where it has no such function."""
        render: Render[Any] = getattr(import_module(f"spaces_sync.report.{self.module}"), self.name)
        return render

    def __call__(self, result: Any, style: Style) -> str:
        """The text that the function makes of `result`; see `Render`."""
        return self.load()(result, style)


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """`name` is what `--format` takes. A renderer is None where the format cannot show that.

    `for_people`: a plan in it is what somebody is asked about, and problems are told beside it
    on stderr; otherwise stdout holds one document for a program, whatever becomes of the command.
    `logged`: people read it as it stands, also in a log, so that nothing in it may be a command to
    a runner (runner_commands.py). `bounded`: it minds `Style.max_bytes`. `draws`: it shows the
    picture of a plan.
    """

    name: str
    for_people: bool
    plan: LazyRender | None = None
    outcome: LazyRender | None = None
    spaces: LazyRender | None = None
    validation: LazyRender | None = None
    check: LazyRender | None = None
    map: LazyRender | None = None
    logged: bool = False
    bounded: bool = False
    draws: bool = False


FORMATS: Final = (
    OutputFormat(
        "text",
        for_people=True,
        plan=LazyRender("plan_text"),
        outcome=LazyRender("outcome_text"),
        spaces=LazyRender("spaces_text"),
        validation=LazyRender("validation_text"),
        check=LazyRender("check_text"),
        logged=True,
    ),
    OutputFormat(
        "compact",
        for_people=True,
        plan=LazyRender("plan_compact"),
        outcome=LazyRender("outcome_text"),
        logged=True,
    ),
    OutputFormat(
        "json",
        for_people=False,
        plan=LazyRender("plan_json"),
        outcome=LazyRender("outcome_json"),
        spaces=LazyRender("spaces_json"),
        validation=LazyRender("validation_json"),
        check=LazyRender("check_json"),
        map=LazyRender("map_json"),
    ),
    OutputFormat(
        "markdown",
        for_people=False,
        plan=LazyRender("plan_markdown"),
        outcome=LazyRender("outcome_markdown"),
        validation=LazyRender("validation_markdown"),
        check=LazyRender("check_markdown"),
        logged=True,
        bounded=True,
    ),
    OutputFormat(
        "junit",
        for_people=False,
        outcome=LazyRender("outcome_junit"),
        check=LazyRender("check_junit"),
    ),
    OutputFormat("gitlab", for_people=False, plan=LazyRender("plan_gitlab")),
    OutputFormat("sarif", for_people=False, validation=LazyRender("validation_sarif")),
    OutputFormat(
        "github",
        for_people=False,
        validation=LazyRender("validation_github"),
        check=LazyRender("check_github"),
    ),
    OutputFormat(
        "html",
        for_people=False,
        plan=LazyRender("plan_html"),
        map=LazyRender("map_html"),
        draws=True,
    ),
    OutputFormat("mermaid", for_people=False, map=LazyRender("map_mermaid")),
    OutputFormat("dot", for_people=False, map=LazyRender("map_dot")),
)
DEFAULT: Final = FORMATS[0].name
DRAWN: Final = frozenset(row.name for row in FORMATS if row.draws)
FOR_PEOPLE: Final = frozenset(row.name for row in FORMATS if row.for_people)
LOGGED: Final = frozenset(row.name for row in FORMATS if row.logged)
BOUNDED: Final = frozenset(row.name for row in FORMATS if row.bounded)

PLANS: Final[Mapping[str, Render[ShownPlan]]] = {
    row.name: row.plan for row in FORMATS if row.plan is not None
}
OUTCOMES: Final[Mapping[str, Render[PlanOutcome]]] = {
    row.name: row.outcome for row in FORMATS if row.outcome is not None
}
SPACES: Final[Mapping[str, Render[Sequence[SpaceSummary]]]] = {
    row.name: row.spaces for row in FORMATS if row.spaces is not None
}
VALIDATIONS: Final[Mapping[str, Render[Validation]]] = {
    row.name: row.validation for row in FORMATS if row.validation is not None
}
CHECKS: Final[Mapping[str, Render[Checked]]] = {
    row.name: row.check for row in FORMATS if row.check is not None
}
MAPS: Final[Mapping[str, Render[Picture]]] = {
    row.name: row.map for row in FORMATS if row.map is not None
}
