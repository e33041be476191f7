"""The backends that one suite runs on: simulators, Prosody and ejabberd, each as a client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from servers import Server
from spaces_sync import xmpp
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, bare_jid
from spaces_sync.model.state import Secret
from spaces_sync.simulator import Profile, Simulator

T = TypeVar("T")

ADMIN = Jid("admin@megacorp.example")


@dataclass(frozen=True)
class Backend:
    """`name` says how it is had, `kind` whose behaviour it shows.

    What `acting_as` opens has the raw requests at `raw`.
    """

    name: str
    kind: str
    acting_as: Callable[[str], AbstractAsyncContextManager[CarefulWriter]]

    def run(self, work: Callable[[CarefulWriter], Awaitable[T]], user: str = "admin") -> T:
        """`work` with a connection of its own."""

        async def connected() -> T:
            async with self.acting_as(user) as writer:
                return await work(writer)

        return asyncio.run(connected())


def simulated(profile: Profile) -> Backend:
    simulator = Simulator(ADMIN, profile)

    @asynccontextmanager
    async def acting_as(user: str) -> AsyncIterator[CarefulWriter]:
        yield simulator.acting_as(bare_jid(f"{user}@megacorp.example"))

    return Backend(f"simulated-{profile.server}-{profile.version}", profile.server, acting_as)


def real(server: Server, timeout: float = 60.0) -> Backend:
    """`timeout`: seconds that an answer may take."""

    @asynccontextmanager
    async def acting_as(user: str) -> AsyncIterator[CarefulWriter]:
        async with xmpp.writing(replace(connection(server, user), timeout=timeout)) as session:
            yield session

    return Backend(server.name, server.name, acting_as)


def connection(server: Server, user: str = "admin") -> xmpp.Connection:
    return xmpp.Connection(
        jid=server.jid(user),
        password=Secret(server.password(user), "test"),
        host=server.host,
        port=server.port,
        tls="none",
        ca_file=None,
    )
