"""`--events`: a line of JSON a step while it happens, whatever becomes of the apply."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from spaces_sync.cli import files
from spaces_sync.cli.events import logging
from spaces_sync.cli.exits import CommandEnd
from spaces_sync.codec.schema import schema
from spaces_sync.report.json_formats import EVENT, PLAN

DOCUMENT = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev: {title: Dev, exposure: public, rooms: {hall@rooms.megacorp.example: Hall}}
"""
VALIDATOR = Draft202012Validator(
    schema(EVENT),
    registry=Registry().with_resource(PLAN.id, Resource.from_contents(schema(PLAN))),
)
TO = ("--live", "live.json", "--events", "events.ndjson")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spaces.yaml"
    path.write_text(DOCUMENT)
    return path


def events(tmp_path: Path) -> list[dict]:
    """Every line of the file, each held against the schema."""
    found = [json.loads(line) for line in (tmp_path / "events.ndjson").read_text().splitlines()]
    for each in found:
        VALIDATOR.validate(each)
    return found


def test_each_step_is_a_line(run, tmp_path, file):
    assert run("plan", file, "--live", "live.json", "-o", "plan.json").returncode == 0
    plan = json.loads((tmp_path / "plan.json").read_text())
    done = run("apply", "plan.json", "--yes", "--format", "json", *TO)
    assert (done.returncode, done.stderr) == (0, "")
    begun, *steps, ended = events(tmp_path)
    assert (begun["event"], begun["steps"]) == ("begun", len(plan["actions"]))
    assert [each["number"] for each in steps] == [*range(1, len(plan["actions"]) + 1)]
    assert {each["plan"] for each in (begun, *steps, ended)} == {plan["digest"]}
    assert {each["result"]["status"] for each in steps} == {"done"}
    assert (ended["event"], ended["exit_code"]) == ("ended", 0)
    back = run("revert", "plan.json", "--yes", "--allow", "delete-space=1", *TO)
    assert (back.returncode, events(tmp_path)[-1]["exit_code"]) == (0, 0)


def test_what_is_refused_ends_without_a_beginning(run, tmp_path, file):
    assert run("apply", file, *TO).returncode == 4
    (ended,) = events(tmp_path)
    assert (ended["event"], ended["exit_code"], "plan" in ended) == ("ended", 4, False)


def test_where_nothing_is_to_do(run, tmp_path, file):
    assert run("apply", file, "--yes", *TO).returncode == 0
    before = len(events(tmp_path))  # which stay
    assert run("apply", file, "--yes", *TO).returncode == 0
    assert [(each["event"], each.get("steps")) for each in events(tmp_path)[before:]] == [
        ("begun", 0),
        ("ended", 0),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("-", "stdout is for the report"),
        ("/dev/stdout", "stdout is for the report"),
        ("spaces.yaml", "this is among what the command reads"),
        ("missing/events.ndjson", "No such file or directory; name another file"),
    ],
)
def test_where_events_cannot_go_nothing_is_sent(run, tmp_path, file, name, said):
    done = run("apply", file, "--yes", "--live", "live.json", "--events", name)
    assert (done.returncode, said in done.stderr) == (64, True)
    assert not (tmp_path / "live.json").exists()


def test_a_full_disk_undoes_nothing(run, tmp_path, file):
    done = run("apply", file, "--yes", "--live", "live.json", "--events", "/dev/full")
    assert done.returncode == 0
    assert "No space left on device; no more events are written" in done.stderr
    assert "node=dev" in (tmp_path / "live.json").read_text()


def test_the_file_of_a_password_is_no_place_for_what_a_command_writes(run, tmp_path, file):
    """Also where only a saved plan names it."""
    secret = tmp_path / "secret"
    secret.write_text("secret\n")
    secret.chmod(0o600)
    room = "rooms:\n  hall@rooms.megacorp.example:\n    password: {file: secret}\n"
    file.write_text(DOCUMENT + room)
    to = ("--live", "live.json")
    assert run("plan", file, *to, "-o", "plan.json").returncode == 0
    for words in (("apply", file), ("apply", "plan.json"), ("revert", "plan.json")):
        done = run(*words, *to, "--yes", "--events", "secret")
        assert (done.returncode, "among what the command reads" in done.stderr) == (64, True)
    for more in (("-o", "secret"), ("--report", "json=secret")):
        done = run("revert", "plan.json", *to, *more)
        assert (done.returncode, "among what the command reads" in done.stderr) == (64, True)
    assert secret.read_text() == "secret\n"


def test_a_new_file_is_private(run, tmp_path, file):
    assert run("apply", file, "--yes", *TO).returncode == 0
    assert (tmp_path / "events.ndjson").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_run_left_spoils_no_line(run, tmp_path, file):
    path = tmp_path / "events.ndjson"
    path.write_text('{"event": "begun", "st')
    for _ in range(2):
        assert run("apply", file, "--yes", *TO).returncode == 0
    cut, *lines = path.read_text().splitlines()
    assert cut == '{"event": "begun", "st'
    assert {json.loads(line)["event"] for line in lines} == {"begun", "step", "ended"}


def test_a_pipe_that_nobody_reads_from_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.3)
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(CommandEnd, match=r"nobody read from it in 0\.3 s") as ended,
        logging(tmp_path / "pipe"),
    ):
        pass
    assert ended.value.code == 1  # as --report has it


def test_a_pipe_gets_the_events(run, tmp_path, file):
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        done = run("apply", file, "--yes", "--live", "live.json", "--events", "pipe")
        read, _ = reader.communicate()
    assert done.returncode == 0
    assert [json.loads(line)["event"] for line in read.splitlines()][-1] == "ended"
