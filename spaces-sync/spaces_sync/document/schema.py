"""The language as one JSON Schema (2020-12), made of the tables of keys."""

from __future__ import annotations

from typing import Any, Final

from spaces_sync.fields import NODES, ROOMS, SPACES
from spaces_sync.model.shapes import keyed, mapping, text, texts
from spaces_sync.profile import XEP

VERSION: Final = 1

TYPES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}
"""What the types of JSON are called."""


def _head() -> dict[str, Any]:
    """The keys that are about the file as a whole."""
    return {
        "version": {
            "const": VERSION,
            "description": "The version of the language that the file is written in.",
            "examples": [VERSION],
        },
        "source": text(
            "Who owns what this file creates; one name a repository. Without it nothing is "
            "recorded, and nothing is removed but what `absent` and `absent_items` name. `${NAME}` "
            "takes it from the environment, but for the variables `SPACES_SYNC_…` and those "
            "whose name says that they hold a secret.",
            "megacorp/spaces",
            minLength=1,
        ),
        "service": text(
            "The pubsub service of all nodes that name no other. `${NAME}` and "
            "`${NAME:-default}` take it from the environment, but for the variables "
            "`SPACES_SYNC_…` and those whose name says that they hold a secret.",
            "pubsub.megacorp.example",
            minLength=1,
        ),
        "operators": texts(
            "The accounts that run this file. They own what it declares, and the record of what "
            "`source` owns, so that any of them can go on.",
            "ci@megacorp.example",
            "admin@megacorp.example",
        ),
    }


def schema() -> dict[str, Any]:
    """A new copy of the schema. It has no `$ref`, which take longer to validate."""
    example = {"title": "Sales team", "exposure": "private"}
    space = mapping(f"A space ({XEP}).", SPACES.schemas, example)
    room = mapping("A room that must exist.", ROOMS.schemas, {"name": "ERP 3000"})
    words = "A pubsub node, other than a space, that must exist."
    node = mapping(words, NODES.schemas, {"title": "News"})
    body = mapping(
        "What XMPP server-side spaces should be: see the README of spaces-sync.",
        {
            **_head(),
            "defaults": mapping(
                "For every space of this file that does not say otherwise.",
                SPACES.inherited,
                {"exposure": "private"},
            ),
            "spaces": keyed(
                "Spaces and what they list, by node id on the default service or by XMPP URI.",
                space,
                {"sales": {"title": "Sales team", "exposure": "private"}},
            ),
            "rooms": keyed(
                "Rooms that must exist, by JID. What a space only lists does not stand here.",
                room,
                {"erp@conference.megacorp.example": {"name": "ERP 3000"}},
            ),
            "nodes": keyed(
                "Pubsub nodes, other than spaces, that must exist, by node id or XMPP URI.",
                node,
                {"dev-announcements": {"title": "Announcements"}},
            ),
        },
        {"version": VERSION, "spaces": {"dev": {"exposure": "public"}}},
        required=("version",),
    )
    _for_editors(body, "")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:spaces-sync:schema:{VERSION}",
        **body,
        "title": "spaces-sync, version 1",
    }


def _for_editors(part: dict[str, Any], title: str) -> None:
    """Adds what language servers show: the title above a text, and the text as Markdown.

    Without the one they show that of the whole, without the other they escape the backticks
    (yaml-language-server 1.25).
    """
    part["title"] = title
    if "description" in part:
        part["markdownDescription"] = part["description"]
    if (words := _type_words(part)) is not None:
        part.setdefault("errorMessage", words)
    for name, rule in part.get("properties", {}).items():
        _for_editors(rule, name)
    if isinstance(entry := part.get("additionalProperties"), dict):
        _for_editors(entry, f"entry of {title}")


def _type_words(part: dict[str, Any]) -> str | None:
    """What to say of a value of another type; None where they would be said of other things, too.

    A language server says them of unknown and of missing keys as well, and in place of the values
    that a key takes.
    """
    wanted = part.get("type")
    if isinstance(wanted, list):
        return part.get("patternErrorMessage") if "object" not in wanted else None
    closed = part.get("additionalProperties") is False or "required" in part
    return f"{TYPES[wanted]} is wanted here" if wanted in TYPES and not closed else None
