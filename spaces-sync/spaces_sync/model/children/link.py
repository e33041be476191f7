"""Web links that a space lists: XEP-0066 out-of-band data."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from spaces_sync.model.children.kind import Kind
from spaces_sync.model.shapes import text
from spaces_sync.model.state import Fields
from spaces_sync.model.xml import Xml, element

NS: Final = "jabber:x:oob"
LONGEST_ID: Final = 1023  # bytes of UTF-8, as of a resource, whose rules XEP-0060 gives to ids

# Of the schemes of RFC 3986 those without '-' and '.', or `example.org:443` would pass for a URL.
_SCHEME: Final = re.compile("[A-Za-z][A-Za-z0-9+]*:.", re.DOTALL)


def url(key: str) -> str:
    """`key`, if it is a URL. Raises `ValueError`."""
    if not _SCHEME.match(key):
        raise ValueError(f"{key!r} is no URL: it has no scheme such as 'https:'")
    if any(character <= " " for character in key):
        raise ValueError(f"{key!r} is no URL: it has a space or a control character")
    return key


def _item_id(target: str) -> str:
    """The URL, and of one that is no id for its length, a hash."""
    octets = target.encode(errors="surrogatepass")
    return target if len(octets) <= LONGEST_ID else hashlib.sha256(octets).hexdigest()


def _target(_: str, payload: Xml) -> str | None:
    found = payload.find(NS, "url")
    return None if found is None else found.text.strip() or None


def _fields(payload: Xml) -> Fields:
    found = payload.find(NS, "desc")
    return {} if found is None else {"description": found.text}


def _overlay(payload: Xml | None, target: str, fields: Fields) -> Xml:
    if payload is None or _target("", payload) != target:
        found = payload or element(NS, "x")
        kept = found.children_but((NS, "url"))
        payload = found.with_children((element(NS, "url", {}, target), *kept))
    wanted = fields.get("description")
    if wanted is None or wanted == _fields(payload).get("description"):
        return payload
    others = payload.children_but((NS, "desc"))
    return payload.with_children((*others, element(NS, "desc", {}, wanted)))


KIND: Final = Kind(
    name="link",
    sections={"links": "Web links that it lists, by URL; a text is short for {description: …}."},
    keys=(
        "https://megacorp.example/dev-team-presentation",
        "https://megacorp.example/presentation",
    ),
    properties={"description": text("What the link leads to (XEP-0066).", "Team presentation")},
    short="description",
    identify=lambda key, _: url(key),
    element=(NS, "x"),
    item_id=_item_id,
    target_name="url",
    target=_target,
    fields=_fields,
    overlay=_overlay,
)
