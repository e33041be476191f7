"""The keys of entries under `spaces`; the inherited ones may also stand under `defaults`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from spaces_sync.fields import common
from spaces_sync.fields.spec import FieldSpec, Table
from spaces_sync.model.children import SECTIONS
from spaces_sync.model.children.kind import section_schema
from spaces_sync.model.shapes import choice, flag, keyed, texts
from spaces_sync.profile import FIXED_FIELDS

_NEITHER: Final = "fits neither exposure of XEP-0503; write open, authorize or whitelist"

_INHERITED: Final = (
    FieldSpec(
        "exposure",
        choice(
            "`public`: anyone may join (access model `open`). `private`: the first of `authorize` "
            "and `whitelist` that the service really takes (XEP-0503, table 1).",
            "private",
            "public",
        ),
    ),
    common.publish_model("publishers"),
    common.ALLOW_OPEN,
    common.max_items("max"),
    common.NOTIFY,
    FieldSpec(
        "members_to_rooms",
        flag(
            "Members, publishers and owners of the space become members of those of its `rooms` "
            "that this file runs, until they leave it. What a room says of somebody itself counts. "
            "Without it being in the space lets nobody into a room."
        ),
    ),
    FieldSpec(
        "prune",
        choice(
            "What a plan may remove: `owned` (the default) what this source put there, `all` also "
            "other people's children of known kinds, `none` nothing.",
            "owned",
            "all",
            "none",
        ),
        default="owned",
    ),
    common.PROTECT,
)


def _children() -> Iterator[FieldSpec]:
    """A row for each key under which children of some kind stand."""
    return (FieldSpec(section, section_schema(kind, section)) for section, kind in SECTIONS.items())


SPACES: Final = Table(
    rows=(
        common.title("The space's name (`pubsub#title`). Absent: left as found.", "Sales team"),
        common.description(
            "What the space is for (`pubsub#description`). Absent: left as found.",
            "Where ERP 3000 is made",
        ),
        *(replace(row, inherited=True) for row in _INHERITED),
        replace(
            common.access_model(
                "Says the access model exactly; it must fit `exposure`: `open` for public spaces, "
                "`authorize` or `whitelist` for private ones.",
                "whitelist",
                "authorize",
                "open",
            ),
            rejected=dict.fromkeys(("presence", "roster"), _NEITHER),
        ),
        common.PUBSUB_CONFIG,
        *_children(),
        common.NODE_AFFILIATIONS,
        FieldSpec(
            "subscriptions",
            keyed(
                "Who is subscribed by the file, as the owner may do: JID to subscribed or none. "
                "Absent: left alone.",
                {"enum": ["subscribed", "none"]},
                {"intern@megacorp.example": "subscribed"},
            ),
        ),
        FieldSpec(
            "absent_items",
            texts("Item ids that must not be there, whoever published them.", "some-hash"),
        ),
        replace(
            common.absent("space"),
            instead_of_list="a list of item ids stands under 'absent_items'; 'absent: true' says "
            "that the whole space must not exist",
        ),
        common.service("space"),
        common.previously("space", "developers", "its items and affiliations"),
    ),
    prefix="pubsub#",
    prefix_only=True,
    fixed=FIXED_FIELDS,
)
