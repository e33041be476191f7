"""Who can read a node or enter a room, in words, from its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spaces_sync.model.state import Form, Room, is_true, values_of
from spaces_sync.profile import ACCESS_MODEL, ACCESS_MODELS, MEMBERS_ONLY, has_password

READERS: Final[Mapping[str, str]] = {
    "open": "anyone can read it",
    "authorize": "whom an owner lets in can read it",
    "whitelist": "only who is named can read it",
    "presence": "who may see its owner's presence can read it",
    "roster": "who is in a group of its owner's roster can read it",
}
"""Who can read a node, by its access model (XEP-0060 4.5)."""


def exposure(access_model: str) -> str:
    """Derived from the access model (XEP-0503 3, table 1); others stand as they are."""
    fitting = (each for each, models in ACCESS_MODELS.items() if access_model in models)
    return next(fitting, access_model)


def readers(config: Form) -> str:
    """Who can read a node with this configuration; empty where it does not tell."""
    return READERS.get("".join(values_of(config, ACCESS_MODEL)), "")


def members_only(room: Room) -> bool | None:
    """Whether only members may enter a room; None where it does not tell."""
    values = values_of(room.config, MEMBERS_ONLY)
    return is_true("".join(values)) if values else None


def entrants(room: Room) -> str:
    """Who can enter a room; empty where it does not tell."""
    closed = members_only(room)
    if closed is None:
        return "who enters needs a password" if has_password(room) else ""
    who = "only members can enter" if closed else "anyone can enter"
    return f"{who}, with a password" if has_password(room) else who
