"""The raw ports: a method a request of the protocol, with no care for what servers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Form, Item, Values
from spaces_sync.model.xml import Xml
from spaces_sync.ports.values import (
    Affiliation,
    DiscoInfo,
    ItemPage,
    Listing,
    NodePage,
    Occupancy,
    RoomPage,
    Subscription,
)


class RawReader(Protocol):
    """Questions: each method sends one IQ of type `get` and gives its answer as a value."""

    @property
    def account(self) -> Jid:
        """Who asks: the account, or a component's domain."""
        ...

    async def server_items(self, server: Jid) -> Sequence[Jid]:
        """The addresses that a server lists as its own (XEP-0030 4.1), such as its services.

        Each once, in the server's order; what is a node of one, or no JID, is left out.
        """
        ...

    async def service_info(self, service: Jid) -> DiscoInfo:
        """disco#info of a service (XEP-0030 3.1), which may be an account (XEP-0163)."""
        ...

    async def node_info(self, node: NodeAddress) -> DiscoInfo:
        """disco#info of a node (XEP-0060 5.3), with its metadata (5.4)."""
        ...

    async def room_info(self, room: Jid) -> DiscoInfo:
        """disco#info of a room (XEP-0045 6.4), with its `muc#roominfo` form."""
        ...

    async def disco_items(
        self, service: Jid, listing: Listing = "nodes", after: str | None = None
    ) -> NodePage:
        """The nodes that a service lists (XEP-0060 5.2), which need not be all that it has.

        In the service's order, in pages as `items`. Entries that are no node, or whose JID is
        none, are left out. A service may give more, or other nodes, than `listing` asks for.
        """
        ...

    async def room_items(self, service: Jid, after: str | None = None) -> RoomPage:
        """The rooms that a room service lists (XEP-0045 6.3): those that are public, and not
        always all of these. In pages as `items`; entries that are no room are left out.
        """
        ...

    async def default_config(self, service: Jid) -> Form:
        """The configuration of a new node (XEP-0060 8.3)."""
        ...

    async def node_config(self, node: NodeAddress) -> Form:
        """A node's owner form (XEP-0060 8.2): fields with their values, options and limits."""
        ...

    async def items(self, node: NodeAddress, after: str | None = None) -> ItemPage:
        """Items of a node (XEP-0060 6.5.2), in the service's order.

        Without `after` all that the service gives unasked; with it, the page (XEP-0059 2.2) that
        follows the one whose `last` it is. Payloads come as they are: none, one or several.
        """
        ...

    async def item(self, node: NodeAddress, item_id: str) -> Sequence[Item]:
        """The items with that id (XEP-0060 6.5.8): none where the service does not have it."""
        ...

    async def own_affiliations(self, service: Jid) -> Mapping[str, str]:
        """The account's own affiliations by node id (XEP-0060 5.7)."""
        ...

    async def affiliations(self, node: NodeAddress) -> Sequence[Affiliation]:
        """Who has which affiliation with a node (XEP-0060 8.9.1), for its owners."""
        ...

    async def subscriptions(self, node: NodeAddress) -> Sequence[Subscription]:
        """Who is subscribed to a node (XEP-0060 8.8.1), for its owners; a JID may come twice."""
        ...

    async def room_config(self, room: Jid) -> Form:
        """A room's owner form (XEP-0045 10.2), its password in clear included."""
        ...

    async def room_affiliations(self, room: Jid, affiliation: str) -> Sequence[Affiliation]:
        """Who has that one affiliation with a room (XEP-0045 9.2, 9.5, 10.5, 10.8)."""
        ...


class RawWriter(RawReader, Protocol):
    """Changes: each method sends one IQ of type `set`, or one presence.

    Each returns when the service said `result`, which is no proof that the change was made. A
    configuration is submitted as it is given, fields without values as such; fields that it does
    not name keep their values (XEP-0004 3.2).
    """

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> str:
        """Creates and configures in one request (XEP-0060 8.1.3), so that a private node is never
        public for a while. Gives the id that the new node has, which the service may choose.
        """
        ...

    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None:
        """Submits a node's owner form (XEP-0060 8.2.4)."""
        ...

    async def delete_node(self, node: NodeAddress, renamed_to: NodeAddress | None = None) -> None:
        """Deletes a node with its items, affiliations and subscriptions (XEP-0060 8.4).

        `renamed_to`: the node that its subscribers are told to go to.
        """
        ...

    async def publish(
        self, node: NodeAddress, item_id: str, payload: Xml, *, access_model: str = ""
    ) -> None:
        """Publishes one item, or replaces the one with that id (XEP-0060 7.1).

        `access_model`: only into a node that has it (7.1.5), else `ServiceError` `conflict`; where
        the service creates a node that is not there, with it. Empty: whatever the node has.
        """
        ...

    async def retract(self, node: NodeAddress, item_id: str) -> None:
        """Deletes one item and has subscribers told (XEP-0060 7.2)."""
        ...

    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None:
        """Sets one affiliation with a node (XEP-0060 8.9.2); `none` takes it away."""
        ...

    async def set_subscription(
        self, node: NodeAddress, jid: str, subscription: str, subid: str = ""
    ) -> None:
        """Sets one subscription to a node (XEP-0060 8.8.2); `none` ends it.

        `jid` is bare, or full as `subscriptions` listed it; `subid` as well.
        """
        ...

    async def enter_room(self, room: Jid, nick: str) -> Occupancy:
        """Enters a room without its history (XEP-0045 7.2), which creates one that is not there."""
        ...

    async def leave_room(self, room: Jid, nick: str) -> None:
        """Leaves a room (XEP-0045 7.14); returns when the room has seen us go."""
        ...

    async def configure_room(self, room: Jid, config: Mapping[str, Values]) -> None:
        """Submits a room's owner form (XEP-0045 10.2)."""
        ...

    async def destroy_room(self, room: Jid, renamed_to: Jid | None = None) -> None:
        """Destroys a room (XEP-0045 10.9). `renamed_to`: the one that who is in it is told of."""
        ...

    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None:
        """Sets one affiliation with a room (XEP-0045 9.1 to 10.7); `none` takes it away."""
        ...
