"""Whatever kind of file a user names: it is read, or there is a reason, and nobody hangs."""

import os
import threading
import time
from pathlib import Path

import pytest

from spaces_sync import inputs


def test_a_plain_file_of_any_length(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 200_000)
    assert inputs.read(tmp_path / "file", longest=10) == b"x" * 200_000


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize("parts", [[b"a", b"b" * 300_000], [b""]])
def test_a_pipe_whose_writer_takes_its_time(
    pipe: Path, parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patience is for the coming of a writer alone."""
    monkeypatch.setattr(inputs, "PATIENCE", 1.0)

    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            for part in parts:
                time.sleep(1.2)  # longer than a reader waits for somebody to come
                file.write(part)

    writing = threading.Thread(target=write)
    writing.start()
    assert inputs.read(pipe) == b"".join(parts)
    writing.join()


def test_a_pipe_that_nobody_writes_to(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "PATIENCE", 0.3)
    with pytest.raises(OSError, match=r"nobody wrote to it in 0\.3 s"):
        inputs.read(pipe)


def test_devices() -> None:
    assert inputs.read(Path("/dev/null")) == b""
    with pytest.raises(OSError, match="it goes on after 1000 bytes"):
        inputs.read(Path("/dev/zero"), longest=1000)


def test_a_folder_and_nothing(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        inputs.read(tmp_path)
    with pytest.raises(FileNotFoundError):
        inputs.read(tmp_path / "nothing")
