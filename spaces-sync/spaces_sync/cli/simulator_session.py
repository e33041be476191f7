"""The simulator in place of the services, over the file that `--live` names.

Importing this takes 0.1 s; only `connecting` does, and late.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from spaces_sync.cli import account, files
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.codec import DataError
from spaces_sync.model.addresses import bare_jid
from spaces_sync.ports import Reader, Writer
from spaces_sync.simulator import Simulator, snapshot


@asynccontextmanager
async def reader(path: Path, options: ConnectionOptions) -> AsyncIterator[Reader]:
    """Raises `CommandEnd` where the file cannot be read."""
    yield load(path, options)


@asynccontextmanager
async def writer(path: Path, options: ConnectionOptions) -> AsyncIterator[Writer]:
    """The file is written at the end. Raises `CommandEnd` where it cannot be read or written.

    Another command may have written it meanwhile; then nothing is, or its changes were lost.
    """
    if not path.parent.is_dir():
        raise CommandEnd(Exit.INVALID, f"--live {path}: its folder is not there; make it first")
    files.end_if_not_plain(path, "--live")
    before = files.version(path)
    simulator = load(path, options)
    try:
        yield simulator
    finally:
        _save(simulator, path, before)


def load(path: Path, options: ConnectionOptions) -> Simulator:
    """A file that is not there is an empty service. Raises `CommandEnd`."""
    bare = bare_jid(account.jid(options).partition("/")[0]) if options.jid else None
    make = "spaces-sync snapshot SERVICE -o FILE takes one"
    try:
        return snapshot.read(path, bare)
    except OSError as error:
        raise CommandEnd(Exit.INVALID, f"--live {path}: {error.strerror}; {make}") from None
    except DataError as error:
        raise CommandEnd(Exit.INVALID, f"--live {path} is no snapshot: {error}; {make}") from None


def _save(simulator: Simulator, path: Path, before: files.Version | None) -> None:
    text = snapshot.render(simulator)
    try:
        with files.alone_in(path.resolve().parent):
            if files.version(path) != before:
                line = (
                    f"--live {path}: another command has written it meanwhile, so that nothing of "
                    "this one is in it; apply again"
                )
                raise CommandEnd(Exit.STALE, line)
            files.write(path, text)
    except OSError as error:
        line = f"--live {path}: {error.strerror}; the file is as it was, so nothing has changed"
        raise CommandEnd(Exit.UNAVAILABLE, line) from None
