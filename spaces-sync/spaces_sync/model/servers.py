"""Which server a service runs on, as far as what it says of itself tells."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, TypeAlias

from spaces_sync.model.state import Service

Known: TypeAlias = Literal["prosody", "prosody 13", "ejabberd"]

_PUBSUB: Final = "http://jabber.org/protocol/pubsub"
_PROSODY_ROOM: Final = "http://jabber.org/protocol/muc#self-ping-optimization"
_NAMES: Final = {"Prosody PubSub Service": "prosody", "Publish-Subscribe": "ejabberd"}


def of_pubsub(service: Service) -> Known | None:
    """The server of a pubsub service; `prosody 13` is 13.0.1 or newer, `prosody` any before."""
    # An administrator can rename a service; ejabberd's pair of features no other server has.
    grown = f"{_PUBSUB}#get-pending" in service.features
    if _NAMES.get(service.name) == "ejabberd" or (
        grown and f"{_PUBSUB}#meta-data" not in service.features
    ):
        return "ejabberd"
    if _NAMES.get(service.name) != "prosody":
        return None
    return "prosody 13" if "pubsub#itemreply" in service.default_config else "prosody"


def is_prosody_13(room_features: Collection[str]) -> bool:
    """Whether a room with these features, of disco#info, is one of Prosody 13 or newer."""
    return _PROSODY_ROOM in room_features and "vcard-temp" in room_features
