"""The three streams of a process, as whoever started it left them."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Final

# Of a stream that is full or gone.
LOST_STREAM: Final = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO)


def repair() -> None:
    """Opens a closed stream on /dev/null, and has none refuse what its encoding lacks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # It gets the number of the closed one, which a socket would get otherwise.
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def encode_stdout_as_utf8() -> None:
    """Writes UTF-8 to stdout from now on, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def discard_stdout() -> None:
    """Drops what stdout still holds and cannot write, which Python would try again at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
