"""Ctrl-C at exact moments of an apply on the simulator: nothing is sent, or it is told what was."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Raises the signal when a function that runs at that very moment is first called.
SCRIPT = """
import os, pkgutil, sys
from spaces_sync import cli

path, _, name = sys.argv[1].rpartition(".")
found = pkgutil.resolve_name(path)
usual = getattr(found, name)

def interrupted(*arguments, **named):
    setattr(found, name, usual)
    os.kill(os.getpid(), int(sys.argv[2]))
    return usual(*arguments, **named)

setattr(found, name, interrupted)
sys.exit(cli.run(sys.argv[3:]))
"""
BEFORE = [
    "spaces_sync.plan.compare.planner.plan",
    "spaces_sync.cli.applying.show_on_stdout",
    "spaces_sync.cli.applying.end_if_refused",
    "spaces_sync.cli.applying.holder",
    "spaces_sync.cli.applying.progress",
    "spaces_sync.cli.interrupting.stopping",
    "spaces_sync.cli.interrupting.raise_pending_interrupt",
]
NUMBERS = {"ctrl-c": 2, "sigterm": 15}


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A document of 40 spaces."""
    spaces = "".join(f"  s{n}: {{exposure: public}}\n" for n in range(40))
    path = tmp_path / "many.yaml"
    path.write_text(f"version: 1\nservice: pubsub.megacorp.example\nspaces:\n{spaces}")
    return path


def interrupted(where: str, number: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, where, str(number), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=dict(os.environ)
    )


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("where", BEFORE)
def test_before_the_first_request_nothing_is_sent(many, tmp_path, where, number):
    live = tmp_path / "live.json"
    result = interrupted(where, number, "apply", many, "--live", live, "--yes")

    assert result.returncode == 130
    if where.endswith("raise_pending_interrupt"):  # by then sending has begun, with nothing
        assert "not applied: 40 skipped" in result.stdout
    else:
        assert result.stderr == "interrupted: nothing was sent\n"
    assert json.loads(live.read_text())["nodes"] == {}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("command", ["apply", "validate"])
def test_while_files_are_read_it_ends_at_once(many, tmp_path, command, number):
    more = ["--live", tmp_path / "live.json", "--yes"] if command == "apply" else []
    reads = {"apply": "declared", "validate": "examine"}[command]
    result = interrupted(f"spaces_sync.cli.{command}.{reads}", number, command, many, *more)

    assert (result.returncode, result.stdout, result.stderr) == (130, "", "\ninterrupted\n")


@pytest.mark.parametrize(
    ("where", "code", "done"),
    [
        ("spaces_sync.engine.execution.send", 130, 0),
        ("spaces_sync.simulator.Simulator.create_node", 0, 40),  # all of them were under way
    ],
)
def test_from_then_on_it_is_told_what_was_done(many, tmp_path, where, code, done):
    live = tmp_path / "live.json"
    words = ["apply", many, "--live", live, "--yes", "--format", "json"]
    result = interrupted(where, 2, *words)

    assert result.returncode == code
    told = json.loads(result.stdout)
    assert told.get("halted", "") == ("" if done else "interrupted")
    assert (told["counts"]["done"], told["counts"]["skipped"]) == (done, 40 - done)
    assert len(json.loads(live.read_text())["nodes"]) == done
