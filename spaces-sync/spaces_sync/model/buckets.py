"""How what a ledger says is divided among its items.

Each object belongs to one of `BUCKETS`, so that a change of few objects writes few records anew. A
bucket too large for one item is in several, and so is an object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from spaces_sync.model.ledger import Objects
from spaces_sync.model.ledger_text import LONGEST, address_text, split, words
from spaces_sync.model.state import Address, Owned, joined

BUCKETS: Final = 32  # records that a ledger consists of, but for those too large for one item
BESIDE: Final = BUCKETS  # new records that may stand beside the old ones that they replace
PART: Final = 64_000  # bytes of an item; Prosody ends a stream at a stanza of some 260 000


def bucket(address: Address) -> int:
    """The number of the bucket whose records hold an object."""
    return hashlib.sha256(_bytes(address)).digest()[0] % BUCKETS


def by_bucket(objects: Objects) -> Mapping[int, Objects]:
    """`objects` by the number of their bucket."""
    found: dict[int, dict[Address, Owned]] = {}
    for address, owned in objects.items():
        found.setdefault(bucket(address), {})[address] = owned
    return found


def together(
    pieces: Mapping[int, Sequence[Objects]], most: int
) -> Iterator[Mapping[int, Sequence[Objects]]]:
    """Buckets with their new pieces, in groups of up to `most` pieces, or of one bucket."""
    some: dict[int, Sequence[Objects]] = {}
    for number, each in pieces.items():
        if some and sum(map(len, some.values())) + len(each) > most:
            yield some
            some = {}
        some[number] = each
    if some:
        yield some


def parts(objects: Objects) -> Iterator[Objects]:
    """`objects` in pieces that an item can hold each; a large object is in several of them."""
    piece: dict[Address, Owned] = {}
    size = 0
    for address, owned in sorted(objects.items(), key=lambda pair: address_text(pair[0])):
        head = 100 + len(_bytes(address)) + len(owned.copies)
        for some in split(owned, PART // (2 * LONGEST)):
            length = head + len(words(some.applied) + words(some.leaves)) * LONGEST
            if piece and size + length > PART:
                yield piece
                piece, size = {}, 0
            piece[address] = joined(piece[address], some) if address in piece else some
            size += length
    if piece:
        yield piece


def _bytes(address: Address) -> bytes:
    return address_text(address).encode(errors="surrogatepass")
