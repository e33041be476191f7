"""An account's stream (RFC 6120): the login over it, and the address that it gets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from slixmpp.clientxmpp import ClientXMPP
from slixmpp.jid import JID, InvalidJID
from slixmpp.util.sasl.client import saslprep

from spaces_sync.model.xml import Xml
from spaces_sync.xmpp import failures, sasl
from spaces_sync.xmpp.connection import Connection
from spaces_sync.xmpp.sasl import SASL
from spaces_sync.xmpp.stream import STREAMS, TLS, Stream

BIND: Final = "urn:ietf:params:xml:ns:xmpp-bind"
BINDING_TYPES: Final = "urn:xmpp:sasl-cb:0"  # XEP-0440
_AFTER_LOGIN: Final = ("bind", "session")  # the features that slixmpp gets to see then


class ClientStream(Stream, ClientXMPP):
    """slixmpp connects, starts TLS and binds; it never gets to see the password."""

    requested_jid: JID  # slixmpp's

    def begin(self, connection: Connection, allowed: Callable[[str], bool]) -> None:
        """Must be called first. Raises `UnicodeError` for a password that is no password."""
        super().begin(connection, allowed)
        self._user = saslprep(self.requested_jid.user)
        self._password = saslprep(connection.password.value)
        self._login: asyncio.Task[None] | None = None
        self._login_elements: asyncio.Queue[Xml] = asyncio.Queue()
        self._bind_offered = False

    def _during_login(self, stanza: Xml) -> None:
        if stanza.ns == STREAMS and stanza.name == "features":
            self._on_features(stanza)
        elif stanza.ns == SASL:
            if self._login is None or self.authenticated:
                why = f"it sent {stanza.name[:40]!r} where nothing was asked"
                self.fail(failures.broken_login(self.connection, why))
            else:
                self._login_elements.put_nowait(stanza)
        elif stanza.name == "iq" and self._is_refused(stanza):
            return
        else:
            super()._during_login(stanza)

    def _on_features(self, features: Xml) -> None:
        if self.authenticated:
            self._bind(features)
        elif self._is_unsafe(features) or self._login is not None:
            return
        elif self.connection.tls == "required" and self._tls is None:
            super()._during_login(_only(features, "starttls"))
        else:
            self._login = self.loop.create_task(self._log_in(self._offer(features)))

    @property
    def _tls(self) -> ssl.SSLObject | None:
        """The channel, None without TLS."""
        return self.transport.get_extra_info("ssl_object") if self.transport else None

    def _is_unsafe(self, features: Xml) -> bool:
        """Whether the login cannot go on with these features; then it has failed."""
        starttls = features.find(TLS, "starttls")
        if self.connection.tls == "required" and self._tls is None and starttls is None:
            self.fail(failures.no_starttls(self.connection))
        elif self.connection.tls == "none" and starttls and not features.find(SASL, "mechanisms"):
            self.fail(failures.needs_tls(self.connection))
        return self.logged_in.done()

    def _offer(self, features: Xml) -> sasl.Offer:
        mechanisms = features.find(SASL, "mechanisms")
        types = features.find(BINDING_TYPES, "sasl-channel-binding")
        return sasl.Offer(
            {each.text for each in mechanisms.elements} if mechanisms else (),
            {each.get("type") or "" for each in types.elements} if types else (),
            _binding(self._tls),
            plain=self._tls is not None or self.connection.tls == "none",
        )

    async def _log_in(self, offer: sasl.Offer) -> None:
        """From the offer to the new stream after success (RFC 6120 6.4.6), or to a failure."""
        mechanism = sasl.choose(offer, self._user, self._password)
        if mechanism is None:
            self.fail(failures.no_mechanism(self.connection))
            return
        try:
            await mechanism.run(self._exchange)
            if not self._login_elements.empty():
                raise sasl.BrokenError("it went on after its success")  # noqa: TRY301 - as the others
        except sasl.RefusedError as error:
            self.fail(failures.refused(self.connection, error.failure))
        except sasl.BrokenError as error:
            self.fail(failures.broken_login(self.connection, str(error)))
        else:
            self.authenticated = True
            self.init_parser()
            self.send_raw(self.stream_header)

    async def _exchange(self, element: str) -> Xml:
        self.send_raw(element)
        return await self._login_elements.get()

    def _bind(self, features: Xml) -> None:
        """Once: features that come again would bind again."""
        if features.find(BIND, "bind") is None:
            self.fail(failures.broken_login(self.connection, "it lets nobody bind an address"))
        elif not self._bind_offered:
            self._bind_offered = True
            super()._during_login(_only(features, *_AFTER_LOGIN))

    def _is_refused(self, answer: Xml) -> bool:
        """Whether `answer` gives no address, or not the one asked for; then the login has failed.

        slixmpp would read a refusal as a session without an address, and take any address: that
        of somebody whom the server took us for (RFC 6120 7.6).
        """
        if answer.get("type") == "error":
            self.fail(failures.not_bound(self.connection, answer))
        elif answer.get("type") == "result" and not self.bound:
            bind = answer.find(BIND, "bind")
            jid = bind.find(BIND, "jid") if bind else None
            bound = jid.text.strip() if jid else ""
            if not self._is_asked_for(bound):
                self.fail(failures.bound_to_another(self.connection, bound))
        return self.logged_in.done()

    def _is_asked_for(self, bound: str) -> bool:
        try:
            jid = JID(bound)
        except InvalidJID:
            return False
        if "/" in self.connection.jid:
            return bool(jid == self.requested_jid)
        return bool(jid.bare == self.requested_jid.bare and jid.resource)

    async def close(self) -> None:
        """Ends the login, too, if it is still going on."""
        if self._login is not None:
            self._login.cancel()
        await super().close()


def _binding(tls: ssl.SSLObject | None) -> sasl.Binding | None:
    """What Python can have of the channel: RFC 9266 forbids `tls-unique` in TLS 1.3."""
    name = "tls-exporter" if tls and tls.version() == "TLSv1.3" else "tls-unique"
    if tls is None or name not in ssl.CHANNEL_BINDING_TYPES:
        return None
    data = tls.get_channel_binding(name)
    return sasl.Binding(name, data) if data else None


def _only(features: Xml, *names: str) -> Xml:
    """Stream features without all others: slixmpp would negotiate them, too."""
    kept = tuple(each for each in features.elements if each.name in names)
    return Xml(features.ns, features.name, features.attributes, kept)
