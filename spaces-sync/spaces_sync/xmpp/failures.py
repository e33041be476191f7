"""The `ConnectError` of each cause for which no session comes about.

Each function makes one, for its caller to raise, and raises nothing itself.
"""

from __future__ import annotations

import socket
import ssl
from typing import Final

from spaces_sync.model.bounds import LOGIN, shortened
from spaces_sync.model.xml import Xml
from spaces_sync.xmpp.connection import ConnectError, Connection
from spaces_sync.xmpp.errors import service_error

_STREAM_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-streams"
_UNKNOWN_AUTHORITY: Final = frozenset({18, 19, 20, 21})  # of OpenSSL's X509_V_ERR_*
_EXPIRED: Final = frozenset({9, 10})
_WRONG_NAME: Final = frozenset({62, 64})
_UNNAMED: Final = "No DNS record"  # how slixmpp says that a name was not found


def cannot_connect(connection: Connection, error: object) -> ConnectError:
    """No connection, or no TLS, came about.

    `error`: what slixmpp reports of its last attempt, an exception, or a text about DNS; None
    where it reports nothing.
    """
    server = connection.server
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(connection, error)
    if isinstance(error, ssl.SSLError):
        direct = "use '--tls direct' only for a port that starts with TLS"
        starttls = f"check that it has a certificate for {connection.domain}, and its log"
        return ConnectError(
            f"{server} does not speak TLS as expected ({error.reason or error})",
            direct if connection.tls == "direct" else starttls,
        )
    if isinstance(error, socket.gaierror) or str(error).startswith(_UNNAMED):
        name = connection.host or connection.domain
        return ConnectError(
            f"the name {name} was not found", "check it, or give the address with '--connect'"
        )
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return ConnectError(
            f"{server} refuses the connection", "check the port, and that the server is running"
        )
    reason = f": {error}" if error else ""
    return ConnectError(f"cannot connect to {server}{reason}", "check the address and the network")


def _certificate(connection: Connection, error: ssl.SSLCertVerificationError) -> ConnectError:
    about = f"the certificate of {connection.server}"
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return ConnectError(
            f"{about} is signed by nobody that is trusted here ({error.verify_message})",
            "give the authority's certificate with '--ca-file'",
        )
    if error.verify_code in _EXPIRED:
        return ConnectError(f"{about}: {error.verify_message}", "have the server's renewed")
    if error.verify_code in _WRONG_NAME:
        return ConnectError(
            f"{about} is not for {connection.domain}",
            "it must name the domain of the JID, whatever host is connected to",
        )
    return ConnectError(f"{about} is not valid: {error.verify_message}", "have it replaced")


def unreadable_authorities(connection: Connection, error: OSError) -> ConnectError:
    """`ca_file` could not be opened, or holds no PEM certificates."""
    return ConnectError(
        f"{connection.ca_file} cannot be read as certificates: {error.strerror or error}",
        "'--ca-file' takes a file of PEM certificates",
    )


def no_starttls(connection: Connection) -> ConnectError:
    """The server does not offer STARTTLS, or refuses it (RFC 6120 5.4.2.2)."""
    return ConnectError(
        f"{connection.server} does not offer STARTTLS, and without it nothing is sent",
        "use '--tls direct' if the port starts with TLS, '--tls none' on this very machine",
    )


def needs_tls(connection: Connection) -> ConnectError:
    """Before TLS the server offers no way to log in (RFC 6120 5.3.1)."""
    return ConnectError(
        f"{connection.server} lets nobody log in without TLS", "leave '--tls none' out"
    )


def no_mechanism(connection: Connection) -> ConnectError:
    """The server offers neither SCRAM nor, where it may be used, PLAIN."""
    return ConnectError(
        f"{connection.server} offers no way to log in that keeps the password safe",
        "enable SCRAM on the server, or TLS",
    )


def broken_login(connection: Connection, why: str) -> ConnectError:
    """The server does not keep to the order or the form of a login; `why` is for people."""
    return ConnectError(
        f"{connection.server} does not log in as it should: {why}",
        "check the address, and the server's log",
    )


