"""What others wrote is no command to a runner, whatever the command prints of it."""

import json
from pathlib import Path

import pytest

from runner import commands
from spaces_sync.cli import printing, progress
from spaces_sync.report.formats import FORMATS

LIVE = ("--live", "live.json")
LONG = "a-rather-long-name-of-a-room-indeed@conference.megacorp.example"
HOSTILE = f"""\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev:
    title: "##[add-mask]loses access"
    description: "::set-output name=plan::evil.json"
    exposure: public
    rooms:
      {LONG}: "::group::All is well"
      hall@conference.megacorp.example: {{name: "x ##vso[task.setvariable]y", autojoin: true}}
    links:
      https://megacorp.example/handbook: "##[error]pwned"
  "::group::{"x" * 90}": {{title: "##teamcity[a]", exposure: private}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spaces.yaml"
    path.write_text(HOSTILE)
    return path


@pytest.fixture
def said(run, tmp_path):
    """`said("plan", …)` runs it in each format that people read, and holds all that it writes."""

    def ran(*words: object, formats: tuple[str, ...] = ("",), mark: str = "\\x23") -> None:
        for each in formats:
            report = tmp_path / f"report.{each}"
            asked = ("--format", each, "--report", f"{each}={report}") if each else ()
            done = run(*words, *asked)
            texts = (done.stdout, done.stderr, report.read_text() if each else "")
            assert commands("\n".join(texts)) == []
            assert mark in "".join(texts)

    return ran


def offered(kind: str) -> tuple[str, ...]:
    return tuple(each.name for each in FORMATS if each.logged and getattr(each, kind))


def test_a_plan_and_what_apply_did(run, said, file):
    said("plan", file, *LIVE, formats=offered("plan"))
    said("plan", file, *LIVE, "--full", formats=offered("plan"))
    said("plan", file, *LIVE, "--color=always")
    assert run("plan", file, *LIVE, "-o", "plan.json").returncode == 0
    said("show", "plan.json", formats=offered("plan"))
    for each in offered("outcome"):
        file.with_name("live.json").unlink(missing_ok=True)
        said("apply", file, *LIVE, "--yes", formats=(each,), mark="")
    said("apply", file, *LIVE, "--yes", "--format", "json", "--allow", "delete-space=##[a]b")
    file.write_text(HOSTILE.partition("spaces:")[0] + "spaces: {}\n")
    said("plan", file, *LIVE, "--full", mark="")


def test_what_is_live(run, said, file):
    assert run("apply", file, *LIVE, "--yes").returncode == 0
    service = "pubsub.megacorp.example"
    said("list", service, *LIVE, formats=offered("spaces"))
    said("list", service, *LIVE, "--children")
    said("check", service, *LIVE, formats=offered("check"), mark="")


def test_problems_and_wrong_usage(said, file, run):
    file.write_text("version: 1\n'##[add-mask]e': 1\n'::error::x': 2\nspaces: {'##[a]b': 1}\n")
    said("validate", file, formats=offered("validation"))
    for words in (["plan", file], ["##[a]b"], ["plan", "##[a]b"], ["explain", "##[a]b"]):
        said(*words)
    said("plan", "::error::x.yaml", mark="\\x3a:")
    github = run("validate", file, "--format", "github")
    assert len(commands(github.stdout)) == github.stdout.count("\n") > 0


def test_how_far_it_is(capsys):
    shown = progress.Progress("##[a]b", progress.Rhythm(0, 0, over=False), lambda: 0.0)
    shown.count(1, 2)
    shown.say("::error::x", "  ::group::y")
    printing.fail("##[a]b", place="::error::x")
    said = capsys.readouterr().err
    assert (commands(said), said.count("\n")) == ([], 4)


def test_a_program_gets_what_is_there(run, file):
    plan = json.loads(run("plan", file, *LIVE, "--format", "json").stdout)
    assert "##[add-mask]loses access" in json.dumps(plan)
