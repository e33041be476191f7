# ruff: noqa: N999 - the command is called so, and its module is loaded by that name
"""`spaces-sync import`: what is live as a document, of which a plan has nothing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from spaces_sync.cli import connecting, files, printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.imported import imported, told
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.paths import FILE, NamedPath
from spaces_sync.cli.service_argument import SERVICES
from spaces_sync.cli.whole import behind, everything
from spaces_sync.document.dump import Wanted
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Reading
from spaces_sync.plan.requirements import private_model

_STDOUT: Final = Path("-")


@click.command("import")
@SERVICES
@click.option("-o", "output", type=FILE, default=_STDOUT, help="Where to write it; - is stdout.")
@click.option(
    "--split",
    "folder",
    type=NamedPath(folders=True),
    metavar="DIR",
    help="A file a space, into DIR.",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--source", metavar="NAME", help="The document's source, who owns what it applies.")
@click.option("--with-rooms", is_flag=True, help="Also the rooms that the spaces list.")
@click.option("--with-nodes", is_flag=True, help="Also the plain nodes that they list.")
@click.option("--with-items", is_flag=True, help="Also items of kinds that are not known here.")
@click.option("--with-subscriptions", is_flag=True, help="Also who is subscribed.")
@click.option(
    "--as-found", is_flag=True, help="Decline what XEP-0503 only recommends and is not so."
)
@LIVE
@connects
def command(
    services: tuple[Jid, ...],
    output: Path,
    folder: Path | None,
    force: bool,
    source: str | None,
    with_rooms: bool,
    with_nodes: bool,
    with_items: bool,
    with_subscriptions: bool,
    as_found: bool,
    live_file: Path | None,
    connection: ConnectionOptions,
) -> None:
    """Write the spaces of SERVICE as YAML, of which plan has nothing to do."""
    files.end_if_input(folder or output, (live_file,), connection)
    _end_if_there(output, folder, force=force)

    async def work() -> tuple[Reading, Sequence[NodeAddress]]:
        async with connecting.reader(connection, live_file) as reader:
            return await everything(services, source, reader, rooms=with_rooms, nodes=with_nodes)

    reading, spaces = connecting.run(work)
    found = behind(reading, spaces)
    wanted = Wanted(
        services[0],
        {jid: private_model(each) for jid, each in reading.services.items()},
        spaces,
        [each for each in found if isinstance(each, NodeAddress)] if with_nodes else (),
        [each for each in found if not isinstance(each, NodeAddress)] if with_rooms else (),
        source=source,
        items=with_items,
        subscriptions=with_subscriptions,
        as_found=as_found,
    )
    made = imported(reading, wanted)
    if folder is None:
        files.save(made.text, output)
    else:
        _save(made.files, folder)
    written = sum(each in reading.state.nodes for each in spaces)
    printing.say(*told(made, written, folder or output))


def _end_if_there(output: Path, folder: Path | None, *, force: bool) -> None:
    """Raises `CommandEnd` where something would be replaced, or read together with what is new."""
    if folder is not None and output != _STDOUT:
        raise CommandEnd(Exit.USAGE, "-o and --split do not go together")
    if folder is None:
        files.end_if_there(output, force=force)
    elif not force and any(folder.glob("*.y*ml")):
        text = f"--split {folder}: it holds YAML files; --force writes among them"
        raise CommandEnd(Exit.USAGE, text)


def _save(texts: Mapping[str, str], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandEnd(Exit.USAGE, f"--split {folder}: {error.strerror}") from None
    for name, text in texts.items():
        files.save(text, folder / name)
