"""Private databases for ejabberd: a folder each, loopback only, ended by their own process id."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from servers import HOST, process
from servers.installations import Installation

NAME: Final = "ejabberd"  # of the database, and of its user
SECONDS: Final = 30


@dataclass(frozen=True)
class Database:
    """`kind` is ejabberd's word for it."""

    kind: str
    port: int

    @property
    def options(self) -> str:
        """Lines of ejabberd's configuration."""
        said = {
            "sql_type": self.kind,
            "sql_server": HOST,
            "sql_port": self.port,
            "sql_database": NAME,
            "sql_username": NAME,
            "sql_password": NAME,
        }
        return "".join(f"{name}: {value}\n" for name, value in said.items())


def missing(kind: str, installation: Installation) -> str | None:
    """Why that ejabberd cannot be run on it, or None."""
    absent = [name for name in _PROGRAMS[kind] if _program(name) is None]
    if not any(installation.root.glob(f"usr/lib/*/*/p1_{kind}-*")):
        absent.append(f"erlang-p1-{kind} of {installation.suite or 'the running Debian'}")
    return f"not there: {', '.join(absent)} (make databases says why)" if absent else None


_PROGRAMS: Final = MappingProxyType(
    {
        "mysql": ("mariadbd", "mariadb-install-db", "mariadb"),
        "pgsql": ("initdb", "postgres", "psql"),
    }
)


def _program(name: str) -> str | None:
    """Debian keeps PostgreSQL's in a folder for each of its versions."""
    folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *folders]))


@contextlib.contextmanager
def mariadb(folder: Path, schemas: Path) -> Iterator[Database]:
    """`schemas`: the folder of those that ejabberd comes with."""
    data, socket = folder / "database", folder / "sql"
    (port,) = process.ports(folder, 1)
    install = ("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db")
    _run(folder, *install, "--auth-root-authentication-method=normal")
    server = ("mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}")
    client = ("mariadb", "--no-defaults", f"--socket={socket}", "--user=root")
    options = (f"--port={port}", f"--bind-address={HOST}")
    with _started(folder, [*server, *options], [*client, "--execute=SELECT 1"]):
        made = f"CREATE DATABASE {NAME}; GRANT ALL ON {NAME}.* TO {NAME}@'%' IDENTIFIED BY '{NAME}'"
        _run(folder, *client, f"--execute={made}")
        _run(folder, *client, NAME, given=(schemas / "mysql.sql").read_text())
        yield Database("mysql", port)


@contextlib.contextmanager
def postgresql(folder: Path, schemas: Path) -> Iterator[Database]:
    """As `mariadb`."""
    data = folder / "database"
    (port,) = process.ports(folder, 1)
    _run(folder, "initdb", "--auth=trust", f"--username={NAME}", "--no-sync", "-D", str(data))
    client = ("psql", "--quiet", f"--host={HOST}", f"--port={port}", f"--username={NAME}")
    server = ("postgres", "-D", str(data), "-h", HOST, "-p", str(port), "-k", str(folder))
    with _started(folder, server, [*client, "postgres", "--command=SELECT 1"]):
        _run(folder, *client, "postgres", f"--command=CREATE DATABASE {NAME}")
        _run(folder, *client, NAME, given=(schemas / "pg.sql").read_text())
        yield Database("pgsql", port)


STARTS: Mapping[str, Callable[[Path, Path], AbstractContextManager[Database]]] = MappingProxyType(
    {"mysql": mariadb, "pgsql": postgresql}
)


@contextlib.contextmanager
def _started(folder: Path, command: Sequence[str], question: Sequence[str]) -> Iterator[None]:
    """The server, once it answers `question`."""

    def answers() -> bool:
        if started.poll() is not None:
            raise process.ServerError(
                f"{command[0]}: {(folder / 'output.log').read_text()[-2000:]}"
            )
        return _completed(folder, question).returncode == 0

    process.hand_over(folder)
    with (folder / "output.log").open("ab") as output:
        started = subprocess.Popen(
            _full(command), cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
    try:
        if not process.until(answers, SECONDS):
            raise process.ServerError(f"{command[0]} does not answer in {SECONDS} s")
        yield
    finally:
        process.stop(started)


def _run(folder: Path, *command: str, given: str = "") -> None:
    process.hand_over(folder)
    done = _completed(folder, command, given)
    if done.returncode != 0:
        raise process.ServerError(f"{command[0]}: {done.stderr or done.stdout}")


def _completed(
    folder: Path, command: Sequence[str], given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _full(command), cwd=folder, input=given, capture_output=True, text=True, check=False
    )


def _full(command: Sequence[str]) -> list[str]:
    program = _program(command[0]) or command[0]
    return [*process.as_ordinary_user(), program, *command[1:]]
