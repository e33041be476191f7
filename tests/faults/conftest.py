"""Counts what was disturbed and what survived it, and says so at the end of the run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from recorded import recorded
from servers import Server, process

Start = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="session")
def prosody(start_prosody: Start) -> Iterator[Server]:
    """In place of the shared one: a process of its own, which Nagle's algorithm does not slow."""
    with process.temporary_folder() as folder, start_prosody(folder, nagle=False) as server:
        yield server


@pytest.fixture
def figures(
    record_property: Callable[[str, object], None],
) -> Callable[[str], None]:
    """`figures("prosody 12 cut points tried, 12 survived")`."""

    return lambda text: record_property("faults", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in recorded(terminalreporter, "faults"):
        terminalreporter.write_line(f"faults: {line}")
