"""Who to be and where to connect: the values that the options about the connection stand for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from spaces_sync import inputs
from spaces_sync.cli.exits import CommandEnd, Exit
from spaces_sync.cli.options import ConnectionOptions
from spaces_sync.model.addresses import bare_jid
from spaces_sync.model.counting import whole_number
from spaces_sync.model.state import Secret


def jid(options: ConnectionOptions) -> str:
    """The account, bare or full, or the component. Raises `CommandEnd` where there is none."""
    given = options.component or options.jid
    if given is None:
        instead = " (or use --live FILE)" if options.has_live_option else ""
        raise CommandEnd(Exit.USAGE, f"no account: give --jid or set SPACES_SYNC_JID{instead}")
    said = "--component" if options.component else "--jid (or SPACES_SYNC_JID)"
    try:
        bare = bare_jid(given.partition("/")[0])
    except ValueError as error:
        raise CommandEnd(Exit.USAGE, f"{said}: {error}") from None
    if not options.component and "@" not in bare:
        raise CommandEnd(Exit.USAGE, f"{said}: {given!r} is no account; write NAME@DOMAIN")
    return given


def host_and_port(options: ConnectionOptions) -> tuple[str | None, int | None]:
    """From HOST:PORT, with an IPv6 address in brackets; two None where DNS is to tell.

    Raises `CommandEnd`.
    """
    text = options.connect
    if text is None:
        return None, None
    host, _, digits = text.rpartition(":")
    port = whole_number(digits)
    if not (host and port and port < 65536):  # noqa: PLR2004 - ports
        raise CommandEnd(Exit.USAGE, f"--connect: {text!r} is not HOST:PORT")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise CommandEnd(
            Exit.USAGE, f"--connect: {text!r}: an IPv6 address needs brackets: [::1]:5222"
        )
    return host.removeprefix("[").removesuffix("]"), port


def password(options: ConnectionOptions) -> Secret:
    """From the file that an option names, the environment, or the file that it names.

    Raises `CommandEnd` where there is none, or its file cannot be read or is open to others.
    """
    if options.asked:
        return Secret(options.asked, "asked")
    if options.password_file is not None and options.password_file_given:
        return _from_file(options.password_file)
    variable = password_variable(options)
    if value := os.environ.get(variable):
        return Secret(value, f"env:{variable}")
    if options.password_file is None:
        raise CommandEnd(Exit.USAGE, f"no password: set {variable} or give --password-file")
    return _from_file(options.password_file)


def password_variable(options: ConnectionOptions) -> str:
    """The variable of the environment that may hold the password."""
    return "SPACES_SYNC_COMPONENT_SECRET" if options.component else "SPACES_SYNC_PASSWORD"


def has_password(options: ConnectionOptions) -> bool:
    """Whether an option or the environment says where the password is."""
    return options.password_file is not None or bool(os.environ.get(password_variable(options)))


def _from_file(path: Path) -> Secret:
    try:
        mode = path.stat().st_mode
        text = inputs.read(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise CommandEnd(Exit.USAGE, f"--password-file: {path}: {reason}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CommandEnd(
            Exit.USAGE,
            f"--password-file: {path} is open to others (mode {stat.S_IMODE(mode):04o}); "
            f"run: chmod 600 {path}",
        )
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise CommandEnd(
            Exit.USAGE, f"--password-file: {path} is empty; the password is its first line"
        )
    return Secret(secret, f"file:{path}")
