"""Starts a private Slidge (PyPI) with a gateway of our own, as a component of a server."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from servers import Server, process

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venvs/slidge/bin/python"  # made by `make slidge`
GATEWAY: Final = Path(__file__).with_name("teams.py")


def missing() -> str | None:
    """Why it cannot be started, or None."""
    if not PYTHON.exists():
        return "no Slidge: make slidge"
    tried = subprocess.run(
        [PYTHON, "-c", "import slidge"], check=False, capture_output=True, text=True
    )
    return f"no Slidge: {tried.stderr.splitlines()[-1:]}" if tried.returncode else None


@contextlib.contextmanager
def start(server: Server) -> Iterator[str]:
    """Yields its JID. Whoever asks it for anything before it has connected gets an error."""
    with process.temporary_folder() as folder:
        shutil.copy(GATEWAY, folder)
        command = ["setpriv", "--pdeathsig", "TERM", "--", str(PYTHON), "-m", "slidge"]
        options = {
            "legacy-module": GATEWAY.stem,
            "jid": server.component,
            "secret": server.component_secret,
            "server": server.host,
            "port": server.component_port,
            "home-dir": folder / "home",
        }
        with (folder / "output.log").open("ab") as output:
            started = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield server.component
        finally:
            process.stop(started)
