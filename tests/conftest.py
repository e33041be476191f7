"""The servers, each started once a run and only when asked for, and the installed command."""

import itertools
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest

import installed
from servers import Server, process
from servers import ejabberd as ejabberd_server
from servers import prosody as prosody_server

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
KINDS = {"prosody": prosody_server, "ejabberd": ejabberd_server}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What random inputs happen to reach is no promise: only chosen ones count as coverage."""
    for item in items:
        if RANDOM & {*item.path.parts}:
            item.add_marker("no_cover")


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """Where a test that starts its own server puts it."""
    with process.temporary_folder() as folder:
        yield folder


def startable(kind: ModuleType) -> Callable[..., AbstractContextManager[Server]]:
    """Its `start`; in CI a missing server is a failure, elsewhere a skip that says why."""
    if reason := kind.missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    start: Callable[..., AbstractContextManager[Server]] = kind.start
    return start


@pytest.fixture(scope="session")
def start_prosody() -> Callable[..., AbstractContextManager[Server]]:
    """`with start_prosody(server_folder, rate="10kb/s") as server:` for one with options."""
    return startable(prosody_server)


@pytest.fixture(scope="session")
def start_ejabberd() -> Callable[..., AbstractContextManager[Server]]:
    return startable(ejabberd_server)


@pytest.fixture(params=KINDS)
def start_server(request: pytest.FixtureRequest) -> Callable[..., AbstractContextManager[Server]]:
    return startable(KINDS[request.param])


@pytest.fixture(scope="session")
def prosody() -> Iterator[Server]:
    start = startable(prosody_server)
    with process.temporary_folder() as folder, start(folder) as server:
        yield server


@pytest.fixture(scope="session")
def ejabberd() -> Iterator[Server]:
    start = startable(ejabberd_server)
    with process.temporary_folder() as folder, start(folder) as server:
        yield server


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest) -> Server:
    """The shared server of each kind in turn."""
    running: Server = request.getfixturevalue(request.param)
    return running


_numbers = itertools.count(1)


@pytest.fixture
def unique() -> Callable[[str], str]:
    """`unique("dev")` is a name that no other test of this run has: `dev-17`."""
    return lambda prefix: f"{prefix}-{next(_numbers)}"


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("plan", file, environment={...})` in a folder of its own, with nothing inherited."""

    def run(
        *arguments: object, environment: Mapping[str, str] | None = None, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [installed.TOOL, *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=installed.environment(environment),
            input=stdin or "",
            timeout=60,
        )

    return run
