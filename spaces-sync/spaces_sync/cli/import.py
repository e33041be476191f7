# ruff: noqa: N999 - the command is called so, and its module is loaded by that name
"""`spaces-sync import`: what is live as a document, of which a plan has nothing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import click

from spaces_sync import engine, inputs
from spaces_sync.cli import connecting, files, printing
from spaces_sync.cli.adding import Enlarged, enlarged
from spaces_sync.cli.documents import declared
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.imported import imported, told
from spaces_sync.cli.options import LIVE, ConnectionOptions, Talk, connects
from spaces_sync.cli.paths import FILE, NamedPath
from spaces_sync.cli.reading import read_declared
from spaces_sync.cli.selecting import selects
from spaces_sync.cli.service_argument import SERVICES
from spaces_sync.cli.whole import behind, everything
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.wanted import Wanted
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import first_of, plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.selection import Selection
from spaces_sync.model.state import Reading
from spaces_sync.plan.requirements import private_model
from spaces_sync.ports import Reader

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
@click.option(
    "--into",
    type=FILE,
    help="Add to FILE what it does not declare; nothing in it is changed.",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--source", metavar="NAME", help="The document's source, who owns what it applies.")
@selects(sections=False)
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
    into: Path | None,
    force: bool,
    source: str | None,
    selection: Selection,
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
    target = _target(into, output, folder, source)
    declaration = None if target is None else target.declaration
    _end_if_there(output, folder, force=force)

    async def work() -> tuple[Reading, Sequence[NodeAddress]]:
        async with connecting.reader(connection, live_file) as reader:
            found = await everything(
                services,
                source,
                reader,
                selection,
                rooms=with_rooms,
                nodes=with_nodes,
                talk=connection.talk,
            )
            return await _with_declared(*found, declaration, reader, connection.talk)

    reading, spaces = connecting.run(work)
    listed = behind(reading, spaces, selection)
    wanted = Wanted(
        services[0] if declaration is None else declaration.home,
        {jid: private_model(each) for jid, each in reading.services.items()},
        spaces,
        [each for each in listed if isinstance(each, NodeAddress)] if with_nodes else (),
        [each for each in listed if not isinstance(each, NodeAddress)] if with_rooms else (),
        source=source,
        items=with_items,
        subscriptions=with_subscriptions,
        as_found=as_found,
    )
    if target is not None:
        _add(target, enlarged(target.file, target.declaration, reading, wanted))
        return
    made = imported(reading, wanted)
    if folder is None:
        files.save(made.text, output)
    else:
        _save(made.files, folder)
    printing.say(*told(made, folder or output))


class _Target(NamedTuple):
    """The file of `--into`, its text and what that declares, as they were at one time."""

    path: Path
    version: files.Version | None
    file: DocumentFile
    declaration: Declaration


def _target(
    into: Path | None, output: Path, folder: Path | None, source: str | None
) -> _Target | None:
    """Raises `CommandEnd` where the file of `--into` cannot be added to."""
    if into is None:
        return None
    if folder is not None or output != _STDOUT or source is not None:
        raise CommandEnd(Exit.USAGE, "--into goes with none of -o, --split and --source")
    files.end_if_not_plain(into, "--into")
    files.end_if_read_only(into, "--into")
    version = files.version(into)
    declaration = declared((into,), secrets=False)
    try:
        text = inputs.read(into).decode()
    except (OSError, UnicodeDecodeError):
        text = ""  # since it was read, it has changed
    target = _Target(into, version, DocumentFile(str(into), text), declaration)
    _end_if_changed(target)
    return target


def _end_if_changed(target: _Target) -> None:
    """Raises `CommandEnd` where somebody has written the file since it was read."""
    if files.version(target.path) != target.version:
        text = f"--into {target.path}: it has changed meanwhile; nothing was written, begin again"
        raise CommandEnd(Exit.STALE, text)


async def _with_declared(
    reading: Reading,
    spaces: Sequence[NodeAddress],
    declaration: Declaration | None,
    reader: Reader,
    talk: Talk,
) -> tuple[Reading, Sequence[NodeAddress]]:
    """What was read, and what there is of that which `declaration` is about."""
    if declaration is None:
        return reading, spaces
    known, _ = await read_declared(declaration, reader, talk, command="")
    return replace(engine.merged(reading, known), ownership=known.ownership), spaces


def _add(target: _Target, made: Enlarged) -> None:
    file = target.path
    if made.added:
        _end_if_changed(target)
        files.save(made.text, file, "--into")
    printing.say(
        f"{file}: {plural(made.added, 'entry')} added" if made.added else f"{file}: nothing to add"
    )
    if made.planned:
        printing.say(f"not added, as a plan changes or removes it: {first_of(made.planned)}")
    if made.left_out:
        printing.say("left out:", *(f"  {text}" for text in made.left_out))
    if made.still:
        printing.say("a plan of it shows now:", *made.still)


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
        files.write_all({folder / name: text for name, text in texts.items()})
    except OSError as error:
        raise CommandEnd(Exit.USAGE, f"--split {folder}: {error.strerror}") from None
    if others := {each.name for each in folder.glob("*.y*ml")} - texts.keys():
        line = f"{folder} holds other files, which are read with them: {first_of(others)}"
        printing.warn(line)
