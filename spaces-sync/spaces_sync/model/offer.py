"""What a server offers an account, as far as questions tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.servers import Brand, Known
from spaces_sync.model.state import Reading, Service, nothing


@dataclass(frozen=True, slots=True)
class Offer:
    """The services that a server lists.

    untold: what it lists and is of no known kind because it did not say what it is, with the
    reason. unlisted: why it did not list anything; empty where it did.
    """

    server: Jid
    brand: Brand | None
    pubsub: Sequence[Jid] = ()
    rooms: Sequence[Jid] = ()
    untold: Mapping[Jid, str] = field(default_factory=nothing)
    unlisted: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an account finds on one pubsub service.

    creates: whether it may create nodes there; None: only an attempt tells. listed: how many nodes
    the service lists. spaces: the nodes that are, or may be, spaces. reading: the spaces that it
    may read, and some of the rooms that they list. source_known: whether a source of the name that
    the file is to have has a ledger there.
    """

    service: Service
    server: Known | None
    creates: bool | None
    listed: int
    spaces: Sequence[NodeAddress]
    reading: Reading
    source_known: bool = False

    @property
    def readable(self) -> int:
        """Of how many spaces the account may read all, as their owners may."""
        return sum(each in self.reading.state.nodes for each in self.spaces)

    @property
    def tells_publishers(self) -> bool | None:
        """Whether items name who published them; None: there are no items to tell."""
        nodes = self.reading.state.nodes.values()
        known = {item.publisher is not None for node in nodes for item in node.items}
        return any(known) if known else None
