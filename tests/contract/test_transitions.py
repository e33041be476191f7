"""Each case of the table on each backend, each state applied twice: the second plan is empty."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.backends import Backend
from contract.table import CASES, Case
from contract.table_renames import RENAMES
from contract.walking import walk

pytestmark = pytest.mark.a_newer_server


@pytest.mark.parametrize("case", [*CASES, *RENAMES], ids=lambda case: case.name.replace(" ", "-"))
def test_each_state_follows_and_stays(
    case: Case, backend: Backend, unique: Callable[[str], str], tmp_path: Path
) -> None:
    asyncio.run(walk(case, backend, unique("t"), tmp_path))
