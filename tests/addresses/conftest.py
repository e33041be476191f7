"""Says at the end of the run how many addresses were tried, and what came of them."""

from collections.abc import Callable

import pytest

from recorded import recorded


@pytest.fixture
def figures(
    record_property: Callable[[str, object], None],
) -> Callable[[str], None]:
    return lambda text: record_property("addresses", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in recorded(terminalreporter, "addresses"):
        terminalreporter.write_line(f"addresses: {line}")
