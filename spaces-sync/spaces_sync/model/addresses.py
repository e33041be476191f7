"""JIDs and the addresses of nodes: how they are written, normalised and turned into XMPP URIs."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NewType
from urllib.parse import quote, unquote

from spaces_sync.model.domains import check_lookup, domain
from spaces_sync.model.preparation import AddressError, named, newer_character, prepared

Jid = NewType("Jid", str)
"""A bare JID, normalised: two are the same account, room or service exactly if they are `==`."""

MAX_PART: Final = 1023  # octets of UTF-8 in a JID part (RFC 7622, 3.1)
_NOT_IN_LOCAL: Final = frozenset("\"&'/:<>@ ")  # RFC 6122 A.5
_NO_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, order=True)
class NodeAddress:
    """A pubsub node: the service's JID, and the node id, which is compared byte by byte."""

    service: Jid
    node: str

    @property
    def uri(self) -> str:
        """The node as a URI (RFC 5122, XEP-0060 12.22), percent-encoded down to ASCII."""
        return f"xmpp:{_quoted_jid(self.service)}?;node={quote(self.node, safe='')}"

    def __str__(self) -> str:
        return f"{self.service}/{self.node}"


def _quoted_jid(jid: str) -> str:
    """`jid` for the path of a URI. `;` is quoted: `;node=` in a local part would be a query."""
    return quote(jid, safe="@!$()*+,=.-_~[]:")


@lru_cache(maxsize=65536)
def bare_jid(text: str) -> Jid:
    """`text` as a normalised bare JID (RFC 7622 3, with the preparation of RFC 6122).

    What one server at least takes is one; see `check_portable`. Raises `ValueError` with the
    reason in words, an `AddressError` where they quote the text or a part of it. A resource is
    an error.
    """
    if "/" in text:
        raise _address_error(text, "has a resource; a bare JID has no '/'")
    local, at, name = text.rpartition("@")
    if at and not local:
        raise _address_error(text, "has nothing before the '@'")
    return Jid(f"{_local(local)}@{domain(name)}" if at else domain(name))


def domain_of(jid: str) -> Jid:
    """The domain of a JID, full or bare: of an account its server, of a room its service."""
    return Jid(jid.partition("/")[0].rpartition("@")[2])


def check_portable(jid: Jid) -> None:
    """Raises `AddressError` where not every server takes `jid`, or DNS has no such domain."""
    local, _, name = jid.rpartition("@")
    if newer := newer_character(local):
        raise AddressError(f"{named(newer)} is not in Unicode 3.2, of which JIDs are made", newer)
    check_lookup(name)


def _address_error(quoted: str, reason: str) -> AddressError:
    return AddressError(f"{quoted!r} {reason}", quoted)


def _local(text: str) -> str:
    for character in text:
        if character in _NOT_IN_LOCAL:
            raise _address_error(character, "cannot stand before the '@' of a JID")
    made = prepared(text, _NOT_IN_LOCAL)
    if not 1 <= len(made.encode()) <= MAX_PART:
        raise ValueError(f"the local part of a JID has 1 to {MAX_PART} bytes")
    return made


def node_address(text: str, service: Jid | None) -> NodeAddress:
    """The node that `text` names: by id on `service` (None: there is none), or by XMPP URI.

    Raises `ValueError` as `node_uri` does.
    """
    if is_uri(text):
        return node_uri(text)
    if service is None:
        raise _address_error(text, "is a node id, and no 'service' says where it is")
    return NodeAddress(service, text)


def room_uri(room: Jid) -> str:
    """A room as a URI (XEP-0045 17.1), percent-encoded down to ASCII."""
    return f"xmpp:{_quoted_jid(room)}"


def object_named(text: str) -> NodeAddress | Jid | None:
    """The node or room that a URI names which `NodeAddress.uri` or `room_uri` has made.

    None where it names none.
    """
    with suppress(ValueError):
        if "?" in text:
            return node_uri(text)
        return bare_jid(unquote(text.removeprefix("xmpp:"), errors="strict"))
    return None


def is_uri(text: str) -> bool:
    """Whether `text` is meant as an XMPP URI, well-formed or not."""
    return text.lower().startswith("xmpp:")


@lru_cache(maxsize=65536)
def node_uri(text: str) -> NodeAddress:
    """The node that an XMPP URI points at (RFC 5122, XEP-0060 12.22).

    Its query type and `action` do not matter. Raises `ValueError` with the reason in words, an
    `AddressError` where they quote the text or a part of it.
    """
    if not is_uri(text):
        raise _address_error(text, "is no XMPP URI: it does not begin with 'xmpp:'")
    if _NO_ESCAPE.search(text):
        raise _address_error(text, "has a '%' without two hex digits; a percent sign is '%25'")
    path, _, query = text[len("xmpp:") :].partition("#")[0].partition("?")
    if path.startswith("//"):
        path = path[2:].partition("/")[2]
    if ";node=" in path:
        raise _address_error(text, "lacks the '?' before ';node='")
    pairs = [part.partition("=") for part in query.split(";")]
    nodes = [unquote(value, errors="strict") for key, _, value in pairs if key == "node"]
    if len(nodes) != 1:
        raise _address_error(text, "does not name one node (write 'xmpp:SERVICE?;node=ID')")
    return NodeAddress(bare_jid(unquote(path, errors="strict")), nodes[0])
