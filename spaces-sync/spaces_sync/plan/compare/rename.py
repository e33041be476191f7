"""The former node of a renamed space, until all of its content has been copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.state import Node, Reading, Values, values_of
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.ownership import marker_of
from spaces_sync.plan.plan import Obstacle
from spaces_sync.profile import ACCESS_MODEL


class Former(NamedTuple):
    """The node that a space was before, and what it holds."""

    address: NodeAddress
    node: Node


def former_of(context: NodeContext, reading: Reading) -> Former | None:
    """What a space was called before, as long as not all of that is here.

    That is so until its marker no longer says that it copies: an interrupted copy is gone on with.
    """
    mark = context.own_marker
    if not context.has_marker or (mark is not None and not mark.copies):
        return None
    nodes = (old for old in context.policy.previously if old in reading.state.nodes)
    old = next((old for old in nodes if isinstance(old, NodeAddress)), None)
    return None if old is None else Former(old, reading.state.nodes[old])


def half_copied(context: NodeContext, reading: Reading) -> Obstacle | None:
    """Why a copy cannot be made or gone on with: what has not been copied must not be forgotten."""
    address, place, mark = context.address, context.place(), context.own_marker
    olds = {old.uri: old for old in context.policy.previously if isinstance(old, NodeAddress)}
    if mark is not None and mark.copies and mark.copies not in olds:
        text = f"is still being copied from {mark.copies}; list that under 'previously' again"
        return Obstacle(address, text, place)
    arrived = mark is not None and not mark.copies
    if arrived or (context.live is not None and not context.has_marker):
        return None
    for old in olds.values():
        if old in reading.failed:
            return Obstacle(address, f"{old}, which it was before: {reading.failed[old]}", place)
        node = reading.state.nodes.get(old)
        if node is not None and not node.complete:
            text = f"the service did not give all of the items of {old}, so that none can be copied"
            return Obstacle(address, text, place)
    return None


def copying(contexts: Iterable[NodeContext], reading: Reading) -> frozenset[NodeAddress]:
    """What spaces were before, as long as not all of that has arrived in them."""
    formers = (former_of(context, reading) for context in contexts)
    marks = (marker_of(node) for node in reading.state.nodes.values())
    uris = {mark.copies for mark in marks if mark is not None}
    named = (node for node in reading.state.nodes if node.uri in uris)
    return frozenset((*(former.address for former in formers if former is not None), *named))


def what_is_copied(former: Former, config: Mapping[str, Values]) -> Iterator[str]:
    """The consequences of creating a node with `config` as a copy of `former`."""
    old, node = former
    items = plural(len(node.children), "item")
    yield f"copies {items} and the affiliations of {old.node}, which stays"
    if node.subscriptions:
        yield f"{plural(len(node.subscriptions), 'subscriber')} of {old.node} must join it anew"
    was_open = values_of(node.config, ACCESS_MODEL) == ("open",)
    if config.get(ACCESS_MODEL) == ("open",) and not was_open:
        yield f"anyone can read its {items} from now on"
