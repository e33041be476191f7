"""The careful ports: what the engine and the commands ask for and may rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Form, Item, Secret, Service, Values
from spaces_sync.model.xml import Xml
from spaces_sync.ports.values import DiscoInfo, ItemList, NodeInfo, NodeList, RoomInfo, RoomList


class Reader(Protocol):
    """Questions. None of them creates or changes anything, but for `room_config`'s condition."""

    @property
    def account(self) -> Jid:
        """Who asks: the account, or a component's domain."""
        ...

    async def server_items(self, server: Jid) -> Sequence[Jid]:
        """The addresses that a server lists as its own, as `RawReader.server_items`."""
        ...

    async def service_info(self, jid: Jid) -> DiscoInfo:
        """What any service says that it is: pubsub, rooms, or something else."""
        ...

    async def service(self, jid: Jid) -> Service:
        """A service's name, features and default configuration, empty where it has none.

        Where the service failed to tell the latter, the reason for that.
        """
        ...

    async def node_list(self, service: Service) -> NodeList:
        """The nodes that a service lists, in its order; not for certain all that it has.

        Among them are those that it lists only to who asks for spaces, where it knows that.
        """
        ...

    async def node_info(self, node: NodeAddress) -> NodeInfo:
        """Proves that a node exists. Raises `ServiceError` `item-not-found` where it does not."""
        ...

    async def node_config(self, node: NodeAddress) -> Form:
        """A node's owner form (XEP-0060 8.2) with its values; `forbidden` for who is no owner."""
        ...

    async def items(self, node: NodeAddress) -> ItemList:
        """All items of a node, each id once, in the service's order."""
        ...

    async def item(self, node: NodeAddress, item_id: str) -> Item | None:
        """One item by its id; None where the node, or the item, is not there."""
        ...

    async def own_nodes(self, service: Jid) -> Sequence[NodeAddress]:
        """The nodes on which the account has an affiliation.

        Where the service does not tell, all those that it lists.
        """
        ...

    async def own_affiliations(self, service: Jid) -> Mapping[NodeAddress, str]:
        """The account's affiliations by node (XEP-0060 5.7). Not every service tells them."""
        ...

    async def affiliations(self, node: NodeAddress) -> Mapping[Jid, str]:
        """Each account with its affiliation, for the node's owners; without those of `none`."""
        ...

    async def subscriptions(self, node: NodeAddress) -> Mapping[Jid, str]:
        """Each account with the strongest of its subscriptions, for the node's owners."""
        ...

    async def room_list(self, service: Jid) -> RoomList:
        """The rooms that a room service lists, in its order; not for certain all that it has."""
        ...

    async def room_info(self, room: Jid) -> RoomInfo:
        """Proves that a room exists. Raises `ServiceError`: `item-not-found`, or `gone` where it
        was destroyed and its name is still blocked.
        """
        ...

    async def room_config(self, room: Jid) -> Form:
        """A room's owner form, its password in clear included.

        Only of a room that `room_info` has just proved: a service may create it otherwise.
        """
        ...

    async def room_affiliations(self, room: Jid) -> Mapping[Jid, str]:
        """Each account with its affiliation with a room, for its owners and admins."""
        ...


class Writer(Reader, Protocol):
    """Changes. Each returns when the service said `result`, which is no proof of the change.

    A field without values is cleared, never reset to its default. Fields that a configuration
    does not name keep their values.
    """

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        """Creates a node with that configuration, or none at all.

        Raises `ServiceError` `conflict` where it exists, `MalformedAnswerError` where the service
        created another one.
        """
        ...

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        """Changes fields of a node's configuration, all or none."""
        ...

    async def delete_node(self, node: NodeAddress, renamed_to: NodeAddress | None = None) -> None:
        """Deletes a node, as `RawWriter.delete_node`.

        Raises `ServiceError` `item-not-found` where there is none.
        """
        ...

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        """Publishes one item, or replaces the one with that id, as `RawWriter.publish`."""
        ...

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        """Deletes one item; one that is not there counts as retracted."""
        ...

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        """Sets one affiliation with a node. Whoever it shuts out is also unsubscribed, where the
        service would not have it otherwise.
        """
        ...

    async def set_subscription(self, node: NodeAddress, jid: Jid, subscription: str) -> None:
        """Sets one subscription. `none` ends all of the account, those of its resources too, and
        succeeds where there are none.
        """
        ...

    async def create_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        """Creates a room with those fields of `config` that its form has, and leaves it.

        It is persistent unless `config` says otherwise. An empty password means none. Raises
        `ServiceError` `conflict` where the room exists, `not-acceptable` where a list of the form
        does not offer a value; then no room is left behind.
        """
        ...

    async def configure_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        """Changes those fields of `config` that the room's form has, all or none.

        `password` None keeps what is there, an empty one takes the protection away. Raises
        `ServiceError` as `room_info` does, `not-acceptable` where a list of the form does not
        offer a value.
        """
        ...

    async def destroy_room(self, room: Jid, renamed_to: Jid | None = None) -> None:
        """Destroys a room, as `RawWriter.destroy_room`.

        Returns when it has ended, or after some seconds.
        """
        ...

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        """Sets one affiliation with a room; `none` takes it away."""
        ...
