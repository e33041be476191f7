"""How much of anything is taken from a server: one table, each row with its reason.

A server, a service or somebody who writes there may send without an end. What is beyond a bound is
never cut off unseen: the request, or the stream, ends with a message that names the bound.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Bound(NamedTuple):
    """At most `most` of `what`; `reason` says why so many, and why no more."""

    most: int
    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.most:,} {self.what}"


LOGIN: Final = Bound(
    1 << 17,
    "bytes until we are logged in",
    "a list of features has some 2 kB, and nobody is trusted yet",
)
STANZA: Final = Bound(
    1 << 25,
    "bytes in one stanza",
    "some 100,000 items of a node, in one answer where a service does not page; memory for ten "
    "times as many bytes is had everywhere",
)
STANZA_PARTS: Final = Bound(
    1_000_000,
    "elements and attributes in one stanza",
    "ten for each of 100,000 items; each takes some 200 bytes of memory, however short it is",
)
LEVELS: Final = Bound(
    200,
    "levels of elements",
    "payloads of clients have fewer than 20; to compare and to write an element takes a level of "
    "Python's own stack, which has 1,000",
)
OUR_STANZA: Final = Bound(
    250_000, "bytes in a stanza of ours", "both servers end the stream above 262,144"
)
ITEMS: Final = Bound(
    100_000,
    "items in a node",
    "a thousand times a large space; pages may go on without an end",
)
PAGES: Final = Bound(
    10_000,
    "pages of one list",
    "all items of the largest node in pages of ten; at 200 ms of round trip half an hour",
)
NODES: Final = Bound(
    100_000, "nodes of a service", "each is asked what it is; a large service has some thousands"
)
ROOMS: Final = Bound(
    100_000, "rooms of a service", "each is asked what it is; a large service has some thousands"
)
DIGITS: Final = Bound(
    18, "digits in a number", "no service counts further, and Python refuses more than 4,300"
)
TEXT: Final = Bound(
    2000,
    "characters of a message of others",
    "a screen; what is said beyond is counted",
)

BOUNDS: Final = (
    LOGIN,
    STANZA,
    STANZA_PARTS,
    LEVELS,
    OUR_STANZA,
    ITEMS,
    PAGES,
    NODES,
    ROOMS,
    DIGITS,
    TEXT,
)


def shortened(text: str) -> str:
    """The beginning of a text that somebody wrote who may write without an end."""
    left_out = len(text) - TEXT.most
    return text if left_out <= 0 else f"{text[: TEXT.most]}… ({left_out:,} characters more)"
