"""What `apply` tells a program: one shape, whatever became of it."""

import json
import os
import pty
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from golden.plans import OUTCOMES
from installed import TOOL
from spaces_sync.engine import INTERRUPTED
from spaces_sync.plan.file import digest
from spaces_sync.report import outcome_json
from spaces_sync.report.reportable import PlanOutcome

SCHEMAS = Path(__file__).parents[2] / "schema"
HEAD = (
    "version: 1\nsource: a/b\nservice: pubsub.megacorp.example\n"
    "defaults: {exposure: public}\nspaces:\n  dev:\n"
)


def _read(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


def _closed(schema: Any) -> Any:
    """The schema, in which no key is allowed that it does not describe."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(inner) for key, inner in schema.items()}
    return closed | ({"additionalProperties": False} if "properties" in schema else {})


PLAN = Resource.from_contents(_read("plan"))
VALIDATOR = Draft202012Validator(
    _closed(_read("outcome")), registry=Registry().with_resource(PLAN.id(), PLAN)
)


def rooms(*names: str) -> str:
    return "    rooms:\n" + "".join(f"      {n}@rooms.megacorp.example: {n}\n" for n in names)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live.json"


@pytest.fixture
def applied(run, tmp_path, live):
    """`applied(text, *options)` is the exit code, the outcome and what was said beside it."""

    def applied(text: str, *options: str) -> tuple[int, Any, str]:
        (tmp_path / "x.yaml").write_text(text)
        result = run("apply", "x.yaml", "--live", live, "--format", "json", *options)
        told = json.loads(result.stdout)
        VALIDATOR.validate(told)
        return result.returncode, told, result.stderr

    return applied


def statuses(told: Any) -> list[str]:
    return [each["status"] for each in told["results"]]


def test_the_schema_is_one_and_describes_every_key():
    schema = _read("outcome")
    Draft202012Validator.check_schema(schema)
    parts = [each for each in (schema, *schema["$defs"].values()) if "properties" in each]
    assert len(parts) == 4
    for part in parts:
        assert all(each.get("description") for each in part["properties"].values())


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_kind_of_outcome_fits_the_schema(name):
    plan, result = OUTCOMES[name]()
    VALIDATOR.validate(outcome_json.to_data(PlanOutcome(result, plan, digest(plan))))
    VALIDATOR.validate(
        outcome_json.to_data(PlanOutcome(replace(result, halted=INTERRUPTED), plan, digest(plan)))
    )


def test_all_was_done_and_then_there_is_nothing_to_do(applied):
    code, told, _ = applied(HEAD + rooms("hall"), "--yes")
    assert (code, told["succeeded"], told["remaining"]) == (0, True, [])
    assert set(statuses(told)) == {"done"}
    assert "halted" not in told

    code, told, _ = applied(HEAD + rooms("hall"), "--yes")
    assert (code, told["succeeded"], told["results"]) == (0, True, [])


def test_refused_by_a_guard(applied):
    applied(HEAD + rooms("a", "b"), "--yes")
    code, told, said = applied(HEAD + "    rooms: {}\n", "--yes")

    assert (code, told["succeeded"]) == (4, False)
    assert set(statuses(told)) == {"skipped"}
    assert told["halted"].startswith("nothing was sent: the plan is refused\nremove: ")
    assert "--allow remove=2" in told["halted"]
    assert "--allow remove=2" in said
    assert len(told["remaining"]) == len(told["results"])


def test_refused_by_an_obstacle(applied):
    code, told, _ = applied(HEAD + rooms(*(f"r{n}" for n in range(300))), "--yes")

    assert code == 6
    assert "at most 256" in told["obstacles"][0]["text"]
    assert told["halted"] == "nothing was sent: not everything can be planned"


def test_nobody_to_ask(applied, live):
    code, told, said = applied(HEAD + rooms("hall"))

    assert code == 4
    assert set(statuses(told)) == {"skipped"}
    assert "+ room hall@rooms.megacorp.example" in said
    assert json.loads(live.read_text())["nodes"] == {}


def test_a_plan_is_shown_beside_before_anybody_is_asked(tmp_path, live):
    (tmp_path / "x.yaml").write_text(HEAD + rooms("hall"))
    ours, theirs = pty.openpty()
    os.write(ours, b"y\n")
    result = subprocess.run(
        [TOOL, "apply", tmp_path / "x.yaml", "--live", live, "--format", "json"],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(ours)
    os.close(theirs)

    assert result.returncode == 0
    shown, _, asked = result.stderr.partition("Apply this?")
    assert "+ room hall@rooms.megacorp.example" in shown
    assert asked
    assert json.loads(result.stdout)["succeeded"]


def test_the_end_of_the_input_is_no_answer(tmp_path, live):
    (tmp_path / "x.yaml").write_text(HEAD + rooms("hall"))
    ours, theirs = pty.openpty()
    os.write(ours, b"\x04")
    result = subprocess.run(
        [TOOL, "apply", tmp_path / "x.yaml", "--live", live],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(ours)
    os.close(theirs)

    assert result.returncode == 130
    assert result.stderr.endswith("\ninterrupted: nothing was sent\n")
    assert json.loads(live.read_text())["nodes"] == {}


def stale_plan(run, tmp_path: Path, live: Path) -> Path:
    """Of two spaces, of which one has changed since."""
    file, saved = tmp_path / "x.yaml", tmp_path / "plan.json"
    text = HEAD.replace("dev", "one") + rooms("hall") + "  two:\n" + rooms("hall")
    file.write_text(text)
    run("apply", file, "--live", live, "--yes")
    file.write_text(text.replace(": hall", ": Hall"))
    run("plan", file, "--live", live, "-o", saved)
    file.write_text(text.replace(": hall", ": Great hall", 1))
    run("apply", file, "--live", live, "--yes")
    return saved


def test_a_stale_plan_says_what_changed(run, tmp_path, live):
    saved = stale_plan(run, tmp_path, live)
    result = run("apply", saved, "--live", live, "--yes", "--format", "json")

    assert result.returncode == 5
    told = json.loads(result.stdout)
    VALIDATOR.validate(told)
    assert {"failed", "skipped"} == set(statuses(told))
    assert "room hall@rooms.megacorp.example of one: item" in result.stderr
    assert "<managed" not in result.stderr


def test_what_is_left_out_was_skipped(run, tmp_path, live):
    saved = stale_plan(run, tmp_path, live)
    result = run("apply", saved, "--live", live, "--yes", "--partial", "--format", "json")

    assert result.returncode == 7
    told = json.loads(result.stdout)
    VALIDATOR.validate(told)
    assert set(statuses(told)) == {"done", "skipped"}
    assert all(each["cause"] for each in told["results"] if each["status"] == "skipped")
    again = run("apply", saved, "--live", live, "--yes", "--partial")
    assert again.returncode == 7
    assert "failed" not in again.stdout


def test_a_saved_plan_without_changes_has_nothing_to_do(run, tmp_path, live):
    file, saved = tmp_path / "x.yaml", tmp_path / "plan.json"
    file.write_text(HEAD + rooms("hall"))
    run("apply", file, "--live", live, "--yes")
    run("plan", file, "--live", live, "-o", saved)
    result = run("apply", saved, "--live", live, "--yes")

    assert result.returncode == 0
    assert "there is nothing to do" in result.stderr
    assert "already" not in result.stderr


def test_an_applied_plan_counts_what_is_there_already(run, tmp_path, live):
    file, saved = tmp_path / "x.yaml", tmp_path / "plan.json"
    file.write_text(HEAD + rooms("hall"))
    run("plan", file, "--live", live, "-o", saved)
    run("apply", saved, "--live", live, "--yes")
    result = run("apply", saved, "--live", live, "--yes", "--format", "json")

    told = json.loads(result.stdout)
    VALIDATOR.validate(told)
    assert (result.returncode, told["succeeded"], set(statuses(told))) == (0, True, {"done"})
    assert told["plan"] == json.loads(saved.read_text())["digest"]


def test_a_plan_does_not_speak_of_sending(run, tmp_path, live):
    file = tmp_path / "x.yaml"
    file.write_text(HEAD + rooms(*(f"r{n}" for n in range(300))))
    result = run("plan", file, "--live", live)

    assert result.returncode == 6
    assert "cannot be applied" in result.stderr
    assert "sent" not in result.stderr
