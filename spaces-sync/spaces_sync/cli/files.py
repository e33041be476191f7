"""Writes files that options name, whole or not at all, and never in place of what is read."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from spaces_sync.cli import printing, streams
from spaces_sync.cli.exits import CommandEnd, Exit

_STDOUT: Final = Path("-")
_YAML: Final = (".yaml", ".yml")


def is_stdout(path: Path) -> bool:
    """Whether `path` means stdout, also by another name, such as /dev/stdout."""
    if path == _STDOUT:
        return True
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def end_if_input(output: Path | None, inputs: Iterable[Path | None]) -> None:
    """Raises `CommandEnd` where writing `output` would destroy what the command reads."""
    if output is None or is_stdout(output):
        return
    for path in inputs:
        if path is not None and _is_within(output, path):
            raise CommandEnd(
                Exit.USAGE, f"-o {output}: this is among what the command reads; name another file"
            )


def _is_within(output: Path, path: Path) -> bool:
    # realpath(): of a link to itself Path.resolve() makes another exception in each Python.
    written, read = Path(os.path.realpath(output)), Path(os.path.realpath(path))
    return written == read or (written.parent == read and written.suffix in _YAML)


def save(text: str, path: Path) -> None:
    """Into a file, or on stdout as UTF-8. Raises `CommandEnd` where that is not possible."""
    if is_stdout(path):
        streams.encode_stdout_as_utf8()
        printing.write_stdout(text)
        return
    try:
        write(path, text)
    except OSError as error:
        raise CommandEnd(Exit.USAGE, f"-o {path}: {error.strerror}; name another file") from None


def write(path: Path, text: str) -> None:
    """All of `text` or nothing, through links; a new file is private. Raises `OSError`.

    What is no plain file, such as a pipe, is written to instead of being replaced.
    """
    if _is_plain(path):
        _replace(path.resolve(), text)
    else:
        path.write_text(text, encoding="utf-8")


def _is_plain(path: Path) -> bool:
    """Also of what is not there yet."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _replace(path: Path, text: str) -> None:
    number, name = tempfile.mkstemp(prefix=".spaces-sync-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
