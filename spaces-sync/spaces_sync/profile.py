"""XEP-0503 0.3.0 as data: its table 1 and its feature lists, in the order of the text.

With the names of the forms and form fields that more than one package knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.declaration import Exposure
from spaces_sync.model.state import NO_PASSWORD, Form, Room, Values, is_true, values_of

XEP: Final = "XEP-0503 0.3.0"
SPACE: Final = "urn:xmpp:spaces:0"
PUBSUB: Final = "http://jabber.org/protocol/pubsub"
METADATA_FORM: Final = f"{PUBSUB}#meta-data"  # of a node's disco#info (XEP-0060 5.4)
ROOM_INFO_FORM: Final = "http://jabber.org/protocol/muc#roominfo"  # of a room's (XEP-0045 6.4)

TYPE: Final = "pubsub#type"
TITLE: Final = "pubsub#title"
DESCRIPTION: Final = "pubsub#description"
ACCESS_MODEL: Final = "pubsub#access_model"
PUBLISH_MODEL: Final = "pubsub#publish_model"
MAX_ITEMS: Final = "pubsub#max_items"
MAX_PAYLOAD: Final = "pubsub#max_payload_size"
PERSIST_ITEMS: Final = "pubsub#persist_items"
ITEM_REPLY: Final = "pubsub#itemreply"  # `publisher`: each item names who published it
NUMBERS: Final = frozenset(
    f"pubsub#{name}" for name in ("children_max", "item_expire", "max_items", "max_payload_size")
)
"""The fields of a node that hold a number, though their type is text (XEP-0060 16.4.4)."""
NODE_PARENT: Final = "{urn:xmpp:pubsub-relationships:0}parent"  # XEP-0496

ROOM_NAME: Final = "muc#roomconfig_roomname"
ROOM_DESCRIPTION: Final = "muc#roomconfig_roomdesc"
PERSISTENT: Final = "muc#roomconfig_persistentroom"
KEPT: Final = "muc_persistent"  # what a room advertises that is persistent (XEP-0045 15.3)
MEMBERS_ONLY: Final = "muc#roomconfig_membersonly"
PASSWORD_PROTECTED: Final = "muc#roomconfig_passwordprotectedroom"  # noqa: S105 - a field's name
SECRET: Final = "muc#roomconfig_roomsecret"  # noqa: S105 - the name of a form field
ALLOW_INVITES: Final = "muc#roomconfig_allowinvites"
PARENT: Final = "muc#roomconfig_pubsub"  # a room's pointer to its space (5.5)

# COMPAT(prosody 0.12.3): its form calls by a name of its own what the registry of XEP-0045 has.
# Shown by test_compat_prosody_has_a_name_of_its_own_for_invitations.
OTHER_NAMES: Final = {
    "{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites": ALLOW_INVITES
}
"""What some services call a field of a room, and what all others do."""


def is_space(config: Form) -> bool:
    """Whether a node with this configuration, or this metadata, is a space (5.1)."""
    return values_of(config, TYPE) == (SPACE,)


Strength: TypeAlias = Literal["MUST", "SHOULD"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A row of XEP-0503's table 1.

    allowed: the values that fit; the first is what we write. exposure: of the spaces that the
    row is about; None: of all.
    """

    var: str
    strength: Strength
    allowed: Values
    exposure: Exposure | None = None


TABLE_1: Final = (
    Requirement(TYPE, "MUST", (SPACE,)),
    Requirement("pubsub#notify_retract", "MUST", ("true",)),
    Requirement(PERSIST_ITEMS, "MUST", ("true",)),
    Requirement("pubsub#purge_offline", "MUST", ("false",)),
    Requirement("pubsub#notify_sub", "SHOULD", ("true",)),
    Requirement("pubsub#notify_config", "SHOULD", ("true",)),
    Requirement("pubsub#notify_delete", "SHOULD", ("true",)),
    Requirement(PUBLISH_MODEL, "SHOULD", ("publishers", "subscribers")),  # SHOULD NOT be open
    Requirement(ACCESS_MODEL, "MUST", ("open",), "public"),
    Requirement(ACCESS_MODEL, "MUST", ("authorize", "whitelist"), "private"),
)


def requirements(exposure: Exposure) -> tuple[Requirement, ...]:
    """The rows of table 1 for a space of that exposure."""
    return tuple(row for row in TABLE_1 if row.exposure in (None, exposure))


ACCESS_MODELS: Final = {
    row.exposure: row.allowed for row in TABLE_1 if row.var == ACCESS_MODEL and row.exposure
}
"""The access models that fit each exposure, by table 1."""

NOTIFY: Final = {
    "subscriptions": "pubsub#notify_sub",
    "config": "pubsub#notify_config",
    "delete": "pubsub#notify_delete",
}
"""What subscribers hear of by table 1's SHOULD, by the key of the language."""

FIXED_FIELDS: Final = frozenset(row.var for row in TABLE_1 if len(row.allowed) == 1)
"""The fields for which table 1 leaves no choice, given the exposure."""


def has_password(room: Room) -> bool:
    """Whether entering a room takes a password, as far as its service tells."""
    unknown = room.password is None and SECRET in room.config
    known = room.password not in (None, NO_PASSWORD)
    asks = is_true("".join(values_of(room.config, PASSWORD_PROTECTED)))
    return unknown or known or asks
