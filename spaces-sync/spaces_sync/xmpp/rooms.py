"""Multi-user chat (XEP-0045): the requests about rooms, and what their answers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Form, Values
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import (
    Affiliation,
    DiscoInfo,
    MalformedAnswerError,
    Occupancy,
    RoomPage,
)
from spaces_sync.xmpp import disco, forms
from spaces_sync.xmpp.pubsub import affiliation as as_affiliation
from spaces_sync.xmpp.session import ReadSession, WriteSession

MUC: Final = "http://jabber.org/protocol/muc"
ADMIN: Final = MUC + "#admin"
OWNER: Final = MUC + "#owner"
USER: Final = MUC + "#user"
ROOM_CONFIG: Final = MUC + "#roomconfig"


class RoomReader:
    """The questions of `RawReader` about rooms; the contracts stand there."""

    def __init__(self, session: ReadSession) -> None:
        self._session = session

    async def room_info(self, room: Jid) -> DiscoInfo:
        return await disco.info(self._session, room)

    async def room_items(self, service: Jid, after: str | None = None) -> RoomPage:
        return await disco.rooms(self._session, service, after)

    async def room_config(self, room: Jid) -> Form:
        answer = await self._session.get(room, element(OWNER, "query"))
        return forms.form(_query(answer, OWNER), f"the configuration of {room}")

    async def room_affiliations(self, room: Jid, affiliation: str) -> Sequence[Affiliation]:
        asked = element(ADMIN, "query", {}, element(ADMIN, "item", {"affiliation": affiliation}))
        listed = _query(await self._session.get(room, asked), ADMIN).find_all(ADMIN, "item")
        return list(map(as_affiliation, listed))


class RoomWriter(RoomReader):
    """The changes of `RawWriter` to rooms; the contracts stand there."""

    def __init__(self, session: WriteSession) -> None:
        super().__init__(session)
        self._writes = session

    async def enter_room(self, room: Jid, nick: str) -> Occupancy:
        no_history = element(MUC, "history", {"maxstanzas": "0"})
        presence = await self._writes.enter(f"{room}/{nick}", element(MUC, "x", {}, no_history))
        return _occupancy(presence)

    async def leave_room(self, room: Jid, nick: str) -> None:
        await self._writes.leave(f"{room}/{nick}")

    async def configure_room(self, room: Jid, config: Mapping[str, Values]) -> None:
        form = forms.submission(ROOM_CONFIG, config)
        await self._writes.set(room, element(OWNER, "query", {}, form))

    async def destroy_room(self, room: Jid, renamed_to: Jid | None = None) -> None:
        destroy = element(OWNER, "destroy")
        if renamed_to is not None:
            reason = element(OWNER, "reason", {}, f"This room is {renamed_to} now.")
            destroy = element(OWNER, "destroy", {"jid": renamed_to}, reason)
        await self._writes.set(room, element(OWNER, "query", {}, destroy))

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        # COMPAT(prosody 0.12.3): of several items it applies the first and says `result`.
        # Shown by test_compat_prosody_takes_the_first_of_several_items_and_reports_success.
        item = element(ADMIN, "item", {"jid": jid, "affiliation": affiliation})
        await self._writes.set(room, element(ADMIN, "query", {}, item))


def _occupancy(presence: Xml) -> Occupancy:
    """Empty where the room says that we are out again (`unavailable`), or says nothing of us."""
    x = presence.find(USER, "x")
    if x is None or presence.get("type") == "unavailable":
        return Occupancy()
    item = x.find(USER, "item")
    codes = (status.get("code") for status in x.find_all(USER, "status"))
    return Occupancy(
        (item and item.get("affiliation")) or "", frozenset(code for code in codes if code)
    )


def _query(answer: Xml, ns: str) -> Xml:
    query = answer.find(ns, "query")
    if query is None:
        raise MalformedAnswerError(f"the answer of {answer.get('from')} has no <query>")
    return query
