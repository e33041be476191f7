"""The former node of a renamed space, until all of its content has been copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.state import Node, Owned, Reading, Values, values_of
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.plan import Obstacle
from spaces_sync.profile import ACCESS_MODEL

NOTHING_THERE: Final = "nothing of what it was 'previously' is there, so that it is made anew"


class Former(NamedTuple):
    """The node that a space was before, what it holds, and what of that its source owns."""

    address: NodeAddress
    node: Node
    owned: Owned | None

    @property
    def access_model(self) -> Values:
        """Who could read it there."""
        return values_of(self.node.config, ACCESS_MODEL)

    def as_live(self, context: NodeContext) -> NodeContext:
        """`context` as if the former node were the one that the file declares."""
        return replace(context, live=self.node, owned=self.owned)


def former_of(context: NodeContext, reading: Reading) -> Former | None:
    """What a space was called before, as long as not all of that is here.

    That is so until its ledger no longer says that it copies: an interrupted copy is gone on with.
    """
    owned = context.owned
    if not is_copied(context) or (owned is not None and not owned.copies):
        return None
    nodes = (old for old in context.policy.previously if old in reading.state.nodes)
    old = next((old for old in nodes if isinstance(old, NodeAddress)), None)
    if old is None:
        return None
    return Former(old, reading.state.nodes[old], reading.ownership.owned(old))


def is_copied(context: NodeContext) -> bool:
    """Whether a rename takes the content along: of spaces, and where an interruption is known."""
    return context.declaration.source is not None and context.policy.is_space


def half_copied(context: NodeContext, reading: Reading) -> Obstacle | None:
    """Why a copy cannot be made or gone on with: what has not been copied must not be forgotten."""
    address, place, owned = context.address, context.place(), context.owned
    olds = {old.uri: old for old in context.policy.previously if isinstance(old, NodeAddress)}
    if owned is not None and owned.copies and owned.copies not in olds:
        text = f"is still being copied from {owned.copies}; list that under 'previously' again"
        return Obstacle(address, text, place)
    arrived = owned is not None and not owned.copies
    if arrived or (context.live is not None and not is_copied(context)):
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
    known = (*reading.ownership.settled.values(), *reading.ownership.intended.values())
    uris = {owned.copies for owned in known}
    named = (node for node in reading.state.nodes if node.uri in uris)
    return frozenset((*(former.address for former in formers if former is not None), *named))


def what_is_copied(former: Former, config: Mapping[str, Values]) -> Iterator[str]:
    """The consequences of creating a node with `config` as a copy of `former`."""
    old, node = former.address, former.node
    items = plural(len(node.children), "item")
    yield f"copies {items} and the affiliations of {old.node}, which stays"
    if node.subscriptions:
        yield f"{plural(len(node.subscriptions), 'subscriber')} of {old.node} must join it anew"
    was_open = values_of(node.config, ACCESS_MODEL) == ("open",)
    if config.get(ACCESS_MODEL) == ("open",) and not was_open:
        yield f"anyone can read its {items} from now on"
