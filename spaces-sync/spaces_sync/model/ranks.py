"""Affiliations by how much they allow, for nodes (XEP-0060 4.1) and rooms (XEP-0045 5.2)."""

from __future__ import annotations

from typing import Final

_RANKS: Final = {
    "outcast": -1,
    "none": 0,
    "member": 1,
    "publish-only": 2,
    "publisher": 3,
    "admin": 3,
    "owner": 4,
}


def rank(affiliation: str) -> int:
    """Higher allows more. A word that we do not know counts as `none`."""
    return _RANKS.get(affiliation, 0)


def may_read(affiliation: str) -> bool:
    """Whether it lets somebody read a node whose access model is `whitelist`."""
    return rank(affiliation) > 0


def may_publish(affiliation: str) -> bool:
    """Whether it lets somebody publish in a node whose publish model is `publishers`."""
    return rank(affiliation) > rank("member")
