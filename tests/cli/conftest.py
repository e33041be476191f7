"""The installed command, run as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

TOOL = Path(sys.executable).with_name("spaces-sync")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("plan", file, environment={...})` in a folder of its own, with nothing inherited."""

    def run(
        *arguments: object, environment: Mapping[str, str] | None = None, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return subprocess.run(
            [TOOL, *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**kept, **(environment or {})},
            input=stdin or "",
            timeout=60,
        )

    return run


SPACE = """\
version: 1
service: pubsub.megacorp.example
spaces:
  {node}:
    title: The developers corner
    exposure: public
    rooms:
      hall@rooms.megacorp.example: Hall
"""


@pytest.fixture
def document(tmp_path: Path, unique: Callable[[str], str]) -> Path:
    path = tmp_path / "spaces.yaml"
    path.write_text(SPACE.format(node=unique("cli")))
    return path
