"""The backends as fixtures: all of them, or a server together with the simulator of it."""

from collections.abc import Callable

import pytest

from contract.backends import Backend, real, simulated
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
def node(unique: Callable[[str], str]) -> NodeAddress:
    """A node that is not there yet."""
    return NodeAddress(bare_jid("pubsub.megacorp.example"), unique("node"))


@pytest.fixture
def room(unique: Callable[[str], str]) -> Jid:
    """A room that is not there yet."""
    return bare_jid(f"{unique('room')}@rooms.megacorp.example")
