"""ejabberd's configuration forms as a new node and a new room have them, by version."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.state import Field, Form

_TEXT: Final = Field((), "text-single")
_TRUE: Final = Field(("true",), "boolean")
_FALSE: Final = Field(("false",), "boolean")

NODE: Final[Form] = {
    "pubsub#access_model": Field(
        ("open",), "list-single", ("authorize", "open", "presence", "roster", "whitelist")
    ),
    "pubsub#deliver_notifications": _TRUE,
    "pubsub#deliver_payloads": _TRUE,
    "pubsub#itemreply": Field(("none",), "list-single", ("owner", "publisher", "none")),
    "pubsub#max_items": Field(("1000",), "text-single"),
    "pubsub#max_payload_size": Field(("250000",), "text-single"),
    "pubsub#notification_type": Field(("headline",), "list-single", ("normal", "headline")),
    "pubsub#notify_config": _FALSE,
    "pubsub#notify_delete": _FALSE,
    "pubsub#notify_retract": _TRUE,
    "pubsub#persist_items": _TRUE,
    "pubsub#presence_based_delivery": _FALSE,
    "pubsub#publish_model": Field(
        ("publishers",), "list-single", ("publishers", "subscribers", "open")
    ),
    "pubsub#purge_offline": _FALSE,
    "pubsub#roster_groups_allowed": Field((), "list-multi"),
    "pubsub#send_last_published_item": Field(
        ("on_sub_and_presence",), "list-single", ("never", "on_sub", "on_sub_and_presence")
    ),
    "pubsub#subscribe": _TRUE,
}

NODE_UNLISTED: Final[Form] = {
    "pubsub#type": _TEXT,
    "pubsub#title": _TEXT,
    "pubsub#description": _TEXT,
    "pubsub#notify_sub": Field((), "boolean"),
    "pubsub#language": Field((), "list-single"),
    "pubsub#contact": Field((), "jid-multi"),
    "pubsub#item_expire": _TEXT,
    "pubsub#node_type": Field((), "list-single", ("leaf", "collection")),
    "pubsub#tempsub": Field((), "boolean"),
    "pubsub#collection": Field((), "text-multi"),
    "pubsub#body_xslt": _TEXT,
    "pubsub#dataform_xslt": _TEXT,
}

ROOM: Final[Form] = {
    "muc#roomconfig_roomname": _TEXT,
    "muc#roomconfig_roomdesc": _TEXT,
    "muc#roomconfig_lang": _TEXT,
    "muc#roomconfig_persistentroom": _FALSE,
    "muc#roomconfig_publicroom": _TRUE,
    "public_list": _TRUE,
    "muc#roomconfig_passwordprotectedroom": _FALSE,
    "muc#roomconfig_roomsecret": Field((), "text-private"),
    "muc#roomconfig_maxusers": Field(
        ("200",), "list-single", ("5", "10", "20", "30", "50", "100", "200")
    ),
    "muc#roomconfig_whois": Field(("moderators",), "list-single", ("moderators", "anyone")),
    "muc#roomconfig_presencebroadcast": Field(
        ("moderator", "participant", "visitor"),
        "list-multi",
        ("moderator", "participant", "visitor"),
    ),
    "muc#roomconfig_membersonly": _FALSE,
    "muc#roomconfig_moderatedroom": _TRUE,
    "members_by_default": _TRUE,
    "muc#roomconfig_changesubject": _TRUE,
    "allow_private_messages": _TRUE,
    "allow_private_messages_from_visitors": Field(
        ("anyone",), "list-single", ("nobody", "moderators", "anyone")
    ),
    "allow_query_users": _TRUE,
    "muc#roomconfig_allowinvites": _FALSE,
    "allow_visitor_status": _TRUE,
    "allow_visitor_nickchange": _TRUE,
    "allow_voice_requests": _TRUE,
    "allow_subscription": _FALSE,
    "voice_request_min_interval": Field(("1800",), "text-single"),
    "muc#roomconfig_pubsub": _TEXT,
    "enable_hats": _FALSE,
}

ROOM_INFO: Final = {
    "muc#roominfo_description": "muc#roomconfig_roomdesc",
    "muc#roominfo_lang": "muc#roomconfig_lang",
    "muc#roomconfig_roomname": "muc#roomconfig_roomname",
    "muc#roominfo_changesubject": "muc#roomconfig_changesubject",
    "muc#roomconfig_allowinvites": "muc#roomconfig_allowinvites",
    "muc#roomconfig_allow_query_users": "allow_query_users",
}

_ALLOW_PM: Final = Field(
    ("anyone",), "list-single", ("anyone", "participants", "moderators", "none")
)
ROOM_24_12: Final[Form] = {
    **{var: field for var, field in ROOM.items() if var != "allow_private_messages"},
    "muc#roomconfig_allowpm": _ALLOW_PM,
}
ROOM_26_07: Final[Form] = {**ROOM_24_12, "enable_hats": _TRUE}

ROOM_INFO_24_12: Final = {
    **{var: source for var, source in ROOM_INFO.items() if var != "muc#roominfo_changesubject"},
    "muc#roomconfig_changesubject": "muc#roomconfig_changesubject",
}
