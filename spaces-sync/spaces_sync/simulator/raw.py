"""The raw ports over a world in memory: each request is answered as the server answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.state import Address, Form, Item, Values
from spaces_sync.model.xml import Xml
from spaces_sync.ports import (
    Affiliation,
    DiscoInfo,
    ItemPage,
    Listing,
    NodePage,
    Occupancy,
    RoomPage,
    Subscription,
)
from spaces_sync.simulator import affiliations, nodes, publishing, rooms
from spaces_sync.simulator.profiles import PROSODY, Profile
from spaces_sync.simulator.rooms import RoomCall
from spaces_sync.simulator.world import Host, NodeCall, World, host, listed_by, room_hosts


class RawSimulator:
    """A `RawWriter`, where the contracts of its methods stand, for `account`.

    Nothing waits, so that each request is atomic.

    `profile` is that of the rooms and of services that the world does not list. Without a
    `world` there is an empty one, whose admin is `account`. With `record`, `log` holds each
    request by the name of its method, with its address.
    """

    def __init__(
        self,
        account: Jid,
        profile: Profile = PROSODY,
        world: World | None = None,
        *,
        record: bool = False,
    ) -> None:
        self.profile = profile
        self.world = World(admins={account}) if world is None else world
        self.log: list[tuple[str, Address]] | None = [] if record else None
        self._account = account

    def acting_as(self, account: Jid) -> Self:
        """The same world, and the same log, for another account."""
        other = type(self)(account, self.profile, self.world)
        other.log = self.log
        return other

    @property
    def account(self) -> Jid:
        return self._account

    def _service(self, request: str, service: Jid) -> Host:
        self._record(request, service)
        return host(self.world, service, self.profile)

    def _node(self, request: str, node: NodeAddress) -> NodeCall:
        self._record(request, node)
        return NodeCall(self.world, self.profile, self._account, node)

    def _room(self, request: str, room: Jid) -> RoomCall:
        self._record(request, room)
        return RoomCall(self.world, self.profile, self._account, room)

    def _record(self, request: str, address: Address) -> None:
        if self.log is not None:
            self.log.append((request, address))

    # Questions

    async def server_items(self, server: Jid) -> Sequence[Jid]:
        self._record("server_items", server)
        return listed_by(self.world, server)

    async def service_info(self, service: Jid) -> DiscoInfo:
        host = self._service("service_info", service)
        if service in room_hosts(self.world):
            return rooms.describe_service()
        return nodes.describe_service(host)

    async def node_info(self, node: NodeAddress) -> DiscoInfo:
        return nodes.describe(self._node("node_info", node))

    async def room_info(self, room: Jid) -> DiscoInfo:
        return rooms.describe(self._room("room_info", room))

    async def disco_items(
        self, service: Jid, listing: Listing = "nodes", after: str | None = None
    ) -> NodePage:
        self._record("disco_items", service)
        about = NodeAddress(service, "")
        call = NodeCall(self.world, self.profile, self._account, about)
        return nodes.listing(call, listing, after)

    async def room_items(self, service: Jid, after: str | None = None) -> RoomPage:
        del after  # all in one page
        return rooms.listing(self._room("room_items", service))

    async def default_config(self, service: Jid) -> Form:
        return nodes.default_config(self._service("default_config", service))

    async def node_config(self, node: NodeAddress) -> Form:
        return nodes.config(self._node("node_config", node))

    async def items(self, node: NodeAddress, after: str | None = None) -> ItemPage:
        return publishing.page(self._node("items", node), after)

    async def item(self, node: NodeAddress, item_id: str) -> Sequence[Item]:
        return publishing.by_id(self._node("item", node), item_id)

    async def own_affiliations(self, service: Jid) -> Mapping[str, str]:
        return nodes.own_affiliations(self._service("own_affiliations", service), self._account)

    async def affiliations(self, node: NodeAddress) -> Sequence[Affiliation]:
        return affiliations.affiliations(self._node("affiliations", node))

    async def subscriptions(self, node: NodeAddress) -> Sequence[Subscription]:
        return affiliations.subscriptions(self._node("subscriptions", node))

    async def room_config(self, room: Jid) -> Form:
        return rooms.config(self._room("room_config", room))

    async def room_affiliations(self, room: Jid, affiliation: str) -> Sequence[Affiliation]:
        return rooms.affiliations(self._room("room_affiliations", room), affiliation)

    # Changes of nodes

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> str:
        nodes.create(self._node("create_node", node), config)
        return node.node

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        nodes.configure(self._node("configure_node", node), config)

    async def delete_node(self, node: NodeAddress, renamed_to: NodeAddress | None = None) -> None:
        del renamed_to  # nobody is told of anything here
        nodes.delete(self._node("delete_node", node))

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        publishing.publish(self._node("publish", node), item_id, payload, access_model)

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        publishing.retract(self._node("retract", node), item_id)

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        affiliations.affiliate(self._node("set_affiliation", node), jid, affiliation)

    async def set_subscription(
        self, node: NodeAddress, jid: str, subscription: str, subid: str = ""
    ) -> None:
        del subid  # each account has one subscription
        call = self._node("set_subscription", node)
        affiliations.subscribe(call, bare_jid(jid.partition("/")[0]), subscription)

    # Changes of rooms

    async def enter_room(self, room: Jid, nick: str) -> Occupancy:
        return rooms.enter(self._room("enter_room", room), nick)

    async def leave_room(self, room: Jid, nick: str) -> None:
        rooms.leave(self._room("leave_room", room), nick)

    async def configure_room(self, room: Jid, config: Mapping[str, Values]) -> None:
        rooms.configure(self._room("configure_room", room), config)

    async def destroy_room(self, room: Jid, renamed_to: Jid | None = None) -> None:
        del renamed_to  # nobody is told of anything here
        rooms.destroy(self._room("destroy_room", room))

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        rooms.affiliate(self._room("set_room_affiliation", room), jid, affiliation)
