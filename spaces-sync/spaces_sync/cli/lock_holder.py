"""Who holds a lock: a digest of a process, by which its own machine knows whether it has ended."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from spaces_sync.engine import Holder
from spaces_sync.engine.intents import Alive

_PROC: Final = Path("/proc")
_FIRST: Final = 1


def holder() -> Holder:
    """This process. Its digest names neither the account nor the machine; "" without /proc."""
    machine, process = _machine(), _process(os.getpid())
    return Holder(f"{machine}-{process}" if machine and process else "", _state)


def _state(digest: str) -> Alive:
    """Whether the process of that digest is at work.

    Unknown of another machine's, and of one that is not seen where /proc may hide processes.
    """
    machine, _, process = digest.partition("-")
    if not machine or machine != _machine():
        return "unknown"
    found = {pid: _process(pid) for pid in _running()}
    if process in found.values():
        return "alive"
    return "unknown" if _may_hide(found) else "ended"


def _may_hide(found: Mapping[int, str]) -> bool:
    """Whether there may be other processes than those `found`: of other users, above all.

    The first one is always there; some may be listed and not tell of themselves (hidepid=1); and
    how /proc is mounted says so (proc(5): hidepid, which hides nothing as `0` or `off`).
    """
    if _FIRST not in found or any(not told and _listed(pid) for pid, told in found.items()):
        return True
    try:
        mounts = (_PROC / "self/mountinfo").read_text().splitlines()
    except OSError:
        return True
    options = {option for line in mounts if f" {_PROC} " in line for option in _options(line)}
    return any(each.startswith("hidepid=") for each in options - {"hidepid=0", "hidepid=off"})


def _options(line: str) -> Iterator[str]:
    """The options of a mount, and of its file system, in a line of mountinfo."""
    for word in line.split():
        yield from word.split(",")


def _listed(pid: int) -> bool:
    return (_PROC / str(pid)).exists()


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
