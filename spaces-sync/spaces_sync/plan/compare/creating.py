"""Whether the account may create the nodes that are not there, before it tries."""

from __future__ import annotations

from collections.abc import Iterator

from spaces_sync.model import servers
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Address, Reading
from spaces_sync.plan.plan import Note, Obstacle


def may_not_create(
    declaration: Declaration, reading: Reading, address: Address
) -> Iterator[Obstacle]:
    """Where a declared node is not there, and the service shows that the account cannot make it."""
    if not isinstance(address, NodeAddress) or address not in declaration.state.nodes:
        return
    if address in reading.absent and reading.creates.get(address.service) is False:
        text = f"{reading.account} may not create nodes on {address.service}; "
        words = f"{text}{_creators(reading, address)}"
        yield Obstacle(address, words, declaration.place(address))


def perhaps_not_created(declaration: Declaration, reading: Reading) -> Iterator[Note]:
    """Of each node of which only an attempt tells. Who owns another one there has made nodes."""
    account = reading.account
    tried = {
        address.service
        for address, node in reading.state.nodes.items()
        if (node.affiliations or {}).get(account) == "owner"
    }
    for address in sorted(declaration.state.nodes.keys() & reading.absent):
        service = address.service
        if service not in tried and reading.creates.get(service, True) is None:
            text = f"whether {account} may create nodes on {service}, which only an attempt tells; "
            words = f"{text}{_creators(reading, address)}"
            yield Note(address, "not checked", words, declaration.place(address))


def _creators(reading: Reading, address: NodeAddress) -> str:
    return servers.CREATORS[servers.of_pubsub(reading.services[address.service])]
