"""The commands: one row each. The module of a command is imported when the command is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from spaces_sync.cli import options


class CommandRow(NamedTuple):
    """The module of that name in this package has the click command, as `command`."""

    name: str
    summary: str  # the line in the list of commands

    def load(self) -> click.Command:
        """Imports the module of that name."""
        command: click.Command = import_module(f"spaces_sync.cli.{self.name}").command
        return command


COMMANDS: Final = (
    CommandRow("init", "Find out what a server offers, and write a first file."),
    CommandRow("validate", "Check files, every problem with its place."),
    CommandRow("plan", "Show what would change on the services."),
    CommandRow("apply", "Make the services what the files say."),
    CommandRow("show", "Show a saved plan."),
    CommandRow("revert", "Take an applied plan back."),
    CommandRow("import", "Write what a service holds as YAML."),
    CommandRow("check", "Hold services and spaces against XEP-0503."),
    CommandRow("list", "List the spaces of a service."),
    CommandRow("snapshot", "Save what a service holds, for --live."),
    CommandRow("unlock", "Take away the lock of an apply that was cut off."),
    CommandRow("schema", "Print the JSON Schema of the files, for editors."),
)


class LazyCommand(click.Command):
    """Stands for a command until it is used: `--help` of the group needs only its summary."""

    def __init__(self, row: CommandRow) -> None:
        super().__init__(row.name, short_help=row.summary)
        self._row = row

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of the command itself, with the options that stand before its name.

        Raises `click.NoSuchOption`, which says why where a shared option does not apply.
        """
        given = [*options.options_before_command(parent), *args] if parent is not None else args
        try:
            return self._row.load().make_context(info_name, given, parent, **extra)
        except click.NoSuchOption as error:
            flag = error.option_name
            if reason := options.reason_lacking(flag):
                text = f"{self.name} has no option {flag}: {reason}"
                raise click.NoSuchOption(flag, text, ctx=error.ctx) from None
            raise


class CommandGroup(click.Group):
    """Takes the shared options for its commands. Without any argument it prints its help."""

    def __init__(self, **settings: Any) -> None:
        commands: dict[str, click.Command] = {row.name: LazyCommand(row) for row in COMMANDS}
        super().__init__(commands=commands, **settings)
        self.params.extend(option.of_group() for option in options.SHARED)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As of `click.Group`, with `--help` where there are no arguments."""
        return super().parse_args(ctx, args or ["--help"])
