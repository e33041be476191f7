"""`--report FORMAT=PATH`: several at once, written whole, over nothing that is read."""

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from rendered import assert_harmless
from servers import Server

HELD = "this is among what the command reads; name another file"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live.json"


def suite_in(path: Path) -> Any:
    return ET.fromstring(path.read_text())  # noqa: S314 - we wrote it


def test_several_at_once_beside_stdout(run, document, live, tmp_path):
    names = ("markdown=p.md", "json=p.json", "gitlab=g.json", "text=p.txt")
    reports = [word for name in names for word in ("--report", name)]
    result = run("plan", document, "--live", live, *reports, environment={"FORCE_COLOR": "1"})

    assert result.returncode == 0
    assert "\x1b[" in result.stdout
    assert json.loads((tmp_path / "p.json").read_text())["format_version"]
    assert json.loads((tmp_path / "g.json").read_text()) == {"create": 2, "update": 0, "delete": 0}
    assert_harmless((tmp_path / "p.md").read_text())
    text = (tmp_path / "p.txt").read_text()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_text_is_as_wide_as_columns_say(run, document, live, tmp_path):
    wide = {"COLUMNS": "120"}
    run("plan", document, "--live", live, "--report", "text=p.txt", environment=wide)

    placed = [line for line in (tmp_path / "p.txt").read_text().splitlines() if ".yaml:" in line]
    assert {len(line) for line in placed} == {120}


def test_saved_plans_and_shown_ones_are_reported_too(run, document, live, tmp_path):
    run("plan", document, "--live", live, "-o", "saved.json", "--report", "markdown=a.md")
    run("plan", document, "--live", live, "-o", "-", "--report", "markdown=b.md")
    run("show", "saved.json", "--report", "markdown=c.md")

    texts = [(tmp_path / name).read_text() for name in ("a.md", "b.md", "c.md")]
    heads = {text[: text.index("\n\n")] for text in texts}  # behind it is how long reading took
    assert len(heads) == 1
    assert heads.pop().startswith("<!-- spaces-sync:plan:")


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("html5=x", "'html5' is not one of text, compact, json, markdown"),
        ("markdown", "say where it goes, as in markdown=FILE"),
        ("markdown=", "say where it goes, as in markdown=FILE"),
        ("json=-", "stdout is for --format json; name a file"),
        ("json=/dev/stdout", "stdout is for --format json; name a file"),
        ("json=spaces.yaml", f"--report json=spaces.yaml: {HELD}"),
        ("json=live.json", f"--report json=live.json: {HELD}"),
        ("json=secret", f"--report json=secret: {HELD}"),
        ("json=linked", f"--report json=linked: {HELD}"),
        ("json=p.json", "--report json=p.json: this command writes something else there, too"),
        ("json=./p.md", "--report json=p.md: this command writes something else there, too"),
        ("json=none/p.json", "--report json=none/p.json: none is no folder"),
        ("json=folder", "--report json=folder: Is a directory"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_read(run, document, tmp_path, report, said):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "folder").mkdir()
    os.link(document, tmp_path / "linked")
    options = ("--live", "live.json", "-o", "p.json", "--report", "markdown=p.md")
    found = run("plan", document, *options, "--password-file", "secret", "--report", report)

    assert found.returncode == 64
    assert said in found.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        document.name,
        "secret",
        "folder",
        "linked",
    }


def test_the_password_of_a_room_is_not_overwritten(run, document, live, tmp_path):
    (tmp_path / "word").write_text("secret")
    (tmp_path / "word").chmod(0o600)
    with document.open("a") as file:
        file.write("rooms:\n  hall@rooms.megacorp.example: {password: {file: word}}\n")
    made = run("plan", document, "--live", live, "-o", "saved.json")
    assert made.returncode == 0, made.stderr
    for command, file in (("plan", document), ("apply", document), ("apply", "saved.json")):
        found = run(command, file, "--live", live, "--report", "json=word")
        assert (found.returncode, HELD in found.stderr) == (64, True), found.stderr
    assert (tmp_path / "word").read_text() == "secret"


def test_too_few_bytes_are_refused(run, document, live):
    found = run("plan", document, "--live", live, "--max-bytes", "100", "--format", "markdown")

    assert found.returncode == 64
    assert "100 is not in the range x>=4000" in found.stderr


