"""COMPAT, rooms: what servers do that the client makes up for, or the simulator imitates.

Each test fails when its server heals; then its mark gets a last version, after which the test has
to fail (tests/compat.py). Those that raw requests can show run on the simulator of that server,
too, so that it stays an imitation.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest

from contract.backends import Backend, real
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.servers import keeps_out_nobody
from spaces_sync.model.xml import element
from spaces_sync.ports import DiscoInfo, ServiceError, UnansweredError
from spaces_sync.profile import ALLOW_INVITES, PARENT, PERSISTENT
from spaces_sync.xmpp.disco import ITEMS

pytestmark = pytest.mark.newer_servers


NAME = "muc#roomconfig_roomname"
MEMBERS_ONLY = "muc#roomconfig_membersonly"
MODERATED = "muc#roomconfig_moderatedroom"
WHOIS = "muc#roomconfig_whois"
KEPT = {PERSISTENT: ("true",)}
TIMEOUT = 1.0  # seconds
ROOM_INFO = "http://jabber.org/protocol/muc#roominfo"


async def told(w: CarefulWriter, room: Jid) -> DiscoInfo:
    """disco#info, asked again where the question is lost in a room that just ends."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                return await w.raw.room_info(room)


# Prosody


def test_compat_prosody_a_bad_whois_is_never_answered(
    impatient_prosody: Backend, room: Jid
) -> None:
    """Of the other fields some are applied, in each run of the server others."""

    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        with pytest.raises(UnansweredError):
            await w.raw.configure_room(room, {WHOIS: ("foo",), NAME: ("CI",)})
        assert (await w.raw.room_config(room))[WHOIS].values == ("moderators",)

    impatient_prosody.run(work)


def test_compat_prosody_has_a_name_of_its_own_for_invitations(
    prosody_backend: Backend, room: Jid
) -> None:
    """The field of the registry stands in disco#info, and is not taken (XEP-0045 15.5.3)."""

    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, KEPT, None)
        own = "{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites"
        form = await w.raw.room_config(room)
        assert own in form
        assert ALLOW_INVITES not in form
        await w.raw.configure_room(room, {ALLOW_INVITES: ("true",)})
        assert (await w.raw.room_config(room))[own].values == ("false",)
        await w.configure_room(room, {ALLOW_INVITES: ("true",)}, None)
        assert (await w.raw.room_config(room))[own].values == ("true",)

    prosody_backend.run(work)


