"""Words that are none of ours: mistyped, or what other tools call a command or an option."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from spaces_sync.cli.options import SHARED, reason_lacking
from spaces_sync.cli.paths import NamedPath
from spaces_sync.model.nearest import did_you_mean

_PLAN: Final = "'plan' shows what would change, and changes nothing"
_APPLY: Final = "'apply' makes the services what the files say"
_NO_STATE: Final = "there is no state file; 'plan', 'list' and 'snapshot' read the services"
_LEAVE: Final = (
    "what shall go leaves the file, or gets 'absent: true', and 'apply --allow delete-space=NAME' "
    "removes it"
)

COMMANDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("diff", "preview", "dry-run", "status", "noop"), _PLAN),
    **dict.fromkeys(("deploy", "up", "sync", "push", "run", "converge"), _APPLY),
    **dict.fromkeys(("destroy", "delete", "remove", "down", "rm"), _LEAVE),
    **dict.fromkeys(("refresh", "state", "pull", "output"), _NO_STATE),
    **dict.fromkeys(("export", "dump"), "'import' writes what a service holds as YAML"),
    **dict.fromkeys(("rollback", "undo"), "'revert' takes an applied plan back"),
    **dict.fromkeys(("lint", "verify"), "'validate' checks files, 'check' services"),
    "test": "'validate' checks files, 'check' services, 'plan --live' tries without a server",
    "ls": "'list' names the spaces of a service",
    "force-unlock": "'unlock' takes the lock of an apply that was cut off away",
    "login": "the account is '--jid', its password '--password-file' or SPACES_SYNC_PASSWORD",
    "help": "'spaces-sync --help' lists the commands, 'spaces-sync COMMAND --help' its options",
    "version": "'spaces-sync --version' says it",
}
"""What does here what other tools have a command of that name for."""

_SAFELY: Final = (
    "a password is never on the command line: '--password-file FILE', or SPACES_SYNC_PASSWORD"
)
_VARIABLES: Final = "'${NAME}' in a file takes a value from the environment"

OPTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("--auto-approve", "--assume-yes", "--no-confirm", "-y"), "--yes"),
    **dict.fromkeys(("--out", "--output", "--output-file"), "-o"),
    **dict.fromkeys(("--json", "--markdown", "--output-format"), "--format"),
    **dict.fromkeys(("--no-color", "--no-colour", "--colour"), "--color"),
    **dict.fromkeys(("--user", "--username", "--account"), "--jid"),
    **dict.fromkeys(("--host", "--server", "--port"), "--connect"),
    **dict.fromkeys(("--insecure", "--no-verify", "--cacert", "--ca"), "--ca-file"),
    **dict.fromkeys(("--parallelism", "--concurrency", "--jobs"), "--window"),
    **dict.fromkeys(("--snapshot", "--offline", "--simulate"), "--live"),
    **dict.fromkeys(("--target", "--filter"), "--space"),
    **dict.fromkeys(("--detailed-exit-code", "--exit-code"), "--detailed-exitcode"),
}
"""The option of ours that does what other tools have one of that name for."""

_SAID: Final[Mapping[str, str]] = {
    **dict.fromkeys(("--dry-run", "--check", "--noop"), _PLAN),
    **dict.fromkeys(("--password", "--pass"), _SAFELY),
    **dict.fromkeys(("--var", "--var-file", "--set"), _VARIABLES),
    **dict.fromkeys(("--state", "--refresh", "--refresh-only"), _NO_STATE),
    "--destroy": _LEAVE,
}

_ONE_DASH: Final = re.compile(r"-([a-z][a-z-]+)(?:=.*)?", re.DOTALL)
_GLUED: Final = re.compile(r"(-[a-z])=(.*)", re.DOTALL)


def no_such_command(word: str, known: Collection[str]) -> str:
    """What to say where `word` stands in place of a command."""
    said = f"no such command {word!r}"
    if hint := COMMANDS.get(word):
        return f"{said}; {hint}"
    if near := did_you_mean(word, known):
        return f"{said}{near}"
    if Path(word).suffix in (".yaml", ".yml"):
        return f"{said}; 'spaces-sync plan {word}' plans a file"
    if re.fullmatch(r"[\w.-]+\.[\w-]+", word):
        return f"{said}; 'spaces-sync list {word}' lists the spaces of a service"
    return said


def no_such_option(word: str, command: click.Command, context: click.Context) -> str:
    """What to say where a command has no option `word`."""
    flags = _flags(command, context)
    said = f"no such option {word!r}"
    ours = OPTIONS.get(word, word)
    if isinstance(command, click.Group) and ours not in flags:
        return f"{said}; options of a command stand behind its name"
    if ours not in flags and (reason := reason_lacking(ours)):
        return f"{command.name} has no option {ours}: {reason}"
    if hint := _SAID.get(word):
        return f"{said}; {hint}"
    if ours in flags and ours != word:
        return f"{said}; here it is '{ours}'"
    return f"{said}{did_you_mean(word, sorted(flags))}"


def check_words(words: Sequence[str], command: click.Command, context: click.Context) -> None:
    """Raises `click.UsageError` for what click would take for something else than it means.

    `-out=plan.json` is `-o` with the value `ut=plan.json` to it, and of two files for one option
    the first is lost without a word.
    """
    flags = _flags(command, context)
    before = words[: words.index("--")] if "--" in words else words
    for word in before:
        if found := _ONE_DASH.fullmatch(word):
            long = f"--{found[1]}"
            if long in flags:
                text = f"no such option '-{found[1]}'; did you mean '{long}'?"
                raise click.UsageError(text, context)
            if long in OPTIONS or long in _SAID:
                text = no_such_option(long, command, context).replace(repr(long), f"'-{found[1]}'")
                raise click.UsageError(text, context)
        if (found := _GLUED.fullmatch(word)) and found[1] in flags:
            text = f"'{word}': between an option and its value stands a blank: "
            raise click.UsageError(f"{text}{found[1]} {found[2]}", context)


def check_named_once(words: Sequence[str], command: click.Command, context: click.Context) -> None:
    """Raises `click.UsageError` where an option that names a file stands twice."""
    shared = {each.flag for each in SHARED}
    _, _, given = command.make_parser(context).parse_args([*words])
    for option, count in Counter(given).items():
        if isinstance(option.type, NamedPath) and option.param_type_name == "option":
            flag = option.opts[0]
            if count > 1 and not option.multiple and flag not in shared:
                raise click.UsageError(
                    f"'{flag}' is given {count} times; it names one file", context
                )


def _flags(command: click.Command, context: click.Context) -> frozenset[str]:
    options = (each for each in command.get_params(context) if isinstance(each, click.Option))
    return frozenset(flag for option in options for flag in (*option.opts, *option.secondary_opts))
