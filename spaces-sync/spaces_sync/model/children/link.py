"""Web links that a space lists: XEP-0066 out-of-band data."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.addresses import Jid
from spaces_sync.model.children.kind import Kind, as_written
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, element

NS: Final = "jabber:x:oob"


def _from_key(key: str, _: Jid | None) -> str:
    """Raises `ValueError` for what is no URL."""
    scheme, colon, rest = key.partition(":")
    if not (colon and rest and scheme.isascii() and scheme.replace("+", "").isalnum()):
        raise ValueError(f"{key!r} is no URL: it has no scheme such as 'https:'")
    if any(character <= " " for character in key):
        raise ValueError(f"{key!r} is no URL: it has a space or a control character")
    return key


def _target(_: str, payload: Xml) -> str | None:
    url = payload.find(NS, "url")
    return None if url is None else url.text.strip() or None


def _fields(payload: Xml) -> Fields:
    text = payload.find(NS, "desc")
    return {} if text is None else {"description": text.text}


def _overlay(payload: Xml | None, target: str, fields: Fields) -> Xml:
    if payload is None or _target("", payload) != target:
        found = payload or element(NS, "x")
        kept = (c for c in found.children if not (isinstance(c, Xml) and c.is_a((NS, "url"))))
        payload = found.with_children((element(NS, "url", {}, target), *kept))
    wanted = fields.get("description")
    if wanted is None or wanted == _fields(payload).get("description"):
        return payload
    others = (c for c in payload.children if not (isinstance(c, Xml) and c.is_a((NS, "desc"))))
    return payload.with_children((*others, element(NS, "desc", {}, wanted)))


KIND: Final = Kind(
    name="link",
    section="links",
    element=(NS, "x"),
    short="description",
    properties={
        "description": {
            "type": "string",
            "description": "What the link leads to (XEP-0066).",
            "examples": ["Team presentation"],
        },
    },
    from_key=_from_key,
    from_yaml=as_written,
    target=_target,
    item_id=lambda target: target,
    fields=_fields,
    overlay=_overlay,
)
