"""The programs beside the servers that tests run: shells, linters and a browser, from Debian."""

import os
import shutil
from pathlib import Path

from servers.starting import without

SHOTS = Path(__file__).parent / ".shots"
"""Where tests put pictures for whoever changes how something looks; git ignores it."""


def program(name: str) -> str:
    """Its path. Where it is missing the test is skipped, and says so; in CI it fails."""
    if (found := shutil.which(name)) is None:
        without(f"there is no {name}; tests/servers/install {name}", promised=True)
    return found


def sandbox() -> list[str]:
    """What Chromium wants of root, who cannot be put into its sandbox."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []
