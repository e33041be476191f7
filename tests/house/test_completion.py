"""What shells complete is what the commands take, and the scripts of the shells are as made."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from spaces_sync.cli import group
from spaces_sync.cli.commands import COMMANDS
from spaces_sync.cli.options import SHARED
from spaces_sync.plan.allowable import ALLOWABLE, NAMED, WHOLE

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "spaces-sync" / "spaces_sync" / "cli" / "completion.json"
SCRIPTS = {
    "bash": "spaces-sync.bash",
    "zsh": "_spaces-sync",
    "fish": "spaces-sync.fish",
}

# What a parameter completes, by the name of its type; nothing is known of what is in no row.
COMPLETES = {
    "path": "file",
    "file": "file",
    "directory": "file",
    "choice": "choice",
    "SERVICE": "service",
    "FILE|SERVICE": "file-or-service",
    "GLOB": "object",
    "KIND[=N|NAME]": "allow",
    "FORMAT=PATH": "report",
}
FREE = {"text", "integer", "integer range", "float", "N|auto", "SECONDS"}
SHARED_FLAGS = {option.flag for option in SHARED}


def completes(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count):
        return "flag"
    if parameter.metavar in COMPLETES:
        return COMPLETES[parameter.metavar]
    name = parameter.type.name
    assert name in COMPLETES or name in FREE, f"say what {parameter.opts[0]} completes ({name})"
    return COMPLETES.get(name, "")


def choices(option: click.Option, command: click.Command) -> dict[str, list[str]]:
    match completes(option):
        case "choice":
            return {"choices": list(option.type.choices)}
        case "report":
            (formats,) = (each for each in command.params if "--format" in each.opts)
            return {"choices": [f"{each}=" for each in formats.type.choices]}
    return {}


def options(command: click.Command) -> list[dict[str, Any]]:
    return [
        {
            "flags": [*option.opts, *option.secondary_opts],
            "help": (option.help or "").partition(". ")[0].rstrip("."),
            "completes": completes(option),
            "repeats": option.multiple,
            **choices(option, command),
        }
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
    ]


def arguments(command: click.Command) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "nargs": each.nargs, "completes": completes(each)}
        for each in command.params
        if isinstance(each, click.Argument)
    ]


def table() -> dict[str, Any]:
    rows = {row.name: row.load() for row in COMMANDS}
    # A kind that takes a name goes on; one that needs none stands as it is, too.
    allowed = [
        word
        for kind in ALLOWABLE
        for word in (
            (f"{kind}=",) if kind in WHOLE else (kind, f"{kind}=") if kind in NAMED else (kind,)
        )
    ]
    return {
        "allowed": allowed,
        "options": [each for each in options(group) if each["flags"] != ["--version"]]
        + [
            {
                "flags": ["--version"],
                "help": "Show the version",
                "completes": "flag",
                "repeats": False,
            }
        ],
        "commands": {
            row.name: {
                "help": row.summary.rstrip("."),
                "arguments": arguments(rows[row.name]),
                "options": options(rows[row.name]),
            }
            for row in COMMANDS
        },
    }


def test_the_table_of_completion_is_made_of_the_commands():
    """UPDATE_COMPLETION=1 writes it."""
    made = json.dumps(table(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_COMPLETION"):
        TABLE.write_text(made)
    assert TABLE.read_text() == made


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_of_a_shell_is_what_the_command_prints(shell: str, run: Callable[..., Any]):
    printed = run(environment={"_SPACES_SYNC_COMPLETE": f"{shell}_source"})
    assert (printed.returncode, printed.stderr) == (0, "")
    path = ROOT / "docs" / "completions" / SCRIPTS[shell]
    if os.environ.get("UPDATE_COMPLETION"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(printed.stdout.strip() + "\n")
    assert path.read_text() == printed.stdout.strip() + "\n"  # versions of click end it otherwise
