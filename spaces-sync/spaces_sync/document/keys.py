"""The language's keys: what entries of `spaces`, `rooms` and `nodes` may say, as JSON Schema."""

from __future__ import annotations

from typing import Final

from spaces_sync.document.shapes import (
    Schema,
    choice,
    count_or,
    flag,
    keyed,
    mapping,
    text,
    texts,
)
from spaces_sync.model.children import BY_NAME, KINDS, image
from spaces_sync.model.children.kind import Kind

PREVIOUSLY: Final = "What this was called before. The plan then shows a move, not a removal and a "

_PRUNE: Final = choice(
    "What a plan may remove: `owned` (the default) what this source put there, `all` also other "
    "people's children of known kinds, `none` nothing.",
    "owned",
    "all",
    "none",
)
_NO_PRUNE: Final = choice(
    "Without effect: nothing is recorded of what a file put into a room or a plain node, so that "
    "nobody leaves it but whom the file names as `none`.",
    "owned",
    "all",
    "none",
)
_CONFIG_VALUE: Final[Schema] = {
    "type": ["string", "boolean", "integer", "array"],
    "items": {"type": ["string", "boolean", "integer"]},
}
_PUBLISH_MODEL: Final = choice(
    "Who may publish (`pubsub#publish_model`). Default for a space: `publishers`. `open` also "
    "needs `allow_open_publishing: true`, since anyone could then change what is listed.",
    "publishers",
    "subscribers",
    "open",
)
_ALLOW_OPEN: Final = flag("Says that `publish_model: open` is meant; it stays a warning.")
_MAX_ITEMS: Final = count_or(
    "max", "How many items the node keeps (`pubsub#max_items`). Default for a space: `max`."
)
_PROTECT: Final = flag("A plan that would remove this is refused, whatever the flags say.")


def _affiliations(of: str, example: str, *words: str) -> Schema:
    return keyed(
        f"Who is what in the {of}: JID to {', '.join(words)} or none. Of others only those are "
        "touched whom this source named before, in a space. Absent: left alone.",
        {"enum": [*words, "none"]},
        {"lead-dev@megacorp.example": example},
    )


_NODE_AFFILIATIONS: Final = _affiliations(
    "node", "owner", "owner", "publisher", "publish-only", "member", "outcast"
)
_ROOM_AFFILIATIONS: Final = _affiliations("room", "owner", "owner", "admin", "member", "outcast")


def _config(prefix: str, example: str) -> Schema:
    return keyed(
        f"Further `{prefix}…` fields of the configuration form, sent as they are.",
        _CONFIG_VALUE,
        {example: True},
    )


def _service(of: str) -> Schema:
    return text(
        f"The pubsub service of this {of}, where it is not the file's. `${{NAME}}` takes it from "
        "the environment.",
        "pubsub.megacorp.example",
        minLength=1,
    )


def _child(kind: Kind, description: str, key: str, example: str) -> Schema:
    properties = dict(kind.properties)
    properties["previously"] = texts(PREVIOUSLY + "new child.", example)
    words = f"One entry under `{kind.section}`."
    value = {name: each["examples"][0] for name, each in list(properties.items())[:1]}
    entry = mapping(words, properties, value, required=kind.required, short=kind.short)
    return keyed(f"{description} Absent: left alone. `{{}}`: none of ours.", entry, {key: value})


def _image(name: str) -> Schema:
    variant = mapping(
        "One file of the picture.",
        image.KIND.properties,
        {key: each["examples"][0] for key, each in image.KIND.properties.items()},
        required=image.KIND.required,
    )
    return {
        **variant,
        "type": ["object", "array"],
        "items": variant,
        "minItems": 1,
        "description": f"The space's {name} (XEP-0503 5.2.1): one file, or a list of files that "
        "show the same picture. Absent: left alone.",
    }


_ABOUT_CHILDREN: Final = {
    "room": (
        "Rooms that it lists, by JID; a text is short for {name: …}.",
        "editors@conference.megacorp.example",
        "old@conference.megacorp.example",
    ),
    "node": (
        "Nodes that it lists, by id on its own service or XMPP URI; a text is the title.",
        "dev-announcements",
        "announcements",
    ),
    "link": (
        "Web links that it lists, by URL; a text is short for {description: …}.",
        "https://megacorp.example/dev-team-presentation",
        "https://megacorp.example/presentation",
    ),
    "item": (
        "Items of any other kind, by item id.",
        "house-rules",
        "rules",
    ),
}

DEFAULTS: Final[dict[str, Schema]] = {
    "exposure": choice(
        "`public`: anyone may join (access model `open`). `private`: the first of `authorize` "
        "and `whitelist` that the service really takes (XEP-0503, table 1).",
        "private",
        "public",
    ),
    "publish_model": _PUBLISH_MODEL,
    "allow_open_publishing": _ALLOW_OPEN,
    "max_items": _MAX_ITEMS,
    "members_to_rooms": flag(
        "Members, publishers and owners of the space become members of those of its `rooms` that "
        "this file runs."
    ),
    "prune": _PRUNE,
    "protect": _PROTECT,
}

