"""Which field of a configuration form each key of the language stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from spaces_sync.profile import (
    ACCESS_MODEL,
    DESCRIPTION,
    FIXED_FIELDS,
    MAX_ITEMS,
    PARENT,
    PUBLISH_MODEL,
    SECRET,
    TITLE,
    TYPE,
)

SPACE_FIELDS: Final = {
    "title": TITLE,
    "description": DESCRIPTION,
    "access_model": ACCESS_MODEL,
    "publish_model": PUBLISH_MODEL,
    "max_items": MAX_ITEMS,
}
NODE_PARENT: Final = "{urn:xmpp:pubsub-relationships:0}parent"  # XEP-0496
NODE_FIELDS: Final = {**SPACE_FIELDS, "type": TYPE, "parent": NODE_PARENT}
ROOM_FIELDS: Final = {
    "name": "muc#roomconfig_roomname",
    "description": "muc#roomconfig_roomdesc",
    "persistent": "muc#roomconfig_persistentroom",
    "public": "muc#roomconfig_publicroom",
    "members_only": "muc#roomconfig_membersonly",
    "moderated": "muc#roomconfig_moderatedroom",
    "password_protected": "muc#roomconfig_passwordprotectedroom",
    "whois": "muc#roomconfig_whois",
    "allow_invites": "muc#roomconfig_allowinvites",
    "change_subject": "muc#roomconfig_changesubject",
    "language": "muc#roomconfig_lang",
    "max_users": "muc#roomconfig_maxusers",
}


class Form(NamedTuple):
    """What may stand under `config`: fields with this prefix, less those that it cannot decide."""

    prefix: str
    own: Mapping[str, str]  # field -> the key that stands for it
    fixed: frozenset[str] = frozenset()


def _turned(fields: Mapping[str, str]) -> dict[str, str]:
    return {var: key for key, var in fields.items()}


SPACE_FORM: Final = Form("pubsub#", _turned(SPACE_FIELDS), FIXED_FIELDS)
NODE_FORM: Final = Form("pubsub#", _turned(NODE_FIELDS))
ROOM_FORM: Final = Form(
    "muc#roomconfig_",
    {
        **_turned(ROOM_FIELDS),
        PARENT: "parent",
        SECRET: "password: {env: NAME}",
        "password": "password: {env: NAME}",
        "muc#roomconfig_roomadmins": "affiliations",
        "muc#roomconfig_roomowners": "affiliations",
    },
)
