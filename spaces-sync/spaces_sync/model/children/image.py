"""A space's avatar and banner: XEP-0503 5.2.1, items with reserved ids and XEP-0084 metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from spaces_sync.model.children.kind import Kind
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, element

NS: Final = "urn:xmpp:avatar:metadata"
NAMES: Final = ("avatar", "banner")
ITEM_IDS: Final = {f"urn:xmpp:spaces:{name}:metadata:0": name for name in NAMES}
_ATTRIBUTES: Final = {
    "bytes": "bytes",
    "height": "height",
    "sha1": "id",
    "type": "type",
    "url": "url",
    "width": "width",
}


def _from_yaml(entry: Mapping[str, Any]) -> Fields:
    return {"variants": frozenset(_attributes(variant) for variant in entry["variants"])}


def _attributes(variant: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """A variant by the XML attributes of its `<info/>`, sorted."""
    pairs = ((_ATTRIBUTES[key], str(value)) for key, value in variant.items())
    return tuple(sorted((name, v.lower() if name == "id" else v) for name, v in pairs))


def _fields(payload: Xml) -> Fields:
    infos = (info.attributes for info in payload.find_all(NS, "info"))
    variants = (tuple((name, value) for (_, name), value in sorted(each)) for each in infos)
    return {"variants": frozenset(variants)}


def _overlay(payload: Xml | None, _: str, fields: Fields) -> Xml:
    made = element(NS, "metadata") if payload is None else payload
    if fields["variants"] == _fields(made)["variants"]:
        return made
    infos = tuple(element(NS, "info", dict(variant)) for variant in sorted(fields["variants"]))
    others = (c for c in made.children if not (isinstance(c, Xml) and c.is_a((NS, "info"))))
    return made.with_children((*infos, *others))


KIND: Final = Kind(
    name="image",
    section="",
    element=(NS, "metadata"),
    short=None,
    properties={
        "url": {
            "type": "string",
            "pattern": r"^https?://[^\t\n\r ]+(?!\n)$",
            "patternErrorMessage": "a URL that begins with 'https://' or 'http://' is wanted",
            "description": "Where clients download the picture.",
            "examples": ["https://up.megacorp.example/dev.png"],
        },
        "type": {
            "type": "string",
            "pattern": r"^image/[^\t\n\r ]+(?!\n)$",
            "patternErrorMessage": "a media type such as 'image/png' is wanted",
            "description": "Its media type; XEP-0084 wants one variant in image/png.",
            "examples": ["image/png"],
        },
        "bytes": {
            "type": "integer",
            "minimum": 1,
            "description": "Its size in bytes.",
            "examples": [2048],
        },
        "sha1": {
            "type": "string",
            "pattern": r"^[0-9a-fA-F]{40}(?!\n)$",
            "patternErrorMessage": "a SHA-1 of 40 hex digits is wanted",
            "description": "SHA-1 of its bytes, in hex, as `sha1sum` prints it.",
            "examples": ["357a8123a30844a3aa99861b6349264ba67a5694"],
        },
        "width": {
            "type": "integer",
            "minimum": 1,
            "description": "Its width in pixels.",
            "examples": [96],
        },
        "height": {
            "type": "integer",
            "minimum": 1,
            "description": "Its height in pixels.",
            "examples": [96],
        },
    },
    from_yaml=_from_yaml,
    target=lambda item_id, _: ITEM_IDS.get(item_id),
    item_id=lambda target: f"urn:xmpp:spaces:{target}:metadata:0",
    fields=_fields,
    overlay=_overlay,
    required=("url", "type", "bytes", "sha1"),
)
