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
        services=_services(declaration, chosen, selection),
        selection=selection,
        narrowed_from=declaration,
    )


def _services(
    declaration: Declaration, chosen: Collection[Address], selection: Selection
) -> frozenset[Jid]:
    """Those of what is selected, and where something may have left the file that is."""
    used = frozenset(each.service for each in chosen if isinstance(each, NodeAddress))
    if selection.included:
        return used if chosen else declaration.services
    if selection.sections == {"rooms"}:
        return frozenset(() if declaration.home is None else (declaration.home,))
    nodes = (each for each in declaration.spoken_of if isinstance(each, NodeAddress))
    return declaration.services - ({each.service for each in nodes} - used)
