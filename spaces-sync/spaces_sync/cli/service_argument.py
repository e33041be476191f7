"""The argument SERVICE, and the warning that the list of nodes of a service may be short."""

from __future__ import annotations

from typing import Any, Final

import click

from spaces_sync.cli import printing
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.ports import NodeList

# COMPAT(ejabberd 23.01): the list of nodes ends at 100 (`max_nodes_discoitems`) without a sign.
# Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
SHORT_LIST: Final = 100


class ServiceName(click.ParamType["Jid"]):
    """The JID of a service."""

    name = "SERVICE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Jid:
        """The normalised JID. Raises `click.BadParameter`."""
        try:
            return bare_jid(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SERVICE: Final = click.argument("service", type=ServiceName(), metavar="SERVICE")
SERVICES: Final = click.argument(
    "services", type=ServiceName(), metavar="SERVICE...", nargs=-1, required=True
)


def warn_of_short_list(service: Jid, listed: NodeList) -> None:
    """Says on stderr that the list of nodes ends, or may end, before its end."""
    if not listed.complete:
        printing.say(f"warning: {service} did not name all of its nodes")
    elif len(listed.entries) == SHORT_LIST:
        printing.say(
            f"warning: {service} named exactly {SHORT_LIST} nodes; it may hold others back"
        )
