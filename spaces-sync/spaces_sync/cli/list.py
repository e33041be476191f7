"""`spaces-sync list`: the spaces of a service, as any account may see them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from spaces_sync.cli import connecting, printing
from spaces_sync.cli.options import FORMAT, Command, Options

if TYPE_CHECKING:
    from spaces_sync.model.addresses import Jid, NodeAddress
    from spaces_sync.model.state import Item
    from spaces_sync.ports import NodeEntry, Reader
    from spaces_sync.report.listing import Listed

# COMPAT(ejabberd 23.01): the list of nodes ends at 100 (`max_nodes_discoitems`) without a sign.
SHORT_LIST = 100


class _Service(click.ParamType["Jid"]):
    name = "SERVICE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Jid:
        from spaces_sync.model.addresses import bare_jid

        try:
            return bare_jid(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SERVICE = click.argument("service", type=_Service(), metavar="SERVICE")


@click.command("list", cls=Command)
@SERVICE
@FORMAT
def list_spaces(service: Jid, form: str, options: Options) -> None:
    """List the spaces of a service."""

    async def work() -> list[Listed]:
        async with connecting.reader(options, None) as reader:
            return await _spaces(service, reader)

    spaces = connecting.run(work)
    from spaces_sync.report import json as as_json
    from spaces_sync.report import listing

    if form == "json":
        printing.put(as_json.dumps(listing.to_data(spaces)) + "\n")
    else:
        columns, colour = printing.width(sys.stdout), options.colour_on(sys.stdout)
        printing.put(listing.render(spaces, width=columns, colour=colour))


def warn_of_short_list(service: Jid, entries: Sequence[NodeEntry]) -> None:
    if len(entries) == SHORT_LIST:
        printing.say(
            f"warning: {service} named exactly {SHORT_LIST} nodes; it may hold others back"
        )


def _exposure(access: str) -> str:
    """Derived from the access model (XEP-0503 3, table 1); others fit neither."""
    return {"open": "public", "authorize": "private", "whitelist": "private"}.get(access, access)


def _source(items: Sequence[Item]) -> str:
    from spaces_sync.model import marker

    return next((mark.source for item in items if (mark := marker.decode(item))), "")


async def _spaces(service: Jid, reader: Reader) -> list[Listed]:
    from spaces_sync import engine
    from spaces_sync.engine import concurrency
    from spaces_sync.model import marker
    from spaces_sync.ports import UnusableAnswerError
    from spaces_sync.profile import ACCESS_MODEL, TITLE
    from spaces_sync.report.listing import Listed

    entries, spaces = await engine.list_spaces(reader, service)
    warn_of_short_list(service, entries)

    async def one(address: NodeAddress) -> Listed:
        form = spaces[address]
        title = "".join(form[TITLE].values) if TITLE in form else ""
        access = "".join(form[ACCESS_MODEL].values) if ACCESS_MODEL in form else ""
        try:
            items = (await reader.items(address)).items
        except UnusableAnswerError as error:
            return Listed(address, title, _exposure(access), None, str(error))
        children = sum(not marker.is_own(item.id) for item in items)
        return Listed(address, title, _exposure(access), children, source=_source(items))

    return await concurrency.each(one, sorted(spaces))
