"""From a `Connection` to a stream that is logged in, or to a `ConnectError`."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from slixmpp.jid import InvalidJID

from spaces_sync.xmpp import failures
from spaces_sync.xmpp.client_stream import ClientStream
from spaces_sync.xmpp.connection import ConnectError, Connection, check
from spaces_sync.xmpp.stream import ComponentStream, Stream


@asynccontextmanager
async def logged_in(
    connection: Connection, allowed: Callable[[str], bool]
) -> AsyncIterator[Stream]:
    """A stream on which `allowed` says of each stanza whether it may be sent; closed at the end.

    Raises `ConnectError`.
    """
    check(connection)
    stream = _stream(connection)
    try:
        stream.begin(connection, allowed)
    except UnicodeError:
        raise failures.unusable_password(connection) from None
    try:
        async with asyncio.timeout(connection.timeout):
            host = connection.host and connection.host.strip("[]")  # of an IPv6 address
            stream.connect(host, connection.port)
            await stream.logged_in
    except TimeoutError:
        await stream.close()
        raise failures.silent(connection) from None
    except BaseException:
        await stream.close()
        raise
    try:
        yield stream
    finally:
        await stream.close()


def _stream(connection: Connection) -> Stream:
    context = _ssl_context(connection)
    stream = _component(connection) if connection.component else _client(connection, context)
    stream.ssl_context = context
    stream.enable_direct_tls = connection.tls == "direct"
    stream.enable_starttls = connection.tls == "required"
    stream.enable_plaintext = connection.tls == "none"
    return stream


def _client(connection: Connection, context: ssl.SSLContext) -> Stream:
    """An account's stream, with a random resource where the JID has none.

    Of two sessions with one resource the server would end the first (RFC 6120 7.7.2.2). Raises
    `ConnectError`.
    """
    bare, _, resource = connection.jid.partition("/")
    jid = f"{bare}/{resource or f'spaces-sync-{secrets.token_hex(4)}'}"
    try:
        return ClientStream(jid, "", ssl_context=context)  # the login is ours
    except InvalidJID as error:
        raise ConnectError(f"not a JID: {error}", "give the account as user@domain") from None


def _component(connection: Connection) -> Stream:
    stream = ComponentStream(  # type: ignore[no-untyped-call]  # slixmpp's
        connection.domain, connection.password.value, connection.host, connection.port
    )
    stream.tls_services = {"direct"}  # only a name, without which slixmpp tries no direct TLS
    return stream


def _ssl_context(connection: Connection) -> ssl.SSLContext:
    """Certificates are always verified: against `ca_file`, else against the system's authorities.

    Raises `ConnectError` where those cannot be read.
    """
    if connection.tls == "none":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and reads no files
    if connection.ca_file and connection.ca_file.exists() and not connection.ca_file.is_file():
        # It is read at each login, and OpenSSL would wait for a pipe.
        raise failures.unreadable_authorities(connection, OSError("it is no plain file"))
    try:
        context = ssl.create_default_context(cafile=connection.ca_file)
    except OSError as error:
        raise failures.unreadable_authorities(connection, error) from None
    context.hostname_checks_common_name = False  # RFC 6120 13.7.1.2 wants the dNSName
    if connection.tls == "direct" and not connection.component:
        context.set_alpn_protocols(["xmpp-client"])  # XEP-0368
    return context
