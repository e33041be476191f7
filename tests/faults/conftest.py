"""Counts what was disturbed and what survived it, and says so at the end of the run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from recorded import recorded
from servers import Server
from servers.installations import Installation
from servers.starting import shared


@pytest.fixture(scope="session")
def running(
    running: Callable[[Installation], Server],
) -> Iterator[Callable[[Installation], Server]]:
    """The shared ones, but for those of Prosody, which Nagle's algorithm does not slow here."""
    with ExitStack() as stack:
        swift = shared(stack, nagle=False)
        yield lambda each: (swift if each.brand == "prosody" else running)(each)


@pytest.fixture
def figures(
    record_property: Callable[[str, object], None],
) -> Callable[[str], None]:
    """`figures("prosody 12 cut points tried, 12 survived")`."""

    return lambda text: record_property("faults", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in recorded(terminalreporter, "faults"):
        terminalreporter.write_line(f"faults: {line}")
