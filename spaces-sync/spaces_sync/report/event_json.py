"""What an apply does, a line of JSON for each thing that happens (https://jsonlines.org)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from spaces_sync.codec import without_surrogates, write
from spaces_sync.plan.codec import Digest
from spaces_sync.plan.outcome import Result
from spaces_sync.report.json_formats import (
    EVENT_VERSION,
    REPORTS,
    Event,
    EventVersion,
    Happening,
    ReportedResult,
)
from spaces_sync.report.outcome_json import reported


def begun(plan: Digest, steps: int, now: datetime) -> str:
    """The line of an apply that begins to send so many actions."""
    return _line("begun", plan, steps, now)


def step(plan: Digest | None, steps: int | None, now: datetime, number: int, result: Result) -> str:
    """The line of the result that came as the `number`th, from 1."""
    return _line("step", plan, steps, now, number=number, result=reported(result))


def ended(plan: Digest | None, steps: int | None, now: datetime, exit_code: int) -> str:
    """The line of an apply that has ended, also of one that sent nothing."""
    return _line("ended", plan, steps, now, exit_code=exit_code)


def _line(
    happening: Happening,
    plan: Digest | None,
    steps: int | None,
    now: datetime,
    number: int | None = None,
    result: ReportedResult | None = None,
    exit_code: int | None = None,
) -> str:
    time = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    version = EventVersion(EVENT_VERSION)
    event = Event(version, happening, time, plan, steps, number, result, exit_code)
    return json.dumps(without_surrogates(write(REPORTS, event, Event))) + "\n"
