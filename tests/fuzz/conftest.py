"""Runs many damaged inputs in one test, tells which of them surprised us, and counts them all."""

import traceback
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from recorded import recorded

Case = Callable[[Random], None]
Hammer = Callable[[str, int, Case], None]

SHOWN = 3  # surprises in full; the others are often the same


@pytest.fixture
def hammer(record_property: Callable[[str, object], None]) -> Hammer:
    """`hammer("documents", 4000, case)`: what leaves `case` is a surprise.

    Each run is by its number the same: `case(Random("documents 17"))` is the 17th again.
    """

    def hammer(kind: str, count: int, case: Case) -> None:
        surprises = [
            f"{kind} {number}: {found}"
            for number in range(count)
            if (found := _surprise(case, Random(f"{kind} {number}")))  # noqa: S311 - no secret
        ]
        record_property("fuzz", (kind, count, len(surprises)))
        shown = "\n".join(surprises[:SHOWN])
        assert not surprises, f"{len(surprises)} surprises in {count} {kind}\n{shown}"

    return hammer


def _surprise(case: Case, rng: Random) -> str:
    try:
        case(rng)
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return traceback.format_exc(limit=-12)
    return ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    inputs, surprises = Counter[str](), Counter[str]()
    for kind, count, bad in recorded(terminalreporter, "fuzz"):
        inputs[kind] += count
        surprises[kind] += bad
    if inputs:
        each = ", ".join(f"{count:,} {kind}" for kind, count in inputs.items())
        total, bad = inputs.total(), surprises.total()
        text = f"fuzz: {total:,} inputs, {bad:,} surprises ({each})".replace(",", " ")
        terminalreporter.write_line(text.replace("  ", ", "))
