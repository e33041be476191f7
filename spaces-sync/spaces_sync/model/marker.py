"""The marker item: who manages a space, and a digest of each thing as it was applied last."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from spaces_sync.model.annotations import REQUIRED
from spaces_sync.model.state import Item, Values, nothing, plain_boolean
from spaces_sync.model.xml import Xml, element, serialise

NS: Final = "urn:spaces-sync:0"
MARKER_ID: Final = "urn:spaces-sync:managed:0"
LOCK_PREFIX: Final = "urn:spaces-sync:lock:0:"  # of the items that keep two applies apart
OWN_PREFIX: Final = "urn:spaces-sync:"  # all items of ours begin so, those of later versions too

_TOKEN: Final = 8  # characters of base64, 48 bits: 2 000 names collide once in 10^8 spaces


@dataclass(frozen=True, slots=True)
class Marker:
    """Who manages a space, and what of it is theirs.

    `applied` has a token for each name and a token for its value: they stand there as digests
    only. 2 000 children take 34 kB of the 250 kB that ejabberd takes in an item, and nobody reads
    in it what a space once held.
    """

    source: Annotated[str, "The source that manages the space."]
    applied: Annotated[
        Mapping[str, str],
        "Tokens of the names of what the source put there, and of their values.",
        REQUIRED,
    ] = field(default_factory=nothing)
    protect: Annotated[
        bool, "Whether nothing may remove the space, also when the file names it no more.", REQUIRED
    ] = False
    copies: Annotated[
        str, "The URI of the node whose content has not all arrived here; empty: none.", REQUIRED
    ] = ""


def is_own(item_id: str) -> bool:
    """Whether an item is the marker or a lock, and so nothing that a space lists."""
    return item_id == MARKER_ID or item_id.startswith(LOCK_PREFIX)


def find(items: Iterable[Item]) -> Item | None:
    """The marker among the items of a node, whether it can be decoded or not."""
    return next((item for item in items if item.id == MARKER_ID), None)


def item(marker: Marker) -> Item:
    """The item that `marker` is published as."""
    return Item(MARKER_ID, (encode(marker),))


def encode(marker: Marker) -> Xml:
    """The payload of the marker item: `<managed/>` with `source`, and `protect`, `copies` if set.

    Its text is the tokens of `applied`: each name and its value, joined, in order of names.
    """
    tokens = " ".join(name + value for name, value in sorted(marker.applied.items()))
    attributes = {"source": marker.source}
    if marker.protect:
        attributes["protect"] = "true"
    if marker.copies:
        attributes["copies"] = marker.copies
    return element(NS, "managed", attributes, tokens)


def decode(item: Item | None) -> Marker | None:
    """What a marker item says; None where it is no marker of a version that we read."""
    if item is None or item.id != MARKER_ID or len(item.payloads) != 1:
        return None
    payload = item.payloads[0]
    source = payload.get("source")
    if not payload.is_a((NS, "managed")) or source is None:
        return None
    tokens = [token for token in payload.text.split() if len(token) == 2 * _TOKEN]
    applied = {token[:_TOKEN]: token[_TOKEN:] for token in tokens}
    protect, copies = payload.get("protect") == "true", payload.get("copies", "")
    return Marker(source, applied, protect, copies or "")


def item_name(item_id: str) -> str:
    """What a marker calls the item `item_id`."""
    return _token(f"item {item_id}")


def config_name(var: str) -> str:
    """What a marker calls the configuration field `var`."""
    return _token(f"config {var}")


def affiliation_name(jid: str) -> str:
    """What a marker calls somebody's affiliation."""
    return _token(f"affiliation {jid}")


def subscription_name(jid: str) -> str:
    """What a marker calls somebody's subscription."""
    return _token(f"subscription {jid}")


def payload_value(payload: Xml) -> str:
    """The value that a marker has for an item with this payload."""
    return _token(serialise(payload))


def values_value(values: Values) -> str:
    """Of a set of values; booleans count by meaning."""
    return _token("\n".join(sorted(map(plain_boolean, values))))


def _token(text: str) -> str:
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: _TOKEN * 3 // 4]).decode("ascii")
