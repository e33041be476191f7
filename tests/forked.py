"""The installed command, run by a process that has imported it already (`forking`).

All but the start of the interpreter is as in a process of its own. What depends on that start
(streams that are closed, an encoding, ignored signals) is tested on `installed.TOOL` itself, as is
that the file which was installed runs.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import installed

PARENT: Final = Path(__file__).with_name("forking.py")
# Ends what hangs: an apply of 2000 items takes 10 s of a core, and minutes of a small share of one.
SECONDS: Final = 600


class Parent(NamedTuple):
    process: subprocess.Popen[bytes]
    requests: socket.socket


@cache
def parent() -> Parent:
    """The one of this process, which `end` ends."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", PARENT, str(theirs.fileno())],
            # Pipes, as the streams of its runs: Python asks what they are at its start alone.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=installed.environment(),
            pass_fds=[theirs.fileno()],
        )
    return Parent(process, ours)


def end() -> None:
    """Ends the parent, if there is one. Raises `AssertionError` where it said something."""
    if parent.cache_info().currsize:
        process, requests = parent()
        requests.close()
        said = process.communicate()
        parent.cache_clear()
        assert said == (b"", b""), said


def run(
    *arguments: object, folder: Path, environment: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """SIGALRM ends what takes too long. It may be called from several threads at once."""
    words = [str(installed.TOOL), *map(str, arguments)]
    asked = {"arguments": words, "folder": str(folder), "environment": dict(environment)}
    message = json.dumps({**asked, "seconds": SECONDS}).encode()
    (given, write), (read_out, out), (read_err, err) = (os.pipe() for _ in range(3))
    with os.fdopen(write, "w") as standing:
        standing.write(stdin)  # all that tests give fits into a pipe
    reply, answer = socket.socketpair()
    with reply:
        streams = [given, out, err]
        socket.send_fds(parent().requests, [message], [*streams, answer.fileno()])
        answer.close()
        for theirs in streams:
            os.close(theirs)
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(_read, each) for each in (read_out, read_err)]
            code = reply.recv(16)
    assert code, "the parent has ended"
    return subprocess.CompletedProcess(words, int(code), *(each.result() for each in said))


def _read(stream: int) -> str:
    with os.fdopen(stream) as text:
        return text.read()
