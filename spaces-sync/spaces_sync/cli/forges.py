"""Which forge a repository is on, by what lies in the folders from here up to its root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from spaces_sync.cli import account
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.report.ci_jobs import FORGES, UNKNOWN_PACKAGE, Forge, Job


def root(folder: Path) -> Path | None:
    """The root of the repository that `folder` is in, if it is in one."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def seen(folder: Path) -> Sequence[Forge]:
    """The forges whose marks lie in `folder` or above it, up to the root of the repository."""
    top = root(folder)
    above = folder.parents if top else ()
    folders = [each for each in (folder, *above) if top is None or each.is_relative_to(top)]
    return [
        forge
        for forge in FORGES
        if any((each / m).exists() for each in folders for m in forge.marks)
    ]


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
