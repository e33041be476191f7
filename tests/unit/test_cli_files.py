"""The one way to write a file: whole or not at all, and never in the place of something else."""

import os
import stat
from pathlib import Path

import pytest

from spaces_sync.cli import files
from spaces_sync.cli.files import write


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "live.json"
    write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write(path, "\ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_private_and_an_old_one_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    path.chmod(0o644)
    write(path, "newer")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_one(tmp_path: Path, there: bool) -> None:
    link, target = tmp_path / "link", tmp_path / "folder" / "target"
    target.parent.mkdir()
    if there:
        target.touch()
    link.symlink_to(target)
    write(link, "new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_to(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to(os.devnull)
    write(link, "new")

    assert stat.S_ISCHR(link.stat().st_mode)


def test_a_pipe_that_nobody_reads_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.3)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"nobody read from it in 0\.3 s"):
        write(tmp_path / "pipe", "new")

    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", ["nowhere/x", "file/x", "x" * 300, "folder"])
def test_what_cannot_be_written_is_an_error_with_a_reason(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as caught:  # noqa: PT011 - of any number
        write(tmp_path / name, "new")

    assert caught.value.strerror
