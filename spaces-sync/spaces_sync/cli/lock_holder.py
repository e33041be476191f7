"""Who holds a lock: a name for people, and whether a process of this machine has ended."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from spaces_sync.engine import Holder
from spaces_sync.model.addresses import Jid

_PROC: Final = Path("/proc")


def holder(account: Jid) -> Holder:
    """Named by the address of the pipeline's job, otherwise by account, machine and process."""
    name = _job() or f"{account}/{socket.gethostname()}:{os.getpid()}"
    return Holder(name, _process(os.getpid()), _ended)


def _job() -> str:
    env = os.environ
    if run := env.get("GITHUB_RUN_ID"):
        server, repository = env.get("GITHUB_SERVER_URL", ""), env.get("GITHUB_REPOSITORY", "")
        return f"{server}/{repository}/actions/runs/{run}"
    return env.get("CI_JOB_URL", "")


def _process(pid: int) -> str:
    """A text that no two processes share, although ids are used again; "" where /proc lacks it."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = (_PROC / "self/ns/pid").readlink()
        began = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
    return f"{boot} {space} {pid} {began}"


def _ended(process: str) -> bool:
    """Whether `process`, as `_process` names it, ran on this machine and is no more."""
    here, pid = _process(os.getpid()).split(), process.split()
    if len(here) != len(pid) or here[:2] != pid[:2] or not pid or not pid[2].isdecimal():
        return False
    return _process(int(pid[2])) != process
