"""A server process: folder, ports, start as an ordinary user, end; of XMPP the greeting only."""

import contextlib
import json
import os
import pwd
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from servers import DOMAIN, HOST

START_SECONDS: Final = 20
STOP_SECONDS: Final = 15  # ejabberd takes 3 s when it is well
POLL_SECONDS: Final = 0.02
ORDINARY_USER: Final = "nobody"
GREETING: Final = (
    f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
).encode()


class ServerError(Exception):
    """The server did not start; the text ends in the tail of what it wrote."""


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A throw-away folder that a server's user can reach; pytest's tmp_path is closed to others."""
    with tempfile.TemporaryDirectory(prefix="spaces-sync-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def ports(folder: Path, count: int) -> list[int]:
    """Free loopback ports, the same ones again when a server restarts on the same folder."""
    remembered = folder / "ports.json"
    if remembered.exists():
        return [int(port) for port in json.loads(remembered.read_text())]
    chosen = _free_ports(count)
    remembered.write_text(json.dumps(chosen))
    return chosen


def _free_ports(count: int) -> list[int]:
    """Below the range that the system uses for outgoing connections, so that none takes them."""
    with contextlib.ExitStack() as held:
        chosen: list[int] = []
        for port in random.SystemRandom().sample(range(10_000, 32_000), 1_000):
            candidate = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                candidate.bind((HOST, port))
                chosen.append(port)
            if len(chosen) == count:
                return chosen
    raise ServerError("no free loopback ports")


@contextlib.contextmanager
def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], port: int
) -> Iterator[int]:
    """Yields the process id once the server greets on that port; ends it and its children."""
    hand_over(folder)
    with (folder / "output.log").open("ab") as output:
        process = subprocess.Popen(
            [*as_ordinary_user(), *command],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_greeting(process, folder, port)
        yield process.pid
    finally:
        stop(process)


def as_ordinary_user() -> list[str]:
    """Both servers refuse root, or should; neither outlives a test run that was killed."""
    change = ["--reuid", ORDINARY_USER, "--regid", "nogroup", "--clear-groups"]
    return ["setpriv", *(change if os.geteuid() == 0 else []), "--pdeathsig", "TERM", "--"]


def hand_over(folder: Path) -> None:
    """The folder and what is in it become the ordinary user's."""
    if os.geteuid() != 0:
        return
    for parent in folder.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise ServerError(f"{ORDINARY_USER} cannot pass {parent}: use temporary_folder()")
    user = pwd.getpwnam(ORDINARY_USER)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)


def _await_greeting(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    def check() -> bool:
        if process.poll() is not None:
            raise ServerError(f"the server ended with {process.returncode}\n{_tail(folder)}")
        return greets(port)

    if not until(check, START_SECONDS):
        raise ServerError(f"no greeting on port {port} in {START_SECONDS} s\n{_tail(folder)}")


def until(check: Callable[[], bool], seconds: float) -> bool:
    """Whether it became true in that time."""
    deadline = time.monotonic() + seconds
    while not (reached := check()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return reached


def greets(port: int) -> bool:
    """Whether an XMPP server answers a stream header on that loopback port."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(GREETING)
            answer = b""
            while b"<stream:features" not in answer:
                received = connection.recv(4096)
                if not received:
                    return False
                answer += received
            return True
    except OSError:
        return False


def _tail(folder: Path) -> str:
    logs = [folder / "output.log", folder / "server.log"]
    texts = [log.read_text(errors="replace") for log in logs if log.exists()]
    return "\n".join(line for text in texts for line in text.splitlines()[-20:])


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM first, so that data reaches the disk; then whatever is left of its group."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
