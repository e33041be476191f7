"""Opens what a command works on: the services themselves, or a simulator in their place."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from spaces_sync.cli.exits import Exit, Stop
from spaces_sync.cli.interrupting import terminating

if TYPE_CHECKING:
    from spaces_sync.cli.options import Options
    from spaces_sync.model.state import Secret
    from spaces_sync.service import Reader, Writer
    from spaces_sync.simulator import Simulator
    from spaces_sync.xmpp import Connection

T = TypeVar("T")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Runs `work` to its end; what services and the network refuse ends in exit code 6."""
    import asyncio

    from spaces_sync.live import NoService
    from spaces_sync.report.visible import visible
    from spaces_sync.service import MalformedAnswer, NoAnswer, ServiceError

    async def guarded() -> T:
        return await work()

    try:
        with terminating():
            return asyncio.run(guarded())
    except NoService as error:
        raise Stop(Exit.UNAVAILABLE, f"{visible(str(error))}. Nothing was changed.") from None
    except (NoAnswer, ServiceError, MalformedAnswer) as error:
        raise Stop(Exit.UNAVAILABLE, visible(str(error))) from None


@asynccontextmanager
async def reader(options: Options, live: Path | None) -> AsyncIterator[Reader]:
    """Something to ask; it cannot write."""
    if live is not None:
        yield _simulator(options, live)
        return
    from spaces_sync import xmpp
    from spaces_sync.report.visible import visible

    try:
        async with xmpp.reading(connection(options)) as session:
            yield session
    except xmpp.ConnectError as error:
        raise Stop(Exit.UNAVAILABLE, visible(str(error))) from None


@asynccontextmanager
async def writer(options: Options, live: Path | None) -> AsyncIterator[Writer]:
    """Something to ask and to write to; a simulator's file is written when all is done."""
    if live is not None:
        from spaces_sync.simulator import snapshot

        simulator = _simulator(options, live)
        try:
            yield simulator
        finally:
            try:
                snapshot.write(live, simulator)
            except OSError as error:
                raise Stop(Exit.INVALID, f"{live}: {error.strerror}") from None
        return
    from spaces_sync import xmpp
    from spaces_sync.report.visible import visible

    try:
        async with xmpp.writing(connection(options)) as session:
            yield session
    except xmpp.ConnectError as error:
        raise Stop(Exit.UNAVAILABLE, visible(str(error))) from None


def _simulator(options: Options, live: Path) -> Simulator:
    from spaces_sync.model.addresses import bare_jid
    from spaces_sync.model.cursor import DataError
    from spaces_sync.report.visible import visible
    from spaces_sync.simulator import snapshot

    account = bare_jid(_who(options).partition("/")[0]) if options.jid else None
    try:
        return snapshot.read(live, account)
    except OSError as error:
        raise Stop(Exit.INVALID, f"{live}: {error.strerror}") from None
    except DataError as error:
        raise Stop(Exit.INVALID, f"{live} is no snapshot: {visible(str(error))}") from None


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
        raise Stop(Exit.USAGE, "no account: give --jid or set SPACES_SYNC_JID (or use --live FILE)")
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
    return host.removeprefix("[").removesuffix("]"), int(port)


def _password(options: Options) -> Secret:
    from spaces_sync.model.state import Secret

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
    return Secret(text.removesuffix("\n").removesuffix("\r"), f"file:{path}")
