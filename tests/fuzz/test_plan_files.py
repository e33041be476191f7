"""Damaged plan files: a plan that every report shows, or an error; what is refused is not sent."""

import json
from pathlib import Path
from random import Random

import pytest

from fuzz.mutations import bytes_of, json_bytes_of, json_of
from golden.plans import PLANS
from showing import as_shown
from spaces_sync import cli
from spaces_sync.cli import simulator_session
from spaces_sync.cli.exits import Exit
from spaces_sync.codec import DataError
from spaces_sync.plan.file import from_data
from spaces_sync.ports import RawReader
from spaces_sync.report import plan_json, plan_text
from spaces_sync.report.style import Style
from spaces_sync.simulator import Simulator

WRITTEN = [plan_json.render(as_shown(make()), Style()) for make in PLANS.values()]
ORIGINALS = [json.loads(text) for text in WRITTEN]
CONTENTS = [text.encode() for text in WRITTEN]
READS = {name for name in dir(RawReader) if not name.startswith("_")}
REFUSED = (Exit.INVALID, Exit.REFUSED, Exit.STALE, Exit.UNAVAILABLE, Exit.USAGE)
CODES = set(Exit) - {Exit.UNEXPECTED}


def test_a_damaged_value(hammer):
    def case(rng: Random) -> None:
        try:
            plan = from_data(json_of(rng, rng.choice(ORIGINALS)))
        except DataError:
            return
        for full in (False, True):
            style = Style(width=rng.choice((20, 80)), colour=full, full=full)
            plan_text.render(as_shown(plan), style).encode()
        written = plan_json.render(as_shown(plan), Style()).encode()
        assert (
            plan_json.render(as_shown(from_data(json.loads(written))), Style()).encode() == written
        )

    hammer("plan values", 3000, case)


def test_a_damaged_file_applied(
    hammer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """Whatever ends in a refusal, and be it half way through the checks, has sent nothing."""
    saved, live = tmp_path / "plan.json", tmp_path / "live.json"
    simulators: list[Simulator] = []

    def recording(*_: object) -> Simulator:
        account = json.loads(WRITTEN[0])["account"]
        simulators.append(Simulator(account, record=True))
        return simulators[-1]

    monkeypatch.setattr(simulator_session, "load", recording)
    monkeypatch.setenv("OPS_PASSWORD", "hunter2-canary")

    def case(rng: Random) -> None:
        simulators.clear()
        saved.write_bytes(_damaged(rng))
        code = cli.run(["apply", str(saved), "--live", str(live), "--yes"])
        shown = "".join(capfd.readouterr())
        assert code in CODES, shown
        assert "Traceback" not in shown
        assert all(character.isprintable() or character == "\n" for character in shown)
        assert "hunter2" not in shown
        if code in REFUSED:
            asked = {request for each in simulators for request, _ in each.log or ()}
            assert asked <= READS

    hammer("plan files", 1200, case)


def _damaged(rng: Random) -> bytes:
    if rng.random() < 0.4:
        return bytes_of(rng, rng.choice(CONTENTS), CONTENTS)
    return json_bytes_of(rng, rng.choice(ORIGINALS))
