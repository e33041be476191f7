"""The names of files as forges know them: relative to where the command runs, with slashes."""

from __future__ import annotations

import os
from urllib.parse import quote


def relative(file: str) -> str:
    """`file` as it is called from the current folder; unchanged where it is not below it."""
    found = os.path.normpath(file)
    if not found.startswith("/"):
        return found
    below = os.path.relpath(os.path.realpath(found))
    return found if below.startswith("..") else below


def uri(file: str) -> str:
    """The same as a URI reference (RFC 3986 4.1), absolute where the name is."""
    name = relative(file)
    encoded = quote(name.encode("utf-8", "surrogateescape"), safe="/")
    return f"file://{encoded}" if name.startswith("/") else encoded
