"""Run as a script: a process that has imported all of the command, and forks for each run of it.

A run has the streams, folder, environment and arguments that a process of that name would have,
and ends as the interpreter ends; what it is spared is 0.3 s of imports. `forked` asks for runs.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import fields
from typing import Any, Final

from spaces_sync import cli
from spaces_sync.cli import (
    commands,
    simulator_session,  # noqa: F401 - imported late by commands, which each run would do anew
    xmpp_session,  # noqa: F401 - the same
)
from spaces_sync.report import formats

LONGEST_REQUEST: Final = 1 << 17  # bytes


def main(requests: socket.socket) -> None:
    """Of the parent, until nobody asks any more; of each run, until its command has ended."""
    import_all()
    gc.freeze()  # what is shared is not copied for having been looked at
    if run := serve(requests):
        become(*run)
        cli.main()


def import_all() -> None:
    """What is imported when it is used."""
    for command in commands.COMMANDS:
        command.load()
    for row in formats.FORMATS:
        for column in fields(row):
            if isinstance(render := getattr(row, column.name), formats.LazyRender):
                render.load()


def serve(requests: socket.socket) -> tuple[Any, list[int]] | None:
    """Returns in each run: what was asked for, and its streams. In the parent None, at the end."""
    with selectors.DefaultSelector() as ready:
        ready.register(requests, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.data is not None:
                    ready.unregister(key.fd)
                    answer(key.fd, *key.data)
                    continue
                message, sent, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 4)
                if not message:
                    return None
                *streams, reply = sent
                if not (pid := os.fork()):
                    return json.loads(message), streams
                for stream in streams:
                    os.close(stream)
                ready.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, reply))


def answer(process: int, pid: int, reply: int) -> None:
    """With the exit code of a run that has ended, negative where a signal ended it."""
    _, status = os.waitpid(pid, 0)
    os.close(process)
    with socket.socket(fileno=reply) as asking:
        asking.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def become(asked: Any, streams: list[int]) -> None:
    """Makes this process the one that was asked for."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv[:] = asked["arguments"]
    signal.alarm(asked["seconds"])  # ends what hangs


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
