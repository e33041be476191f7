"""JIDs and the addresses of nodes: how they are written, normalised and turned into XMPP URIs."""

from __future__ import annotations

import re
import stringprep
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final, NewType
from urllib.parse import quote, unquote

Jid = NewType("Jid", str)
"""A bare JID, normalised: two are the same account, room or service exactly if they are `==`."""

MAX_PART: Final = 1023  # octets of UTF-8 in a JID part (RFC 7622, 3.1)
_NOT_IN_LOCAL: Final = frozenset("\"&'/:<>@ ")
_NO_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")


class AddressError(ValueError):
    """Text that is no address. `quoted`: the text, or the part of it, that the message quotes."""

    def __init__(self, message: str, quoted: str | None = None) -> None:
        super().__init__(message)
        self.quoted = quoted


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

    Raises `ValueError` with the reason in words, an `AddressError` where they quote the text or
    a part of it. A resource is an error.
    """
    if "/" in text:
        raise _address_error(text, "has a resource; a bare JID has no '/'")
    local, at, domain = text.rpartition("@")
    if at and not local:
        raise _address_error(text, "has nothing before the '@'")
    return Jid(f"{_local(local)}@{_domain(domain)}" if at else _domain(domain))


def _address_error(quoted: str, reason: str) -> AddressError:
    return AddressError(f"{quoted!r} {reason}", quoted)


def _local(text: str) -> str:
    for character in text:
        if character in _NOT_IN_LOCAL:
            raise _address_error(character, "cannot stand before the '@' of a JID")
    return _bounded(_prepared(text, fold=stringprep.map_table_b2, nodeprep=True), "local part")


def _domain(text: str) -> str:
    """A domain, an IPv4 address, or an IPv6 address in brackets; one trailing dot is dropped."""
    name = text.removesuffix(".")
    if name.startswith("[") and name.endswith("]"):
        return f"[{IPv6Address(name[1:-1])}]"
    folded = _prepared(name, fold=stringprep.map_table_b2, nodeprep=False)
    for label in folded.split("."):
        if not label:
            raise _address_error(text, "is no domain: a part between two dots is empty")
        if not all(c.isalnum() or c in "-_" or ord(c) > 0x7F for c in label):  # noqa: PLR2004 - ASCII
            bad = next(c for c in label if not (c.isalnum() or c in "-_"))
            raise _address_error(bad, "cannot stand in a domain")
    return _bounded(folded, "domain")


def _bounded(text: str, part: str) -> str:
    if not 1 <= len(text.encode()) <= MAX_PART:
        raise ValueError(f"the {part} of a JID has 1 to {MAX_PART} bytes")
    return text


def _prepared(text: str, *, fold: object, nodeprep: bool) -> str:
    """Nodeprep and nameprep (RFC 6122 A, RFC 3491), the profiles that the servers of today use."""
    if text.isascii():
        _reject_controls(text)
        return text.lower()
    assert callable(fold)  # noqa: S101 - the table functions are untyped in the standard library
    kept = (c for c in text if not stringprep.in_table_b1(c))
    folded = unicodedata.normalize("NFKC", "".join(fold(c) for c in kept))
    _reject_controls(folded)
    for character in folded:
        if _prohibited(character) or (nodeprep and character in _NOT_IN_LOCAL):
            raise ValueError(f"U+{ord(character):04X} cannot stand in a JID")
    return folded


def _reject_controls(text: str) -> None:
    for character in text:
        if character <= " " or character == "\x7f":
            raise _address_error(character, "cannot stand in a JID")


def _prohibited(character: str) -> bool:
    return (
        stringprep.in_table_c11_c12(character)
        or stringprep.in_table_c21_c22(character)
        or stringprep.in_table_c3(character)
        or stringprep.in_table_c4(character)
        or stringprep.in_table_c5(character)
        or stringprep.in_table_c6(character)
        or stringprep.in_table_c7(character)
        or stringprep.in_table_c8(character)
        or stringprep.in_table_c9(character)
    )


def node_address(text: str, service: Jid | None) -> NodeAddress:
    """The node that `text` names: by id on `service` (None: there is none), or by XMPP URI.

    Raises `ValueError` as `node_uri` does.
    """
    if is_uri(text):
        return node_uri(text)
    if service is None:
        raise _address_error(text, "is a node id, and no 'service' says where it is")
    return NodeAddress(service, text)


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
