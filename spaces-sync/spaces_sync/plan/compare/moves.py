"""Children that leave one node of the file and appear in another: moved, with what others added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.children import BY_NAME
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import Key, values_of
from spaces_sync.plan.actions import Action, PublishItem
from spaces_sync.plan.audience import access_after, opens_to_more
from spaces_sync.plan.compare.context import Moved, NodeContext
from spaces_sync.plan.compare.items import leaves
from spaces_sync.plan.plan import Part
from spaces_sync.profile import ACCESS_MODEL


def with_moves(declaration: Declaration, contexts: Sequence[NodeContext]) -> list[NodeContext]:
    """`contexts`, each with what arrives in its node and what departs from it."""
    left: dict[Key, Moved] = {}
    for context in contexts if len(declaration.state.nodes) > 1 else ():
        for child in leaves(context):
            access_model = values_of(context.found.config, ACCESS_MODEL)
            left.setdefault(child.key, Moved(context.address, child, access_model))
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


def with_openings(
    context: NodeContext, parts: Iterable[Part], actions: Iterable[Action]
) -> Iterator[Part]:
    """`parts`; what moves here says whether more people can read what others put into it.

    What the file says of a child itself is meant for the space that it lists it in.
    `actions`: what is planned for the node so far.
    """
    after = access_after(actions, context.live)
    for part in parts:
        if isinstance(part, PublishItem) and part.moved_from is not None:
            fields = context.wanted.children[part.key].fields
            ours = BY_NAME[part.key.kind].overlay(None, part.key.target, fields)
            more = opens_to_more(context.arriving[part.key].access_model, after)
            yield replace(part, opens=more and part.payload != ours)
        else:
            yield part


def _wanted(declaration: Declaration) -> Iterator[tuple[NodeAddress, Key]]:
    """Also of nodes that cannot be planned: what is to arrive there stays where it is."""
    for address, node in sorted(declaration.state.nodes.items()):
        yield from ((address, key) for key in node.children)
