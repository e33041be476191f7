"""The servers, each started once a run and only when asked for, and the installed command.

Tests run on the servers that the running system has; those that are marked `newer_servers` or
`a_newer_server`, and with SERVERS=all every one, on those of newer suites, too
(tests/servers/unpack).
"""

import itertools
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import forked
import installed
from contract.backends import real
from servers import Brand, Server, process
from servers.installations import BRANDS, Installation, installations
from servers.starting import beyond_the_sample, of_the_large_run, shared, startable, tested
from spaces_sync.model.addresses import bare_jid
from tidying import delete_nodes

# A shell ignores SIGINT in what it starts in the background, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How fast this machine is says nothing about a law. A law is searched for exceptions where it is
# developed; in CI the same inputs twice say what a change did.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
hypothesis.settings.load_profile("any machine")

RANDOM = {"laws", "fuzz"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What random inputs happen to reach is no promise: only chosen ones count as coverage. On
    newer servers a part of the tests is run."""
    for item in items:
        if RANDOM & {*item.path.parts}:
            item.add_marker("no_cover")
    left_out = {*beyond_the_sample(items), *of_the_large_run(items)}
    config.hook.pytest_deselected(items=[*left_out])
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """Where a test that starts its own server puts it."""
    with process.temporary_folder() as folder:
        yield folder


# Fixtures that stand for a server, and for how to start one, by the brands that they take in turn.
SERVERS: dict[str, Sequence[Brand]] = {
    "server": BRANDS,
    "prosody": ("prosody",),
    "ejabberd": ("ejabberd",),
    "start_server": BRANDS,
    "start_prosody": ("prosody",),
    "start_ejabberd": ("ejabberd",),
}


def pytest_configure(config: pytest.Config) -> None:
    for name, which in (("newer_servers", "all servers"), ("a_newer_server", "one server")):
        text = f"{name}: runs on {which} of newer suites without SERVERS=all, too"
        config.addinivalue_line("markers", text)
    config.addinivalue_line("markers", "large_run: only with SERVERS=all")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, brands in SERVERS.items():
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, tested(metafunc, brands), indirect=True, ids=str)


def pytest_sessionfinish() -> None:
    forked.end()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Which servers there are, and of the others, why not."""
    there = installations(BRANDS, newer=True)
    found = ", ".join(str(each) for each in there if each.missing() is None)
    terminalreporter.write_line(f"servers: {found or 'none'}")
    for reason in filter(None, (each.missing() for each in there)):
        terminalreporter.write_line(f"warning: nothing was tested there: {reason}", yellow=True)
    skipped = (each.longrepr for each in terminalreporter.stats.get("skipped", ()))
    for reason in sorted({text[2] for text in skipped if isinstance(text, tuple)}):
        terminalreporter.write_line(f"warning: {reason}", yellow=True)


@pytest.fixture(scope="session")
def running() -> Iterator[Callable[[Installation], Server]]:
    """The shared server of an installation, started when it is first asked for."""
    with ExitStack() as stack:
        yield shared(stack)


@pytest.fixture(scope="session")
def start_prosody(request: pytest.FixtureRequest) -> Callable[..., AbstractContextManager[Server]]:
    """`with start_prosody(server_folder, rate="10kb/s") as server:` for one with options."""
    return startable(request.param)


@pytest.fixture(scope="session")
def start_ejabberd(request: pytest.FixtureRequest) -> Callable[..., AbstractContextManager[Server]]:
    return startable(request.param)


@pytest.fixture
def start_server(request: pytest.FixtureRequest) -> Callable[..., AbstractContextManager[Server]]:
    return startable(request.param)


@pytest.fixture
def prosody(request: pytest.FixtureRequest, running: Callable[[Installation], Server]) -> Server:
    return running(request.param)


@pytest.fixture
def ejabberd(request: pytest.FixtureRequest, running: Callable[[Installation], Server]) -> Server:
    return running(request.param)


@pytest.fixture
def server(request: pytest.FixtureRequest, running: Callable[[Installation], Server]) -> Server:
    """The shared server of each kind in turn."""
    return running(request.param)


_numbers = itertools.count(1)


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """`unique("dev")` is a name that no other test of this run has: `dev-17`.

    Afterwards no node that has it in its own name is left on the shared server of the test.
    """
    names: list[str] = []

    def unique(prefix: str) -> str:
        names.append(f"{prefix}-{next(_numbers)}")
        return names[-1]

    servers = [*used(request)]
    yield unique
    for server in servers if names else ():
        real(server).run(partial(delete_nodes, names, bare_jid(server.pubsub)))


def used(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The shared servers that a test runs on."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    for fixture, parameter in parameters.items():
        if isinstance(parameter, Installation) and not fixture.startswith("start_"):
            yield request.getfixturevalue("running")(parameter)


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("plan", file, environment={...})` in a folder of its own, with nothing inherited."""

    def run(
        *arguments: object, environment: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        kept = installed.environment(environment)
        return forked.run(*arguments, folder=tmp_path, environment=kept, stdin=stdin)

    return run
