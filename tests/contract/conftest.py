"""The backends as fixtures: all of them, or a server together with the simulator of it."""

from collections.abc import Callable, Iterator

import pytest

from contract.backends import Backend, real, simulated
from servers import Server
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid

SERVERS = ("prosody", "ejabberd")


def backend_of(request: pytest.FixtureRequest) -> Backend:
    name: str = request.param
    if name.startswith("simulated-"):
        return simulated(name.removeprefix("simulated-"))
    return real(request.getfixturevalue(name))


@pytest.fixture(params=[*(f"simulated-{name}" for name in SERVERS), *SERVERS])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each simulator and each server in turn."""
    return backend_of(request)


@pytest.fixture(params=["simulated-prosody", "prosody"])
def prosody_backend(request: pytest.FixtureRequest) -> Backend:
    """Prosody and its simulator in turn, so that the one stays what the other imitates."""
    return backend_of(request)


@pytest.fixture(params=["simulated-ejabberd", "ejabberd"])
def ejabberd_backend(request: pytest.FixtureRequest) -> Backend:
    """As `prosody_backend`."""
    return backend_of(request)


@pytest.fixture
def node(request: pytest.FixtureRequest, unique: Callable[[str], str]) -> Iterator[NodeAddress]:
    """A node that is not there yet.

    Afterwards it is deleted, and all whose names begin with its own: what stays on a shared
    server is in the way of tests that list or read all that there is.
    """
    address = NodeAddress(bare_jid("pubsub.megacorp.example"), unique("node"))
    yield address
    for used in request.node.funcargs.values():
        backend = real(used) if isinstance(used, Server) else used
        if isinstance(backend, Backend):
            backend.run(lambda w: _delete(w, address))


async def _delete(w: CarefulWriter, address: NodeAddress) -> None:
    for each in await w.own_nodes(address.service):
        if each.node.startswith(address.node):
            await w.delete_node(each)


@pytest.fixture
def room(unique: Callable[[str], str]) -> Jid:
    """A room that is not there yet."""
    return bare_jid(f"{unique('room')}@rooms.megacorp.example")