def test_an_apply_says_what_it_did_in_each_format(run, document, live, tmp_path):
    reports = ("--report", "markdown=a.md", "--report", "junit=a.xml", "--report", "json=a.json")
    result = run("apply", document, "--live", live, "--yes", *reports)

    assert result.returncode == 0, result.stderr
    assert "applied: " in (tmp_path / "a.md").read_text()
    suite = suite_in(tmp_path / "a.xml")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
    assert json.loads((tmp_path / "a.json").read_text())["succeeded"] is True

    again = run("apply", document, "--live", live, "--yes", *reports)
    assert again.stdout.startswith("No changes.") or "No changes." in again.stdout
    assert json.loads((tmp_path / "a.json").read_text())["results"] == []


@pytest.mark.parametrize("command", ["plan", "plan --detailed-exitcode", "show", "validate"])
def test_a_report_that_a_full_disk_does_not_take_is_no_wrong_usage(run, document, live, command):
    assert run("plan", document, "--live", live, "-o", "p.json").returncode == 0
    of = {"show": ["p.json"], "validate": [document]}.get(command, [document, "--live", live])
    result = run(*command.split(), *of, "--report", "json=/dev/full")
    assert result.returncode == 1
    assert result.stderr == "error: --report json=/dev/full: No space left on device\n"
    assert result.stdout


def test_a_plan_that_a_full_disk_does_not_take_is_no_wrong_usage(run, document, live):
    result = run("plan", document, "--live", live, "-o", "/dev/full")
    assert (result.returncode, result.stderr) == (
        1,
        "error: -o /dev/full: No space left on device\n",
    )


def test_what_an_apply_could_not_do_is_its_exit_code_where_its_report_is_lost(run, document, live):
    result = run("apply", document, "--live", live, "--report", "json=/dev/full")
    assert result.returncode == 4
    assert "error: --report json=/dev/full: No space left on device\n" in result.stderr


def test_what_was_done_is_told_where_a_report_is_lost(run, document, live, tmp_path):
    full = Path("/dev/full")
    result = run(
        "apply",
        document,
        "--live",
        live,
        "--yes",
        "--report",
        f"json={full}",
        "--report",
        "junit=x",
    )

    assert result.returncode == 1
    assert "1 created" in result.stdout or "applied" in result.stdout
    assert f"--report json={full}: No space left on device" in result.stderr
    assert suite_in(tmp_path / "x").get("failures") == "0"
    assert "No changes." in run("plan", document, "--live", live).stdout


def test_a_refused_apply_is_reported(run, document, live, tmp_path):
    result = run("apply", document, "--live", live, "--report", "junit=x.xml")

    assert result.returncode == 4
    suite = suite_in(tmp_path / "x.xml")
    assert int(suite.get("skipped")) == int(suite.get("tests")) - 1 > 0
    assert suite.get("errors") == "1"  # the apply itself, with why


def test_a_plan_to_take_back_is_no_list_of_tests(run, document, live):
    run("plan", document, "--live", live, "-o", "saved.json")
    found = run("revert", "saved.json", "--live", live, "-o", "u.json", "--report", "junit=x")

    assert found.returncode == 64
    assert "junit shows what became of a plan, and with -o nothing is sent" in found.stderr


def test_problems_of_files_beside_what_people_read(run, document, tmp_path):
    with document.open("a") as file:
        file.write("colour: red\n")
    names = ("sarif=v.sarif", "github=v.txt", "markdown=v.md", "json=v.json")
    reports = [word for name in names for word in ("--report", name)]
    result = run("validate", document, *reports)

    assert result.returncode == 3
    assert result.stderr.endswith("error: 1 problem in the files\n")
    (found,) = json.loads((tmp_path / "v.sarif").read_text())["runs"][0]["results"]
    assert found["ruleId"] == "unknown-key"
    assert (tmp_path / "v.txt").read_text().startswith("::error file=spaces.yaml,line=")
    assert_harmless((tmp_path / "v.md").read_text())


def test_on_a_server(run, server: Server, document, tmp_path):
    text = document.read_text().replace("pubsub.megacorp.example", server.pubsub)
    document.write_text(text.replace("rooms.megacorp.example", server.rooms))
    reports = ("--report", "markdown=r.md", "--report", "json=r.json")
    environment = server.environment()
    for command, more in (("plan", ()), ("apply", ("--yes",)), ("validate", ())):
        connected = environment if command != "validate" else {}
        result = run(command, document, *more, *reports, environment=connected)
        assert result.returncode == 0, result.stderr
        assert_harmless((tmp_path / "r.md").read_text())
        assert json.loads((tmp_path / "r.json").read_text())
