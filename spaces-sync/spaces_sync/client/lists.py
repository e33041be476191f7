"""The nodes, and the rooms, that a service lists, asked for in each way that it says it knows."""

from __future__ import annotations

import asyncio
from typing import Final

from spaces_sync.client.pages import Page, read_pages
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.bounds import NODES, ROOMS
from spaces_sync.model.state import Service
from spaces_sync.ports import (
    Listing,
    NodeEntry,
    NodeList,
    RawReader,
    RoomList,
    UnansweredError,
    UnusableAnswerError,
)

_FEATURES: Final[tuple[tuple[str, Listing], ...]] = (
    ("urn:xmpp:pubsub-filter:0", "spaces"),
    ("urn:xmpp:pubsub-ext-disco:0", "descendants"),
    ("urn:xmpp:pubsub-ext-disco", "descendants"),  # so in an example of XEP-0499
)


async def read_list(raw: RawReader, service: Service) -> NodeList:
    """All that any of the lists has: none of them is trusted to have all.

    Slidge lists spaces only to who filters by their type (XEP-0462); a filter that forgets one
    hides nothing that the plain list has. Raises as the plain list does where no list came.
    """
    known = (listing for feature, listing in _FEATURES if feature in service.features)
    ways: list[Listing] = ["nodes", *dict.fromkeys(known)]
    lists = (read_nodes(raw, service.jid, way) for way in ways)
    answers = await asyncio.gather(*lists, return_exceptions=True)
    refused = [each for each in answers if isinstance(each, BaseException)]
    found = [each for each in answers if isinstance(each, NodeList)]
    for error in refused:
        if not isinstance(error, UnusableAnswerError):
            raise error
    if not found:
        raise refused[0]
    entries: dict[NodeAddress, NodeEntry] = {}
    for entry in (entry for each in found for entry in each.entries):
        entries.setdefault(entry.address, entry)
    answered = not any(isinstance(each, UnansweredError) for each in refused)
    return NodeList(tuple(entries.values()), answered and all(each.complete for each in found))


async def read_nodes(raw: RawReader, service: Jid, listing: Listing = "nodes") -> NodeList:
    """One list, each node once. Incomplete where not all came (`read_pages`)."""

    async def page(after: str | None) -> Page[NodeAddress, NodeEntry]:
        found = await raw.disco_items(service, listing, after)
        return Page({entry.address: entry for entry in found.entries}, found.last, found.count)

    nodes, complete = await read_pages(page, NODES)
    return NodeList(tuple(nodes.values()), complete)


async def read_rooms(raw: RawReader, service: Jid) -> RoomList:
    """The rooms that a service lists, each once. Incomplete as `read_nodes` is."""

    async def page(after: str | None) -> Page[Jid, None]:
        found = await raw.room_items(service, after)
        return Page(dict.fromkeys(found.rooms), found.last, found.count)

    rooms, complete = await read_pages(page, ROOMS)
    return RoomList(tuple(rooms), complete)
