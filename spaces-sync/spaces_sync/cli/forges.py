"""Which forge a repository is on, by what lies in it, and by where it was cloned from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from spaces_sync import inputs
from spaces_sync.cli import account
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.report.ci_jobs import FORGES, UNKNOWN_PACKAGE, Forge, Job

_SECTION: Final = re.compile(r"\s*\[\s*(.*?)\s*\]")
_URL: Final = re.compile(r'\s*url\s*=\s*"?([^\s"]+)')
# https://user@HOST:443/…, ssh://git@HOST/…, git@HOST:…
_HOST: Final = re.compile(r"(?:[a-z+]+://)?(?:[^/@]*@)?([A-Za-z0-9.-]+)(?=[:/])")


def root(folder: Path) -> Path | None:
    """The root of the repository that `folder` is in, if it is in one."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def seen(folder: Path) -> Sequence[Forge]:
    """The forges whose marks lie in `folder` or above it, up to the root of the repository, and
    the one that its `origin` is on.
    """
    top = root(folder)
    above = folder.parents if top else ()
    folders = [each for each in (folder, *above) if top is None or each.is_relative_to(top)]
    host = _origin(top / ".git") if top is not None else ""
    return [
        forge
        for forge in FORGES
        if host in forge.hosts or any((each / m).exists() for each in folders for m in forge.marks)
    ]


def _origin(git: Path) -> str:
    """The host of the remote `origin` (git-config(1)); empty where it is not known.

    git: the folder `.git`, or the file of that name in a worktree (gitrepository-layout(5)).
    """
    with suppress(OSError, ValueError):
        if git.is_file():
            git = git.parent / _text(git).removeprefix("gitdir:").strip()
            if (common := git / "commondir").exists():
                git = git / _text(common).strip()
        url = ""
        section = ""
        for line in _text(git / "config").splitlines():
            if head := _SECTION.match(line):
                section = head[1]
            elif section == 'remote "origin"' and (found := _URL.match(line)):
                url = url or found[1]
        if host := _HOST.match(url):
            return host[1].lower()
    return ""


def _text(path: Path) -> str:
    return inputs.read(path).decode(errors="replace")


def job(output: Path, options: ConnectionOptions) -> Job:
    """What the jobs run, for a file that is at `output` and with the connection of this run."""
    return Job(
        _from_root(output),
        UNKNOWN_PACKAGE,
        account.password_variable(options),
        _environment(options),
    )


def _from_root(output: Path) -> str:
    """The name of a file as a job calls it, whose folder is the root of the repository."""
    folder = output.parent.resolve()
    top = root(folder)
    return str((folder / output.name).relative_to(top)) if top is not None else output.name


def _environment(options: ConnectionOptions) -> Mapping[str, str]:
    given = {
        "SPACES_SYNC_COMPONENT" if options.component else "SPACES_SYNC_JID": account.jid(options),
        "SPACES_SYNC_CONNECT": options.connect,
        "SPACES_SYNC_TLS": options.tls if options.tls != "required" else None,
        "SPACES_SYNC_CA_FILE": str(options.ca_file) if options.ca_file else None,
    }
    return {name: value for name, value in given.items() if value}
