"""`spaces-sync unlock`: ends the lock of an apply that was cut off, and keeps what it intended."""

from __future__ import annotations

from collections.abc import Iterator

import click

from spaces_sync import engine
from spaces_sync.cli import asking, connecting, printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.lock_holder import holder
from spaces_sync.cli.options import ConnectionOptions, connects
from spaces_sync.cli.service_argument import SERVICE
from spaces_sync.model.addresses import Jid
from spaces_sync.model.counting import plural
from spaces_sync.model.ledger import Ledger, LedgerError
from spaces_sync.ports import UnusableAnswerError
from spaces_sync.report.visible import visible

_STATES = {
    "alive": "its process is at work on this machine",
    "ended": "its process has ended",
    "unknown": "it runs or ran on another machine",
}


@click.command("unlock")
@SERVICE
@click.option("--source", required=True, help="The source whose apply was cut off.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@connects
def command(service: Jid, source: str, yes: bool, connection: ConnectionOptions) -> None:
    """Take away the lock of an apply that was cut off. What it may have done stays known."""

    async def work() -> None:
        async with connecting.writer(connection, None) as writer:
            await engine.read_service(writer, service)
            found = await engine.find_ledger(writer, service, source)
            if found is None or not found.intents:
                printing.say(f"nothing is locked on {service} for the source {source!r}")
                return
            printing.say(*_told(found))
            if not yes:
                asking.end_unless_agreed("Take it away?")
            await engine.unlock(found, writer)
            text = "it is taken away; the next apply knows what it may have done"
            printing.remark(connection.talk, text)

    try:
        connecting.run(work)
    except (LedgerError, UnusableAnswerError) as error:
        raise CommandEnd(Exit.UNAVAILABLE, f"nothing was taken away: {error}") from None


def _told(found: Ledger) -> Iterator[str]:
    """Each apply, and what it may have changed."""
    state = holder().state
    for run in sorted({intent.run for intent in found.intents.values()}):
        mine = [each for each in found.intents.values() if each.run == run]
        objects = sorted({visible(str(address)) for each in mine for address in each.objects})
        digest = next((each.holder for each in mine if each.holder), "")
        written = (found.writers.get(n) for n, each in found.intents.items() if each.run == run)
        whose = next((f" of {visible(jid)}" for jid in written if jid is not None), "")
        count = plural(len(objects), "object")
        yield f"an apply{whose} that changes {count}: {_STATES[state(digest)]}"
        yield from (f"    {each}" for each in objects[:20])
        if more := len(objects[20:]):
            yield f"    and {more} more"
