"""Whether the holder of a lock is at work, by what this machine shows of its processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spaces_sync.cli import lock_holder


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which ends when its stdin does."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        if process.poll() is None:
            process.communicate(b"\n")


def digest_of(process: subprocess.Popen[bytes]) -> str:
    return f"{lock_holder._machine()}-{lock_holder._process(process.pid)}"


def end(process: subprocess.Popen[bytes]) -> None:
    process.communicate(b"\n")


@pytest.fixture
def shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is hidden here, however /proc is mounted where this test runs."""
    monkeypatch.setattr(lock_holder, "_options", lambda _: iter(()))


@pytest.mark.usefixtures("shows_all")
def test_a_process_is_at_work_until_it_ends(other: subprocess.Popen[bytes]) -> None:
    state, digest = lock_holder.holder().state, digest_of(other)
    assert state(digest) == "alive"
    end(other)
    assert state(digest) == "ended"
    assert state("elsewhere-0123456789abcdef") == "unknown"


def test_a_process_that_is_not_listed_has_not_ended(
    other: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hidepid=2 a user sees no processes but their own; the first one is another's."""
    digest = digest_of(other)
    monkeypatch.setattr(lock_holder, "_running", lambda: iter([os.getpid()]))
    assert lock_holder.holder().state(digest) == "unknown"


@pytest.mark.usefixtures("shows_all")
def test_a_process_that_tells_nothing_has_not_ended(
    other: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hidepid=1 it is listed, and cannot be read."""
    digest, process = digest_of(other), lock_holder._process
    monkeypatch.setattr(
        lock_holder, "_process", lambda pid: "" if pid == other.pid else process(pid)
    )
    assert lock_holder.holder().state(digest) == "unknown"


@pytest.mark.parametrize(
    ("options", "state"),
    [
        ("rw,nosuid - proc proc rw", "ended"),
        ("rw,nosuid - proc proc rw,hidepid=0", "ended"),
        ("rw,nosuid - proc proc rw,hidepid=off", "ended"),
        ("rw,nosuid - proc proc rw,hidepid=2", "unknown"),
        ("rw,nosuid - proc proc rw,gid=4,hidepid=invisible", "unknown"),
        ("rw,hidepid=ptraceable - proc proc rw", "unknown"),
    ],
)
def test_how_processes_are_shown_is_said_by_the_mount(
    options: str,
    state: str,
    other: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    digest = digest_of(other)
    end(other)
    (tmp_path / "self").mkdir()
    (tmp_path / "self/mountinfo").write_text(f"22 1 0:21 / {tmp_path} {options}\n")
    machine, process = lock_holder._machine(), {1: "the first one"}
    monkeypatch.setattr(lock_holder, "_machine", lambda: machine)
    monkeypatch.setattr(lock_holder, "_process", process.get)
    monkeypatch.setattr(lock_holder, "_running", lambda: iter(process))
    monkeypatch.setattr(lock_holder, "_PROC", tmp_path)
    assert lock_holder._state(digest) == state
