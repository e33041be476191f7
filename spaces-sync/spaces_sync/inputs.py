"""Reads files that users name: plain ones, pipes and terminals, and never without an end."""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path
from typing import Final

STDIN: Final = Path("-")
LONGEST: Final = 1 << 28  # bytes of what is no plain file, such as a device that never ends
PATIENCE: Final = 10.0  # seconds for somebody to open a pipe for writing
_AT_ONCE: Final = 1 << 16
_A_MOMENT: Final = 0.1  # seconds between two looks


def read(path: Path, longest: int = LONGEST) -> bytes:
    """All that `path` holds, of a plain file whatever its length; `-` is stdin.

    Raises `OSError` with a reason: also for a pipe that nobody writes to, a disk, and for more
    than `longest` bytes of what is no plain file.
    """
    if path == STDIN:
        return _read_stream(0, longest)
    # Without O_NONBLOCK opening a pipe would wait for its writer, for ever.
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        mode = os.fstat(number).st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            with os.fdopen(number, "rb", closefd=False) as file:
                return file.read()
        if stat.S_ISBLK(mode):
            raise OSError(errno.EINVAL, "it is a disk, not a file")
        return _read_stream(number, longest)
    finally:
        os.close(number)


def _read_stream(number: int, longest: int) -> bytes:
    found = bytearray()
    left = PATIENCE
    poll = select.poll()
    poll.register(number, select.POLLIN)
    while True:
        ready = bool(poll.poll(_A_MOMENT * 1000))
        try:
            data = os.read(number, _AT_ONCE)
        except BlockingIOError:  # somebody is there, who may take their time
            left = PATIENCE
            continue
        if not data and ready:
            return bytes(found)
        if not data:  # a pipe that nobody has opened yet
            left -= _A_MOMENT
            if left <= 0:
                raise TimeoutError(errno.ETIMEDOUT, f"nobody wrote to it in {PATIENCE:g} s")
        found += data
        if len(found) > longest:
            raise OSError(errno.EFBIG, f"it goes on after {longest} bytes")
