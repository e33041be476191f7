"""action.yml: what its step makes of its inputs, and what it hands back."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
import yaml

import installed
from pipelines.jobs import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SPACES = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev: {title: The developers corner, exposure: public}
"""


class Done(NamedTuple):
    code: int
    said: str
    outputs: dict[str, str]


Act = Callable[..., Done]


@pytest.fixture
def act(tmp_path: Path) -> Act:
    """Runs the second step; the first one installs, which takes a network."""
    work, temporary = tmp_path / "work", tmp_path / "runner"
    binaries = temporary / "spaces-sync" / "bin"
    for folder in (work, binaries):
        folder.mkdir(parents=True)
    (binaries / "spaces-sync").symlink_to(installed.TOOL)
    (work / "spaces.yaml").write_text(SPACES)
    (work / "live.json").write_text(json.dumps({"format_version": "1.0"}))

    def act(runner: Mapping[str, str] = MappingProxyType({}), **inputs: str) -> Done:
        given = {name: each["default"] for name, each in ACTION["inputs"].items()} | inputs
        _, step = ACTION["runs"]["steps"]
        output = tmp_path / "output"
        output.write_text("")
        found = {
            name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
            for name, value in step["env"].items()
        }
        done = subprocess.run(
            # As GitHub starts a step whose shell is bash.
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=work,
            env=installed.environment(
                {**runner, **found, "RUNNER_TEMP": str(temporary), "GITHUB_OUTPUT": str(output)}
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        lines = (line.partition("=") for line in output.read_text().splitlines())
        return Done(
            done.returncode, done.stdout + done.stderr, {name: value for name, _, value in lines}
        )

    return act


LIVE = "--live=live.json"
CANARY = "canary-4711"


def test_a_plan_with_changes_is_no_failure_and_hands_on_its_files(act: Act):
    done = act(options=LIVE)
    assert done.code == 0, done.said
    assert set(done.outputs) == set(ACTION["outputs"])
    assert (done.outputs["changes"], done.outputs["exit-code"]) == ("true", "2")
    assert json.loads(Path(done.outputs["plan"]).read_text())["actions"]
    assert Path(done.outputs["markdown"]).read_text().startswith("<!-- spaces-sync:")


def test_what_was_planned_is_applied_and_then_there_is_nothing(act: Act):
    plan = act(options=LIVE).outputs["plan"]
    done = act(command="apply", files=plan, options=LIVE)
    assert (done.code, done.outputs) == (0, {"exit-code": "0"}), done.said
    done = act(options=LIVE)
    assert (done.code, done.outputs["changes"]) == (0, "false")


def test_inputs_are_words_and_no_script(act: Act):
    odd = "$(touch a); `touch b` *.yaml"
    done = act(files=f"spaces.yaml\n\n{odd}\n", options=f"\n{LIVE}\n")
    assert done.code == 3
    assert odd in done.said
    assert {"plan", "markdown", "changes"}.isdisjoint(done.outputs)


@pytest.mark.parametrize("file", [LIVE, "--report=text=out.txt", "--help"])
def test_a_file_is_never_an_option(file: str, act: Act, tmp_path: Path):
    """Who lists the files of a repository gives what somebody has called them."""
    done = act(files=f"spaces.yaml\n{file}", options=LIVE)
    assert done.code == 3
    assert file in done.said
    assert {each.name for each in (tmp_path / "work").iterdir()} == {"spaces.yaml", "live.json"}


def test_a_file_names_no_token_that_the_runner_sets(act: Act, tmp_path: Path):
    """On Forgejo and Gitea it is in the environment of each step, and the report leaves the log."""
    text = SPACES.replace("megacorp/spaces", "'megacorp/${GITHUB_TOKEN}'")
    (tmp_path / "work" / "spaces.yaml").write_text(text)
    done = act(options=LIVE, runner={"GITHUB_TOKEN": CANARY})
    assert (done.code, CANARY in done.said) == (3, False)
    assert "GITHUB_TOKEN" in done.said


def test_a_password_is_an_input_or_the_environment_and_nowhere_said(act: Act):
    done = act(password=CANARY, options="--jid=a@localhost\n--connect=127.0.0.1:1\n--tls=none")
    assert done.code == 6
    assert CANARY not in done.said
    assert "password" not in done.said


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"command": "validate"}, 0), ({"command": "unlock"}, 64), ({"options": "--no"}, 64)],
)
def test_other_commands(inputs: dict[str, str], code: int, act: Act):
    assert act(**inputs).code == code
