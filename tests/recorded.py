"""What tests said with pytest's `record_property`, whichever process they ran in."""

from collections.abc import Iterator

import pytest


def recorded(reporter: pytest.TerminalReporter, name: str) -> Iterator[object]:
    for report in (each for kind in reporter.stats.values() for each in kind):
        if isinstance(report, pytest.TestReport) and report.when == "call":
            yield from (value for key, value in report.user_properties if key == name)