def refused(connection: Connection, failure: Xml | None) -> ConnectError:
    """The login was refused.

    `failure` is the SASL `<failure>` (RFC 6120 6.5), None where SCRAM itself says that the
    password is wrong.
    """
    elements = failure.elements if failure else ()
    condition = next((e.name for e in elements if e.name != "text"), "not-authorized")
    if condition != "not-authorized":
        text = next(
            (f" ({shortened(e.text)})" for e in elements if e.name == "text" and e.text), ""
        )
        return ConnectError(
            f"{connection.domain} did not let {connection.account} in: {condition}{text}",
            "ask whoever runs the server",
        )
    return ConnectError(
        f"{connection.domain} refused the password of {connection.account}",
        f"check the account's name and the password{_origin(connection)}",
    )


def unusable_password(connection: Connection) -> ConnectError:
    """The password has characters that SASLprep (RFC 4013) prohibits."""
    return ConnectError(
        f"the password of {connection.account} has characters that no login can carry",
        f"check the password{_origin(connection)}",
    )


def _origin(connection: Connection) -> str:
    return f" ({connection.password.origin})" if connection.password.origin else ""


def not_bound(connection: Connection, answer: Xml) -> ConnectError:
    """Binding a resource was refused (RFC 6120 7.6.2); `answer` is the IQ of type `error`."""
    return ConnectError(
        f"{connection.domain} accepted the password but opens no session: {service_error(answer)}",
        "end other sessions of the account, or ask whoever runs the server",
    )


def bound_to_another(connection: Connection, bound: str) -> ConnectError:
    """The server bound `bound`, which is not the address that was asked for."""
    other = f"logged us in as {bound[:200]!r}" if bound else "gave us no address"
    return ConnectError(
        f"{connection.domain} {other}, and not as {connection.jid}",
        "leave the resource out of '--jid'"
        if bound.partition("/")[0] == connection.account
        else "nothing was done; ask whoever runs the server",
    )


def stream_condition(error: Xml) -> str:
    """The `<stream:error>` `error` (RFC 6120 4.9) in one line: its condition and its text."""
    of_stream = [e for e in error.elements if e.ns == _STREAM_ERRORS]
    condition = next((e.name for e in of_stream if e.name != "text"), "an error without words")
    text = next((f" ({shortened(e.text)})" for e in of_stream if e.name == "text" and e.text), "")
    return f"the server ended the stream: {condition}{text}"


def stream_error(connection: Connection, error: Xml) -> ConnectError:
    """The server ended the stream with `error` (RFC 6120 4.9) while we logged in."""
    conditions = {e.name for e in error.elements}
    if "host-unknown" in conditions:
        what = "component" if connection.component else "domain"
        return ConnectError(
            f"{connection.server} does not serve the {what} {connection.domain}",
            "check the JID and the address",
        )
    if connection.component and "not-authorized" in conditions:
        return ConnectError(
            f"{connection.server} refused the secret of the component {connection.account}",
            f"check the secret{_origin(connection)} against the server's configuration",
        )
    if "conflict" in conditions:
        return ConnectError(
            f"{connection.account} is connected already", "end the other session first"
        )
    return ConnectError(
        f"{connection.server}: {stream_condition(error)}", "ask whoever runs the server"
    )


def lost(connection: Connection, why: str) -> ConnectError:
    """The connection ended while we logged in; `why` is for people."""
    return ConnectError(
        f"{connection.server} ended the login: {why}", "check the address, and the server's log"
    )


def not_xmpp(connection: Connection, why: str) -> ConnectError:
    """What answers is no XMPP stream (RFC 6120 4.2); `why` is for people."""
    return ConnectError(
        f"{connection.server} does not speak XMPP ({why})",
        "check the port; '--tls direct' is for a port that starts with TLS",
    )


def silent(connection: Connection) -> ConnectError:
    """The login took longer than the connection's `timeout`."""
    return ConnectError(
        f"{connection.server} did not complete the login in {connection.timeout:g} s",
        "check the port and '--tls', or give more time with '--timeout'",
    )


def endless(connection: Connection) -> ConnectError:
    """The server sent more than `LOGIN` bytes before the login was complete."""
    return ConnectError(
        f"{connection.server} sent more than {LOGIN.most} bytes before the login was complete",
        "check the address, and that it is an XMPP server's",
    )
