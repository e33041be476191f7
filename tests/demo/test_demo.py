"""The demo runs through, on a server and without one, and fits a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers import prosody

SCRIPT = Path(__file__).with_name("run.py")


def demo(path: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[1]), "PATH": path}
    done = subprocess.run(
        [sys.executable, SCRIPT],
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []
    return done.stdout


@pytest.mark.usefixtures("start_prosody")
def test_on_prosody_another_account_sees_what_was_applied() -> None:
    printed = demo(os.environ["PATH"])
    assert "space  dev  The developers corner" in printed
    assert "boring-software@conference.megacorp.example" in printed
    assert "belongs to\n  xmpp:pubsub.megacorp.example?;node=operations\n" in printed


def test_without_prosody_the_simulator_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prosody.missing()
    assert "on the simulator" in demo(str(tmp_path))
