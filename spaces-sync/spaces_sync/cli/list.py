"""`spaces-sync list`: the spaces of a service, as any account may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from spaces_sync import engine
from spaces_sync.cli import connecting
from spaces_sync.cli.display import Display, displays, end_if_clash, show
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.progress import READING, Progress, progress
from spaces_sync.cli.selecting import end_if_unmatched, selects
from spaces_sync.cli.service_argument import SERVICE, warn_of_short_list
from spaces_sync.engine import concurrency
from spaces_sync.model import ledger, marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, decode
from spaces_sync.model.selection import Selection
from spaces_sync.model.state import Form, Item, values_of
from spaces_sync.ports import Reader, UnusableAnswerError
from spaces_sync.profile import ACCESS_MODEL, TITLE
from spaces_sync.report import access, formats
from spaces_sync.report.reportable import ListedChild, SpaceSummary


@click.command("list")
@SERVICE
@click.option("--children", "contents", is_flag=True, help="Also what is in each space.")
@selects(sections=False)
@LIVE
@displays(formats.SPACES, full=False)
@connects
def command(
    service: Jid,
    contents: bool,
    selection: Selection,
    live_file: Path | None,
    display: Display,
    connection: ConnectionOptions,
) -> None:
    """List the spaces of a service."""
    end_if_clash(display, (live_file,), connection)

    async def work() -> tuple[list[SpaceSummary], Mapping[NodeAddress, str]]:
        async with connecting.reader(connection, live_file) as reader:
            with progress(READING, connection.talk) as shown:
                return await _spaces(service, reader, selection, shown, contents=contents)

    spaces, unknown = connecting.run(work)
    show(formats.SPACES, spaces, display)
    if unknown:
        lines = (f"  {node}: {reason}" for node, reason in sorted(unknown.items()))
        raise CommandEnd(Exit.UNAVAILABLE, "of some nodes it is not known what they are:", *lines)


async def _spaces(
    service: Jid, reader: Reader, selection: Selection, shown: Progress, *, contents: bool
) -> tuple[list[SpaceSummary], Mapping[NodeAddress, str]]:
    found = await engine.discover(reader, service, selection, shown.count)
    shown.erase()
    warn_of_short_list(service, found)
    nodes = [each for each in found.nodes if not ledger.is_ledger(each.node)]
    end_if_unmatched(selection, nodes, f"on {service}")

    async def one(address: NodeAddress) -> SpaceSummary:
        config = found.spaces[address]
        title, exposure = _value(config, TITLE), access.exposure(_value(config, ACCESS_MODEL))
        try:
            items = (await reader.items(address)).items
        except UnusableAnswerError as error:
            return SpaceSummary(address, title, exposure, None, str(error))
        children = sum(item.id != marker.MARKER_ID for item in items)
        listed = tuple(_contents(items)) if contents else None
        return SpaceSummary(address, title, exposure, children, "", _source(items), listed)

    return await concurrency.each(one, sorted(found.spaces), count=shown.count), found.unknown


def _contents(items: Sequence[Item]) -> Iterator[ListedChild]:
    """What is in a space but for our own marker, by kind, in the order of reports, and target."""
    order = [*BY_NAME]
    found = sorted(decode(items).items(), key=lambda each: (order.index(each[0].kind), each[0]))
    for key, child in found:
        short = BY_NAME[key.kind].short
        name = child.fields.get(short, "") if short is not None else ""
        yield ListedChild(key.kind, key.target, name if isinstance(name, str) else "")


def _value(config: Form, var: str) -> str:
    """The value of a field, empty where it has none."""
    return "".join(values_of(config, var))


def _source(items: Sequence[Item]) -> str:
    return next((found.source for item in items if (found := marker.decode(item))), "")
