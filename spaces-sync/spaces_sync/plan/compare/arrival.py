"""What of a node under its earlier name is not in the node that it has become, item by item.

A renamed space is copied once. Clients that know the earlier name go on writing there: what came
since is copied when the earlier node is to be removed, and what cannot be copied is counted: items
that are here in other words, and rights, which somebody may have taken away here on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.counting import plural
from spaces_sync.model.state import Child, Key, Node, Reading, live_item
from spaces_sync.plan.actions import PublishItem, RetractItem
from spaces_sync.plan.compare.context import NodeContext
from spaces_sync.plan.compare.items import plan_items, with_copies
from spaces_sync.plan.compare.merging import overlaid
from spaces_sync.plan.compare.rename import Former, former_of, is_copied
from spaces_sync.plan.ownership import put_there
from spaces_sync.plan.removals import Removals, is_meant, removal

_NAMED: Final = 3  # of more items, or people, only the number is told


def late_source(context: NodeContext, reading: Reading, removals: Removals) -> Former | None:
    """The earlier node of a space that was copied, if it is to be removed and holds more by now.

    Only what the source of the file owns, or what must not exist by the file, is removed, so that
    only there something can be lost.
    """
    if not is_copied(context.declaration) or context.live is None:
        return None
    if former_of(context, reading) is not None:
        return None
    for old in context.policy.previously:
        live = reading.state.get(old)
        if not isinstance(live, Node) or not isinstance(old, NodeAddress):
            continue
        former = Former(old, live, reading.ownership.owned(old))
        ours = former.owned is not None or old in context.declaration.absent
        meant = ours and former.stores_items and is_meant(old, removal(live), removals)
        if meant and live.complete and _can_be_copied(context, former):
            return former
    return None


def _can_be_copied(context: NodeContext, former: Former) -> bool:
    """Whether a plan would copy anything that is not here: else the earlier node waits for ever."""
    missing = {child.key for child in not_arrived(context, former)}
    copies = with_copies(context, (), former, opens=False) if missing else ()
    return any(isinstance(part, PublishItem) and part.key in missing for part in copies)


def not_arrived(context: NodeContext, former: Former) -> Iterator[Child]:
    """What is in the earlier node and not in this one, or is here and says something else.

    Without what the file wants away, and what its source put there and the file lists nowhere any
    more. What the file lists is there as it was if laying the file over it makes what is there.
    """
    for key, child in former.node.children.items():
        if live_item(child).id in context.policy.absent_items:
            continue
        here, wanted = context.found.children.get(key), context.wanted.children.get(key)
        if _left(context, child, former):
            found = context.listed.get(key)
            if found is None:
                continue
            here, wanted = found.live, found.wanted  # it moved to another node of the file
        if not _is_here(child, here, wanted):
            yield child


def arrived(context: NodeContext, former: Former) -> Iterator[Key]:
    """The children of the earlier node that are in this one, and are not meant to go."""
    going = {part.key for part in plan_items(context) if isinstance(part, RetractItem)}
    staying = context.found.children.keys() - going
    for key, child in former.node.children.items():
        absent = live_item(child).id in context.policy.absent_items
        if key in staying and not absent and not _left(context, child, former):
            yield key


def _left(context: NodeContext, child: Child, former: Former) -> bool:
    """Whether its source put it there, and the file does not list it here any more."""
    ours = put_there(former.owned, live_item(child).id)
    pruned = context.policy.prune != "none" and child.key.kind in context.policy.sections
    return ours and pruned and child.key not in context.wanted.children


def _is_here(there: Child, here: Child | None, wanted: Child | None) -> bool:
    if here is None:
        return False
    found, former = live_item(here).payloads, live_item(there).payloads
    if found == former:
        return True
    if wanted is None or not former:
        return False
    return found == (overlaid(former[0], wanted),)


def rights_words(fewer: Mapping[Jid, str], new: str) -> str:
    """Who has fewer rights, or no ban any more, when what `new` was before is gone, for people."""
    names = [f"{jid} ({held})" for jid, held in list(fewer.items())[:_NAMED]]
    verb = "has" if len(fewer) == 1 else "have"
    head = f"{plural(len(fewer), 'person')} of it {verb} other rights in {new}"
    cure = "a line for each under its 'affiliations' keeps that"
    return f"{head}: {_and_more(names, len(fewer))}; {cure}"


def _and_more(names: Sequence[str], count: int) -> str:
    return ", ".join(names) + (f" and {count - _NAMED} more" if count > _NAMED else "")


def lost_words(lost: Sequence[Child], former: Former, context: NodeContext) -> str:
    """What goes with the earlier node, for people: `1 of its 3 items is not in rb: room …`."""
    names = [f"{child.key.kind} {child.key.target}" for child in lost[:_NAMED]]
    said = _and_more(names, len(lost))
    total = plural(len(former.node.children), "item")
    new = context.address.node
    if any(child.key in context.found.children for child in lost):
        new = f"{new} as it is here" if len(lost) == 1 else f"{new} as they are here"
    return f"{len(lost)} of its {total} {'is' if len(lost) == 1 else 'are'} not in {new}: {said}"
