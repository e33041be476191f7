"""The removal of whole objects: what each is called, and which are meant."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal, TypeAlias

from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.selection import Section
from spaces_sync.model.state import EMPTY, Address, Node, Room
from spaces_sync.profile import is_space

Removal: TypeAlias = Literal["delete-space", "delete-node", "destroy-room"]
Removals: TypeAlias = Mapping[Removal, Collection[str] | None]
"""What may be removed whole: the names that are meant; None where any is."""

NO_REMOVALS: Final[Removals] = EMPTY
OF_SECTION: Final[Mapping[Section, Removal]] = {
    "spaces": "delete-space",
    "nodes": "delete-node",
    "rooms": "destroy-room",
}
"""What removing an object is called that stands in a section of the file."""


def removal(live: Node | Room) -> Removal:
    """What removing an object is called where it has to be allowed."""
    if isinstance(live, Room):
        return "destroy-room"
    return "delete-space" if is_space(live.config) else "delete-node"


def name(address: Address, among: Iterable[Address] = ()) -> str:
    """What an object is called where it is allowed by name: its node id, or a room's JID.

    Its whole address where another one `among` them has that node id.
    """
    short = _short(address)
    others = any(_short(each) == short and each != address for each in among)
    return str(address) if others else short


def option(kind: str, text: str) -> str:
    """The option that allows `kind` of what `text` names, as a shell takes it: any id is one."""
    return f"--allow {shlex.quote(f'{kind}={text}')}"


def _short(address: Address) -> str:
    return address.node if isinstance(address, NodeAddress) else address


def meant_by(text: str, addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Which of the objects `text` may mean, as a whole address or a node id."""
    found = dict.fromkeys(addresses)
    whole = tuple(each for each in found if str(each) == text)
    return whole or tuple(each for each in found if _short(each) == text)


def named(names: Iterable[str], addresses: Iterable[Address]) -> frozenset[Address]:
    """The objects that `names` mean. A node id that several of them have means none."""
    known = tuple(addresses)
    found = (meant_by(text, known) for text in names)
    return frozenset(each[0] for each in found if len(each) == 1)


def whole_addresses(
    removals: Removals, candidates: Mapping[Address, Node | Room | None]
) -> Removals:
    """`removals` with whole addresses in place of the names that mean one of the `candidates`.

    None as a candidate: it could not be read, so that it may be of any kind.
    """
    return {kind: names and _whole(kind, names, candidates) for kind, names in removals.items()}


def with_absent(removals: Removals, absent: Mapping[Address, Section]) -> Removals:
    """`removals`, as `whole_addresses`, and what must not exist by the file itself."""
    found = dict(removals)
    for address, section in absent.items():
        meant = found.get(OF_SECTION[section], frozenset())
        if meant is not None:
            found[OF_SECTION[section]] = frozenset((*meant, str(address)))
    return found


def _whole(
    kind: Removal, names: Collection[str], candidates: Mapping[Address, Node | Room | None]
) -> frozenset[str]:
    ours = (a for a, live in candidates.items() if live is None or removal(live) == kind)
    return frozenset(map(str, named(names, ours)))


def is_meant(address: Address, kind: Removal, removals: Removals) -> bool:
    """Whether `removals`, as `whole_addresses`, speak of the object, or of all of its kind."""
    if kind not in removals:
        return False
    meant = removals[kind]
    return meant is None or str(address) in meant
