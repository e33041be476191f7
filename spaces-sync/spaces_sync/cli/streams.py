"""The three streams of a process, as whoever started it left them."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Final

LOST: Final = (
    errno.EPIPE,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
)  # of a stream that is full or gone


def prepare() -> None:
    """Makes each stream one that can be used: a closed one leads nowhere, and none refuses text."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # It gets the number of the closed one, which a socket would get otherwise.
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def be_utf8() -> None:
    """From now on stdout is a file of ours, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def discard() -> None:
    """What stdout still holds cannot be written: Python must not try and complain at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
