"""The raw ports over a session: all requests, those about nodes and those about rooms."""

from __future__ import annotations

from spaces_sync.xmpp.pubsub import PubsubReader, PubsubWriter
from spaces_sync.xmpp.rooms import RoomReader, RoomWriter


class XmppReader(PubsubReader, RoomReader):
    """A `RawReader`; it and its session have no method that sends a `set` or presence."""


class XmppWriter(PubsubWriter, RoomWriter):
    """A `RawWriter`."""
