"""Counts what was disturbed and what survived it, and says so at the end of the run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from recorded import recorded
from servers import Server
from servers.installations import Installation
from servers.starting import shared


@pytest.fixture(scope="session")
def running() -> Iterator[Callable[[Installation], Server]]:
    """In place of the shared ones: those of the faults, which Nagle's algorithm does not slow."""
    with ExitStack() as stack:
        yield shared(stack, nagle=False)


@pytest.fixture
def figures(
    record_property: Callable[[str, object], None],
) -> Callable[[str], None]:
    """`figures("prosody 12 cut points tried, 12 survived")`."""

    return lambda text: record_property("faults", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in recorded(terminalreporter, "faults"):
        terminalreporter.write_line(f"faults: {line}")
