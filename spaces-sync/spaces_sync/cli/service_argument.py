"""The argument SERVICE, and the warning that a service may have more nodes than are known."""

from __future__ import annotations

from typing import Any, Final

import click

from spaces_sync.cli import printing
from spaces_sync.engine import Discovery
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.counting import plural

_EXAMPLE: Final = "pubsub.example.org"


class ServiceName(click.ParamType["Jid"]):
    """The JID of a service."""

    name = "SERVICE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Jid:
        """The normalised JID. Raises `click.BadParameter`."""
        if value.endswith((".yaml", ".yml", ".json")) or value.startswith((".", "/")):
            text = f"{value!r} is the name of a file, and a SERVICE is wanted, such as {_EXAMPLE}"
            self.fail(text, param, ctx)
        try:
            return bare_jid(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SERVICE: Final = click.argument("service", type=ServiceName(), metavar="SERVICE")
SERVICES: Final = click.argument(
    "services", type=ServiceName(), metavar="SERVICE...", nargs=-1, required=True
)


def warn_of_short_list(service: Jid, found: Discovery) -> None:
    """Says on stderr that the service holds, or may hold, nodes back."""
    if not found.complete:
        printing.warn(
            f"{service} named {plural(found.listed, 'node')} and may hold others back; "
            "those that this account has a right in are there all the same"
        )
