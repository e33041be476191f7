"""The ports over a world in memory: as the bare server answers, and as `xmpp/` makes use of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Address, Form, Item, Secret, Service, Values
from spaces_sync.model.xml import Xml
from spaces_sync.ports import ItemList, NodeEntry, NodeInfo, RoomInfo, ServiceError
from spaces_sync.simulator import affiliations, nodes, publishing, rooms
from spaces_sync.simulator.profiles import PROSODY, Profile
from spaces_sync.simulator.rooms import RoomCall
from spaces_sync.simulator.world import Call, World, host


class BareServer:
    """A `Writer` that passes each request to the server as it is, without a network.

    `profile` is that of the rooms and of services that the world does not list. Without a
    `world` there is an empty one, whose admin is `account`.
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

    def _node(self, request: str, node: NodeAddress) -> Call:
        self._record(request, node)
        return Call(self.world, self.profile, self._account, node)

    def _room(self, request: str, room: Jid) -> RoomCall:
        self._record(request, room)
        return RoomCall(self.world, self.profile, self._account, room)

    def _record(self, request: str, address: Address) -> None:
        if self.log is not None:
            self.log.append((request, address))

    async def service(self, jid: Jid) -> Service:
        self._record("service", jid)
        return host(self.world, jid, self.profile).service

    async def node_list(self, service: Jid) -> Sequence[NodeEntry]:
        self._record("node_list", service)
        return nodes.listing(host(self.world, service, self.profile))

    async def node_info(self, node: NodeAddress) -> NodeInfo:
        return nodes.info(self._node("node_info", node))

    async def node_config(self, node: NodeAddress) -> Form:
        return nodes.config(self._node("node_config", node))

    async def items(self, node: NodeAddress) -> ItemList:
        return publishing.fetch(self._node("items", node))

    async def item(self, node: NodeAddress, item_id: str) -> Item | None:
        found = publishing.fetch(self._node("item", node)).items
        return next((item for item in found if item.id == item_id), None)

    async def own_nodes(self, service: Jid) -> Sequence[NodeAddress]:
        self._record("own_nodes", service)
        return nodes.known_to(host(self.world, service, self.profile), self._account)

    async def affiliations(self, node: NodeAddress) -> Mapping[Jid, str]:
        return affiliations.affiliations(self._node("affiliations", node))

    async def subscriptions(self, node: NodeAddress) -> Mapping[Jid, str]:
        return affiliations.subscriptions(self._node("subscriptions", node))

    async def room_info(self, room: Jid) -> RoomInfo:
        return rooms.info(self._room("room_info", room))

    async def room_config(self, room: Jid) -> Form:
        return rooms.config(self._room("room_config", room))

    async def room_affiliations(self, room: Jid) -> Mapping[Jid, str]:
        return rooms.affiliations(self._room("room_affiliations", room))

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        nodes.create(self._node("create_node", node), config)

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        nodes.configure(self._node("configure_node", node), config)

    async def delete_node(self, node: NodeAddress) -> None:
        nodes.delete(self._node("delete_node", node))

    async def publish(self, node: NodeAddress, item_id: str, payload: Xml) -> None:
        publishing.publish(self._node("publish", node), item_id, payload)

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        publishing.retract(self._node("retract", node), item_id)

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        affiliations.affiliate(self._node("set_affiliation", node), jid, affiliation)

    async def set_subscription(self, node: NodeAddress, jid: Jid, subscription: str) -> None:
        affiliations.subscribe(self._node("set_subscription", node), jid, subscription)

    async def create_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        rooms.create(self._room("create_room", room), rooms.with_password(config, password))

    async def configure_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        rooms.configure(self._room("configure_room", room), rooms.with_password(config, password))

    async def destroy_room(self, room: Jid) -> None:
        rooms.destroy(self._room("destroy_room", room))

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        rooms.affiliate(self._room("set_room_affiliation", room), jid, affiliation)


class Simulator(BareServer):
    """The same server behind the care that `xmpp/` takes: what callers of the ports see."""

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        await super().create_node(node, _written(config))

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        await super().configure_node(node, _written(config))

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        """An item that is not there counts as retracted."""
        try:
            await super().retract(node, item_id)
        except ServiceError as error:
            if error.condition != "item-not-found":
                raise

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        """Who stands in the way by being subscribed is unsubscribed."""
        call = self._node("set_affiliation", node)
        try:
            affiliations.affiliate(call, jid, affiliation)
        except ServiceError as error:
            if error.condition != "forbidden" or affiliation not in ("none", "outcast"):
                raise
            affiliations.unsubscribe(call, jid)
            affiliations.affiliate(call, jid, affiliation)

    async def set_subscription(self, node: NodeAddress, jid: Jid, subscription: str) -> None:
        call = self._node("set_subscription", node)
        if subscription == "none":
            affiliations.unsubscribe(call, jid)
        else:
            affiliations.subscribe(call, jid, subscription)

    async def create_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        """Persistent unless said otherwise: it is left empty."""
        call = self._room("create_room", room)
        rooms.check_free(call)
        wanted = {rooms.PERSISTENT: ("true",), **rooms.with_password(config, password)}
        rooms.create(call, _written(rooms.offered(self.profile.room.fresh, wanted)))

    async def configure_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        call = self._room("configure_room", room)
        rooms.find(call)  # where the server would make one, we do not let it
        wanted = rooms.with_password(config, password)
        rooms.configure(call, _written(rooms.offered(rooms.config(call), wanted)))


def _written(config: Mapping[str, Values]) -> dict[str, Values]:
    """No value is sent as an empty one, which clears; a field without any would be reset."""
    return {var: values or ("",) for var, values in config.items()}
