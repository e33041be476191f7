"""Each plan of `plans.py` in every format, exactly as it is written out beside this file.

`UPDATE_GOLDEN=1 pytest tests/golden` writes the files anew; git shows what that changed.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from golden.plans import OUTCOMES, PLANS, SPACES
from spaces_sync.plan.plan import Plan
from spaces_sync.report import json as as_json
from spaces_sync.report import listing, outcome, text

HERE = Path(__file__).parent
FORMATS: dict[str, Callable[[Plan], str]] = {
    "txt": lambda plan: text.render(plan, width=80, colour=False, full=False),
    "full.txt": lambda plan: text.render(plan, width=80, colour=False, full=True),
    "wide.txt": lambda plan: text.render(plan, width=120, colour=False, full=False),
    "colour.txt": lambda plan: text.render(plan, width=80, colour=True, full=False),
    "json": lambda plan: as_json.render(plan) + "\n",
}


def compare(name: str, shown: str) -> None:
    path = HERE / "expected" / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan(name: str, suffix: str) -> None:
    compare(f"{name}.{suffix}", FORMATS[suffix](PLANS[name]()))


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome(name: str) -> None:
    plan, result = OUTCOMES[name]()
    compare(f"{name}.txt", outcome.render(result, plan, width=80, colour=False))
    compare(f"{name}.full.txt", outcome.render(result, plan, width=80, colour=False, full=True))


def test_a_list() -> None:
    compare("list.txt", listing.render(SPACES, width=80, colour=False))


def test_no_expectation_without_its_plan() -> None:
    known = {f"{name}.{suffix}" for name in PLANS for suffix in FORMATS} | {"list.txt"}
    known |= {f"{name}.{suffix}" for name in OUTCOMES for suffix in ("txt", "full.txt")}
    assert {path.name for path in (HERE / "expected").iterdir()} == known
