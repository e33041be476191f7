"""The options of every command: how to connect, and colour; they work before and after its name."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click


@dataclass(frozen=True, slots=True)
class Options:
    jid: str | None
    password_file: Path | None
    connect: str | None
    tls: Literal["required", "direct", "none"]
    ca_file: Path | None
    component: str | None
    timeout: float
    window: int | None
    color: Literal["always", "never", "auto"]

    def colour_on(self, stream: Any = None) -> bool:
        """Whether to colour what goes to `stream`: https://no-color.org, then a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return bool((stream or sys.stdout).isatty())


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


def _common() -> list[click.Parameter]:
    path = click.Path(path_type=Path, dir_okay=False)
    return [
        click.Option(
            ["--jid"], envvar="SPACES_SYNC_JID", help="Account to log in with.", metavar="JID"
        ),
        click.Option(
            ["--password-file"],
            envvar="SPACES_SYNC_PASSWORD_FILE",
            type=path,
            help="File with its password, readable by you alone. Or set SPACES_SYNC_PASSWORD.",
        ),
        click.Option(
            ["--connect"],
            envvar="SPACES_SYNC_CONNECT",
            metavar="HOST:PORT",
            help="Where to connect instead of what DNS says.",
        ),
        click.Option(
            ["--tls"],
            envvar="SPACES_SYNC_TLS",
            type=click.Choice(["required", "direct", "none"]),
            default="required",
            show_default=True,
            help="STARTTLS, TLS from the first byte, or none (loopback only).",
        ),
        click.Option(
            ["--ca-file"],
            envvar="SPACES_SYNC_CA_FILE",
            type=path,
            help="Certificates to trust instead of the system's.",
        ),
        click.Option(
            ["--component"],
            envvar="SPACES_SYNC_COMPONENT",
            metavar="NAME",
            help="Log in as this component (XEP-0114); its secret is in "
            "SPACES_SYNC_COMPONENT_SECRET.",
        ),
        click.Option(
            ["--timeout"],
            envvar="SPACES_SYNC_TIMEOUT",
            type=click.FloatRange(min=0, min_open=True),
            default=60.0,
            show_default=True,
            metavar="SECONDS",
            help="How long the service may be silent.",
        ),
        click.Option(
            ["--window"],
            envvar="SPACES_SYNC_WINDOW",
            type=_Window(),
            metavar="N|auto",
            help="Requests in flight.  [default: auto]",
        ),
        click.Option(
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
        chosen = {name: ctx.params.pop(name) for name in COMMON}
        outer = ctx.parent
        for name in COMMON:
            said_here = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
            if outer is not None and not said_here:
                chosen[name] = outer.params[name]
        ctx.params["options"] = Options(**chosen)
        return super().invoke(ctx)
