"""The removal of whole objects: what each is called, and which are meant."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Final, Literal, TypeAlias

from spaces_sync.model.addresses import (
    Jid,
    NodeAddress,
    bare_jid,
    is_uri,
    object_named,
    room_uri,
)
from spaces_sync.model.counting import whole_number
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


def name(address: Address) -> str:
    """What an object is called in a sentence: its node id, or a room's JID."""
    return address.node if isinstance(address, NodeAddress) else address


def allowed_as(address: Address, among: Collection[Address]) -> str:
    """What an object is called where it is allowed by name: as `name`, and where that might mean
    another one, `among` them or not, its whole address; its URI where that is the id of another, or
    where these are several words, which a job that takes words for its options would part.

    `meant_by(allowed_as(address, among), {*among, address}) == (address,)`.
    """
    uri = address.uri if isinstance(address, NodeAddress) else room_uri(address)
    forms = (*((name(address),) if _is_clear(address) else ()), str(address))
    words = (form for form in forms if form.split() == [form])
    return next((form for form in words if not _means_another(form, address, among)), uri)


def _is_clear(address: Address) -> bool:
    """Whether the name of an object is nothing else: no number, and no address of any object."""
    if not isinstance(address, NodeAddress):
        return True
    node = address.node
    if not node or whole_number(node) is not None or is_uri(node):
        return False
    before, slash, _ = node.partition("/")
    if not slash and "@" not in node:
        return True  # every word is a domain, but no room has the JID of a domain
    with suppress(ValueError):
        bare_jid(before)
        return False
    return True


def _means_another(text: str, address: Address, among: Collection[Address]) -> bool:
    whole = _of_whole(text)
    if whole != address and whole in among:
        return True
    return any(name(each) == text and each != address for each in among)


def _of_whole(text: str) -> Address:
    """What `text` is the whole address of, as `str` writes it: no JID of ours has a slash."""
    service, slash, node = text.partition("/")
    return NodeAddress(Jid(service), node) if slash else Jid(text)


def option(kind: str, text: str) -> str:
    """The option that allows `kind` of what `text` names, as a shell takes it: any id is one."""
    return f"--allow {shlex.quote(f'{kind}={text}')}"


def meant_by(text: str, addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Which of the objects `text` may mean, as a URI, a whole address or a name.

    Several where it is the whole address of one and the name of another: that is for nobody to
    guess. A URI is nothing but one, whatever id a node has.
    """
    found = dict.fromkeys(addresses)
    if is_uri(text):
        meant = object_named(text)
        return tuple(each for each in found if each == meant)
    whole = _of_whole(text)
    return tuple(each for each in found if name(each) == text or each == whole)


def named(names: Iterable[str], addresses: Iterable[Address]) -> frozenset[Address]:
    """The objects that `names` mean. What may mean several of them means none."""
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
