"""Finds out what a server offers an account; nothing is tried that would change anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from spaces_sync.engine import concurrency
from spaces_sync.model import servers
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.offer import Offer
from spaces_sync.model.servers import Brand
from spaces_sync.model.state import Service
from spaces_sync.ports import DiscoInfo, Reader, ServiceError, UnusableAnswerError, together
from spaces_sync.profile import PUBSUB

CREATE_NODES: Final = f"{PUBSUB}#create-nodes"  # the feature (XEP-0060 10)
INSTANT_NODES: Final = f"{PUBSUB}#instant-nodes"
_LOOKED_AT: Final = 64  # of what a server lists, which may be one of others
_NO_NODE: Final = "urn:spaces-sync:no-node:0"  # a name that nobody gives to a node


def server_of(account: Jid) -> Jid:
    """The server of an account: its domain. A component is named below its server's."""
    local, at, domain = account.rpartition("@")
    return Jid(domain if at and local else account.partition(".")[2] or account)


async def find_services(reader: Reader) -> Offer:
    """The pubsub and room services that the account's server lists (XEP-0030 4.1).

    Raises `NoAnswerError`.
    """
    server = server_of(reader.account)
    try:
        listed = await reader.server_items(server)
    except UnusableAnswerError as error:
        return Offer(server, await _brand(reader, server), unlisted=str(error))
    brand, answers = await together(
        _brand(reader, server),
        concurrency.each(lambda jid: _described(reader, jid), listed),
    )
    found = list(zip(listed, answers, strict=True))
    infos = [(jid, info) for jid, info in found if isinstance(info, DiscoInfo)]
    return Offer(
        server,
        brand,
        pubsub=sorted(jid for jid, info in infos if _is_pubsub(info)),
        rooms=sorted(jid for jid, info in infos if ("conference", "text") in _kinds(info)),
        untold={jid: why for jid, why in found if isinstance(why, str)},
    )


async def pubsub_services(reader: Reader, server: Jid) -> Sequence[Jid]:
    """Those that a server lists, as far as it and they tell. Raises `NoAnswerError`."""
    try:
        listed = (await reader.server_items(server))[:_LOOKED_AT]
    except UnusableAnswerError:
        return ()
    answers = await concurrency.each(lambda jid: _described(reader, jid), listed)
    found = zip(listed, answers, strict=True)
    return sorted(jid for jid, info in found if isinstance(info, DiscoInfo) and _is_pubsub(info))


def _is_pubsub(info: DiscoInfo) -> bool:
    return ("pubsub", "service") in _kinds(info)


async def _described(reader: Reader, jid: Jid) -> DiscoInfo | str:
    """What a service says that it is, or why that is not known."""
    try:
        return await reader.service_info(jid)
    except UnusableAnswerError as error:
        return str(error)


def _kinds(info: DiscoInfo) -> set[tuple[str, str]]:
    return {(each.category, each.type) for each in info.identities}


async def _brand(reader: Reader, server: Jid) -> Brand | None:
    info = await _described(reader, server)
    identities: Iterable[tuple[str, str, str]] = () if isinstance(info, str) else info.identities
    names = (name for category, _, name in identities if category == "server")
    return next((brand for name in names if (brand := servers.of_domain(name))), None)


async def may_create(reader: Reader, service: Service) -> bool | None:
    """Whether the account may create nodes there; None: only an attempt tells.

    Who may on Prosody is an owner of every node, also of one that is not there: to others it says
    of that one's form that they may not see it. From 13 on others may have been admitted besides.
    Raises `NoAnswerError`.
    """
    server = servers.of_pubsub(service)
    if server is not None and CREATE_NODES not in service.features:
        return False  # others do not say all that they do
    if server == "ejabberd" and INSTANT_NODES not in service.features:
        # COMPAT(ejabberd 23.01): it says that nodes can be created also where its plugins let
        # nobody do it, as that of personal services alone does not.
        # Shown by test_compat_ejabberd_says_that_nodes_can_be_created_where_none_can.
        return False
    if server not in ("prosody", "prosody 13"):
        return None
    try:
        await reader.node_config(NodeAddress(service.jid, _NO_NODE))
    except ServiceError as error:
        if error.condition == "item-not-found":
            return True
        return False if error.condition == "forbidden" and server == "prosody" else None
    except UnusableAnswerError:
        pass
    return None
