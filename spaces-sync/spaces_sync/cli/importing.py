"""`spaces-sync import`: what is live as a document, of which a plan has nothing to do."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from spaces_sync import engine
from spaces_sync.cli import connecting, files, printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import LIVE, ConnectionOptions, connects
from spaces_sync.cli.paths import FILE
from spaces_sync.cli.service_argument import SERVICES, warn_of_short_list
from spaces_sync.document.dump import About, Wanted, dump
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.load import examine_files
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import address_of
from spaces_sync.model.counting import plural
from spaces_sync.model.state import EMPTY, Reading
from spaces_sync.plan.actions import (
    Action,
    ConfigureNode,
    ConfigureRoom,
    PublishItem,
    RecordOwnership,
    SetAffiliation,
    SetSubscription,
    WriteMarker,
    subject,
)
from spaces_sync.plan.compare import planner
from spaces_sync.plan.requirements import private_model
from spaces_sync.ports import MalformedAnswerError, Reader, ServiceError
from spaces_sync.profile import is_space
from spaces_sync.report.outcome_text import action_name

_STDOUT: Final = Path("-")
_UNFAITHFUL: Final = "the language cannot say it as it is"


@click.command("import")
@SERVICES
@click.option("-o", "output", type=FILE, default=_STDOUT, help="Where to write it; - is stdout.")
@click.option("--force", is_flag=True, help="Replace the file of -o.")
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
    files.end_if_input(output, (live_file,), connection)
    if not (force or files.is_stdout(output)) and output.exists():
        raise CommandEnd(Exit.USAGE, f"-o {output}: it is there; --force replaces it")

    async def work() -> tuple[Reading, Sequence[NodeAddress]]:
        async with connecting.reader(connection, live_file) as reader:
            return await _everything(services, reader, rooms=with_rooms, nodes=with_nodes)

    reading, spaces = connecting.run(work)
    listed = _listed(reading, spaces)
    wanted = Wanted(
        services[0],
        {"public": "open", "private": private_model(reading.services[services[0]])},
        spaces,
        [each for each in listed if isinstance(each, NodeAddress) and each not in spaces],
        [each for each in listed if not isinstance(each, NodeAddress)],
        source=source,
        items=with_items,
        subscriptions=with_subscriptions,
        as_found=as_found,
    )
    if not with_rooms:
        wanted = replace(wanted, rooms=())
    if not with_nodes:
        wanted = replace(wanted, nodes=())
    made = imported(reading, wanted)
    files.save(made.text, output)
    _say(made, len(spaces), output)


async def _everything(
    services: Iterable[Jid], reader: Reader, *, rooms: bool, nodes: bool
) -> tuple[Reading, Sequence[NodeAddress]]:
    """What the spaces of the services are and hold, and which nodes are spaces."""
    known: dict[NodeAddress, None] = {}
    for service in services:
        listed, found, unknown = await engine.list_spaces(reader, service)
        warn_of_short_list(service, listed)
        known.update(dict.fromkeys((*found, *unknown)))
        with suppress(ServiceError, MalformedAnswerError):  # what it lists is all then
            known.update(dict.fromkeys(await reader.own_nodes(service)))
    reading = await engine.read_addresses(known, reader, services)
    state = reading.state.nodes
    spaces = [node for node in known if node not in state or is_space(state[node].config)]
    behind = [
        each
        for each in _listed(reading, spaces)
        if each not in state and (nodes if isinstance(each, NodeAddress) else rooms)
    ]
    return engine.merged(reading, await engine.read_addresses(behind, reader)), spaces


def _listed(reading: Reading, spaces: Iterable[NodeAddress]) -> Sequence[NodeAddress | Jid]:
    """The rooms and nodes that spaces list."""
    found = (reading.state.nodes[each] for each in spaces if each in reading.state.nodes)
    keys = (key for node in found for key in node.children)
    return sorted({each for key in keys if (each := address_of(key)) is not None}, key=str)


# --- until a plan has nothing to do ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """A document. `still`: what a plan of it would change, in words. `left_out`: how many things
    are not in it for a reason that only reading it told.
    """

    text: str
    still: Sequence[str]
    left_out: int


def imported(reading: Reading, wanted: Wanted) -> Imported:
    """The smallest document of what was read: it is read back, and planned with, to know that.

    What cannot be written so that it is read as it was is left out, with the reason. Raises
    `CommandEnd` where that is what the whole stands on, such as the name of the source.
    """
    while True:
        made = dump(reading, wanted)
        file = DocumentFile("import", made.text)
        declaration, problems = examine_files([file], EMPTY)
        bad: dict[Hashable, str] = {}
        for each in problems:
            if each.severity == "error":
                bad.setdefault(made.about[each.place.line - 1], each.message)
        actions: Sequence[Action] = ()
        if not bad:
            actions = planner.plan(declaration, reading, take_over=True).actions
            changed = (about for action in actions for about in _changed(action))
            bad = dict.fromkeys(set(changed).intersection(made.about), _UNFAITHFUL)
        if not bad:
            still = list(_still(actions))
            if still:
                made = dump(reading, replace(wanted, above=["A plan still shows:", *still]))
            return Imported(made.text, still, len(wanted.without))
        known = (None, *wanted.without)
        if unknown := next((text for about, text in bad.items() if about in known), ""):
            raise CommandEnd(Exit.INVALID, f"nothing was written: {unknown}")
        wanted = replace(wanted, without={**wanted.without, **bad})


def _changed(action: Action) -> Iterable[About]:
    """The child or the fields that an action writes, as what the lines of a document are about."""
    match action:
        case PublishItem(node=node, key=key):
            yield node, key
        case ConfigureNode(after=after) | ConfigureRoom(after=after):
            yield from ((subject(action), "config", var) for var in after)
        case SetAffiliation(target=address, jid=jid):
            yield address, "affiliations", jid
        case SetSubscription(node=node, jid=jid):
            yield node, "subscriptions", jid
        case _:
            pass


def _still(actions: Iterable[Action]) -> Iterable[str]:
    """What a plan does beyond taking charge: fields that XEP-0503 demands, and the space lacks."""
    for action in actions:
        if isinstance(action, ConfigureNode | ConfigureRoom):
            for var, values in action.after.items():
                before = _shown(action.before.get(var))
                yield f"  {subject(action)}: {var} {before} -> {_shown(values)}"
        elif not isinstance(action, RecordOwnership | WriteMarker):
            yield f"  {subject(action)}: {action_name(action)}"


def _shown(values: Sequence[str] | None) -> str:
    return ", ".join(values or ()) or "not set"


def _say(made: Imported, spaces: int, output: Path) -> None:
    printing.say(f"{output}: {plural(spaces, 'space')}")
    if made.left_out:
        printing.say(
            f"{plural(made.left_out, 'thing')} left out, each with a comment that says why"
        )
    if made.still:
        printing.say("a plan of it still shows:", *made.still)
