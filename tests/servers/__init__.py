"""A private XMPP server on the loopback interface, as a value; its kinds start in modules of their
own."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

HOST = "127.0.0.1"
DOMAIN = "megacorp.example"
PUBSUB = "pubsub.megacorp.example"
ROOMS = "rooms.megacorp.example"
COMPONENT = "ext.megacorp.example"
COMPONENT_KEY = "ext-secret"
Brand = Literal["prosody", "ejabberd"]
USERS = ("admin", "alice", "bob", "carol", "dave", "erin")
PASSWORDS = MappingProxyType({user: f"{user}-secret" for user in USERS})


@dataclass(frozen=True)
class Certificate:
    """PEM files; the server gets copies, so they may lie where its user cannot read."""

    chain: Path
    key: Path


@dataclass(frozen=True)
class Server:
    """A server that runs. Only `admin` may create nodes on Prosody; ejabberd lets every user."""

    name: Brand
    version: str
    folder: Path
    pid: int
    port: int  # clients; plain, or STARTTLS where a certificate was given
    tls_port: int  # clients, direct TLS; closed where no certificate was given
    component_port: int
    host: str = HOST
    domain: str = DOMAIN
    pubsub: str = PUBSUB
    rooms: str = ROOMS
    component: str = COMPONENT
    component_secret: str = COMPONENT_KEY
    newer: bool = False  # than what the running system has

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def log(self) -> Path:
        """At log level `debug` every stanza received and sent is in it."""
        return self.folder / "server.log"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def jid(self, user: str = "admin") -> str:
        return f"{user}@{self.domain}"

    def password(self, user: str = "admin") -> str:
        return PASSWORDS[user]

    def environment(self, user: str = "admin") -> dict[str, str]:
        """The variables with which the command line connects as that user."""
        return {
            "SPACES_SYNC_JID": self.jid(user),
            "SPACES_SYNC_PASSWORD": self.password(user),
            "SPACES_SYNC_CONNECT": f"{self.host}:{self.port}",
            "SPACES_SYNC_TLS": "none",
        }
