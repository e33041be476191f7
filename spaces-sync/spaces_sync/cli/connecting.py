"""Opens what a command works on: the services themselves, or a simulator in their place."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from spaces_sync.cli import files
from spaces_sync.cli.exits import Exit, Stop

if TYPE_CHECKING:
    from spaces_sync.cli.options import Options
    from spaces_sync.model.state import Secret
    from spaces_sync.ports import Reader, Writer
    from spaces_sync.simulator import Simulator
    from spaces_sync.xmpp import Connection

T = TypeVar("T")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Runs `work` to its end; what services and the network refuse ends in exit code 6."""
    import asyncio

    from spaces_sync.ports import NoServiceError, PortError

    async def guarded() -> T:
        return await work()

    try:
        return asyncio.run(guarded())
    except NoServiceError as error:
        raise Stop(Exit.UNAVAILABLE, f"{error}. Nothing was changed.") from None
    except PortError as error:
        raise Stop(Exit.UNAVAILABLE, str(error)) from None


@asynccontextmanager
async def reader(options: Options, live: Path | None) -> AsyncIterator[Reader]:
    """Something to ask; it cannot write."""
    if live is not None:
        yield _simulator(options, live)
        return
    from spaces_sync import xmpp

    try:
        async with xmpp.reading(connection(options)) as session:
            yield session
    except xmpp.ConnectError as error:
        raise Stop(Exit.UNAVAILABLE, str(error)) from None


@asynccontextmanager
async def writer(options: Options, live: Path | None) -> AsyncIterator[Writer]:
    """Something to ask and to write to; a simulator's file is written when all is done."""
    if live is not None:
        if not live.parent.is_dir():
            raise Stop(Exit.INVALID, f"--live {live}: its folder is not there; make it first")
        simulator = _simulator(options, live)
        try:
            yield simulator
        finally:
            _keep(simulator, live)
        return
    from spaces_sync import xmpp

    try:
        async with xmpp.writing(connection(options)) as session:
            yield session
    except xmpp.ConnectError as error:
        raise Stop(Exit.UNAVAILABLE, str(error)) from None


def _keep(simulator: Simulator, live: Path) -> None:
    from spaces_sync.simulator import snapshot

    try:
        files.write(live, snapshot.render(simulator))
    except OSError as error:
        said = f"--live {live}: {error.strerror}; the file is as it was, so nothing has changed"
        raise Stop(Exit.UNAVAILABLE, said) from None


def _simulator(options: Options, live: Path) -> Simulator:
    from spaces_sync.model.addresses import bare_jid
    from spaces_sync.model.cursor import DataError
    from spaces_sync.simulator import snapshot

    account = bare_jid(_who(options).partition("/")[0]) if options.jid else None
    make = "spaces-sync snapshot SERVICE -o FILE takes one"
    try:
        return snapshot.read(live, account)
    except OSError as error:
        raise Stop(Exit.INVALID, f"--live {live}: {error.strerror}; {make}") from None
    except DataError as error:
        raise Stop(Exit.INVALID, f"--live {live} is no snapshot: {error}; {make}") from None


def connection(options: Options) -> Connection:
    """Raises `Stop` where the options do not make one."""
    from spaces_sync.xmpp import Connection

    host, port = _host(options.connect)
    return Connection(
        jid=_who(options),
        password=_password(options),
        host=host,
        port=port,
        tls=options.tls,
        ca_file=options.ca_file,
        component=options.component is not None,
        timeout=options.timeout,
        window=options.window,
    )


def _who(options: Options) -> str:
    from spaces_sync.model.addresses import bare_jid

    jid = options.component or options.jid
    if jid is None:
        instead = " (or use --live FILE)" if options.simulates else ""
        raise Stop(Exit.USAGE, f"no account: give --jid or set SPACES_SYNC_JID{instead}")
    try:
        bare_jid(jid.partition("/")[0])
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--jid: {error}") from None
    return jid


def _host(text: str | None) -> tuple[str | None, int | None]:
    """HOST:PORT, with an IPv6 address in brackets."""
    if text is None:
        return None, None
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):  # noqa: PLR2004 - ports
        raise Stop(Exit.USAGE, f"--connect: {text!r} is not HOST:PORT")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise Stop(Exit.USAGE, f"--connect: {text!r}: an IPv6 address needs brackets: [::1]:5222")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _password(options: Options) -> Secret:
    from spaces_sync.model.state import Secret

    if options.password_file is not None and "password_file" in options.said:
        return _from_file(options.password_file)
    variable = "SPACES_SYNC_COMPONENT_SECRET" if options.component else "SPACES_SYNC_PASSWORD"
    if value := os.environ.get(variable):
        return Secret(value, f"env:{variable}")
    if options.password_file is None:
        raise Stop(Exit.USAGE, f"no password: set {variable} or give --password-file")
    return _from_file(options.password_file)


def _from_file(path: Path) -> Secret:
    from spaces_sync.model.state import Secret

    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise Stop(Exit.USAGE, f"--password-file: {path}: {reason}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Stop(
            Exit.USAGE,
            f"--password-file: {path} is open to others (mode {stat.S_IMODE(mode):04o}); "
            f"run: chmod 600 {path}",
        )
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise Stop(Exit.USAGE, f"--password-file: {path} is empty; the password is its first line")
    return Secret(password, f"file:{path}")
