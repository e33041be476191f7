"""ejabberd of each version with its nodes and items in a database, started once a run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, partial

import pytest

from contract.backends import Backend, real
from servers import databases, process
from servers.installations import Installation
from servers.starting import startable, tested, without

DATABASES: dict[str, Sequence[str]] = {
    "ejabberd_on_mariadb": ("mysql",),
    "ejabberd_on_postgresql": ("pgsql",),
    "ejabberd_in_sql": ("mysql", "pgsql"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, kinds in DATABASES.items():
        if fixture in metafunc.fixturenames:
            params = [(each, kind) for each in tested(metafunc, ["ejabberd"]) for kind in kinds]
            names = [f"{each}-{kind}" for each, kind in params]
            metafunc.parametrize(fixture, params, indirect=True, ids=names)


Start = Callable[[Installation, str], Backend]


@pytest.fixture(scope="session")
def started() -> Iterator[Start]:
    with ExitStack() as stack:
        yield cache(partial(_started, stack))


def _started(stack: ExitStack, installation: Installation, kind: str) -> Backend:
    start = startable(installation)
    if reason := databases.missing(kind, installation):
        without(reason, promised=installation.suite is None)
    folder, data = (stack.enter_context(process.temporary_folder()) for _ in range(2))
    schemas = installation.root / "usr/share/ejabberd/sql"
    database = stack.enter_context(databases.STARTS[kind](data, schemas))
    return real(stack.enter_context(start(folder, database=database)))


@pytest.fixture
def backend(request: pytest.FixtureRequest, started: Start) -> Backend:
    return started(*request.param)


ejabberd_on_mariadb = ejabberd_on_postgresql = ejabberd_in_sql = backend
