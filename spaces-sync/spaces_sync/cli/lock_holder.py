"""Who holds a lock: a digest of a process, by which its own machine knows whether it has ended."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from spaces_sync.engine import Holder
from spaces_sync.engine.intents import Alive

_PROC: Final = Path("/proc")


def holder() -> Holder:
    """This process. Its digest names neither the account nor the machine; "" without /proc."""
    machine, process = _machine(), _process(os.getpid())
    return Holder(f"{machine}-{process}" if machine and process else "", _state)


def _state(digest: str) -> Alive:
    """Whether the process of that digest is at work; unknown of another machine's."""
    machine, _, process = digest.partition("-")
    if not machine or machine != _machine():
        return "unknown"
    return "alive" if process in set(map(_process, _running())) else "ended"


def _running() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())


def _machine() -> str:
    """Of a boot of a machine and a container on it, which alone see each other's processes."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return _digest(f"{boot} {(_PROC / 'self/ns/pid').readlink()}")
    except OSError:
        return ""


def _process(pid: int) -> str:
    """What no two processes share, although ids are used again."""
    try:
        began = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return _digest(f"{_machine()} {pid} {began}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
