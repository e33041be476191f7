"""Items of no other kind, by item id: payloads from the file, and those of other clients."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.children.kind import Kind
from spaces_sync.model.shapes import text
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, serialise


def _overlay(payload: Xml | None, _: str, fields: Fields) -> Xml:
    """The whole payload is the file's. White space between elements is no difference."""
    wanted: Xml = fields["xml"]
    if payload is not None and _dense(payload) == _dense(wanted):
        return payload
    return wanted


def _dense(xml: Xml) -> Xml:
    """`xml` without texts of white space that stand beside elements, at any depth."""
    if not xml.children:
        return xml
    indents = any(isinstance(child, Xml) for child in xml.children)
    kept = (c for c in xml.children if not (indents and isinstance(c, str) and not c.strip()))
    return xml.with_children(tuple(_dense(c) if isinstance(c, Xml) else c for c in kept))


KIND: Final = Kind(
    name="item",
    sections={"items": "Items of any other kind, by item id."},
    keys=("house-rules", "rules"),
    properties={
        "xml": text(
            "The item's payload: one element, with its namespace.",
            "<note xmlns='urn:example:note'>Be kind.</note>",
            minLength=1,
        )
    },
    required=("xml",),
    xml=("xml",),
    identify=lambda key, _: key,
    to_yaml=lambda fields: {"xml": serialise(fields["xml"])},
    element=None,
    item_id=lambda target: target,
    target=lambda item_id, _: item_id,
    fields=lambda payload: {"xml": payload},
    overlay=_overlay,
    prune="ours",
    unpruned="what an unknown item of others means to them cannot be known",
)
