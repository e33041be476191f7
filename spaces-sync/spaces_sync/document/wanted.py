"""What of a reading is to be written as a document, and how its parts are named there."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from spaces_sync.document.yaml_text import Line, Remark, Section
from spaces_sync.model.addresses import Jid, NodeAddress, is_uri
from spaces_sync.model.shapes import is_remark
from spaces_sync.model.state import Address, nothing

About: TypeAlias = tuple[Hashable, ...]
"""What a part of a document is about, as a key of `Declaration.places`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a reading is to be written, and how.

    service: of the nodes that are named by id; empty: all are named by URI. private: the access
    model of a new private space, by service. items, subscriptions: whether payloads of other kinds,
    and who is subscribed, are written. as_found: what XEP-0503 only recommends and is not so is
    declined. without: what is left out, and why. above: remarks at the top.
    """

    service: Jid
    private: Mapping[Jid, str]
    spaces: Sequence[NodeAddress]
    nodes: Sequence[NodeAddress] = ()
    rooms: Sequence[Jid] = ()
    source: str | None = None
    items: bool = False
    subscriptions: bool = False
    as_found: bool = False
    without: Mapping[Hashable, str] = field(default_factory=nothing)
    above: Sequence[str] = ()


def section_of(key: str, entries: Sequence[Line]) -> Iterator[Line]:
    """Only the remarks where there is nothing else: an empty section says that all shall go."""
    if any(not isinstance(each, Remark) for each in entries):
        yield Section(key, tuple(entries))
    else:
        yield from entries


def key_of(address: Address, service: Jid) -> str:
    """What names an object where ids are of nodes of `service`: keys with `x-` are remarks.

    Of a JID case says nothing.
    """
    if not isinstance(address, NodeAddress):
        return f"X{address[1:]}" if is_remark(address) else address
    plain = address.service == service and not (is_uri(address.node) or is_remark(address.node))
    return address.node if plain else address.uri
