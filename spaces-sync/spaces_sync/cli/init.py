"""`spaces-sync init`: what a server offers, a first file, and the job that keeps it applied."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from spaces_sync import engine
from spaces_sync.cli import account, asking, connecting, files, forges, printing
from spaces_sync.cli.choices import Choice
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.imported import imported, told
from spaces_sync.cli.options import ConnectionOptions, connects
from spaces_sync.cli.paths import FILE
from spaces_sync.cli.service_argument import ServiceName
from spaces_sync.cli.whole import behind, everything
from spaces_sync.document import DocumentError, ParserError, load
from spaces_sync.document.files import DocumentFile
from spaces_sync.document.first import first
from spaces_sync.document.load import examine_files
from spaces_sync.document.wanted import Wanted
from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.counting import plural
from spaces_sync.model.offer import Findings, Offer
from spaces_sync.model.servers import of_pubsub
from spaces_sync.model.state import EMPTY
from spaces_sync.plan.requirements import private_model
from spaces_sync.ports import NoServiceError, Reader
from spaces_sync.report import ci_jobs, offer_text
from spaces_sync.report.server_settings import brand_of, settings

_FILE: Final = Path("spaces.yaml")
_ROOMS_LOOKED_AT: Final = 64  # what one says of itself, others of its service say, too
_LONGEST_SOURCE: Final = 100  # characters of a name that we make up
_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


@click.command("init")
@click.option(
    "-o", "output", type=FILE, default=_FILE, show_default=True, help="The file to write."
)
@click.option("--force", is_flag=True, help="Replace a file that is there; else it stays.")
@click.option("--service", type=ServiceName(), metavar="SERVICE", help="The pubsub service to use.")
@click.option(
    "--source",
    metavar="NAME",
    help="Who owns what the file makes. [default: the repository's name; with --import none]",
)
@click.option(
    "--import/--no-import",
    "with_spaces",
    default=None,
    help="Whether the file says what is there already. [default: asks; no where it cannot]",
)
@click.option(
    "--forge",
    "forge_name",
    type=Choice(list(ci_jobs.FORGE)),
    help="Whose job to print. [default: the one that is seen here]",
)
@connects
def command(
    output: Path,
    force: bool,
    service: Jid | None,
    source: str | None,
    with_spaces: bool | None,
    forge_name: str | None,
    connection: ConnectionOptions,
) -> None:
    """Find out what a server offers, write a first file, and print the job for a forge.

    Nothing on the server is changed. The job goes to stdout, all else to stderr.
    """
    if files.is_stdout(output):
        raise CommandEnd(Exit.USAGE, "-o: the job for a forge goes to stdout; name a file")
    files.end_if_input(output, (), connection)
    stays = output.exists() and not force
    named = service or (_service_of(output) if stays else None)
    connection = asking.with_account(connection)

    async def work() -> tuple[Offer, Findings | None, Jid]:
        async with connecting.reader(connection, None) as reader:
            offer = await engine.find_services(reader)
            printing.say(*offer_text.offered(offer))
            chosen = named or _choose(offer)
            found = await _findings(reader, chosen, offer, source) if chosen else None
            return offer, found, reader.account

    offer, found, who = connecting.run(work)
    with_source = True
    if found is not None:
        printing.say(*offer_text.rights(found, who, rooms=bool(offer.rooms)))
        if stays:
            printing.say(f"{output} is there and stays; --force replaces it")
        else:
            wanted = _wanted(found, with_spaces, output)
            _write(output, source, offer, found, with_spaces=wanted)
            with_source = source is not None or not wanted
    printing.say(*offer_text.lacking(settings(offer, found, who), brand_of(offer, found)))
    if found is None:
        printing.say(*offer_text.silent(offer))
        line = f"{offer.server} lists no pubsub service; --service names one that is elsewhere"
        raise CommandEnd(Exit.UNAVAILABLE, line, "nothing was written")
    _print_job(output, connection, forge_name)
    printing.say(*_next(output, connection, with_source=with_source), *offer_text.silent(offer))


def _service_of(file: Path) -> Jid | None:
    """The default service of a file that stays; None where it says none, or is not valid."""
    try:
        return load([file], os.environ, secrets=False).home
    except (DocumentError, ParserError):
        return None


def _choose(offer: Offer) -> Jid | None:
    """The one pubsub service; of several the one that somebody names. None: there is none.

    Raises `CommandEnd` where nobody is there to name one.
    """
    if len(offer.pubsub) < 2:  # noqa: PLR2004 - of two one has to be chosen
        return next(iter(offer.pubsub), None)
    if not asking.on_terminal():
        names = ", ".join(offer.pubsub)
        raise CommandEnd(Exit.USAGE, f"several pubsub services: {names}; name one by --service")
    return Jid(asking.chosen("Which of the services for nodes", offer.pubsub))


async def _findings(reader: Reader, service: Jid, offer: Offer, source: str | None) -> Findings:
    """Raises `NoServiceError`, with the services that there are."""
    try:
        reading, spaces = await everything((service,), source, reader, rooms=False, nodes=False)
    except NoServiceError as error:
        if service == offer.server or not offer.pubsub:  # it has said what it lists
            raise
        there = f"; {offer.server} offers {', '.join(offer.pubsub)}"
        raise NoServiceError(service, f"{error}{there}") from None
    ownership = reading.ownership
    if source is None:
        ownership = await engine.read_ownership(reader, _source(), (service,))
    known = reading.services[service]
    local = [
        each
        for each in behind(reading, spaces)
        if not isinstance(each, NodeAddress) and domain_of(each) in offer.rooms
    ]
    rooms = await engine.read_addresses(local[:_ROOMS_LOOKED_AT], reader, partial=True)
    return Findings(
        service=known,
        server=of_pubsub(known),
        creates=await engine.may_create(reader, known),
        listed=len((await reader.node_list(known)).entries),
        spaces=spaces,
        reading=engine.merged(reading, rooms),
        source_known=service in ownership.ledgers,
    )


def _source() -> str:
    """The name of the repository, or of the folder, that we are in."""
    here = Path.cwd()
    name = (forges.root(here) or here).name
    return _NOT_IN_NAME.sub("-", name)[:_LONGEST_SOURCE].strip("-.") or "spaces"


def _wanted(found: Findings, given: bool | None, output: Path) -> bool:
    """Whether to import, where there is something; somebody is asked where no option says it."""
    if given is not None or not found.readable or not asking.on_terminal():
        return bool(given and found.spaces)
    return asking.confirmed(f"Write the {plural(found.readable, 'space')} into {output}?")


def _write(
    output: Path, source: str | None, offer: Offer, found: Findings, *, with_spaces: bool
) -> None:
    service = found.service.jid
    name = _source() if source is None else source
    if with_spaces:
        private = {service: private_model(found.service)}
        made = imported(found.reading, Wanted(service, private, found.spaces, source=source))
        files.save(made.text, output)
        printing.say(*told(made, output))
    else:
        rooms = next(iter(offer.rooms), Jid(f"rooms.{offer.server}"))
        files.save(_first(name, service, rooms, found.reading.account), output)
        printing.say(f"{output}: written, with a space as a comment")
        if found.readable:
            printing.say(*_to_import(output, service, source, found.readable))
    if found.source_known and not (with_spaces and source is None):
        printing.say(
            f"the source {name!r} has been applied there before: by this "
            "repository, or --source has to give this one another name"
        )


def _first(source: str, service: Jid, room_service: Jid, owner: Jid) -> str:
    """Raises `CommandEnd` where `source` is no name of one."""
    text = first(source, service, room_service, owner)
    _, problems = examine_files([DocumentFile("first", text)], EMPTY)
    for each in problems:
        raise CommandEnd(Exit.INVALID, f"nothing was written: {each.message}")
    return text


def _to_import(output: Path, service: Jid, source: str | None, spaces: int) -> Iterator[str]:
    yield f"{plural(spaces, 'space')} there, and not in the file; this writes one with them:"
    named = "" if source is None else f" --source {shlex.quote(source)}"
    yield f"    spaces-sync import {service}{named} -o {shlex.quote(str(output))} --force"


def _print_job(output: Path, connection: ConnectionOptions, name: str | None) -> None:
    seen = [ci_jobs.FORGE[name]] if name else forges.seen(Path.cwd())
    if not seen:
        known = ", ".join(ci_jobs.FORGE)
        printing.say(f"no forge is seen here; --forge prints a job for one of {known}")
        return
    printing.say(
        f"the job for {seen[0].name} goes to stdout; it belongs in {seen[0].path}, and fails until "
        "it says what PACKAGE is"
    )
    if others := ", ".join(each.name for each in seen[1:]):
        printing.say(f"--forge prints that for another one: {others}")
    if connection.tls == "none":
        printing.say("where it runs it needs TLS, and a server that it can reach")
    printing.write_stdout(ci_jobs.job_text(seen[0], forges.job(output, connection)))


def _next(output: Path, connection: ConnectionOptions, *, with_source: bool) -> Iterator[str]:
    yield ""
    yield "next:"
    if connection.asked:
        jid = shlex.quote(account.jid(connection))
        yield "    put the password into a file that only you can read, such as ~/.spaces-sync"
        yield f"    export SPACES_SYNC_JID={jid}"
        yield "    export SPACES_SYNC_PASSWORD_FILE=~/.spaces-sync"
    file = shlex.quote(str(output))
    yield "    spaces-sync schema > spaces.schema.json    what an editor knows the keys by"
    yield f"    spaces-sync plan {file}"
    if not with_source:
        yield f"    uncomment source in {file}: else nothing that leaves it can be removed"
    yield f"    spaces-sync apply {file}"
