"""`spaces-sync check` as a user runs it, on the simulator: arguments, formats, exit codes."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

SERVICE = "pubsub.megacorp.example"
DOCUMENT = """\
version: 1
service: pubsub.megacorp.example
spaces:
  dev:
    exposure: public
    rooms: {ops@rooms.megacorp.example: Ops}
"""


@pytest.fixture
def live(run, tmp_path: Path) -> Path:
    """A service with the space of `DOCUMENT`, which lists a room that is not there."""
    (tmp_path / "spaces.yaml").write_text(DOCUMENT)
    done = run("apply", "spaces.yaml", "--live", "live.json", "--yes")
    assert done.returncode == 0, done.stderr
    return tmp_path / "live.json"


@pytest.mark.parametrize(
    ("named", "by_file"),
    [
        ("spaces.yaml", True),
        ("./spaces.yaml", True),
        ("spaces", True),
        (".", True),
        (SERVICE, False),
        (SERVICE.upper(), False),
    ],
)
def test_what_is_a_file_and_what_a_service(
    run, live: Path, tmp_path: Path, named: str, by_file: bool
) -> None:
    (tmp_path / "spaces").write_text(DOCUMENT)
    if named == ".":
        (tmp_path / "spaces").unlink()
    done = run("check", named, "--live", live, "--format", "json")
    assert done.returncode == 0, done.stderr
    places = [each["place"] for each in json.loads(done.stdout)["findings"]]
    assert any(places) is by_file


@pytest.mark.parametrize(
    ("named", "code", "said"),
    [
        ("missing.yaml", 3, "missing.yaml"),
        ("missing.yml", 3, "missing.yml"),
        ("a/b", 3, "a/b"),
        ("a b", 64, "invalid value"),
        ("", 64, "an empty file name"),
    ],
)
def test_what_is_neither(run, live: Path, named: str, code: int, said: str) -> None:
    done = run("check", named, "--live", live)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_subject_it_is_wrong_usage(run) -> None:
    assert run("check").returncode == 64


def test_files_and_services_together(run, live: Path) -> None:
    done = run("check", "spaces.yaml", SERVICE, SERVICE, "--live", live, "--format", "json")
    found = [each for each in json.loads(done.stdout)["findings"] if each["rule"] == "R1"]
    assert [each["subject"]["node"] for each in found] == ["dev"]


def test_strict_counts_what_is_only_recommended(run, live: Path) -> None:
    done = run("check", SERVICE, "--live", live)
    assert (done.returncode, "Conforms" in done.stdout) == (0, True)
    strict = run("check", SERVICE, "--live", live, "--strict")
    assert (strict.returncode, "Does not conform" in strict.stdout) == (2, True)
    assert done.stderr == strict.stderr == ""


def test_each_format_ends_alike(run, live: Path) -> None:
    for output_format in ("text", "json", "markdown", "junit"):
        done = run("check", SERVICE, "--live", live, "--format", output_format, "--strict")
        assert done.returncode == 2
        assert done.stdout
    assert json.loads(run("check", SERVICE, "--live", live, "--format", "json").stdout)["conforms"]
    junit = run("check", SERVICE, "--live", live, "--format", "junit", "--strict").stdout
    assert int(ET.fromstring(junit).attrib["failures"]) > 0  # noqa: S314 - our own text


def test_full_shows_what_is_well(run, live: Path) -> None:
    short = run("check", SERVICE, "--live", live).stdout
    full = run("check", SERVICE, "--live", live, "--full").stdout
    assert "its type is urn:xmpp:spaces:0" not in short
    assert "its type is urn:xmpp:spaces:0" in full
    assert "--full" in short
    assert "--full" not in full


def test_a_live_file_is_not_changed_by_it(run, live: Path) -> None:
    before = live.read_bytes()
    run("check", SERVICE, "spaces.yaml", "--live", live)
    assert live.read_bytes() == before
