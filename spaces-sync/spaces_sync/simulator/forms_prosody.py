"""Prosody's configuration forms as a new node and a new room have them, by version."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.state import Field, Form

_TEXT: Final = Field((), "text-single")
_TRUE: Final = Field(("true",), "boolean")
_FALSE: Final = Field(("false",), "boolean")

NODE: Final[Form] = {
    "pubsub#title": _TEXT,
    "pubsub#description": _TEXT,
    "pubsub#type": _TEXT,
    "pubsub#max_items": Field(("20",), "text-single", highest=256),
    "pubsub#persist_items": _TRUE,
    "pubsub#access_model": Field(
        ("open",), "list-single", ("authorize", "open", "presence", "roster", "whitelist")
    ),
    "pubsub#publish_model": Field(
        ("publishers",), "list-single", ("publishers", "subscribers", "open")
    ),
    "pubsub#send_last_published_item": Field(
        ("never",), "list-single", ("never", "on_sub", "on_sub_and_presence")
    ),
    "pubsub#deliver_notifications": _TRUE,
    "pubsub#deliver_payloads": _TRUE,
    "pubsub#notification_type": Field(("headline",), "list-single", ("normal", "headline")),
    "pubsub#notify_delete": _TRUE,
    "pubsub#notify_retract": _TRUE,
}

ROOM: Final[Form] = {
    "muc#roomconfig_roomname": _TEXT,
    "muc#roomconfig_roomdesc": _TEXT,
    "muc#roomconfig_lang": Field(("en",), "text-single"),
    "muc#roomconfig_persistentroom": _FALSE,
    "muc#roomconfig_publicroom": _FALSE,
    "muc#roomconfig_roomsecret": Field((), "text-private"),
    "muc#roomconfig_membersonly": _FALSE,
    "{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites": _FALSE,
    "muc#roomconfig_changesubject": _FALSE,
    "muc#roomconfig_moderatedroom": _FALSE,
    "muc#roomconfig_whois": Field(("moderators",), "list-single", ("moderators", "anyone")),
    "muc#roomconfig_historylength": Field(("20",), "text-single"),
    "muc#roomconfig_defaulthistorymessages": Field(("20",), "text-single"),
    "muc#roomconfig_presencebroadcast": Field(
        ("visitor", "participant", "moderator"),
        "list-multi",
        ("none", "visitor", "participant", "moderator"),
    ),
}

NODE_13: Final[Form] = {
    **NODE,
    "pubsub#itemreply": Field(("none",), "list-single", ("owner", "publisher", "none")),
    "pubsub#roster_groups_allowed": Field((), "list-multi"),
}

ROOM_13: Final[Form] = {
    **ROOM,
    "muc#roomconfig_allowpm": Field(
        ("visitor",),
        "list-single",
        ("visitor", "participant", "moderator", "affiliated", "none"),
    ),
    "{xmpp:prosody.im}muc#allow_modpm": _FALSE,
}

ROOM_INFO: Final = {
    "muc#roominfo_description": "muc#roomconfig_roomdesc",
    "muc#roominfo_lang": "muc#roomconfig_lang",
    "muc#roomconfig_roomname": "muc#roomconfig_roomname",
    "muc#roomconfig_changesubject": "muc#roomconfig_changesubject",
}
