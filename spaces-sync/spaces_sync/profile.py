"""XEP-0503 0.3.0 as data: its table 1 and its feature lists, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spaces_sync.model.declaration import Exposure
from spaces_sync.model.state import Form, Values

XEP: Final = "XEP-0503 0.3.0"
SPACE: Final = "urn:xmpp:spaces:0"
PUBSUB: Final = "http://jabber.org/protocol/pubsub"

TYPE: Final = "pubsub#type"
TITLE: Final = "pubsub#title"
DESCRIPTION: Final = "pubsub#description"
ACCESS_MODEL: Final = "pubsub#access_model"
PUBLISH_MODEL: Final = "pubsub#publish_model"
MAX_ITEMS: Final = "pubsub#max_items"
PERSIST_ITEMS: Final = "pubsub#persist_items"
PARENT: Final = "muc#roomconfig_pubsub"  # a room's pointer to its space (5.5)
SECRET: Final = "muc#roomconfig_roomsecret"  # noqa: S105 - the name of a form field


def is_space(config: Form) -> bool:
    """Whether a node with this configuration, or this metadata, is a space (5.1)."""
    return TYPE in config and config[TYPE].values == (SPACE,)


Strength: TypeAlias = Literal["MUST", "SHOULD"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A row of table 1. `allowed` holds each value that fits; the first is what we write."""

    var: str
    strength: Strength
    allowed: Values
    exposure: Exposure | None = None  # None: any


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
    return tuple(row for row in TABLE_1 if row.exposure in (None, exposure))


FIXED_FIELDS: Final = frozenset(row.var for row in TABLE_1 if len(row.allowed) == 1)

MUST_FEATURES: Final = (
    "subscribe",
    "create-nodes",
    "delete-nodes",
    "config-node",
    "meta-data",
    "delete-items",
    "retract-items",
    "multi-items",
    "item-ids",
    "manage-subscriptions",
    "retrieve-items",
)
SHOULD_FEATURES: Final = (
    "member-affiliation",
    "modify-affiliations",
    "retrieve-affiliations",
    "get-pending",
)
