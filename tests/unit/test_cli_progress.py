"""How far a command is: told in a rhythm of its own, on clocks that nobody waits for."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from spaces_sync.cli.options import Talk
from spaces_sync.cli.progress import Progress, line, progress


class Terminal(io.StringIO):
    """What is written to it, as to a terminal."""

    def isatty(self) -> bool:
        return True


class Time:
    """A clock that stands, and calls what waits for it when it goes on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def clock(self) -> float:
        return self.now

    def repeat(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        entry = (seconds, call)
        self.waiting.append(entry)
        return lambda: self.waiting.remove(entry)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for _, call in self.waiting:
            call()


@contextmanager
def shown(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, talk: Talk = "usual"
) -> Iterator[tuple[Progress, Time]]:
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    time = Time()
    with progress("reading", talk, clock=time.clock, repeat=time.repeat) as found:
        found.count(0, 400)
        yield found, time
    assert time.waiting == []


@pytest.mark.parametrize(
    ("done", "seconds", "text"),
    [
        (0, 12.0, "reading: 0 of 400, 12 s so far"),
        (80, 1.0, "reading: 80 of 400, 80/s, 4.0 s left"),
        (4, 2.0, "reading: 4 of 400, 2.0/s, 3 min 18 s left"),
        (1, 60.0, "reading: 1 of 400, 0.0/s, 6 h 39 min left"),
        (400, 5.0, "reading: 400 of 400, 5.0 s so far"),
    ],
)
def test_a_line(done: int, seconds: float, text: str) -> None:
    assert line("reading", done, 400, seconds) == text


def test_a_terminal_has_one_line_that_is_gone_at_the_end(monkeypatch):
    stream = Terminal()
    with shown(monkeypatch, stream) as (found, time):
        time.pass_by(0.9)
        found.count(40, 0)
        assert stream.getvalue() == ""
        time.pass_by(0.1)
        assert stream.getvalue() == "\r\x1b[Kreading: 40 of 400, 40/s, 9.0 s left"
        found.count(1, 0)  # too soon for another one
        time.pass_by(1.0)
    assert stream.getvalue().split("\r\x1b[K") == [
        "",
        "reading: 40 of 400, 40/s, 9.0 s left",
        "reading: 41 of 400, 20/s, 18 s left",
        "",
    ]
    assert "\n" not in stream.getvalue()


def test_a_log_has_a_line_every_ten_seconds(monkeypatch):
    stream = io.StringIO()
    with shown(monkeypatch, stream) as (found, time):
        for _ in range(25):
            time.pass_by(1.0)
            found.count(10, 0)
    assert stream.getvalue().splitlines() == [
        "reading: 90 of 400, 9.0/s, 34 s left",
        "reading: 190 of 400, 9.5/s, 22 s left",
    ]


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "log"])
def test_what_takes_no_time_shows_nothing(monkeypatch, stream):
    with shown(monkeypatch, stream) as (found, time):
        time.pass_by(0.9)
        found.count(400, 0)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("talk", "stream", "told"),
    [
        ("quiet", Terminal(), False),
        ("quiet", io.StringIO(), False),
        ("verbose", Terminal(), False),
        ("verbose", io.StringIO(), True),
    ],
)
def test_who_is_told(monkeypatch, talk, stream, told):
    with shown(monkeypatch, stream, talk) as (_, time):
        time.pass_by(30.0)
    assert bool(stream.getvalue()) is told


def test_a_terminal_that_cannot_erase_is_a_log(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "dumb")
    time = Time()
    with progress("applying", "usual", clock=time.clock, repeat=time.repeat) as found:
        found.count(0, 2)
        time.pass_by(10.0)
    assert stream.getvalue() == "applying: 0 of 2, 10 s so far\n"


def test_what_is_said_meanwhile_stands_alone(monkeypatch):
    stream = Terminal()
    with shown(monkeypatch, stream) as (found, time):
        time.pass_by(2.0)
        found.say("interrupted: nothing more is sent")
    assert stream.getvalue().endswith("so far\r\x1b[Kinterrupted: nothing more is sent\n")


def test_it_is_gone_where_the_block_is_left_by_an_error(monkeypatch):
    stream = Terminal()

    def interrupted() -> None:
        with shown(monkeypatch, stream) as (_, time):
            time.pass_by(2.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stream.getvalue().endswith("so far\r\x1b[K")


def test_no_line_is_wider_than_the_terminal(monkeypatch):
    stream = Terminal()
    with shown(monkeypatch, stream) as (_, time):
        monkeypatch.setenv("COLUMNS", "20")
        time.pass_by(2.0)
        shown_line = stream.getvalue().removeprefix("\r\x1b[K")
    assert shown_line == "reading: 0 of 400, "
