"""The question before something is sent, as somebody answers it."""

import io

import click
import pytest

from spaces_sync.cli.asking import end_unless_agreed
from spaces_sync.cli.exits import CommandEnd, Exit


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def asked(answers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(answers))
    end_unless_agreed("Apply this?")


@pytest.mark.parametrize("answers", ["y\n", "YES\n", "x\n\x1b[A\ny\n"])
def test_only_a_yes_goes_on(answers, monkeypatch, capsys):
    asked(answers, monkeypatch)
    said = capsys.readouterr()
    questions = answers.count("\n")
    assert said.out == ""
    assert said.err == "y or n\n".join(["Apply this? y or n [n]: "] * questions)


@pytest.mark.parametrize("answers", ["n\n", "\n", "x\nno\n"])
def test_a_no_is_no_error(answers, monkeypatch):
    with pytest.raises(CommandEnd, match="nothing was sent") as ended:
        asked(answers, monkeypatch)
    assert (ended.value.code, ended.value.error) == (Exit.REFUSED, False)


def test_nobody_answers_any_more(monkeypatch, capsys):
    with pytest.raises(click.Abort):
        asked("x\n", monkeypatch)
    assert capsys.readouterr().err.endswith(": \n")
