"""The backends as fixtures: all of them, or a server together with the simulator of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeGuard

import pytest

from compat import marks_of, modules
from contract.backends import Backend, real, simulated
from servers import Brand, Server
from servers.installations import BRANDS, Installation
from servers.starting import tested
from spaces_sync.client import CarefulWriter
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.ports import ServiceError

# Fixtures that stand for a backend, by the brands that they take in turn: of each its simulator, so
# that the one stays what the other imitates, and its servers.
BACKENDS: dict[str, Sequence[Brand]] = {
    "backend": BRANDS,
    "prosody_backend": ("prosody",),
    "impatient_prosody": ("prosody",),
    "ejabberd_backend": ("ejabberd",),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, brands in BACKENDS.items():
        if fixture in metafunc.fixturenames:
            backends = [*(f"simulated-{brand}" for brand in brands), *tested(metafunc, brands)]
            metafunc.parametrize(fixture, backends, indirect=True, ids=str)


# What is said of an oddity that is not there.
HEALED = (AssertionError, pytest.fail.Exception, ServiceError)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An oddity shows on the versions that its mark names, and on no other one: where it has
    healed, its test has to fail."""
    versions = {mark.test: mark.versions for path in modules() for mark in marks_of(path)}
    for item in items:
        oddity = versions.get(getattr(item, "originalname", ""))
        installation = next(filter(is_installation, parameters(item)), None)
        if oddity and installation and installation.version and installation.version not in oddity:
            reason = f"{installation} is outside of the versions of the mark"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=HEALED))


def parameters(item: pytest.Item) -> list[object]:
    return [*item.callspec.params.values()] if hasattr(item, "callspec") else []


def is_installation(value: object) -> TypeGuard[Installation]:
    return isinstance(value, Installation)


Running = Callable[[Installation], Server]


def backend_of(param: str | Installation, running: Running, timeout: float) -> Backend:
    if isinstance(param, Installation):
        return real(running(param), timeout)
    return simulated(param.removeprefix("simulated-"))


@pytest.fixture
def backend(request: pytest.FixtureRequest, running: Running) -> Backend:
    """Each simulator and each server in turn."""
    return backend_of(request.param, running, timeout=60.0)


@pytest.fixture
def impatient_prosody(request: pytest.FixtureRequest, running: Running) -> Backend:
    """As `prosody_backend`, where an answer that does not come is missed after a second."""
    return backend_of(request.param, running, timeout=1.0)


prosody_backend = ejabberd_backend = backend


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
