"""The man page is made of the commands' own help, and of what their options read and exits mean."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

from programs import program
from spaces_sync import __version__
from spaces_sync.cli import group
from spaces_sync.cli.commands import COMMANDS
from spaces_sync.cli.options import SHARED

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "spaces-sync.1"
SHARED_FLAGS = {option.flag for option in SHARED}


def escaped(text: str) -> str:
    """Text as roff takes it: a hyphen is a minus, so that what is copied can be typed."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return re.sub(r"^\.", r"\&.", text)


def paragraph(text: str) -> Iterator[str]:
    """A line a sentence, as roff wants it, so that it knows which blank ends one."""
    yield from map(escaped, re.split(r"(?<=[.:]) +(?=[A-Z\[])", " ".join(text.split())))


def option(each: click.Option, context: click.Context) -> Iterator[str]:
    record = each.get_help_record(context)
    assert record is not None
    names, text = record
    yield ".TP"
    yield rf"\fB{escaped(names)}\fR"
    yield from paragraph(text)


def command(name: str, loaded: click.Command) -> Iterator[str]:
    context = click.Context(loaded, info_name=name)
    arguments = [each for each in loaded.params if isinstance(each, click.Argument)]
    words = " ".join(f"{each.make_metavar(context)}" for each in arguments)
    yield f".SS spaces\\-sync {escaped(name)} [OPTIONS] {escaped(words)}".rstrip()
    for text in (loaded.help or "").split("\n\n"):
        yield from paragraph(text)
    options = [each for each in loaded.params if isinstance(each, click.Option)]
    for each in options:
        if not SHARED_FLAGS & {*each.opts}:
            yield from option(each, context)
    if shared := [each.opts[0] for each in options if SHARED_FLAGS & {*each.opts}]:
        yield ".PP"
        yield from paragraph(f"Takes {', '.join(shared)}, too; see OPTIONS.")


def exit_codes() -> Iterator[str]:
    """The sentence that ends the help of the command line, one row a code."""
    listed = (group.epilog or "").removeprefix("Exit codes: ").removesuffix(".")
    rows = re.split(r", (?=\d+ )", listed)
    for code, text in (row.split(" ", 1) for row in rows):
        yield ".TP"
        yield rf"\fB{code}\fR"
        yield from paragraph(text)


def environment() -> Iterator[str]:
    for each in SHARED:
        if variable := each.settings.get("envvar"):
            yield ".TP"
            yield rf"\fB{variable}\fR"
            yield from paragraph(f"As {each.flag}, which overrules it.")
    for variable, text in (
        ("SPACES_SYNC_PASSWORD", "The password of the account, instead of a file."),
        ("SPACES_SYNC_COMPONENT_SECRET", "The secret of the component that --component names."),
        ("NO_COLOR, FORCE_COLOR", "Where --color says nothing else."),
    ):
        yield ".TP"
        yield rf"\fB{variable}\fR"
        yield from paragraph(text)


def lines() -> Iterator[str]:
    context = click.Context(group, info_name="spaces-sync", help_option_names=["-h", "--help"])
    yield r".\" Made of the help of the commands by tests/house/test_manual.py."
    yield f'.TH SPACES\\-SYNC 1 "" "spaces\\-sync {__version__}" "User Commands"'
    yield from (".nh", ".ad l")  # nor is a name of ours broken where a line ends
    yield ".SH NAME"
    yield escaped("spaces-sync") + r" \- XMPP spaces (XEP\-0503) as code"
    yield ".SH SYNOPSIS"
    yield r"\fBspaces\-sync\fR [OPTIONS] COMMAND [ARGS]..."
    yield ".SH DESCRIPTION"
    yield from paragraph(group.help or "")
    yield ".SH COMMANDS"
    for row in COMMANDS:
        yield from command(row.name, row.load())
    yield ".SH OPTIONS"
    yield from paragraph("They stand before or after a command that takes them.")
    for each in group.get_params(context):
        if isinstance(each, click.Option):
            yield from option(each, context)
    yield ".SH ENVIRONMENT"
    yield from environment()
    yield ".SH EXIT STATUS"
    yield from exit_codes()


def test_the_man_page_is_made_of_the_commands():
    """UPDATE_MANUAL=1 writes it."""
    made = "\n".join(line for line in lines() if line) + "\n"
    if os.environ.get("UPDATE_MANUAL"):
        PAGE.write_text(made)
    assert PAGE.read_text() == made


def test_the_man_page_is_clean_and_shows_each_command():
    mandoc = program("mandoc")
    lint = [mandoc, "-Tlint", "-Wwarning", PAGE]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    # A date would be that of the day on which somebody made the page.
    assert [each for each in done.stdout.splitlines() if "missing date" not in each] == []
    shown = subprocess.run(
        [mandoc, "-Tutf8", "-Owidth=200", PAGE],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    plain = re.sub(r".\x08", "", shown)  # bold is a letter over itself
    for row in COMMANDS:
        assert f"spaces-sync {row.name} [OPTIONS]" in plain
    assert "--detailed-exitcode" in plain
