"""Streams that are closed, full, read by nobody, or of another locale."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from installed import TOOL
from spaces_sync.cli import printing

CLI = Path(__file__).parents[2] / "spaces-sync" / "spaces_sync" / "cli"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live.json"


def started(
    *arguments: object,
    out: int = subprocess.PIPE,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, arguments)),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **(environment or {})},
        encoding="latin-1",  # every byte is some character
        check=False,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("command", "code"), [("apply --yes", 0), ("apply", 4), ("plan", 0), ("plan --nonsense", 64)]
)
def test_a_closed_stream_leads_nowhere(document, live, command, code, closed):
    line = f'"{TOOL}" {command} "{document}" --live "{live}" {closed}'
    result = started("bash", "-c", line)

    assert result.returncode == code
    assert "unexpected" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_full_disk_undoes_nothing(document, live, tmp_path):
    plan = tmp_path / "plan.json"
    assert started(TOOL, "plan", document, "--live", live, "-o", plan).returncode == 0
    with Path("/dev/full").open("w") as full:
        lost = started(TOOL, "show", plan, out=full.fileno())
        command = [TOOL, "apply", plan, "--live", live, "--yes", "--format", "json"]
        applied = started(*command, out=full.fileno())

    assert (lost.returncode, applied.returncode) == (1, 1)
    for result in (lost, applied):
        said = "error: the report could not be written whole to stdout: No space left on device\n"
        assert result.stderr == said
    assert "node=" in live.read_text()


def test_a_plan_that_cannot_be_shown_is_not_applied(document, live):
    with Path("/dev/full").open("w") as full:
        result = started(TOOL, "apply", document, "--live", live, "--yes", out=full.fileno())

    assert result.returncode == 1
    assert result.stderr == (
        "error: nothing was sent: the report could not be written whole to stdout: "
        "No space left on device\n"
    )
    assert json.loads(live.read_text())["nodes"] == {}


@pytest.mark.parametrize("command", ["plan", "apply", "show", "schema"])
def test_nobody_has_to_read_all_of_it(document, live, tmp_path, command):
    plan = tmp_path / "plan.json"
    assert started(TOOL, "plan", document, "--live", live, "-o", plan).returncode == 0
    arguments = {
        "plan": [document, "--live", live, "--detailed-exitcode"],
        "apply": [document, "--live", live, "--yes"],
        "show": [plan],
        "schema": [],
    }[command]
    reading, writing = os.pipe()
    os.close(reading)
    result = started(TOOL, command, *arguments, out=writing)
    os.close(writing)

    assert result.returncode == (2 if command == "plan" else 0)
    assert set(result.stderr.splitlines()) == {
        "warning: the report could not be written whole to stdout: Broken pipe"
    }


def test_help_that_cannot_be_written_is_no_bug():
    with Path("/dev/full").open("w") as full:
        result = started(TOOL, "--help", out=full.fileno())

    assert (result.returncode, result.stderr) == (1, "error: stdout: No space left on device\n")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("command", ["plan", "validate", "apply"])
def test_any_locale_will_do(document, live, command, encoding):
    document.write_text(document.read_text().replace("Hall", "日本 → 👍"), encoding="utf-8")
    more = {"plan": ["--live", live], "apply": ["--live", live, "--yes"]}.get(command, [])
    environment = {"PYTHONIOENCODING": encoding}
    result = started(TOOL, command, document, *more, environment=environment)

    assert (result.returncode, result.stderr) == (0, "")
    assert command == "validate" or r"\u65e5" in result.stdout


@pytest.mark.parametrize("command", ["plan --format json", "schema"])
def test_json_is_json_in_any_locale(document, live, command):
    document.write_text(document.read_text().replace("Hall", "日本 → 👍"), encoding="utf-8")
    more = [document, "--live", live] if command.startswith("plan") else []
    environment = {"PYTHONIOENCODING": "ascii"}

    json.loads(started(TOOL, *command.split(), *more, environment=environment).stdout)


def test_a_file_on_stdout_is_utf8_in_any_locale():
    code = (
        "from pathlib import Path; from spaces_sync.cli import files, streams; "
        "streams.repair(); files.save('Gr\\xf6\\xdfe', Path('-'))"
    )
    environment = {"PYTHONIOENCODING": "ascii"}
    result = started(sys.executable, "-c", code, environment=environment)

    assert result.stdout.encode("latin-1").decode() == "Größe"


def test_what_is_said_cannot_steer_the_terminal(capsys):
    printing.say("held by \x1b[2J\u202eeve\nnothing was sent", r"C:\x1b")

    said = capsys.readouterr().err
    assert said == "held by \\x1b[2J\\u202eeve\\nnothing was sent\nC:\\x1b\n"


@pytest.mark.parametrize(
    "path", [p for p in sorted(CLI.glob("*.py")) if p.stem != "validate"], ids=lambda p: p.stem
)
def test_everything_is_said_and_put_in_one_place(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    said = [ast.unparse(call.func) for call in calls]

    assert not {"click.echo", "click.secho", "print"} & set(said)
    assert path.stem == "printing" or not any(
        "std" in word and word.endswith(".write") for word in said
    )
