"""Multi-user chat (XEP-0045): the requests about rooms, and what their answers say."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Form, Secret, Values
from spaces_sync.model.xml import Xml, element
from spaces_sync.ports import MalformedAnswerError, RoomInfo, ServiceError, UnusableAnswerError
from spaces_sync.profile import SECRET
from spaces_sync.xmpp import affiliations as people
from spaces_sync.xmpp import disco, forms
from spaces_sync.xmpp.session import ReadSession, WriteSession

MUC: Final = "http://jabber.org/protocol/muc"
ADMIN: Final = MUC + "#admin"
OWNER: Final = MUC + "#owner"
USER: Final = MUC + "#user"
ROOM_INFO: Final = MUC + "#roominfo"
ROOM_CONFIG: Final = MUC + "#roomconfig"
PERSISTENT: Final = "muc#roomconfig_persistentroom"
PROTECTED: Final = "muc#roomconfig_passwordprotectedroom"
AFFILIATIONS: Final = ("owner", "admin", "member", "outcast")
CREATED: Final = "201"  # the status of a presence that created the room (10.1.1)
# Only a room that exists asks for a password, for membership, or for another nick (7.2).
SHUT_OUT: Final = ("not-authorized", "registration-required", "conflict")
ENDING: Final = (0.5, 1.0, 2.0, 4.0)  # seconds for an answer, question by question


class RoomReader:
    """Questions about rooms; see the port `service.Reader`."""

    def __init__(self, session: ReadSession) -> None:
        self._session = session

    async def room_info(self, room: Jid) -> RoomInfo:
        query = await disco.info(self._session, room)
        info = forms.form_of_type(query, ROOM_INFO)
        return RoomInfo(disco.name(query, "conference"), disco.features(query), info)

    async def room_config(self, room: Jid) -> Form:
        answer = await self._session.get(room, element(OWNER, "query"))
        return forms.form(_query(answer, OWNER), f"the configuration of {room}")

    async def room_affiliations(self, room: Jid) -> Mapping[Jid, str]:
        lists = await asyncio.gather(*(self._listed(room, word) for word in AFFILIATIONS))
        return people.strongest(
            (item for each in lists for item in each), "affiliation", AFFILIATIONS
        )

    async def _listed(self, room: Jid, affiliation: str) -> list[Xml]:
        asked = element(ADMIN, "query", {}, element(ADMIN, "item", {"affiliation": affiliation}))
        return list(_query(await self._session.get(room, asked), ADMIN).find_all(ADMIN, "item"))


class RoomWriter(RoomReader):
    """Changes of rooms; see the port `service.Writer`."""

    def __init__(self, session: WriteSession) -> None:
        super().__init__(session)
        self._writes = session

    async def create_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        """By visiting it (10.1), the one way that all servers know; it is left afterwards."""
        created = False
        try:
            async with self._visit(room) as created:
                if not created:
                    raise _exists(room)
                await self._submit(room, {PERSISTENT: ("true",), **config}, password)
        except ServiceError:
            if created:  # An empty room that is not persistent vanishes with our leaving.
                await self._ended(room)
            raise

    @asynccontextmanager
    async def _visit(self, room: Jid) -> AsyncIterator[bool]:
        """Enters it and leaves it; yields whether our coming created it."""
        ourselves = f"{room}/spaces-sync-{secrets.token_hex(4)}"
        no_history = element(MUC, "history", {"maxstanzas": "0"})
        try:
            presence = await self._writes.enter(ourselves, element(MUC, "x", {}, no_history))
        except ServiceError as error:
            raise (_exists(room) if error.condition in SHUT_OUT else error) from None
        try:
            yield _created_by_us(presence)
        finally:
            await self._writes.leave(ourselves)

    async def configure_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        # COMPAT(ejabberd 23.01): asking for the form of a room that is gone would create it.
        await disco.info(self._session, room)
        await self._submit(room, config, password)

    async def _submit(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        """What the room's own form offers of `config`: ejabberd refuses all for one unknown."""
        secret = {} if password is None else _password_fields(password.value)
        chosen = forms.offered(await self.room_config(room), {**config, **secret})
        form = forms.submission(ROOM_CONFIG, chosen)
        await self._writes.set(room, element(OWNER, "query", {}, form))

    async def destroy_room(self, room: Jid) -> None:
        await self._writes.set(room, element(OWNER, "query", {}, element(OWNER, "destroy")))
        await self._ended(room)

    async def _ended(self, room: Jid) -> None:
        """Returns when a room that was told to end has done so.

        COMPAT(ejabberd 23.01): what reaches a room while it ends is lost and never answered. What
        is lost can only be asked again; an answer, whatever it says, comes from after the end.
        """
        for patience in ENDING:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    with suppress(UnusableAnswerError):
                        await disco.info(self._session, room)
                    return

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        # COMPAT(prosody 0.12): of several items it applies the first and says `result`.
        item = element(ADMIN, "item", {"jid": jid, "affiliation": affiliation})
        await self._writes.set(room, element(ADMIN, "query", {}, item))


def _exists(room: Jid) -> ServiceError:
    return ServiceError("conflict", "cancel", f"the room {room} exists already")


def _created_by_us(presence: Xml) -> bool:
    # COMPAT(ejabberd 23.01): the first to enter a room that an IQ made gets status 201 too, owner
    # or not, so that the status alone proves nothing.
    if presence.get("type") == "unavailable":
        return False
    x = presence.find(USER, "x")
    if x is None:
        return False
    item = x.find(USER, "item")
    created = any(status.get("code") == CREATED for status in x.find_all(USER, "status"))
    return created and item is not None and item.get("affiliation") == "owner"


def _password_fields(password: str) -> dict[str, Values]:
    """An empty password takes the protection away."""
    return {
        SECRET: (password,) if password else (),
        PROTECTED: ("true" if password else "false",),
    }


def _query(answer: Xml, ns: str) -> Xml:
    query = answer.find(ns, "query")
    if query is None:
        raise MalformedAnswerError(f"the answer of {answer.get('from')} has no <query>")
    return query
