"""The ports over XMPP; the only package that knows slixmpp, imported by commands that connect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from spaces_sync.client import CarefulReader, CarefulWriter
from spaces_sync.xmpp.asked import Answered
from spaces_sync.xmpp.connection import ConnectError, Connection
from spaces_sync.xmpp.requests import XmppReader, XmppWriter
from spaces_sync.xmpp.session import reading_session, writing_session

__all__ = ["Answered", "ConnectError", "Connection", "reading", "writing"]


@asynccontextmanager
async def reading(connection: Connection) -> AsyncIterator[CarefulReader]:
    """A client that cannot change anything: neither it nor its stream sends a `set` or presence.

    Raises `ConnectError`.
    """
    async with reading_session(connection) as session:
        yield CarefulReader(XmppReader(session))


@asynccontextmanager
async def writing(connection: Connection) -> AsyncIterator[CarefulWriter]:
    """A client that also changes things. Raises `ConnectError`."""
    async with writing_session(connection) as session:
        yield CarefulWriter(XmppWriter(session))
