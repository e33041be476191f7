"""What a space was before, as long as not all of that has been copied into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Node, Reading, Values
from spaces_sync.plan.ownership import children, marked, own_marker
from spaces_sync.plan.plan import Obstacle
from spaces_sync.profile import ACCESS_MODEL

Former = tuple[NodeAddress, Node]
"""The node that a space was before."""


def former_of(declaration: Declaration, reading: Reading, address: NodeAddress) -> Former | None:
    """What a space was called before, as long as not all of that is here.

    That is so until a settled marker says otherwise: an interrupted copy is gone on with.
    """
    live = reading.state.nodes.get(address)
    mark = own_marker(declaration, live) if live is not None else None
    if not marked(declaration, address) or (mark is not None and not mark.copies):
        return None
    nodes = (old for old in declaration.policies[address].previously if old in reading.state.nodes)
    old = next((old for old in nodes if isinstance(old, NodeAddress)), None)
    return None if old is None else (old, reading.state.nodes[old])


def half_copied(
    declaration: Declaration, reading: Reading, address: NodeAddress, held: Node
) -> Obstacle | None:
    """Why a copy cannot be made or gone on with: what has not been copied must not be forgotten."""
    place = declaration.place(address)
    mark = own_marker(declaration, held)
    previously = declaration.policies[address].previously
    olds = {old.uri: old for old in previously if isinstance(old, NodeAddress)}
    if mark is not None and mark.copies and mark.copies not in olds:
        text = f"is still being copied from {mark.copies}; list that under 'previously' again"
        return Obstacle(address, text, place)
    arrived = mark is not None and not mark.copies
    if arrived or (address in reading.state.nodes and not marked(declaration, address)):
        return None
    for old in olds.values():
        if old in reading.failed:
            return Obstacle(address, f"{old}, which it was before: {reading.failed[old]}", place)
        node = reading.state.nodes.get(old)
        if node is not None and not node.complete:
            text = f"the service did not give all of the items of {old}, so that none can be copied"
            return Obstacle(address, text, place)
    return None


def what_moves(old: NodeAddress, node: Node, config: Mapping[str, Values]) -> Iterator[str]:
    yield (
        f"copies {plural(children(node), 'item')} and the affiliations of {old.node}, which stays"
    )
    if node.subscriptions:
        yield f"{plural(len(node.subscriptions), 'subscriber')} of {old.node} must join it anew"
    was_open = ACCESS_MODEL in node.config and node.config[ACCESS_MODEL].values == ("open",)
    if config.get(ACCESS_MODEL) == ("open",) and not was_open:
        yield f"anyone can read its {plural(children(node), 'item')} from now on"
