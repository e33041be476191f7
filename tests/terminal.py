"""A command on a terminal of its own, with somebody who answers what it asks."""

import fcntl
import os
import pty
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import forked
import installed


class Session(NamedTuple):
    code: int
    screen: str  # what stands on the terminal: questions, echo and stderr
    output: str  # stdout, which goes into a file


def run(*arguments: object, **more: Any) -> Session:
    """The command with these arguments; `more` is as of `run_program`."""
    return run_program(installed.TOOL, *arguments, **more)


def run_program(
    *command: object,
    answers: Sequence[tuple[str, str]],
    folder: Path,
    environment: Mapping[str, str],
) -> Session:
    """Each answer is typed when its question stands on the terminal, and not before.

    Raises `AssertionError` with the screen where a question does not come.
    """
    ours, theirs = pty.openpty()
    with (folder / "stdout").open("w+") as output:
        process = subprocess.Popen(
            [*map(str, command)],
            stdin=theirs,
            stdout=output,
            stderr=theirs,
            cwd=folder,
            env=installed.environment({"TERM": "xterm", "COLUMNS": "200", **environment}),
            start_new_session=True,
            preexec_fn=own_terminal,  # noqa: PLW1509 - it makes one system call
        )
        os.close(theirs)
        try:
            screen = conversation(ours, answers)
            code = process.wait(forked.SECONDS)
        finally:
            process.kill()
            process.wait()
            os.close(ours)
        output.seek(0)
        return Session(code, screen, output.read())


def own_terminal() -> None:
    """So that /dev/tty is the terminal, as it is for whoever sits at one."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def conversation(terminal: int, answers: Sequence[tuple[str, str]]) -> str:
    """What stands on the terminal in the end."""
    screen, seen = "", 0
    for question, answer in answers:
        while question not in screen[seen:]:
            more = read(terminal)
            assert more, f"{question!r} was not asked:\n{screen}"
            screen += more
        seen = len(screen)
        os.write(terminal, answer.encode(errors="surrogateescape"))
    while more := read(terminal):
        screen += more
    return screen.replace("\r\n", "\n")


def read(terminal: int) -> str:
    """Empty where the other side is closed, for which Linux has an error."""
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        return ""
