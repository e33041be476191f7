"""Colour on a terminal, of reports and of the progress bar."""

import io

import pytest

from golden.plans import everyday
from spaces_sync.cli import printing
from spaces_sync.cli.options import colour_on
from spaces_sync.cli.progress import progress
from spaces_sync.plan.outcome import Result


class Terminal(io.StringIO):
    """What is written to it, as to a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_what_is_said_is_folded_on_a_terminal_and_not_in_a_log(monkeypatch):
    line = "nothing was sent: the plan is refused; if that is meant: --allow delete-space=dev"
    for stream, lines in ((Terminal(), 3), (io.StringIO(), 1)):
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("COLUMNS", "40")
        printing.say(line)
        said = stream.getvalue().splitlines()
        assert len(said) == lines
        assert " ".join(each.strip() for each in said) == line
        assert all(len(each) <= 40 for each in said) or lines == 1
        assert any("--allow delete-space=dev" in each for each in said)


@pytest.mark.parametrize("remark", ["-- ", "# "])
def test_a_remark_of_a_configuration_stays_one_line(monkeypatch, remark):
    """What is behind a break in it would be no remark."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("COLUMNS", "40")
    line = f'        {remark}admins = {{ "{"long" * 20}@megacorp.example" }}'
    printing.say(line)
    assert stream.getvalue() == f"{line}\n"


@pytest.mark.parametrize(
    ("color", "coloured"), [("auto", True), ("always", True), ("never", False)]
)
def test_the_progress_bar_is_coloured_like_the_report(monkeypatch, color, coloured):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress(1, color) as advance:
        advance(Result(everyday().actions[0], "done"))

    assert "applying" in terminal.getvalue()
    assert ("\x1b[38" in terminal.getvalue()) is coloured


@pytest.mark.parametrize(
    ("color", "environment", "coloured"),
    [
        ("auto", {}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {"NO_COLOR": "1"}, False),
        ("always", {"TERM": "dumb", "NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_on_a_terminal(monkeypatch, color, environment, coloured):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert colour_on(color, Terminal()) is coloured
