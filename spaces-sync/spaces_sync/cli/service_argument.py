"""The argument SERVICE, and the warning that the list of nodes of a service may be short."""

from __future__ import annotations

from typing import Any, Final

import click

from spaces_sync.cli import printing
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.ports import SHORT_LIST, NodeList


class _Service(click.ParamType["Jid"]):
    name = "SERVICE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Jid:
        try:
            return bare_jid(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SERVICE: Final = click.argument("service", type=_Service(), metavar="SERVICE")
SERVICES: Final = click.argument(
    "services", type=_Service(), metavar="SERVICE...", nargs=-1, required=True
)


def warn_of_short_list(service: Jid, listed: NodeList) -> None:
    """Says on stderr that the list of nodes ends, or may end, before its end."""
    if not listed.complete:
        printing.say(f"warning: {service} did not name all of its nodes")
    elif listed.may_be_cut:
        printing.say(
            f"warning: {service} named exactly {SHORT_LIST} nodes; it may hold others back"
        )
