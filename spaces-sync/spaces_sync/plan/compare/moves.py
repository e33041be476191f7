"""Children that leave one node of the file and appear in another: moved, with what others added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spaces_sync.model import ledger
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.state import EMPTY, Child, Key, Owned, Reading, live_item, may_be, values_of
from spaces_sync.plan.actions import Action, PublishItem
from spaces_sync.plan.audience import access_after, opens_to_more
from spaces_sync.plan.compare.context import Going, Listed, Moved, NodeContext
from spaces_sync.plan.compare.items import leaves
from spaces_sync.plan.compare.merging import arrival, overlaid
from spaces_sync.plan.compare.rename import former_of
from spaces_sync.plan.ownership import put_there
from spaces_sync.plan.plan import Part
from spaces_sync.profile import ACCESS_MODEL


def with_moves(
    declaration: Declaration, contexts: Sequence[NodeContext], reading: Reading
) -> list[NodeContext]:
    """`contexts`, each with what arrives in its node and what departs from it."""
    if len(declaration.whole.state.nodes) < 2:  # noqa: PLR2004 - from one to another
        return list(contexts)
    there = {context.address: context.found.children for context in contexts}
    just_put = {context.address: frozenset(_just_put(context)) for context in contexts}
    listed: dict[Key, Listed] = {}
    left = dict(_left(contexts, reading))
    arriving: dict[NodeAddress, dict[Key, Moved]] = {}
    departing: dict[NodeAddress, dict[Key, Going]] = {}
    apart: dict[NodeAddress, dict[Key, NodeAddress]] = {}
    unselected: dict[NodeAddress, dict[Key, NodeAddress]] = {}
    for address, wanted in _wanted(declaration.whole):
        key = wanted.key
        former = declaration.whole.policies[address].former_keys.get(key, ())
        moved = next((left[each] for each in (key, *former) if each in left), None)
        here = there.get(address, EMPTY).get(key)
        listed.setdefault(key, Listed(address, wanted, here))
        if moved is None or moved.node == address:
            continue
        if address not in declaration.policies:
            unselected.setdefault(moved.node, {}).setdefault(moved.child.key, address)
            continue
        if here is not None and key not in just_put[address]:
            # It was in both, and leaves one of them, unless something would be lost with that.
            if moved.grown and arrival(moved.child, here, wanted) != "there":
                apart.setdefault(moved.node, {}).setdefault(moved.child.key, address)
            continue
        came = "to merge" if here is None else arrival(moved.child, here, wanted)
        if came == "to merge":
            arriving.setdefault(address, {})[key] = moved
            departing.setdefault(moved.node, {}).setdefault(moved.child.key, Going(address, key))
        elif came == "apart":
            apart.setdefault(moved.node, {}).setdefault(moved.child.key, address)
    return [
        replace(
            context,
            arriving=arriving.get(context.address, {}),
            departing=departing.get(context.address, {}),
            apart=apart.get(context.address, {}),
            unselected=unselected.get(context.address, {}),
            listed=listed,
        )
        for context in contexts
    ]


def _just_put(context: NodeContext) -> Iterator[Key]:
    """The children that an apply put there which was interrupted: a move may have done that."""
    for key, child in context.found.children.items():
        item_id = live_item(child).id
        if put_there(context.owned, item_id) and not put_there(context.recorded, item_id):
            yield key


def _left(contexts: Iterable[NodeContext], reading: Reading) -> Iterator[tuple[Key, Moved]]:
    """What leaves a node, or the node that a space was before; of several nodes one counts."""
    for context in reversed([*contexts]):
        former = former_of(context, reading)
        if former is not None:
            for child in leaves(former.as_live(context)):
                grown = _has_grown(child, former.owned)
                yield child.key, Moved(former.address, child, former.access_model, grown)
        for child in leaves(context):
            access_model = values_of(context.found.config, ACCESS_MODEL)
            grown = _has_grown(child, context.owned)
            yield child.key, Moved(context.address, child, access_model, grown)


def _has_grown(child: Child, owned: Owned | None) -> bool:
    """Whether others have changed what its source put there, by what that has recorded."""
    item = live_item(child)
    known = owned.applied.get(ledger.item_name(item.id), "") if owned is not None else ""
    return not may_be(known, ledger.payload_value(item.payloads[0]))


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
            ours = overlaid(None, context.wanted.children[part.key])
            more = opens_to_more(context.arriving[part.key].access_model, after)
            yield replace(part, opens=more and part.payload != ours)
        else:
            yield part


def _wanted(declaration: Declaration) -> Iterator[tuple[NodeAddress, Child]]:
    """Also of nodes that cannot be planned: what is to arrive there stays where it is."""
    for address, node in sorted(declaration.state.nodes.items()):
        yield from ((address, child) for child in node.children.values())
