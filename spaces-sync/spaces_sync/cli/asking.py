"""Questions on a terminal. Whoever asks has made sure that there is one."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import click

from spaces_sync.cli import account, interrupting, printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.model.addresses import bare_jid

_NO_TEXT: Final = "that is no text as this terminal has it (UTF-8); once more"


def on_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def with_account(options: ConnectionOptions) -> ConnectionOptions:
    """With the account and the password that are asked for where nothing says them.

    Off a terminal nothing is asked: what is missing then, whoever needs it says.
    """
    if not on_terminal():
        return options
    if options.component is None and options.jid is None:
        options = replace(options, jid=answer("Account (JID)", _check_account))
    if not account.has_password(options):
        options = replace(options, asked=_password(account.jid(options)))
    return options


def answer(question: str, check: Callable[[str], object], default: str = "") -> str:
    """What somebody answers, and `check` takes; an empty answer is the default.

    `check` raises `ValueError` with the reason. Raises `click.Abort` where nobody answers any more.
    """
    shown = f"{question} [{default}]: " if default else f"{question}: "
    while True:
        with interrupting.asking():
            printing.write_stderr(shown)
            line = _line()
        if not line:
            printing.say("")  # the line of the question has no end
            raise click.Abort
        given = line.strip() or default
        try:
            check(given)
        except ValueError as error:
            printing.say(f"{error}")
            continue
        return given


def _line() -> str:
    """What is typed, with the end of its line; empty where nobody answers any more."""
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        printing.say(_NO_TEXT)
        return "\n"


def confirmed(question: str, *, default: bool = True) -> bool:
    """Whether somebody says yes, or nothing where that is the default. Raises as `answer`."""

    def check(text: str) -> None:
        if text.lower() not in ("y", "yes", "n", "no"):
            raise ValueError("y or n")

    said = answer(f"{question} y or n", check, "y" if default else "n")
    return said.lower().startswith("y")


def end_unless_agreed(question: str) -> None:
    """Raises `CommandEnd` unless somebody is there and says yes."""
    if not on_terminal():
        raise CommandEnd(Exit.REFUSED, "nothing was sent: no terminal to ask on, and no --yes")
    try:
        yes = confirmed(question, default=False)
    except KeyboardInterrupt:
        printing.say("")  # the line of the question has no end
        raise
    if not yes:
        raise CommandEnd(Exit.REFUSED, "nothing was sent", error=False)


def chosen(question: str, values: Sequence[str]) -> str:
    """One of `values`. Raises as `answer`."""

    def check(text: str) -> None:
        if text not in values:
            raise ValueError(f"one of {', '.join(values)}")

    return answer(question, check)


def _check_account(text: str) -> None:
    if "@" not in bare_jid(text.partition("/")[0]):
        raise ValueError("an account is NAME@DOMAIN")


def _password(jid: str) -> str:
    """Not echoed. Raises `click.Abort` where nobody answers any more."""
    while True:
        try:
            with interrupting.asking():
                text = getpass.getpass(f"Password of {jid}: ", sys.stderr)
        except EOFError:
            printing.say("")  # as above
            raise click.Abort from None
        except UnicodeDecodeError:
            printing.say("", _NO_TEXT)
            continue
        if text:
            return text
