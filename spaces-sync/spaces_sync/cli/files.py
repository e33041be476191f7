"""Writes files that options name, whole or not at all, and never in place of what is read."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from spaces_sync.cli import printing, streams
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.inputs import PATIENCE

# What is wrong with a path itself; a full disk, say, is nobody's wrong usage.
_WRONG_NAME: Final = frozenset(
    {
        *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR),
        *(errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.ENODEV),
    }
)
Version: TypeAlias = tuple[int, int, int]
_STDOUT: Final = Path("-")
_WRITABLE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_YAML: Final = (".yaml", ".yml")


def is_stdout(path: Path) -> bool:
    """Whether `path` means stdout, also by another name, such as /dev/stdout."""
    if path == _STDOUT:
        return True
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def named(path: Path, option: str) -> str:
    """A file as it was named on the command line; `option` ends in `=` where no blank follows."""
    return f"{option}{path}" if option.endswith("=") else f"{option} {path}"


def end_if_input(
    output: Path | None,
    paths: Iterable[Path | None],
    connection: ConnectionOptions | None,
    option: str = "-o",
) -> None:
    """Raises `CommandEnd` where writing `output` would destroy what the command reads.

    connection: None of a command that does not connect. option: which names it.
    """
    if output is None or is_stdout(output):
        return
    secret = () if connection is None else (connection.password_file, connection.ca_file)
    for path in (*paths, *secret):
        if path is not None and _is_within(output, path):
            raise CommandEnd(
                Exit.USAGE,
                f"{named(output, option)}: this is among what the command reads; name another file",
            )


def is_same(one: Path, other: Path) -> bool:
    """Whether writing one of them writes the other: the same file by whatever name, or link."""
    try:
        if one.samefile(other):
            return True
    except OSError:
        pass  # one of them is not there
    return os.path.realpath(one) == os.path.realpath(other)


def end_if_unwritable(path: Path, option: str) -> None:
    """Raises `CommandEnd` where it is known beforehand that `path` cannot be written."""
    folder = path.parent
    why = ""
    if path.is_dir():
        why = os.strerror(errno.EISDIR)
    elif not folder.is_dir():
        why = f"{folder} is no folder"
    elif not os.access(path if path.exists() else folder, os.W_OK):
        why = os.strerror(errno.EACCES)
    if why:
        raise CommandEnd(Exit.USAGE, f"{named(path, option)}: {why}; name another file")


def end_if_there(output: Path, *, force: bool) -> None:
    """Raises `CommandEnd` where writing `output` would replace a file, unless `force`."""
    if not force and not is_stdout(output) and output.exists():
        raise CommandEnd(Exit.USAGE, f"-o {output}: it is there; --force replaces it")


def _is_within(output: Path, path: Path) -> bool:
    if is_same(output, path):
        return True
    # realpath(): of a link to itself Path.resolve() makes another exception in each Python.
    written = Path(os.path.realpath(output))
    return written.suffix in _YAML and written.parent == Path(os.path.realpath(path))


def save(text: str, path: Path, option: str = "-o") -> None:
    """Into a file, or on stdout as UTF-8. Raises `CommandEnd` where that is not possible.

    option: which names it.
    """
    if is_stdout(path):
        streams.encode_stdout_as_utf8()
        printing.write_stdout(text)
        return
    try:
        write(path, text)
    except OSError as error:
        raise not_written(path, option, error) from None


def not_written(path: Path, option: str, error: OSError) -> CommandEnd:
    """The end of a command that could not write `path`: wrong usage where the path is wrong."""
    text = f"{named(path, option)}: {error.strerror}"
    if error.errno in _WRONG_NAME:
        return CommandEnd(Exit.USAGE, f"{text}; name another file")
    return CommandEnd(Exit.UNEXPECTED, text)


def write(path: Path, text: str) -> None:
    """All of `text` or nothing, through links; a new file is private. Raises `OSError`.

    What is no plain file, such as a pipe, is written to instead of being replaced; a disk is not.
    """
    mode = _mode(path)
    if mode is None or stat.S_ISREG(mode):
        write_all({path: text})
    elif stat.S_ISBLK(mode):
        raise OSError(errno.EINVAL, "it is a disk, not a file")
    else:
        _write_stream(path, text)


def write_all(texts: Mapping[Path, str]) -> None:
    """As `write`, into several plain files: where one cannot be written, none is."""
    ready: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            target = path.resolve()
            ready[target] = _beside(target, text)
        for target, temporary in ready.items():
            temporary.replace(target)
    except BaseException:
        for temporary in ready.values():
            temporary.unlink(missing_ok=True)
        raise


def end_if_not_plain(path: Path, option: str) -> None:
    """Raises `CommandEnd` where `path` cannot be both read and replaced."""
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        raise CommandEnd(
            Exit.USAGE, f"{named(path, option)}: it is no plain file; name another one"
        )


def end_if_read_only(path: Path, option: str) -> None:
    """Raises `CommandEnd` where nobody is meant to write `path`, though its folder would let us."""
    mode = _mode(path)
    if mode is not None and not mode & _WRITABLE:
        raise CommandEnd(Exit.USAGE, f"{named(path, option)}: it is read-only")


def version(path: Path) -> Version | None:
    """Changes whenever the file is written; None: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Meanwhile nobody else is who asks for the same. Raises `OSError`."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)  # let go with the descriptor, also where we are killed
        yield
    finally:
        os.close(number)


def _mode(path: Path) -> int | None:
    """None of what is not there yet."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def open_stream(path: Path) -> int:
    """A descriptor to write to what is no plain file; a pipe is waited for, until it has a reader.

    Raises `OSError`, a `TimeoutError` where none came.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        try:  # Without O_NONBLOCK opening a pipe would wait for its reader, for ever.
            number = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
            break
        except OSError as error:
            if error.errno != errno.ENXIO or not path.is_fifo():
                raise
            if time.monotonic() > ends:
                why = f"nobody read from it in {PATIENCE:g} s"
                raise TimeoutError(errno.ETIMEDOUT, why) from None
        time.sleep(0.1)
    os.set_blocking(number, True)
    return number


def _write_stream(path: Path, text: str) -> None:
    with os.fdopen(open_stream(path), "w", encoding="utf-8") as file:
        file.write(text)


def _beside(path: Path, text: str) -> Path:
    """A new file with the text, and with the mode of `path`, in whose place it is to be put."""
    if path.is_dir():
        raise OSError(errno.EISDIR, f"{path.name} is a directory")
    number, name = tempfile.mkstemp(prefix=".spaces-sync-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
