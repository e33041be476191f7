"""The marker item: it says in a space which source manages it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from spaces_sync.model.state import Item
from spaces_sync.model.xml import Xml, element

NS: Final = "urn:spaces-sync:0"
MARKER_ID: Final = "urn:spaces-sync:managed:0"
OWN_PREFIX: Final = "urn:spaces-sync:"  # all items of ours begin so, those of other versions too


@dataclass(frozen=True, slots=True)
class Marker:
    """Who manages a space, for everybody who can read it to see.

    It decides no removal: what a source owns is in its ledger, which only it can write.
    """

    source: Annotated[str, "The source that manages the space."]


def find(items: Iterable[Item]) -> Item | None:
    """The marker among the items of a node, whether it can be decoded or not."""
    return next((item for item in items if item.id == MARKER_ID), None)


def item(marker: Marker) -> Item:
    """The item that `marker` is published as."""
    return Item(MARKER_ID, (encode(marker),))


def encode(marker: Marker) -> Xml:
    """The payload of the marker's item."""
    return element(NS, "managed", {"source": marker.source})


def decode(item: Item | None) -> Marker | None:
    """What a marker item says; None where it is no marker of a version that we read."""
    if item is None or item.id != MARKER_ID or len(item.payloads) != 1:
        return None
    payload = item.payloads[0]
    source = payload.get("source")
    if not payload.is_a((NS, "managed")) or source is None:
        return None
    return Marker(source)
