"""The reading half of the careful client; it has no way to change anything."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from spaces_sync.client import items, lists
from spaces_sync.client.affiliations import (
    NODE_AFFILIATIONS,
    ROOM_AFFILIATIONS,
    SUBSCRIPTIONS,
    strongest_by_account,
)
from spaces_sync.client.forms import with_usual_names
from spaces_sync.client.twins import Twins
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import EMPTY, Form, Item, Service
from spaces_sync.ports import (
    DiscoInfo,
    ItemList,
    MalformedAnswerError,
    NodeInfo,
    NodeList,
    RawReader,
    RoomInfo,
    RoomList,
    ServiceError,
    UnusableAnswerError,
    together,
)
from spaces_sync.profile import METADATA_FORM, PUBSUB, ROOM_INFO_FORM, SPACE

NO_SUCH_REQUEST: Final = frozenset(
    {
        "feature-not-implemented",
        "service-unavailable",
        "bad-request",
        "item-not-found",
        "forbidden",
        "not-allowed",
    }
)
"""What a service answers that does not have a request, or not for everybody: it will stay so."""

METADATA_FORMS: Final = (
    METADATA_FORM,
    f"{PUBSUB}#metadata",  # so spelled by XEP-0060 1.15.5 to 1.20
)


class CarefulReader:
    """A `Reader`, where the contracts of its methods stand, over the raw port `raw`."""

    raw: RawReader

    def __init__(self, raw: RawReader) -> None:
        self.raw = raw
        self._twins = Twins()

    @property
    def account(self) -> Jid:
        return self.raw.account

    async def server_items(self, server: Jid) -> Sequence[Jid]:
        return await self.raw.server_items(server)

    async def service_info(self, jid: Jid) -> DiscoInfo:
        return await self.raw.service_info(jid)

    async def service(self, jid: Jid) -> Service:
        return await self._twins.told(jid, asyncio.ensure_future(self._service(jid)))

    async def _service(self, jid: Jid) -> Service:
        info, (config, failed) = await together(
            self.raw.service_info(jid), self._default_config(jid)
        )
        kinds = {(each.category, each.type) for each in info.identities}
        # A server has the features of the services of its accounts (XEP-0163 6.1).
        server = any(kind == "server" for kind, _ in kinds) and ("pubsub", "service") not in kinds
        return Service(jid, _name(info, "pubsub"), info.features, config, failed, server)

    async def _default_config(self, service: Jid) -> tuple[Form, str]:
        """And why it is not known; not all services have the request (XEP-0060 8.3.3)."""
        try:
            return await self.raw.default_config(service), ""
        except ServiceError as error:
            return EMPTY, "" if error.condition in NO_SUCH_REQUEST else str(error)
        except UnusableAnswerError as error:
            return EMPTY, str(error)

    async def node_list(self, service: Service) -> NodeList:
        return await lists.read_list(self.raw, service)

    async def node_info(self, node: NodeAddress) -> NodeInfo:
        if "!" in node.node:
            # COMPAT(ejabberd 23.01): its disco#info takes what follows a `!` for an item and
            # describes the node before it, whether the one that is meant exists or not. Its
            # owner form is the right one.
            # Shown by test_compat_ejabberd_describes_the_node_before_an_exclamation_mark.
            try:
                return NodeInfo(await self.raw.node_config(node))
            except ServiceError as error:
                if error.condition == "item-not-found":
                    raise
        info = await self.raw.node_info(node)
        if not info.identities and not info.forms:
            # XEP-0030 3.1: whatever is there has an identity. Libervia describes what is not
            # there so, where others say `item-not-found`.
            raise ServiceError("item-not-found", "cancel", f"{node} is described as nothing")
        await self._twins.refuse(self.raw, node)
        return NodeInfo(
            next((info.forms[name] for name in METADATA_FORMS if name in info.forms), EMPTY),
            info.features,
            info.forms.get(SPACE, EMPTY),
        )

    async def node_config(self, node: NodeAddress) -> Form:
        return await self.raw.node_config(node)

    async def items(self, node: NodeAddress) -> ItemList:
        return await items.read_all(self.raw, node)

    async def item(self, node: NodeAddress, item_id: str) -> Item | None:
        return await items.read_one(self.raw, node, item_id)

    async def own_nodes(self, service: Jid) -> Sequence[NodeAddress]:
        try:
            names = await self.raw.own_affiliations(service)
        except (ServiceError, MalformedAnswerError):
            # COMPAT(prosody 0.12.3): it does not know the question, and its node list is complete.
            # Shown by test_compat_prosody_does_not_tell_own_affiliations_and_lists_all_nodes.
            return [each.address for each in (await lists.read_nodes(self.raw, service)).entries]
        return [NodeAddress(service, name) for name in names]

    async def own_affiliations(self, service: Jid) -> Mapping[NodeAddress, str]:
        told = await self.raw.own_affiliations(service)
        return {NodeAddress(service, name): word for name, word in told.items()}

    async def affiliations(self, node: NodeAddress) -> Mapping[Jid, str]:
        return strongest_by_account(await self.raw.affiliations(node), NODE_AFFILIATIONS)

    async def subscriptions(self, node: NodeAddress) -> Mapping[Jid, str]:
        return strongest_by_account(await self.raw.subscriptions(node), SUBSCRIPTIONS)

    async def room_list(self, service: Jid) -> RoomList:
        return await lists.read_rooms(self.raw, service)

    async def room_info(self, room: Jid) -> RoomInfo:
        info = await self.raw.room_info(room)
        forms = (info.forms.get(name, EMPTY) for name in (ROOM_INFO_FORM, SPACE))
        return RoomInfo(_name(info, "conference"), info.features, *forms)

    async def room_config(self, room: Jid) -> Form:
        return with_usual_names(await self.raw.room_config(room))

    async def room_affiliations(self, room: Jid) -> Mapping[Jid, str]:
        lists = await together(
            *(self.raw.room_affiliations(room, word) for word in ROOM_AFFILIATIONS)
        )
        return strongest_by_account((entry for each in lists for entry in each), ROOM_AFFILIATIONS)


def _name(info: DiscoInfo, category: str) -> str:
    """The name in the first identity of that category, else in the first of all, else empty."""
    identities = sorted(info.identities, key=lambda identity: identity.category != category)
    return identities[0].name if identities else ""
