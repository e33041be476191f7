"""`validate`: what it counts, and what a machine reads of problems and warnings."""

import json
import subprocess
import sys

import pytest

SPACES = """\
version: 1
service: pubsub.example
spaces:
  a: {exposure: public, rooms: {a@rooms.example: {nick: you}, b@rooms.example: {}}}
"""


def test_it_counts_in_words_that_fit(run, tmp_path):
    path = tmp_path / "spaces.yaml"
    path.write_text(SPACES + "rooms: {a@rooms.example: {}}\nnodes: {b: {}, c: {}}\n")
    result = run("validate", path)

    assert result.stdout == "valid: 1 space with 2 children, 1 room, 2 nodes\n"


def test_problems_and_warnings_for_machines(run, tmp_path):
    path = tmp_path / "spaces.yaml"
    path.write_text(SPACES + "colour: red\n")
    result = run("validate", "--format", "json", path)

    assert result.returncode == 3
    found = json.loads(result.stdout)
    assert found["valid"] is False
    assert [(each["severity"], each["code"], each["line"]) for each in found["problems"]] == [
        ("warning", "advice", 4),
        ("error", "unknown-key", 5),
    ]
    assert found["problems"][1]["message"] == "unknown key 'colour'"


def test_a_warning_alone_is_valid(run, tmp_path):
    path = tmp_path / "spaces.yaml"
    path.write_text(SPACES)
    result = run("validate", "--format", "json", path)

    assert result.returncode == 0
    found = json.loads(result.stdout)
    assert found["valid"] is True
    assert [each["severity"] for each in found["problems"]] == ["warning"]


@pytest.mark.parametrize("options", [[], ["--format", "json"]])
def test_without_libyaml_no_file_is_read(options, tmp_path):
    path = tmp_path / "spaces.yaml"
    path.write_text(SPACES)
    program = "import sys; sys.modules['yaml._yaml'] = None; import spaces_sync.cli as c; c.main()"
    command = [sys.executable, "-c", program, "validate", *options, path]
    result = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "error: PyYAML was built without libyaml, and files are read with "
    )


@pytest.mark.parametrize("arguments", [["--help"], ["validate", "spaces.yaml"]])
def test_it_imports_nothing_that_reads_plans(arguments, tmp_path):
    """Half a tenth of a second, which an editor or a hook would wait for at each save."""
    (tmp_path / "spaces.yaml").write_text(SPACES)
    program = (
        "import sys; from spaces_sync.cli import run; code = run(sys.argv[1:]);"
        "sys.exit(code or 'cattrs' in sys.modules)"
    )
    command = [sys.executable, "-c", program, *arguments]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)

    assert (result.returncode, result.stderr.count("Traceback")) == (0, 0)
