"""Connects to a server. Importing this takes 0.4 s; only `connecting` does, and late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from spaces_sync import xmpp
from spaces_sync.cli import account, printing
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.ports import Reader, Writer


@asynccontextmanager
async def reader(options: ConnectionOptions) -> AsyncIterator[Reader]:
    """Raises `CommandEnd` where no session comes about."""
    try:
        async with xmpp.reading(_connection(options)) as session:
            yield session
    except xmpp.ConnectError as error:
        raise CommandEnd(Exit.UNAVAILABLE, str(error)) from None


@asynccontextmanager
async def writer(options: ConnectionOptions) -> AsyncIterator[Writer]:
    """Raises `CommandEnd` where no session comes about."""
    try:
        async with xmpp.writing(_connection(options)) as session:
            yield session
    except xmpp.ConnectError as error:
        raise CommandEnd(Exit.UNAVAILABLE, str(error)) from None


def _connection(options: ConnectionOptions) -> xmpp.Connection:
    host, port = account.host_and_port(options)
    return xmpp.Connection(
        jid=account.jid(options),
        password=account.password(options),
        host=host,
        port=port,
        tls=options.tls,
        ca_file=options.ca_file,
        component=options.component is not None,
        timeout=options.timeout,
        window=options.window,
        **({"told": _tell} if options.talk == "verbose" else {}),
    )


def _tell(answered: xmpp.Answered) -> None:
    """One line: of whom it was asked, what, for how long, and why it failed."""
    asked, seconds, problem = answered
    verb = "asked" if asked.kind == "get" else "sent"
    end = f": {problem}" if problem else ""
    printing.say(f"{verb} {asked.to}: {asked} ({seconds * 1000:.0f} ms){end}")
