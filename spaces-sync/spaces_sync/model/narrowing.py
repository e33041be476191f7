"""A declaration of which only some is looked at: the rest is neither read nor planned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration
from spaces_sync.model.selection import EVERYTHING, Selection
from spaces_sync.model.state import Address, State


def narrowed(declaration: Declaration, selection: Selection) -> Declaration:
    """What `selection` selects of `declaration`; all of it where that selects everything."""
    if selection == EVERYTHING:
        return declaration
    chosen = {
        address
        for address in declaration.spoken_of
        if selection.selects(address, declaration.section(address))
    }
    others = (p for a, p in declaration.policies.items() if a not in chosen)
    chosen -= {old for policy in others for old in policy.previously}
    state = declaration.state
    return replace(
        declaration,
        state=State(
            {a: node for a, node in state.nodes.items() if a in chosen},
            {a: room for a, room in state.rooms.items() if a in chosen},
        ),
        policies={a: each for a, each in declaration.policies.items() if a in chosen},
        absent={a: each for a, each in declaration.absent.items() if a in chosen},
        services=_services(declaration, chosen),
        selection=selection,
        narrowed_from=declaration,
    )


def _services(declaration: Declaration, chosen: Collection[Address]) -> frozenset[Jid]:
    """Those of what is selected. A source has ledgers on all of them, which name each other and are
    held together; by these alone is known what has left the files.
    """
    if declaration.source is not None:
        return declaration.services
    return frozenset(each.service for each in chosen if isinstance(each, NodeAddress))
