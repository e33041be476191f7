"""The options of every command: how to connect, and colour; they work before and after its name."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

import click
from click.core import ParameterSource

from spaces_sync.cli.files import FILE

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)


@dataclass(frozen=True, slots=True)
class Options:
    """`said`: the names of those that were given as options, and not by the environment.

    `simulates`: whether the command takes --live.
    """

    jid: str | None
    password_file: Path | None
    connect: str | None
    tls: Literal["required", "direct", "none"]
    ca_file: Path | None
    component: str | None
    timeout: float
    window: int | None
    color: Literal["always", "never", "auto"]
    said: frozenset[str]
    simulates: bool

    def colour_on(self, stream: TextIO) -> bool:
        """Whether to colour what goes to `stream`: https://no-color.org, then a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"


class _Window(click.ParamType[int | None]):
    name = "N|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value is None or value == "auto":
            return None
        if not str(value).isdecimal() or int(value) < 1:
            self.fail(f"{value!r} is neither 'auto' nor a number above 0", param, ctx)
        return int(value)


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


class _Common(click.Option):
    """An option of the group and of each command; only the command asks the environment."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        if ctx.parent is None or self.name in _said(ctx.parent):
            return None
        return super().resolve_envvar_value(ctx)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            if ctx.get_parameter_source(self.name) is ParameterSource.ENVIRONMENT:
                error.param_hint = f"{self.envvar}, which the environment sets"
            raise


def _said(ctx: click.Context) -> frozenset[str]:
    """The common options that stand on this part of the command line."""
    source = ctx.get_parameter_source
    return frozenset(name for name in COMMON if source(name) is ParameterSource.COMMANDLINE)


def _common() -> list[click.Parameter]:
    return [
        _Common(["--jid"], envvar="SPACES_SYNC_JID", help="Account to log in with.", metavar="JID"),
        _Common(
            ["--password-file"],
            envvar="SPACES_SYNC_PASSWORD_FILE",
            type=FILE,
            help="File with its password, readable by you alone. Or set SPACES_SYNC_PASSWORD.",
        ),
        _Common(
            ["--connect"],
            envvar="SPACES_SYNC_CONNECT",
            metavar="HOST:PORT",
            help="Where to connect instead of what DNS says.",
        ),
        _Common(
            ["--tls"],
            envvar="SPACES_SYNC_TLS",
            type=click.Choice(["required", "direct", "none"]),
            default="required",
            show_default=True,
            help="STARTTLS, TLS from the first byte, or none (loopback only).",
        ),
        _Common(
            ["--ca-file"],
            envvar="SPACES_SYNC_CA_FILE",
            type=FILE,
            help="Certificates to trust instead of the system's.",
        ),
        _Common(
            ["--component"],
            envvar="SPACES_SYNC_COMPONENT",
            metavar="NAME",
            help="Log in as this component (XEP-0114); its secret is in "
            "SPACES_SYNC_COMPONENT_SECRET.",
        ),
        _Common(
            ["--timeout"],
            envvar="SPACES_SYNC_TIMEOUT",
            type=_Seconds(),
            default=60.0,
            show_default=True,
            metavar="SECONDS",
            help="How long the service may be silent.",
        ),
        _Common(
            ["--window"],
            envvar="SPACES_SYNC_WINDOW",
            type=_Window(),
            metavar="N|auto",
            help="Requests in flight.  [default: auto]",
        ),
        _Common(
            ["--color"],
            type=click.Choice(["always", "never", "auto"]),
            default="auto",
            show_default=True,
            help="Colour of the output.",
        ),
    ]


COMMON = tuple(option.name for option in _common() if option.name)


class Group(click.Group):
    """A group that takes the common options for its commands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())


class Command(click.Command):
    """A command whose function is called with `options` in place of the common ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())

    def invoke(self, ctx: click.Context) -> Any:
        chosen, said = {name: ctx.params.pop(name) for name in COMMON}, _said(ctx)
        if ctx.parent is not None:
            before = _said(ctx.parent)
            chosen |= {name: ctx.parent.params[name] for name in before - said}
            said |= before
        simulates = "live" in ctx.params
        ctx.params["options"] = Options(**chosen, said=said, simulates=simulates)
        return super().invoke(ctx)
