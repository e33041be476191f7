"""Counts what was disturbed and what survived it, and says so at the end of the run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from servers import Server, process

Start = Callable[..., AbstractContextManager[Server]]
LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def prosody(start_prosody: Start) -> Iterator[Server]:
    """In place of the shared one: a process of its own, which Nagle's algorithm does not slow."""
    with process.temporary_folder() as folder, start_prosody(folder, nagle=False) as server:
        yield server


@pytest.fixture
def figures(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Callable[[str], None]:
    """`figures("prosody 12 cut points tried, 12 survived")`."""

    def say(text: str) -> None:
        record_property("faults", text)
        request.config.stash.setdefault(LINES, []).append(text)

    return say


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(f"faults: {line}")
