"""The hook for pre-commit: its manifest, and the command that pre-commit makes of it."""

import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

import installed
from pipelines.jobs import ROOT

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
SPACES = """\
version: 1
source: megacorp/spaces
service: pubsub.megacorp.example
spaces:
  dev: {title: The developers corner, exposure: public}
"""


def hooked(
    folder: Path, files: Sequence[str], arguments: Sequence[str] = HOOK["args"]
) -> subprocess.CompletedProcess[str]:
    """As pre-commit does it: the words of `entry`, then `args`, which a project may give instead
    of ours, then the files."""
    tool, *words = shlex.split(HOOK["entry"])
    assert tool == installed.TOOL.name
    return subprocess.run(
        [installed.TOOL, *words, *arguments, *files],
        cwd=folder,
        env=installed.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_manifest_has_what_pre_commit_asks_for():
    """pre-commit itself is no library of ours; these are its required keys and their types."""
    for key in ("id", "name", "entry", "language", "files"):
        assert isinstance(HOOK[key], str)
    assert HOOK["entry"].split() == ["spaces-sync", "validate"]
    pattern = re.compile(HOOK["files"])
    taken = ("spaces.yaml", "chat/spaces.yml", "spaces/dev.yaml", "a/spaces/b/c.yaml")
    assert all(map(pattern.search, taken))
    assert not any(map(pattern.search, ("workspaces.yaml", "spaces.json", "spacesx/a.yaml")))


@pytest.mark.parametrize("arguments", [HOOK["args"], ["--format=github", "--"]])
def test_a_file_is_never_an_option(arguments: list[str], tmp_path: Path):
    (tmp_path / "out").mkdir()
    name = f"--report=text={tmp_path}/out/spaces.yaml"
    assert re.search(HOOK["files"], name)
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(SPACES)
    done = hooked(tmp_path, [name], arguments)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / name).write_text(SPACES.replace("title", "titel"))
    done = hooked(tmp_path, [name], arguments)
    assert done.returncode == 3
    assert "titel" in done.stdout + done.stderr
    assert not [*(tmp_path / "out").iterdir()]


def test_options_of_a_project_are_said_how_to_give():
    """They take the place of ours, with the end of options that is among them."""
    assert HOOK["args"] == ["--"]
    assert 'args: [--format=github, "--"]' in (ROOT / ".pre-commit-hooks.yaml").read_text()
