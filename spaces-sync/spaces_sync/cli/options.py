"""The options that commands share, and the values that a command gets from them.

They stand before or after the name of a command. What stands before it is handed on to the
command, so that each command accepts, converts and refuses options in one way.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TextIO, TypeAlias, get_args

import click
from click.core import ParameterSource

from spaces_sync.cli.choices import Choice
from spaces_sync.cli.paths import FILE
from spaces_sync.model.counting import whole_number

Colour: TypeAlias = Literal["always", "never", "auto"]
Talk: TypeAlias = Literal["quiet", "usual", "verbose"]
"""How much is told on stderr: what one must know; also how far it is, and remarks; each request."""
Function: TypeAlias = Callable[..., None]
_COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """How to reach a server and who to be there, as far as options and the environment say.

    `password_file_given`: the file was named by an option, which beats SPACES_SYNC_PASSWORD.
    `has_live_option`: the command has `--live`, which a message may recommend. `asked`: the
    password that somebody typed, where nothing said it. `talk`: what is told meanwhile.
    """

    jid: str | None
    password_file: Path | None
    connect: str | None
    tls: Literal["required", "direct", "none"]
    ca_file: Path | None
    component: str | None
    timeout: float  # seconds
    window: int | None  # requests in flight; None is "auto"
    password_file_given: bool = False
    has_live_option: bool = False
    asked: str = field(default="", repr=False)
    talk: Talk = "usual"


def colour_on(colour: Colour, stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: https://no-color.org, then a terminal."""
    if colour != "auto":
        return colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def colour_in(arguments: Sequence[str]) -> Colour:
    """What `--color` says in arguments that click has not read: an error of theirs is coloured."""
    pairs = zip(arguments, [*arguments, ""][1:], strict=True)
    found = [
        value.removeprefix("--color=") if value.startswith("--color=") else following
        for value, following in pairs
        if value == "--color" or value.startswith("--color=")
    ]
    return next((each for each in _COLOURS if each in found[-1:]), "auto")


class _Window(click.ParamType[int | None]):
    name = "N|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value is None or value == "auto":
            return None
        number = whole_number(str(value))
        if not number:
            self.fail(f"{value!r} is neither 'auto' nor a number above 0", param, ctx)
        return number


class _Seconds(click.ParamType[float]):
    name = "SECONDS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not (math.isfinite(seconds) and seconds > 0):
            self.fail(f"{value!r} is not a number of seconds above 0", param, ctx)
        return seconds


class _OfCommand(click.Option):
    """A shared option after the name of the command; it may come from the environment."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            if ctx.get_parameter_source(self.name) is ParameterSource.ENVIRONMENT:
                error.param_hint = f"{self.envvar}, which the environment sets"
            raise


class _OfGroup(click.Option):
    """The same before the name: as it was written, for the command to judge."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        del ctx
        return value


@dataclass(frozen=True, slots=True)
class SharedOption:
    """One row an option. `settings` are click's; `reason` is why a command does not have it.

    `short`: the same in one letter, such as `-v`.
    """

    flag: str
    parameter: str
    reason: str
    settings: Mapping[str, Any]
    short: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """All that it may be written as."""
        return (self.short, self.flag) if self.short else (self.flag,)

    def of_command(self, function: Function) -> Function:
        """Decorates the function of a command that has the option."""
        decorate = click.option(*self.flags, self.parameter, cls=_OfCommand, **self.settings)
        return decorate(function)

    def of_group(self) -> click.Option:
        """Without the environment, which a command that lacks the option does not read."""
        settings = {name: value for name, value in self.settings.items() if name != "envvar"}
        return _OfGroup([*self.flags, self.parameter], **settings)

    def as_argument(self, value: Any) -> str:
        """As it is written behind the name of a command."""
        return self.flag if self.settings.get("is_flag") else f"{self.flag}={value}"


