"""A document of one space, for the command to work on."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
