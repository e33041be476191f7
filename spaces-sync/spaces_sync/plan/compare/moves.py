"""Children that leave one node of the file and appear in another: moved, with what others added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Key
from spaces_sync.plan.compare.context import Moved, NodeContext
from spaces_sync.plan.compare.items import leaves


def with_moves(declaration: Declaration, contexts: Sequence[NodeContext]) -> list[NodeContext]:
    """`contexts`, each with what arrives in its node and what departs from it."""
    left: dict[Key, Moved] = {}
    for context in contexts if len(declaration.state.nodes) > 1 else ():
        for child in leaves(context):
            left.setdefault(child.key, Moved(context.address, child))
    if not left:
        return list(contexts)
    there = {context.address: context.found.children for context in contexts}
    arriving: dict[NodeAddress, dict[Key, Moved]] = {}
    departing: dict[NodeAddress, dict[Key, NodeAddress]] = {}
    for address, key in _wanted(declaration):
        moved = left.get(key)
        if moved is not None and moved.node != address and key not in there.get(address, ()):
            arriving.setdefault(address, {})[key] = moved
            departing.setdefault(moved.node, {}).setdefault(key, address)
    return [
        replace(
            context,
            arriving=arriving.get(context.address, {}),
            departing=departing.get(context.address, {}),
        )
        for context in contexts
    ]


def _wanted(declaration: Declaration) -> Iterator[tuple[NodeAddress, Key]]:
    """Also of nodes that cannot be planned: what is to arrive there stays where it is."""
    for address, node in sorted(declaration.state.nodes.items()):
        yield from ((address, key) for key in node.children)
