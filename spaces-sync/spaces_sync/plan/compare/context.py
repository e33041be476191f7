"""What planning one declared node looks at, in one value."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from spaces_sync.model import marker
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.marker import Marker
from spaces_sync.model.state import EMPTY, Node, Reading, Service


@dataclass(frozen=True, slots=True)
class NodeContext:
    """A declared node, `wanted` by the file, and what was read of it and its service.

    live: None where the node is proved absent. account: the one that the plan is made with.
    """

    declaration: Declaration
    address: NodeAddress
    policy: Policy
    wanted: Node
    live: Node | None
    service: Service
    account: Jid

    @property
    def found(self) -> Node:
        """The node as it was read; an absent one as empty, and owned by the account."""
        return self.live or Node(EMPTY, affiliations={self.account: "owner"})

    @property
    def has_marker(self) -> bool:
        """Whether the node gets a marker. Subscribers of a plain node would take it for news."""
        return self.declaration.source is not None and self.policy.is_space

    @property
    def own_marker(self) -> Marker | None:
        """The marker that is there, where the file's own source wrote it."""
        found = marker.decode(self.found.marker)
        return found if found is not None and found.source == self.declaration.source else None

    def place(self, *path: Hashable) -> Place | None:
        """Where something of the node stands in the file, or the nearest thing around it."""
        return self.declaration.place(self.address, *path)


def node_context(declaration: Declaration, reading: Reading, address: NodeAddress) -> NodeContext:
    """The context of a node that `declaration` declares and `reading` is about."""
    return NodeContext(
        declaration=declaration,
        address=address,
        policy=declaration.policies[address],
        wanted=declaration.state.nodes[address],
        live=reading.state.nodes.get(address),
        service=reading.services[address.service],
        account=reading.account,
    )
