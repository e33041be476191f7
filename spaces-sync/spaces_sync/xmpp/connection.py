"""Where to connect and as whom, the checks before it, and the error of an attempt that fails."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from spaces_sync.model.addresses import Jid, bare_jid, domain_of
from spaces_sync.model.state import Secret
from spaces_sync.ports import PortError
from spaces_sync.xmpp.asked import Answered

Tls: TypeAlias = Literal["required", "direct", "none"]


def _untold(_: Answered) -> None:
    """For whom does not want to know."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A server, an account there, and how to reach it. `told`: of each request, at its end."""

    jid: str  # the account, bare or full; of a component its domain
    password: Secret
    host: str | None = None  # None: DNS SRV
    port: int | None = None
    tls: Tls = "required"
    ca_file: Path | None = None  # instead of the system's authorities
    component: bool = False
    timeout: float = 60.0  # seconds for the login, and for one answer
    window: int | None = None  # requests in flight; None: as many as the server is quick enough for
    told: Callable[[Answered], None] = _untold

    @property
    def account(self) -> Jid:
        """The bare JID. Raises `ValueError` where `jid` is none."""
        return bare_jid(self.jid.partition("/")[0])

    @property
    def domain(self) -> str:
        """The XMPP domain, which certificates must name (RFC 6120 13.7.2)."""
        return domain_of(self.account)

    @property
    def server(self) -> str:
        """HOST:PORT, or the domain where DNS says the host; for messages."""
        return f"{self.host}:{self.port}" if self.host else self.domain


class ConnectError(PortError):
    """No session came about: `what` happened, and `advice` on what to do, both for people."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}; {advice}")
        self.what = what
        self.advice = advice


def check(connection: Connection) -> None:
    """Raises `ConnectError`, before anything is sent, for what is unsafe or cannot work."""
    _check_jid(connection)
    if (connection.host is None) != (connection.port is None):
        raise ConnectError("only a host or only a port is given", "write both: HOST:PORT")
    if connection.tls == "none" and not _is_loopback(connection.host or connection.domain):
        raise ConnectError(
            f"without TLS the password would cross the network to {connection.server} in the clear",
            "leave '--tls none' out, or give a loopback address with '--connect'",
        )
    if connection.component and connection.host is None:
        raise ConnectError(
            "a component has no DNS record that says where its server listens",
            "give the server's component port with '--connect HOST:PORT'",
        )
    if connection.component and connection.tls == "required":
        raise ConnectError(
            "the component protocol (XEP-0114) has no STARTTLS",
            "use '--tls none' towards a loopback address, or '--tls direct' towards a TLS port",
        )


def _check_jid(connection: Connection) -> None:
    try:
        account = connection.account
    except ValueError as error:
        raise ConnectError(f"not a JID: {error}", "give the account as user@domain") from None
    if connection.component == ("@" in account):
        what, shape = ("component", "a domain") if connection.component else ("user", "user@domain")
        raise ConnectError(f"{account} is not the JID of a {what}", f"it is {shape}")


def _is_loopback(host: str) -> bool:
    """Judged by the name alone: what a name server answers for another name may change."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
