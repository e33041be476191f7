"""The keys of entries under `nodes`: pubsub nodes other than spaces."""

from __future__ import annotations

from typing import Final

from spaces_sync.fields import common
from spaces_sync.fields.spec import FieldSpec, Table
from spaces_sync.model.shapes import line, text
from spaces_sync.profile import NODE_PARENT, TYPE

NODES: Final = Table(
    rows=(
        common.title("The node's name (`pubsub#title`).", "Announcements"),
        common.description("What the node is for (`pubsub#description`).", "News of the team"),
        FieldSpec(
            "type",
            line(
                "What the items are (`pubsub#type`), as a rule a namespace.",
                "http://www.w3.org/2005/Atom",
                minLength=1,
            ),
            var=TYPE,
        ),
        common.access_model(
            "Who may subscribe and read (`pubsub#access_model`).",
            "open",
            "authorize",
            "whitelist",
            "presence",
            "roster",
        ),
        common.publish_model(),
        common.ALLOW_OPEN,
        common.max_items(),
        common.PUBSUB_CONFIG,
        common.NODE_AFFILIATIONS,
        common.service("node"),
        FieldSpec(
            "parent",
            text(
                "The node on the same service that this one belongs to (XEP-0496), by node id or "
                "XMPP URI; only few services know this, and they delete a node together with its "
                "parent.",
                "dev",
                minLength=1,
            ),
            var=NODE_PARENT,
            verbatim=False,
        ),
        common.absent("node"),
        common.prune_people("node"),
        common.PROTECT,
        common.previously("node", "announcements", "its configuration, items and affiliations"),
    ),
    prefix="pubsub#",
    prefix_only=True,
)