def test_compat_prosody_takes_any_word_in_a_room_form_for_false(
    prosody_backend: Backend, room: Jid
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        await w.raw.configure_room(room, {PERSISTENT: ("maybe",)})
        assert (await w.raw.room_config(room))[PERSISTENT].values == ("false",)

    prosody_backend.run(work)


def test_compat_prosody_service_admins_do_not_own_rooms(
    prosody_backend: Backend, room: Jid
) -> None:
    async def as_admin(w: CarefulWriter) -> None:
        with pytest.raises(ServiceError, match="forbidden"):
            await w.raw.room_config(room)
        with pytest.raises(ServiceError, match="forbidden"):
            await w.raw.room_affiliations(room, "owner")
        with pytest.raises(ServiceError, match="forbidden"):
            await w.raw.destroy_room(room)

    prosody_backend.run(lambda w: w.create_room(room, KEPT, None), "alice")
    prosody_backend.run(as_admin)


# ejabberd


def test_compat_ejabberd_refuses_a_room_form_for_one_unknown_field(
    ejabberd_backend: Backend, room: Jid
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        with pytest.raises(ServiceError, match="bad-request - Unknown field"):
            await w.raw.configure_room(room, {NAME: ("CI",), "muc#roomconfig_odd": ("1",)})
        assert (await w.raw.room_config(room))[NAME].values == ()

    ejabberd_backend.run(work)


def test_compat_ejabberd_shows_the_form_of_a_room_that_is_not_there(
    ejabberd_backend: Backend, room: Jid
) -> None:
    async def work(w: CarefulWriter) -> None:
        assert (await w.raw.room_config(room))[PERSISTENT].values == ("false",)
        with pytest.raises(ServiceError, match="item-not-found"):
            await told(w, room)

    ejabberd_backend.run(work)


def test_compat_ejabberd_configures_a_room_that_is_not_there(
    ejabberd_backend: Backend, room: Jid
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.raw.configure_room(room, {NAME: ("CI",)})
        with pytest.raises(ServiceError, match="item-not-found"):
            await told(w, room)
        await w.raw.configure_room(room, {**KEPT, NAME: ("CI",)})
        assert (await told(w, room)).identities[0].name == "CI"

    ejabberd_backend.run(work)


def test_compat_ejabberd_destroys_a_room_that_is_not_there(
    ejabberd_backend: Backend, room: Jid
) -> None:
    ejabberd_backend.run(lambda w: w.raw.destroy_room(room))


def test_compat_ejabberd_says_created_to_who_did_not_create(
    ejabberd_backend: Backend, room: Jid
) -> None:
    async def as_bob(w: CarefulWriter) -> None:
        occupancy = await w.raw.enter_room(room, "bob")
        assert "201" in occupancy.statuses
        assert occupancy.affiliation == "none"
        await w.raw.leave_room(room, "bob")

    ejabberd_backend.run(lambda w: w.raw.configure_room(room, KEPT))
    ejabberd_backend.run(as_bob, "bob")


def test_a_room_that_an_iq_made_is_not_taken(ejabberd_backend: Backend, room: Jid) -> None:
    async def as_bob(w: CarefulWriter) -> None:
        with pytest.raises(ServiceError, match="conflict"):
            await w.create_room(room, {}, None)

    ejabberd_backend.run(lambda w: w.raw.configure_room(room, KEPT))
    ejabberd_backend.run(as_bob, "bob")


def test_compat_ejabberd_what_reaches_a_room_while_it_ends_is_lost(
    ejabberd: Server, room: Jid
) -> None:
    """How long the end of one takes is a matter of chance."""
    rooms = [bare_jid(f"{number}-{room}") for number in range(5)]

    async def took(w: CarefulWriter, room: Jid) -> float:
        """Seconds until an answer; what is lost is asked again after the timeout."""
        began = asyncio.get_running_loop().time()
        with suppress(ServiceError):
            await w.raw.room_info(room)
        return asyncio.get_running_loop().time() - began

    async def asked(w: CarefulWriter, room: Jid) -> list[float]:
        await w.raw.enter_room(room, "us")
        left = asyncio.ensure_future(w.raw.leave_room(room, "us"))
        seconds = await asyncio.gather(*(took(w, room) for _ in range(10)))
        await left
        return seconds

    async def work(w: CarefulWriter) -> None:
        answers = await asyncio.gather(*(asked(w, each) for each in rooms))
        assert max(seconds for each in answers for seconds in each) >= TIMEOUT

    real(ejabberd, timeout=TIMEOUT).run(work)


@pytest.mark.parametrize("affiliation", ["none", "outcast"])
def test_compat_ejabberd_who_was_in_a_moderated_room_stays_in(
    ejabberd: Server, room: Jid, affiliation: str
) -> None:
    """Until it is moderated no more: then affiliations count, and are as they were set."""
    alice = Jid("alice@megacorp.example")

    async def make(w: CarefulWriter) -> None:
        await w.create_room(room, {MEMBERS_ONLY: ("true",)}, None)
        await w.set_room_affiliation(room, alice, "member")

    async def come(w: CarefulWriter) -> str:
        try:
            found = await w.raw.enter_room(room, "alice")
        except ServiceError as error:
            return error.condition
        await w.raw.leave_room(room, "alice")
        return found.affiliation

    async def shut_out(w: CarefulWriter) -> None:
        await w.set_room_affiliation(room, alice, affiliation)
        assert keeps_out_nobody(await w.raw.room_config(room))  # so that the plan warns of it

    async def unmoderate(w: CarefulWriter) -> None:
        await w.configure_room(room, {MODERATED: ("false",)}, None)
        assert not keeps_out_nobody(await w.raw.room_config(room))

    backend = real(ejabberd)
    backend.run(make)
    assert backend.run(come, user="alice") == "member"
    backend.run(shut_out)
    assert backend.run(come, user="alice") == affiliation
    backend.run(unmoderate)
    refused = {"none": "registration-required", "outcast": "forbidden"}
    assert backend.run(come, user="alice") == refused[affiliation]


def test_compat_ejabberd_tells_the_parent_of_a_room_by_its_former_name(
    ejabberd_backend: Backend, room: Jid
) -> None:
    parent = ("xmpp:pubsub.megacorp.example?;node=dev",)

    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {PARENT: parent}, None)
        form = (await w.raw.room_info(room)).forms[ROOM_INFO]
        assert form["muc#roominfo_pubsub"].values == parent
        assert PARENT not in form

    ejabberd_backend.run(work)


MANY = 101


def test_compat_ejabberd_lists_many_rooms_only_in_pages(
    start_ejabberd: Callable[..., AbstractContextManager[Server]], server_folder: Path
) -> None:
    rooms = [bare_jid(f"room-{number}@rooms.megacorp.example") for number in range(MANY)]
    service = bare_jid("rooms.megacorp.example")

    async def work(w: CarefulWriter) -> None:
        for room in rooms:
            await w.create_room(room, KEPT, None)
        assert {*(await w.room_list(service)).rooms} == {*rooms}
        session: Any = w.raw
        answer = await session._session.get(service, element(ITEMS, "query"))
        query = answer.find(ITEMS, "query")
        assert list(query.find_all(ITEMS, "item")) == []

    with start_ejabberd(server_folder) as server:
        real(server).run(work)
