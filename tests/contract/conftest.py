"""The backends as fixtures: all of them, or a server together with the simulator of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from compat import marks_of, modules
from contract.backends import Backend, real, simulated
from servers import Brand, Server
from servers.installations import BRANDS, Installation
from servers.starting import on_newer, shared, tested
from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.ports import ServiceError
from spaces_sync.simulator import PROFILES, WITH_SPACE_PARENT, Profile

# Fixtures that stand for a backend, by the brands that they take in turn: of each its simulator, so
# that the one stays what the other imitates, and its servers.
BACKENDS: dict[str, Sequence[Brand]] = {
    "backend": BRANDS,
    "prosody_backend": ("prosody",),
    "impatient_prosody": ("prosody",),
    "ejabberd_backend": ("ejabberd",),
    "with_module": ("prosody",),
    "with_parents": BRANDS,
    "empty_backends": BRANDS,
}
# Those of them in which Prosody has mod_muc_space_parent.
MODULE = ("with_module", "with_parents", "empty_backends")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, brands in BACKENDS.items():
        if fixture in metafunc.fixturenames:
            module = fixture in MODULE
            imitated = [p for brand in brands for p in simulators(metafunc, brand, module=module)]
            backends = [*imitated, *tested(metafunc, brands)]
            metafunc.parametrize(fixture, backends, indirect=True, ids=shown)


def simulators(metafunc: pytest.Metafunc, brand: Brand, *, module: bool = False) -> list[Profile]:
    """Of each version that the test runs on, whether the server itself can be had or not."""
    profiles = WITH_SPACE_PARENT if module and brand == "prosody" else PROFILES
    versions = [profile for profile in profiles.values() if profile.server == brand]
    return versions if on_newer(metafunc) else versions[:1]


def shown(param: Installation | Profile) -> str:
    """As it stands in the name of a test."""
    if isinstance(param, Installation):
        return str(param)
    return f"simulated-{param.server}-{param.version}"


SERVER = (Installation, Profile)
# What is said of an oddity that is not there.
HEALED = (AssertionError, pytest.fail.Exception, ServiceError)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An oddity shows on the versions that its mark names, and on no other one: where it has
    healed, its test has to fail."""
    versions = {mark.test: mark.versions for path in modules() for mark in marks_of(path)}
    for item in items:
        oddity = versions.get(getattr(item, "originalname", ""))
        tried = next((each for each in parameters(item) if isinstance(each, SERVER)), None)
        if oddity and tried and tried.version and tried.version not in oddity:
            reason = f"{shown(tried)} is outside of the versions of the mark"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True, raises=HEALED))


def parameters(item: pytest.Item) -> list[object]:
    return [*item.callspec.params.values()] if hasattr(item, "callspec") else []


Running = Callable[[Installation], Server]


def backend_of(param: Installation | Profile, running: Running, timeout: float) -> Backend:
    if isinstance(param, Installation):
        return real(running(param), timeout)
    return simulated(param)


@pytest.fixture
def backend(request: pytest.FixtureRequest, running: Running) -> Backend:
    """Each simulator and each server in turn."""
    return backend_of(request.param, running, timeout=60.0)


@pytest.fixture
def impatient_prosody(request: pytest.FixtureRequest, running: Running) -> Backend:
    """As `prosody_backend`, where an answer that does not come is missed after a second."""
    return backend_of(request.param, running, timeout=1.0)


prosody_backend = ejabberd_backend = backend


@pytest.fixture(scope="session")
def running_with_module() -> Iterator[Running]:
    """As `running`, with mod_muc_space_parent."""
    with ExitStack() as stack:
        yield shared(stack, space_parent=True)


@pytest.fixture
def with_module(request: pytest.FixtureRequest, running_with_module: Running) -> Backend:
    """Each Prosody in turn with mod_muc_space_parent."""
    return backend_of(request.param, running_with_module, timeout=60.0)


@pytest.fixture
def with_parents(
    request: pytest.FixtureRequest, running: Running, running_with_module: Running
) -> Backend:
    """As `backend`, where rooms can say which space they belong to."""
    param = request.param
    prosody = isinstance(param, Installation) and param.brand == "prosody"
    return backend_of(param, running_with_module if prosody else running, timeout=60.0)


@pytest.fixture
def empty_backends(request: pytest.FixtureRequest) -> Iterator[Callable[[], Backend]]:
    """As `with_parents`, a new one at each call, on which nothing is and nobody else is at work.

    Prosody answers at once: as it comes, it holds back a small answer for 40 ms (Nagle).
    """
    with ExitStack() as stack:

        def started() -> Backend:
            running = shared(stack, space_parent=True, nagle=False)
            return backend_of(request.param, running, timeout=60.0)

        yield started


@pytest.fixture
def node(unique: Callable[[str], str]) -> NodeAddress:
    """A node that is not there yet."""
    return NodeAddress(bare_jid("pubsub.megacorp.example"), unique("node"))


@pytest.fixture
def room(unique: Callable[[str], str]) -> Jid:
    """A room that is not there yet."""
    return bare_jid(f"{unique('room')}@rooms.megacorp.example")
