"""Stanza errors into `ServiceError`, and the requests that are refused before they are sent."""

from __future__ import annotations

from typing import Final

from spaces_sync.model.bounds import OUR_STANZA, shortened
from spaces_sync.model.xml import Xml, unencodable
from spaces_sync.ports import ServiceError
from spaces_sync.profile import PUBSUB

STANZAS: Final = "urn:ietf:params:xml:ns:xmpp-stanzas"
PUBSUB_ERRORS: Final = f"{PUBSUB}#errors"
STREAM_NAMESPACES: Final = ("jabber:client", "jabber:component:accept")


class UnsendableError(ServiceError, ValueError):
    """A request at which the server would have closed the stream; nothing was sent."""

    def __init__(self, condition: str, text: str) -> None:
        super().__init__(condition, "modify", text)

    def __str__(self) -> str:
        return self.text


def check_sendable(text: str, size: int) -> None:
    """Raises `UnsendableError` for a stanza at which a server would close the stream."""
    if (character := unencodable(text)) is not None:
        raise UnsendableError(
            "bad-request", f"the character U+{ord(character):04X} cannot be sent in XML"
        )
    if size > OUR_STANZA.most:
        raise UnsendableError(
            "policy-violation",
            f"the request has {size:,} bytes; servers end the stream above {OUR_STANZA.most:,}",
        )


def service_error(stanza: Xml) -> ServiceError:
    """The error in a stanza of type `error` (RFC 6120 8.3).

    Conditions are found by namespace: ejabberd puts the pubsub one first, Prosody last.
    """
    error = next(
        (e for e in stanza.elements if e.name == "error" and e.ns in STREAM_NAMESPACES), None
    )
    if error is None:
        return ServiceError("undefined-condition", "cancel", "the answer is an error without words")
    text = error.find(STANZAS, "text")
    return ServiceError(
        _condition(error, STANZAS) or "undefined-condition",
        shortened(error.get("type") or "cancel"),
        shortened(text.text) if text else "",
        _condition(error, PUBSUB_ERRORS),
    )


def _condition(error: Xml, ns: str) -> str:
    found = (e.name for e in error.elements if e.ns == ns and e.name != "text")
    return shortened(next(found, ""))
