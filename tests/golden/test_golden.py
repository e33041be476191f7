"""What every format makes of each plan, outcome and list of `plans.py`, written out beside this.

`UPDATE_GOLDEN=1 pytest tests/golden` writes the files anew; git shows what that changed.
"""

import os
import re
from pathlib import Path

import pytest

from golden.checks import CHECKS
from golden.plans import OUTCOMES, PLANS, SPACES
from golden.validations import VALIDATIONS
from pictured import PICTURES
from showing import as_shown
from spaces_sync.plan.file import digest
from spaces_sync.report import formats
from spaces_sync.report.reportable import PlanOutcome
from spaces_sync.report.style import Style

HERE = Path(__file__).parent
# By the ending of the file: a format, and how it is to look.
PLAN_STYLES = {
    "txt": ("text", Style()),
    "full.txt": ("text", Style(full=True)),
    "wide.txt": ("text", Style(width=120)),
    "colour.txt": ("text", Style(colour=True)),
    "compact.txt": ("compact", Style()),
    "compact.wide.txt": ("compact", Style(width=120, colour=True)),
    "json": ("json", Style()),
    "md": ("markdown", Style()),
    "gitlab.json": ("gitlab", Style()),
    "html": ("html", Style()),
}
OUTCOME_STYLES = {
    "txt": ("text", Style()),
    "full.txt": ("text", Style(full=True)),
    "compact.txt": ("compact", Style()),
    "json": ("json", Style()),
    "md": ("markdown", Style()),
    "junit.xml": ("junit", Style()),
}
CHECK_STYLES = {
    "txt": ("text", Style()),
    "full.txt": ("text", Style(full=True)),
    "colour.txt": ("text", Style(colour=True)),
    "json": ("json", Style()),
    "md": ("markdown", Style()),
    "junit.xml": ("junit", Style()),
    "github.txt": ("github", Style()),
}
MAP_STYLES = {
    "map.html": ("html", Style()),
    "map.json": ("json", Style()),
    "mmd": ("mermaid", Style()),
    "dot": ("dot", Style()),
}
SPACES_STYLES = {"txt": ("text", Style()), "json": ("json", Style())}
VALIDATION_STYLES = {
    "txt": ("text", Style()),
    "json": ("json", Style()),
    "md": ("markdown", Style()),
    "sarif.json": ("sarif", Style()),
    "github.txt": ("github", Style()),
}


# The same on each page, and looked at by tests/browser.
INLINE = re.compile(
    "(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)|sha256-[^&]*", re.DOTALL
)


def compare(name: str, shown: str) -> None:
    path = HERE / "expected" / name
    shown = INLINE.sub("…", shown) if name.endswith(".html") else shown
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", PLAN_STYLES)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan(name: str, suffix: str) -> None:
    output_format, style = PLAN_STYLES[suffix]
    compare(f"{name}.{suffix}", formats.PLANS[output_format](as_shown(PLANS[name]()), style))


@pytest.mark.parametrize("suffix", OUTCOME_STYLES)
@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome(name: str, suffix: str) -> None:
    plan, outcome = OUTCOMES[name]()
    output_format, style = OUTCOME_STYLES[suffix]
    shown = formats.OUTCOMES[output_format](PlanOutcome(outcome, plan, digest(plan)), style)
    compare(f"{name}.{suffix}", shown)


@pytest.mark.parametrize("suffix", SPACES_STYLES)
def test_a_list(suffix: str) -> None:
    output_format, style = SPACES_STYLES[suffix]
    compare(f"list.{suffix}", formats.SPACES[output_format](SPACES, style))


@pytest.mark.parametrize("suffix", VALIDATION_STYLES)
@pytest.mark.parametrize("name", VALIDATIONS)
def test_a_validation(name: str, suffix: str) -> None:
    output_format, style = VALIDATION_STYLES[suffix]
    compare(f"{name}.{suffix}", formats.VALIDATIONS[output_format](VALIDATIONS[name], style))


@pytest.mark.parametrize("suffix", CHECK_STYLES)
@pytest.mark.parametrize("name", CHECKS)
def test_a_check(name: str, suffix: str) -> None:
    output_format, style = CHECK_STYLES[suffix]
    compare(f"{name}.{suffix}", formats.CHECKS[output_format](CHECKS[name](), style))


@pytest.mark.parametrize("suffix", MAP_STYLES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_map(name: str, suffix: str) -> None:
    output_format, style = MAP_STYLES[suffix]
    compare(f"{name}.{suffix}", formats.MAPS[output_format](PICTURES[name](), style))


@pytest.mark.parametrize(
    ("styles", "renderers"),
    [
        (PLAN_STYLES, formats.PLANS),
        (OUTCOME_STYLES, formats.OUTCOMES),
        (SPACES_STYLES, formats.SPACES),
        (CHECK_STYLES, formats.CHECKS),
        (VALIDATION_STYLES, formats.VALIDATIONS),
        (MAP_STYLES, formats.MAPS),
    ],
    ids=["plans", "outcomes", "lists", "checks", "validations", "maps"],
)
def test_every_format_is_written_out(styles, renderers) -> None:
    assert {output_format for output_format, _ in styles.values()} == set(renderers)


def test_no_expectation_without_its_plan() -> None:
    known = {f"{name}.{suffix}" for name in PLANS for suffix in PLAN_STYLES}
    known |= {f"{name}.{suffix}" for name in OUTCOMES for suffix in OUTCOME_STYLES}
    known |= {f"list.{suffix}" for suffix in SPACES_STYLES}
    known |= {f"{name}.{suffix}" for name in CHECKS for suffix in CHECK_STYLES}
    known |= {f"{name}.{suffix}" for name in VALIDATIONS for suffix in VALIDATION_STYLES}
    known |= {f"{name}.{suffix}" for name in PICTURES for suffix in MAP_STYLES}
    assert {path.name for path in (HERE / "expected").iterdir()} == known
