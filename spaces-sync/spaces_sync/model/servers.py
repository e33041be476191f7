"""Which server a service runs on, as far as what it says of itself tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias

from spaces_sync.model.state import Form, Service, values_of

Brand: TypeAlias = Literal["prosody", "ejabberd"]
Known: TypeAlias = Literal["prosody", "prosody 13", "ejabberd"]

CREATORS: Final[Mapping[Known | None, str]] = {
    None: "who runs the service has to allow it",
    "prosody": "Prosody before 13 lets those do it who are among the component's 'admins'",
    "prosody 13": "Prosody lets those do it who are among the component's 'admins', or have a role "
    "to which its 'add_permissions' gives 'pubsub:create-node'",
    "ejabberd": "ejabberd lets those do it whom 'access_createnode' of mod_pubsub admits",
}
"""Who may create nodes, in the words of the server's configuration."""

MAY_KEEP_ROOMS: Final = (
    "ejabberd admits accounts by 'access_persistent' of mod_muc, Prosody all by "
    "'muc_room_allow_persistent'"
)
"""Who lets an account make rooms that stay when nobody is in them."""

SPACE_PARENT: Final = "Prosody has it with mod_muc_space_parent"
"""What gives rooms a field for the space that they are in (XEP-0503 5.5); ejabberd has it."""

_PUBSUB: Final = "http://jabber.org/protocol/pubsub"
_PROSODY_ROOM: Final = "http://jabber.org/protocol/muc#self-ping-optimization"
_PROSODY_MODELS: Final = ("open", "whitelist")
_MODERATED: Final = "muc#roomconfig_moderatedroom"
_OLD_EJABBERD_ROOM: Final = {"members_by_default", "allow_private_messages"}
_SERVERS: Final[Mapping[str, Brand]] = {"Prosody": "prosody", "ejabberd": "ejabberd"}
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


def of_domain(name: str) -> Brand | None:
    """The server of a domain, by the name in its identity `server/im` (XEP-0030)."""
    return _SERVERS.get(name)


def refuses_access_model(service: Service, model: str) -> bool:
    """Whether a service is known to refuse a node that access model, which its form may list.

    COMPAT(prosody 0.12.3): it lists all five of XEP-0060 4.5 among the options of its form, and
    takes two. Shown by test_compat_prosody_refuses_access_models_that_it_offers.
    """
    if f"{_PUBSUB}#access-{model}" in service.features:
        return False
    return of_pubsub(service) in ("prosody", "prosody 13") and model not in _PROSODY_MODELS


def trims_late(service: Service) -> bool:
    """Whether a node that is to hold fewer items holds the others until the next one comes.

    COMPAT(ejabberd 23.01): a lower `max_items` drops nothing by itself.
    Shown by test_compat_ejabberd_drops_what_is_too_much_when_the_next_item_comes.
    """
    return of_pubsub(service) == "ejabberd"


def is_prosody_rooms(service: Service) -> bool:
    """Whether a room service has the name that Prosody gives it, unless it is told another."""
    return service.name == "Prosody Chatrooms"


def is_prosody_13(room_features: Collection[str]) -> bool:
    """Whether a room with these features, of disco#info, is one of Prosody 13 or newer."""
    return _PROSODY_ROOM in room_features and "vcard-temp" in room_features


def keeps_out_nobody(config: Form) -> bool:
    """Whether who was in a room with this configuration can come back whatever their affiliation.

    COMPAT(ejabberd 23.01 to 23.04): in a moderated room, as rooms are there by default, it goes by
    the role that somebody had last before it looks at their affiliation. What tells such a version
    is the form of its rooms. Shown by test_compat_ejabberd_who_was_in_a_moderated_room_stays_in.
    """
    moderated = values_of(config, _MODERATED) in (("true",), ("1",))
    return moderated and config.keys() >= _OLD_EJABBERD_ROOM
