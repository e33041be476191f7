"""How long names may be: Prosody keeps each node and room in files that have their names.

A file name has room for 255 bytes on nearly every file system. What is not an ASCII letter or
digit is written `%XX` there, a byte of UTF-8 each.

COMPAT(prosody 0.12.3): it makes a node or room whose name is longer and says `result` or
`internal-server-error`; it keeps no item of such a node, answers no question for its items, and
forgets such a room when it is restarted. Shown by test_compat_prosody_keeps_no_long_names.
"""

from __future__ import annotations

import re
from typing import Final

from spaces_sync.model.addresses import Jid

_FILE_NAME: Final = 255  # bytes
_ENTRY: Final = _FILE_NAME - len(".dat~")
_ITEMS: Final = _FILE_NAME - len("pubsub_.list~")
_ENCODED: Final = re.compile(b"[^0-9A-Za-z]")


def check_node(node: str) -> None:
    """Raises `ValueError` where a server cannot keep a node with this id."""
    octets = node.encode(errors="surrogatepass")
    size = _encoded(octets)
    _check(size, _ENTRY)
    _check(size - 2 * octets.count(b"_"), _ITEMS)  # an underscore stays one there


def check_room(room: Jid) -> None:
    """Raises `ValueError` where a server cannot keep a room with this JID."""
    _check(_encoded(room.partition("@")[0].encode()), _ENTRY)


def _encoded(octets: bytes) -> int:
    return len(octets) + 2 * len(_ENCODED.findall(octets))


def _check(size: int, most: int) -> None:
    if size > most:
        raise ValueError(
            f"it has {size} bytes as a name of files, in which Prosody keeps it, and there is "
            f"room for {most}; what is no ASCII letter or digit takes three a byte"
        )
