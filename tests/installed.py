"""The installed command, and the environment in which tests start it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TOOL: Final = Path(sys.executable).with_name("spaces-sync")

# The last is by which coverage measures a process that a measured one starts.
_KEPT: Final = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_CONFIG")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """`more`, and of ours only what no option of the command comes from."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | dict(more or {})
