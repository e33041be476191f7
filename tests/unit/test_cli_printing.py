"""What is said on a terminal and in a log: its width, its colour."""

import io

import pytest

from spaces_sync.cli import printing
from spaces_sync.cli.display import Display
from spaces_sync.cli.options import colour_on


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


@pytest.mark.parametrize(
    ("columns", "terminal", "width"),
    [
        ("120", False, 120),
        ("120", True, 120),
        (None, False, 80),
        ("wide", False, 80),
        ("300000000", False, 1000),
        ("9" * 30, True, 1000),
        ("9" * 5000, False, 80),
        ("1", False, 40),
    ],
)
def test_columns_counts_in_a_pipe_too(monkeypatch, columns, terminal, width):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    stream = Terminal() if terminal else io.StringIO()

    assert Display("text").style(stream).columns == width
    if columns is None or len(columns) <= 18:
        assert Display("text").style_of_files.columns == width
    printing.say("told all the same")
