"""What a shell completes, by click's own way: commands and options, and names from the files.

Commands come from `completion.json`, made of themselves (tests/house/test_completion.py), as to
import one takes longer than somebody waits who has pressed a key.
"""

from __future__ import annotations

import functools
import glob
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
    split_arg_string,
)

from spaces_sync.names import Names, names_in

VARIABLE: Final = "_SPACES_SYNC_COMPLETE"
"""Set by the function of the shell, as click names it for a program called spaces-sync."""

Found = Callable[[click.Context, click.Parameter, str], "list[CompletionItem[str]]"]

# Our own: click's splits what COMP_WORDBREAKS has split, and expands what is found as patterns.
# That for fish is another one in other versions of click, and cuts values at a comma.
_BASH: Final = """\
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                COMPREPLY+=("$value")
                [[ $value != *= ]] || compopt -o nospace
                ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \
%(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_FISH: Final = """\
function %(complete_func)s
    for line in (env COMP_LINE=(commandline -cp | string collect) \
%(complete_var)s=fish_complete %(prog_name)s 2>/dev/null)
        set -l found (string split -m 1 , -- $line)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain
                echo $found[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""
_SPECIAL: Final = re.compile(r"[^\w@%+=:,./-]")
_ESCAPED: Final = r"\\\g<0>"


def _words() -> tuple[list[str], str]:
    """The words of the line up to the cursor, however a shell has split them."""
    words = split_arg_string(f"{os.environ['COMP_LINE']}|")  # so that the last word is there
    return words[1:-1], words[-1].removesuffix("|")


def _whole(value: str, incomplete: str) -> str:
    """The word that `incomplete` becomes: of `--option=VALUE` click gives the value alone."""
    option = re.match("--[^=]*=|", incomplete)
    return value if value.startswith("--") or not option else option[0] + value


class _Bash(BashComplete):
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        return _words()

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """As one word, whatever a name in a file holds, and without what bash keeps of it.

        Bash ends a word at each of its breaks, and replaces what stands behind the last one.
        """
        _, incomplete = _words()
        breaks = [each for each in "=:" if each in os.environ.get("COMP_BREAKS", "")]
        kept = max((incomplete.rfind(each) + 1 for each in breaks), default=0)
        value = _whole(item.value, incomplete)[kept:]
        return f"{item.type},{_SPECIAL.sub(_ESCAPED, value)}"


class _Zsh(ZshComplete):
    def format_completion(self, item: CompletionItem[str]) -> str:
        """As of click; zsh replaces the whole word."""
        _, incomplete = self.get_completion_args()
        value = _whole(item.value, incomplete) if item.type == "plain" else item.value
        return super().format_completion(CompletionItem(value, item.type, item.help))


class _Fish(FishComplete):
    source_template = _FISH

    def get_completion_args(self) -> tuple[list[str], str]:
        return _words()

    def format_completion(self, item: CompletionItem[str]) -> str:
        """As it is: fish itself quotes what it puts into the line."""
        _, incomplete = _words()
        help_text = f"\t{item.help}" if item.help else ""
        return f"{item.type},{_whole(item.value, incomplete)}{help_text}"


def complete() -> int:
    """Prints what the shell asks for. A completion never says what is wrong: somebody types."""
    for each in (_Bash, _Zsh, _Fish):
        add_completion_class(each)
    try:
        return shell_complete(_group(), {}, "spaces-sync", VARIABLE, os.environ[VARIABLE])
    except Exception:  # noqa: BLE001 - of a half-typed line anything may be wrong
        return 1


def _group() -> click.Group:
    """The command line as far as completion goes: nothing of it can be run."""
    commands = {
        name: click.Command(name, short_help=row["help"], params=_parameters(row))
        for name, row in _table()["commands"].items()
    }
    return click.Group("spaces-sync", commands=commands, params=_parameters(_table()))


@functools.cache
def _table() -> Mapping[str, Any]:
    text = files("spaces_sync.cli").joinpath("completion.json").read_bytes()
    table: Mapping[str, Any] = json.loads(text)
    return table


def _parameters(row: Mapping[str, Any]) -> list[click.Parameter]:
    arguments: list[click.Parameter] = [
        click.Argument(
            [each["name"]],
            nargs=each["nargs"],
            shell_complete=_COMPLETED.get(each["completes"]),
        )
        for each in row.get("arguments", ())
    ]
    return arguments + [_option(each) for each in row["options"]]


def _option(row: Mapping[str, Any]) -> click.Option:
    if row["completes"] == "flag":
        return click.Option(row["flags"], is_flag=True, help=row["help"])
    choices: list[str] = row.get("choices", [])
    return click.Option(
        row["flags"],
        multiple=row["repeats"],
        help=row["help"],
        type=click.Choice(choices) if row["completes"] == "choice" else None,
        shell_complete=_COMPLETED.get(row["completes"]) or _one_of(choices),
    )


def _items(values: Iterable[str], incomplete: str) -> list[CompletionItem[str]]:
    return [CompletionItem(each) for each in values if each.startswith(incomplete)]


def _one_of(choices: Iterable[str]) -> Found:
    """Also of words that are to go on, which end in an equals sign."""
    return lambda _context, _parameter, incomplete: _items(choices, incomplete)


def _named(context: click.Context) -> Names:
    """What the files name that the line names so far, or else those in this folder."""
    given = [*map(Path, context.args)]  # where an option that lacks its value ends the reading
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument):
            value = context.params.get(parameter.name or "") or ()
            given += map(Path, (value,) if isinstance(value, str) else value)
    there = [path for path in given if path.exists()]
    return names_in(there or [Path()])


def _files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    return [CompletionItem(incomplete, type="file")]


def _services(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    return _items(_named(context).services, incomplete)


def _files_or_services(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    found = _services(context, parameter, incomplete) if incomplete else []
    return [*found, *_files(context, parameter, incomplete)]


def _objects(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    names = _named(context)
    found = {**names.spaces, **names.nodes, **names.rooms}
    return _items(map(glob.escape, found), incomplete)


def _allowed(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """A kind, and of those that take a name, which: of what the files or the saved plan name."""
    kind, equals, _ = incomplete.partition("=")
    if not equals:
        return _items(_table()["allowed"], incomplete)
    names = _named(context)
    found: Mapping[str, Mapping[str, None]] = {
        "delete-space": names.spaces,
        "delete-node": names.nodes,
        "destroy-room": names.rooms,
        "open-access": {**names.spaces, **names.nodes, **names.rooms},
    }
    # A name of digits would be so many objects, of whatever name.
    known = (name for name in found.get(kind, ()) if not name.isdecimal())
    return _items((f"{kind}={name}" for name in known), incomplete)


_COMPLETED: Final[Mapping[str, Found]] = {
    "file": _files,
    "service": _services,
    "file-or-service": _files_or_services,
    "object": _objects,
    "allow": _allowed,
}
