"""The ports over XMPP; the only room that knows slixmpp, imported by commands that connect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from spaces_sync.ports import Reader, Writer
from spaces_sync.xmpp.connection import ConnectError, Connection
from spaces_sync.xmpp.pubsub import PubsubReader, PubsubWriter
from spaces_sync.xmpp.rooms import RoomReader, RoomWriter
from spaces_sync.xmpp.session import reading_session, writing_session

__all__ = ["ConnectError", "Connection", "reading", "writing"]


class _Reader(PubsubReader, RoomReader):
    pass


class _Writer(PubsubWriter, RoomWriter):
    pass


@asynccontextmanager
async def reading(connection: Connection) -> AsyncIterator[Reader]:
    """Who cannot change anything: neither this object nor its stream sends a `set` or presence.

    Raises `ConnectError`.
    """
    async with reading_session(connection) as session:
        yield _Reader(session)


@asynccontextmanager
async def writing(connection: Connection) -> AsyncIterator[Writer]:
    """Raises `ConnectError`."""
    async with writing_session(connection) as session:
        yield _Writer(session)
