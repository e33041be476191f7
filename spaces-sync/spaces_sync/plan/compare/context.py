"""What planning one declared node looks at, in one value."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.state import (
    EMPTY,
    Child,
    Key,
    Node,
    Owned,
    Reading,
    Service,
    Values,
    nothing,
)


class Moved(NamedTuple):
    """A child as it is in another node of the file, which lists it no more.

    access_model: of that node, as it is. grown: whether others have changed the child since its
    source put it there.
    """

    node: NodeAddress
    child: Child
    access_model: Values
    grown: bool


class Going(NamedTuple):
    """Where a child goes that another node of the file lists, and what it is called there."""

    node: NodeAddress
    key: Key


class Listed(NamedTuple):
    """A child that the file declares in a node, and as it is there; None: it is not."""

    node: NodeAddress
    wanted: Child
    live: Child | None


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
    owned: Owned | None  # what the file's source owns of it by its ledger
    overruled: Mapping[str, str]  # what became of fields that were sent before, as a ledger has it
    former: frozenset[Jid] = frozenset()  # who worked for the source until now
    arriving: Mapping[Key, Moved] = field(default_factory=nothing)  # from other nodes
    departing: Mapping[Key, Going] = field(default_factory=nothing)  # to others
    apart: Mapping[Key, NodeAddress] = field(default_factory=nothing)  # in others, too
    unselected: Mapping[Key, NodeAddress] = field(default_factory=nothing)  # to what is not planned
    listed: Mapping[Key, Listed] = field(default_factory=nothing)  # by all nodes of the file
    recorded: Owned | None = None  # as `owned`, without what an interrupted apply did

    @property
    def found(self) -> Node:
        """The node as it was read; an absent one as empty, and owned by the account."""
        return self.live or Node(EMPTY, affiliations={self.account: "owner"})

    def place(self, *path: Hashable) -> Place | None:
        """Where something of the node stands in the file, or the nearest thing around it."""
        return self.declaration.place(self.address, *path)


def with_operators(
    declaration: Declaration, wanted: Mapping[Jid, str] | None
) -> Mapping[Jid, str] | None:
    """The affiliations that a file wants: its operators own all that it declares.

    None where it leaves them as they are.
    """
    if not declaration.operators:
        return wanted
    return {**dict.fromkeys(declaration.operators, "owner"), **(wanted or EMPTY)}


def former_operators(declaration: Declaration, reading: Reading) -> frozenset[Jid]:
    """Who worked for the source by its ledgers, and does not by its file."""
    stated = (each.stated for each in reading.ownership.ledgers.values())
    return frozenset().union(*stated) - {reading.account, *declaration.operators}


def node_context(declaration: Declaration, reading: Reading, address: NodeAddress) -> NodeContext:
    """The context of a node that `declaration` declares and `reading` is about."""
    wanted, live = declaration.state.nodes[address], reading.state.nodes.get(address)
    people = with_operators(declaration, wanted.affiliations)
    return NodeContext(
        declaration=declaration,
        address=address,
        policy=declaration.policies[address],
        wanted=replace(wanted, affiliations=people),
        live=live,
        service=reading.services[address.service],
        account=reading.account,
        owned=reading.ownership.owned(address),
        recorded=reading.ownership.settled.get(address),
        overruled=_overruled_before(reading, address),
        former=former_operators(declaration, reading),
    )


def _overruled_before(reading: Reading, address: NodeAddress) -> Mapping[str, str]:
    """Some of these names are of other things, which does no harm."""
    recorded = reading.ownership.settled.get(address)
    return {**(recorded.applied if recorded else EMPTY), **reading.overruled.get(address, EMPTY)}
