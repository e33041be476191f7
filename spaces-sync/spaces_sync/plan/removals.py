"""The removal of whole objects: what each is called, and which are meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import EMPTY, Address, Node, Room
from spaces_sync.profile import is_space

Removal: TypeAlias = Literal["delete-space", "delete-node", "destroy-room"]
Removals: TypeAlias = Mapping[Removal, Collection[str] | None]
"""What may be removed whole: the names that are meant; None where any is."""

NO_REMOVALS: Final[Removals] = EMPTY


def removal(live: Node | Room) -> Removal:
    """What removing an object is called where it has to be allowed."""
    if isinstance(live, Room):
        return "destroy-room"
    return "delete-space" if is_space(live.config) else "delete-node"


def name(address: Address) -> str:
    """What an object is called where its removal is allowed by name."""
    return address.node if isinstance(address, NodeAddress) else address


def is_meant(address: Address, kind: Removal, removals: Removals) -> bool:
    """Whether `removals` speak of the object, by its node id, its whole address, or its kind."""
    if kind not in removals:
        return False
    meant = removals[kind]
    return meant is None or is_named(address, meant)


def is_named(address: Address, names: Collection[str]) -> bool:
    """Whether an object is among `names`, by its node id or its whole address."""
    return name(address) in names or str(address) in names
