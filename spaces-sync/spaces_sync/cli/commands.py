"""The commands: one row each. The module of a command is imported when the command is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from spaces_sync.cli import habits, options


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
    CommandRow("map", "Draw services, spaces and what is in them."),
    CommandRow("unlock", "Take away the lock of an apply that was cut off."),
    CommandRow("explain", "Say what a rule, a refusal, a note or an exit code means."),
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

        Raises `click.UsageError`, which says what may have been meant, and why where a shared
        option does not apply.
        """
        given = [*options.options_before_command(parent), *args] if parent is not None else args
        command = self._row.load()
        context = click.Context(command, parent=parent, info_name=info_name)
        habits.check_words(args, command, context)
        try:
            made = command.make_context(info_name, [*given], parent, **extra)
        except click.NoSuchOption as error:
            text = habits.no_such_option(error.option_name, command, context)
            raise click.UsageError(text, context) from None
        habits.check_named_once(args, command, context)
        return made


class CommandGroup(click.Group):
    """Takes the shared options for its commands. Without any argument it prints its help."""

    def __init__(self, **settings: Any) -> None:
        commands: dict[str, click.Command] = {row.name: LazyCommand(row) for row in COMMANDS}
        super().__init__(commands=commands, **settings)
        self.params.extend(option.of_group() for option in options.SHARED)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As of `click.Group`, with `--help` where there are no arguments."""
        try:
            return super().parse_args(ctx, args or ["--help"])
        except click.NoSuchOption as error:
            text = habits.no_such_option(error.option_name, self, ctx)
            raise click.UsageError(text, ctx) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As of `click.Group`. Raises `click.UsageError`, which says what may have been meant."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise click.UsageError(habits.no_such_command(args[0], self.commands), ctx)
        return super().resolve_command(ctx, args)
