"""Ctrl-C at a real command: it stops, says what it did, and the next apply does the rest."""

import json
import os
import pty
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

import installed
from servers import Server, process

SPACES, CHILDREN = 4, 100
ENOUGH = 30  # seconds, for what takes a few


def many(folder: Path) -> Path:
    lines = ["version: 1", "source: interrupted", "service: pubsub.megacorp.example", "spaces:"]
    for space in range(SPACES):
        lines += [f"  s{space}:", "    exposure: public", "    rooms:"]
        lines += [f"      r{n}@rooms.megacorp.example: Room {n}" for n in range(CHILDREN)]
    path = folder / "many.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def slow(start_prosody: Callable[..., AbstractContextManager[Server]], server_folder: Path):
    """With the limit of a stock configuration: 400 publishes take half a minute."""
    with start_prosody(server_folder, rate="10kb/s", storage="memory", log_level="debug") as server:
        yield server


@contextmanager
def begun(
    environment: Mapping[str, str],
    *arguments: object,
    stdin: int = subprocess.DEVNULL,
    err: int = subprocess.PIPE,
) -> Iterator[subprocess.Popen[str]]:
    command = [str(installed.TOOL), *map(str, arguments)]
    out = subprocess.PIPE
    with subprocess.Popen(
        command,
        stdin=stdin,
        stdout=out,
        stderr=err,
        env=installed.environment(environment),
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def published(server: Server) -> int:
    return server.log.read_text().count("<publish node='s")


def wait_for(check: Callable[[], bool]) -> None:
    assert process.until(check, ENOUGH)


def test_it_stops_and_the_next_one_does_the_rest(slow: Server, tmp_path: Path, run):
    document = many(tmp_path)
    with begun(slow.environment(), "apply", "--yes", "--format", "json", document) as running:
        wait_for(lambda: published(slow) > 40)
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=ENOUGH)
    assert running.returncode == 130, err
    assert "interrupted" in err
    told = json.loads(out)
    assert told["halted"] == "interrupted"
    assert told["counts"]["failed"] == told["counts"]["unknown"] == 0
    assert told["counts"]["done"] >= 40
    assert told["counts"]["skipped"] > 40
    left = run("plan", document, "--format", "json", environment=slow.environment())
    due = [a for a in json.loads(left.stdout)["actions"] if a["do"] != "record-ownership"]
    assert len(due) == told["counts"]["skipped"]


def test_the_second_one_ends_at_once(slow: Server, tmp_path: Path):
    with begun(slow.environment(), "apply", "--yes", many(tmp_path)) as running:
        wait_for(lambda: published(slow) > 20)
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None
        assert running.stderr.readline().startswith("interrupted")  # the first has been heard
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=ENOUGH)
    assert running.returncode == 130
    assert "applied in part" not in out  # for which it would have waited
    assert "Traceback" not in err


def test_before_anything_is_sent_it_ends_at_once(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        environment = {
            "SPACES_SYNC_JID": "admin@megacorp.example",
            "SPACES_SYNC_PASSWORD": "secret",
            "SPACES_SYNC_CONNECT": f"127.0.0.1:{port}",
            "SPACES_SYNC_TLS": "none",
        }
        with begun(environment, "apply", "--yes", many(tmp_path)) as running:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                running.send_signal(signal.SIGINT)
                out, err = running.communicate(timeout=ENOUGH)
    assert (running.returncode, out, err.strip()) == (130, "", "interrupted: nothing was sent")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_during_the_question_it_ends_at_once(number, prosody: Server, document: Path):
    ours, theirs = pty.openpty()
    with begun(prosody.environment(), "apply", document, stdin=theirs) as running:
        assert running.stdout is not None
        while "Plan " not in running.stdout.readline():
            pass
        assert running.stderr is not None
        assert running.stderr.read(10) == "Apply this"
        # Python misses a signal between the prompt and the wait for an answer.
        wait_for(lambda: asleep(running.pid))
        running.send_signal(number)
        _, err = running.communicate(timeout=ENOUGH)
    os.close(ours)
    os.close(theirs)
    assert running.returncode == 130
    assert err.endswith("\ninterrupted: nothing was sent\n")


def asleep(pid: int) -> bool:
    """Whether the main thread of a process waits for something."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("S")


def everything(terminal: int, into: bytearray) -> None:
    with suppress(OSError):  # the other side is closed
        while more := os.read(terminal, 65536):
            into += more


def test_with_a_progress_bar_the_terminal_is_left_as_it_was(slow: Server, tmp_path: Path):
    ours, theirs = pty.openpty()
    shown = bytearray()
    watching = threading.Thread(target=everything, args=(ours, shown))
    with begun(slow.environment(), "apply", "--yes", many(tmp_path), err=theirs) as running:
        os.close(theirs)
        watching.start()
        wait_for(lambda: published(slow) > 20)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=ENOUGH)
    watching.join(ENOUGH)
    os.close(ours)
    assert running.returncode == 130
    assert b"interrupted: nothing more is sent" in shown
    # The line of the progress is taken away before anything else is said, and at the end.
    assert b"\x1b[?25" not in shown
    assert b"applying: " not in shown.rpartition(b"\r\x1b[K")[2]
    assert b"\r\x1b[Kinterrupted: nothing more is sent" in shown or b"applying: " not in shown
    assert "Run apply again: it does what is left." in " ".join(out.split())
