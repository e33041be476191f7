"""prosody/mod_muc_space_parent.lua on each Prosody, and its imitation: what it promises."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from contract.backends import Backend, real
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import Field, values_of
from spaces_sync.ports import DiscoInfo, ServiceError
from spaces_sync.profile import PARENT, ROOM_INFO_FORM, SPACE

pytestmark = pytest.mark.newer_servers

NAME = "muc#roomconfig_roomname"
FORMER = "muc#roominfo_pubsub"
DEV = "xmpp:pubsub.megacorp.example?;node=dev"
START = Callable[..., AbstractContextManager[Server]]


def parents(info: DiscoInfo) -> set[tuple[str, ...]]:
    """All that a room says of its parent, whatever it calls it; empty where it says nothing."""
    told = info.forms.get(ROOM_INFO_FORM, {})
    said = {told[var].values for var in (PARENT, FORMER) if var in told}
    if SPACE in info.forms:
        said.add(values_of(info.forms[SPACE], "parent"))
    if SPACE in info.features:
        said.add(("the feature",))
    return said


SAYS_DEV = {(DEV,), ("the feature",)}


def test_a_room_says_to_everybody_which_space_it_belongs_to(
    with_module: Backend, room: Jid
) -> None:
    async def own(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        offered = (await w.raw.room_config(room))[PARENT]
        assert (offered.values, offered.type) == ((), "text-single")
        assert parents(await w.raw.room_info(room)) == set()
        await w.raw.configure_room(room, {PARENT: (DEV,)})
        assert (await w.raw.room_config(room))[PARENT].values == (DEV,)

    async def ask(w: CarefulWriter) -> None:
        info = await w.raw.room_info(room)
        assert SPACE in info.features
        assert info.forms[SPACE] == {"parent": Field((DEV,), "text-single")}
        assert info.forms[ROOM_INFO_FORM][PARENT].values == (DEV,)
        assert info.forms[ROOM_INFO_FORM][FORMER].values == (DEV,)

    with_module.run(own)
    with_module.run(ask, user="erin")


@pytest.mark.parametrize("nothing", [(), ("",)], ids=["no-value", "empty-value"])
def test_an_empty_value_ends_it_and_a_form_without_the_field_does_not(
    with_module: Backend, room: Jid, nothing: tuple[str, ...]
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {PARENT: (DEV,)}, None)
        await w.raw.configure_room(room, {NAME: ("CI",)})
        assert parents(await w.raw.room_info(room)) == SAYS_DEV
        await w.raw.configure_room(room, {PARENT: nothing})
        assert parents(await w.raw.room_info(room)) == set()
        assert (await w.raw.room_config(room))[PARENT].values == ()

    with_module.run(work)


URIS = (
    DEV,
    "XMPP:pubsub.megacorp.example?;node=dev",
    "xmpp:pubsub.megacorp.example?pubsub;action=subscribe;node=dev",
    "xmpp:pubsub.megacorp.example?;node=a%3Ab%2fc%20%2B%3b%3Dd",
    "xmpp:pubsub.megacorp.example?;node=%C3%A9t%C3%A9",
    "xmpp:pubsub.megacorp.example?;node=été",
    "xmpp:Straße.example?;node=dev",
    "xmpp:alice@megacorp.example?;node=dev",
    "xmpp:sales%2Bmore@megacorp.example?;node=dev",
)
NO_URIS = (
    "dev",
    " ",
    "pubsub.megacorp.example?;node=dev",
    "https://pubsub.megacorp.example/?;node=dev",
    "xmpp:pubsub.megacorp.example",
    "xmpp:pubsub.megacorp.example?node=dev",
    "xmpp:pubsub.megacorp.example?;node=",
    "xmpp:pubsub.megacorp.example?;node",
    "xmpp:pubsub.megacorp.example?;nodes=dev",
    "xmpp:pubsub.megacorp.example?;node=dev;node=ops",
    "xmpp:pubsub.megacorp.example?;node=dev;",
    "xmpp:pubsub.megacorp.example?;node=a:b",
    "xmpp:pubsub.megacorp.example?;node=a b",
    "xmpp:pubsub.megacorp.example?;node=a%2",
    "xmpp:pubsub.megacorp.example?;node=%FF",
    "xmpp:pubsub.megacorp.example?;node=dev#top",
    f" {DEV}",
    f"{DEV}\n",
    "xmpp:?;node=dev",
    "xmpp:@?;node=dev",
    "xmpp:%FF.example?;node=dev",
    "xmpp:a@b@c?;node=dev",
    "xmpp:pubsub.megacorp.example/x?;node=dev",
    "xmpp:pubsub.megacorp.example%2Fx?;node=dev",
    "xmpp://admin@megacorp.example/pubsub.megacorp.example?;node=dev",
)


def test_any_uri_of_a_node_is_kept_as_it_is_written(with_module: Backend, room: Jid) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        for uri in URIS:
            await w.raw.configure_room(room, {PARENT: (uri,)})
            assert parents(await w.raw.room_info(room)) == {(uri,), ("the feature",)}

    with_module.run(work)


def test_a_form_with_anything_else_is_refused_as_a_whole(with_module: Backend, room: Jid) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {PARENT: (DEV,), NAME: ("CI",)}, None)
        for text in NO_URIS:
            with pytest.raises(ServiceError, match=f"bad-request - {PARENT} is no URI") as refused:
                await w.raw.configure_room(room, {NAME: ("Builds",), PARENT: (text,)})
            assert refused.value.error_type == "modify", text
        assert (await w.raw.room_config(room))[NAME].values == ("CI",)
        assert parents(await w.raw.room_info(room)) == SAYS_DEV

    with_module.run(work)


def test_of_several_values_the_one_that_counts_is_looked_at(
    with_module: Backend, room: Jid
) -> None:
    async def work(w: CarefulWriter) -> None:
        await w.create_room(room, {}, None)
        await w.raw.configure_room(room, {PARENT: (DEV, "dev")})
        assert parents(await w.raw.room_info(room)) == SAYS_DEV
        with pytest.raises(ServiceError):
            await w.raw.configure_room(room, {PARENT: ("dev", DEV)})
        assert parents(await w.raw.room_info(room)) == SAYS_DEV

    with_module.run(work)


@pytest.mark.parametrize("affiliation", ["admin", "member", "none"])
def test_nobody_but_owners_may_set_it(with_module: Backend, room: Jid, affiliation: str) -> None:
    async def own(w: CarefulWriter) -> None:
        await w.create_room(room, {PARENT: (DEV,)}, None)
        await w.raw.set_room_affiliation(room, Jid("bob@megacorp.example"), affiliation)
        await w.raw.set_room_affiliation(room, Jid("carol@megacorp.example"), "owner")

    async def try_it(w: CarefulWriter) -> None:
        for uri in (DEV.replace("dev", "ops"), "no URI", ""):
            with pytest.raises(ServiceError, match="forbidden"):
                await w.raw.configure_room(room, {PARENT: (uri,)})
        assert parents(await w.raw.room_info(room)) == SAYS_DEV

    async def another_owner(w: CarefulWriter) -> None:
        await w.raw.configure_room(room, {PARENT: ("",)})

    async def see(w: CarefulWriter) -> None:
        assert parents(await w.raw.room_info(room)) == set()

    with_module.run(own)
    with_module.run(try_it, user="bob")
    with_module.run(another_owner, user="carol")
    with_module.run(see)


def test_a_room_that_is_not_there_stays_so(with_module: Backend, room: Jid) -> None:
    async def work(w: CarefulWriter) -> None:
        for uri in (DEV, "no URI"):
            with pytest.raises(ServiceError, match="item-not-found"):
                await w.raw.configure_room(room, {PARENT: (uri,)})

    with_module.run(work)


def test_it_outlives_a_restart_and_ends_with_the_module(
    start_prosody: START, server_folder: Path, room: Jid
) -> None:
    async def own(w: CarefulWriter) -> None:
        await w.create_room(room, {PARENT: (DEV,)}, None)

    async def says(w: CarefulWriter) -> set[tuple[str, ...]]:
        return parents(await w.raw.room_info(room))

    async def offered(w: CarefulWriter) -> bool:
        return PARENT in await w.raw.room_config(room)

    with start_prosody(server_folder, space_parent=True) as server:
        real(server).run(own)
    with start_prosody(server_folder, space_parent=True) as server:
        assert real(server).run(says, user="erin") == SAYS_DEV
    with start_prosody(server_folder) as server:
        assert real(server).run(says) == set()
        assert not real(server).run(offered)
    with start_prosody(server_folder, space_parent=True) as server:
        assert real(server).run(says) == SAYS_DEV