SPACE: Final[dict[str, Schema]] = {
    "title": text("The space's name (`pubsub#title`). Absent: left as found.", "Sales team"),
    "description": text(
        "What the space is for (`pubsub#description`). Absent: left as found.",
        "Where ERP 3000 is made",
    ),
    **DEFAULTS,
    "access_model": choice(
        "Says the access model exactly; it must fit `exposure`: `open` for public spaces, "
        "`authorize` or `whitelist` for private ones.",
        "whitelist",
        "authorize",
        "open",
    ),
    "config": _config("pubsub#", "pubsub#deliver_payloads"),
    **{
        BY_NAME[name].section: _child(BY_NAME[name], *words)
        for name, words in _ABOUT_CHILDREN.items()
    },
    **{name: _image(name) for name in image.NAMES},
    "affiliations": _NODE_AFFILIATIONS,
    "subscriptions": keyed(
        "Who is subscribed by the file, as the owner may do: JID to subscribed or none. Absent: "
        "left alone.",
        {"enum": ["subscribed", "none"]},
        {"intern@megacorp.example": "subscribed"},
    ),
    "absent": texts("Item ids that must not be there, whoever published them.", "some-hash"),
    "service": _service("space"),
    "previously": texts(PREVIOUSLY + "new space.", "developers"),
}

ROOM: Final[dict[str, Schema]] = {
    "name": text("The room's name.", "ERP 3000"),
    "description": text("What the room is for.", "All things ERP"),
    "persistent": flag("Whether the room stays when everyone has left. Default: true."),
    "public": flag("Whether the room is found in the service's list.", example=False),
    "members_only": flag("Whether only members may enter."),
    "moderated": flag("Whether only those with voice may speak.", example=False),
    "password_protected": flag("Whether entering takes a password; implied by `password`."),
    "password": {
        **mapping(
            "The room's password, which stands elsewhere: in an environment variable or in a "
            "file. It is never shown.",
            {
                "env": text(
                    "The environment variable that holds the password.",
                    "STAFF_ROOM_PASSWORD",
                    pattern=r"^[A-Za-z_][A-Za-z0-9_]*(?!\n)$",
                    patternErrorMessage="this is no name of an environment variable",
                ),
                "file": text(
                    "A file that holds the password, relative to this file; one newline at its "
                    "end is dropped.",
                    "staff-room.password",
                    minLength=1,
                ),
            },
            {"env": "STAFF_ROOM_PASSWORD"},
        ),
        "oneOf": [{"required": ["env"]}, {"required": ["file"]}],
    },
    "whois": choice("Who may see the occupants' JIDs.", "moderators", "anyone"),
    "allow_invites": flag("Whether occupants may invite others."),
    "change_subject": flag("Whether occupants may change the subject.", example=False),
    "language": text("The room's language, as in BCP 47.", "en", minLength=1),
    "max_users": count_or("none", "How many people may be in the room at once."),
    "config": keyed(
        "Further `muc#roomconfig_…` fields, and the server's own, sent as they are.",
        _CONFIG_VALUE,
        {"muc#roomconfig_enablelogging": True},
    ),
    "affiliations": _ROOM_AFFILIATIONS,
    "parent": text(
        "The one space that the room advertises: its node id in this file, or an XMPP URI. "
        "Default: the only space of this file that lists the room. An empty text leaves what the "
        "room advertises as it is found.",
        "dev",
    ),
    "prune": _NO_PRUNE,
    "protect": _PROTECT,
    "previously": texts(PREVIOUSLY + "new room.", "erp@conference.megacorp.example"),
}

NODE: Final[dict[str, Schema]] = {
    "title": text("The node's name (`pubsub#title`).", "Announcements"),
    "description": text("What the node is for (`pubsub#description`).", "News of the team"),
    "type": text(
        "What the items are (`pubsub#type`), as a rule a namespace.",
        "http://www.w3.org/2005/Atom",
        minLength=1,
    ),
    "access_model": choice(
        "Who may subscribe and read (`pubsub#access_model`).",
        "open",
        "authorize",
        "whitelist",
        "presence",
        "roster",
    ),
    "publish_model": _PUBLISH_MODEL,
    "allow_open_publishing": _ALLOW_OPEN,
    "max_items": _MAX_ITEMS,
    "config": _config("pubsub#", "pubsub#deliver_payloads"),
    "affiliations": _NODE_AFFILIATIONS,
    "service": _service("node"),
    "parent": text(
        "The node on the same service that this one belongs to (XEP-0496), by node id or XMPP "
        "URI; only few services know this, and they delete a node together with its parent.",
        "dev",
        minLength=1,
    ),
    "prune": _NO_PRUNE,
    "protect": _PROTECT,
    "previously": texts(PREVIOUSLY + "new node.", "announcements"),
}

CHILD_KINDS: Final = tuple(kind for kind in KINDS if kind.section)