def _connection(flag: str, **settings: Any) -> SharedOption:
    name = flag.removeprefix("--").replace("-", "_")
    variable = f"SPACES_SYNC_{name.upper()}"
    reason = "it does not connect to a server"
    return SharedOption(flag, name, reason, {"envvar": variable, **settings})


CONNECTION: Final = (
    _connection("--jid", help="Account to log in with.", metavar="JID"),
    _connection(
        "--password-file",
        type=FILE,
        help="File with its password, readable by you alone. Or set SPACES_SYNC_PASSWORD.",
    ),
    _connection(
        "--connect", metavar="HOST:PORT", help="Where to connect instead of what DNS says."
    ),
    _connection(
        "--tls",
        type=Choice(["required", "direct", "none"]),
        default="required",
        show_default=True,
        help="STARTTLS, TLS from the first byte, or none (loopback only).",
    ),
    _connection("--ca-file", type=FILE, help="Certificates to trust instead of the system's."),
    _connection(
        "--component",
        metavar="NAME",
        help="Log in as this component (XEP-0114); its secret is in SPACES_SYNC_COMPONENT_SECRET.",
    ),
    _connection(
        "--timeout",
        type=_Seconds(),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="How long the service may be silent.",
    ),
    _connection(
        "--window", type=_Window(), metavar="N|auto", help="Requests in flight.  [default: auto]"
    ),
)
_TALK_LACKING: Final = "it asks no service, and tells nothing meanwhile"
TALK: Final = (
    SharedOption(
        "--quiet",
        "quiet",
        _TALK_LACKING,
        {"is_flag": True, "help": "Tell results, errors, and what one must know."},
        short="-q",
    ),
    SharedOption(
        "--verbose",
        "verbose",
        _TALK_LACKING,
        {"is_flag": True, "help": "Tell what is asked of which service, and how long it takes."},
        short="-v",
    ),
)
COLOUR: Final = SharedOption(
    "--color",
    "colour",
    "it prints nothing in colour",
    {
        "type": Choice(_COLOURS),
        "default": "auto",
        "show_default": True,
        "help": "Colour of the output.",
    },
)
SHARED: Final = (*CONNECTION, *TALK, COLOUR)

coloured = COLOUR.of_command
"""Decorates the function of a command that gets `colour`, a `Colour`."""


def connects(function: Function) -> Function:
    """Decorates the function of a command that gets `connection`, a `ConnectionOptions`."""

    @functools.wraps(function)
    def called(**given: Any) -> None:
        context = click.get_current_context()
        named = context.get_parameter_source("password_file") is ParameterSource.COMMANDLINE
        connection = ConnectionOptions(
            **{option.parameter: given.pop(option.parameter) for option in CONNECTION},
            password_file_given=named,
            has_live_option="live_file" in context.params,
            talk=_talk(quiet=given.pop("quiet"), verbose=given.pop("verbose")),
        )
        function(connection=connection, **given)

    decorated: Function = called
    for option in reversed((*CONNECTION, *TALK)):
        decorated = option.of_command(decorated)
    return decorated


def _talk(*, quiet: bool, verbose: bool) -> Talk:
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose are opposites: give one of them")
    return "quiet" if quiet else "verbose" if verbose else "usual"


LIVE: Final = click.option(
    "--live",
    "live_file",
    type=FILE,
    help="A snapshot that stands in for the services; a new file is an empty service.",
)


def options_before_command(context: click.Context) -> list[str]:
    """The shared options that stand before the name of the command, as arguments for it."""
    return [
        option.as_argument(context.params[option.parameter])
        for option in SHARED
        if context.get_parameter_source(option.parameter) is ParameterSource.COMMANDLINE
    ]


_OF_SENDING: Final = frozenset({"--yes"})


def reason_lacking(flag: str) -> str | None:
    """Why a command may lack an option that others have; None of any other option."""
    if flag in _OF_SENDING:
        return "it asks nothing and sends nothing; apply, revert and unlock have it"
    return next((option.reason for option in SHARED if flag in option.flags), None)
