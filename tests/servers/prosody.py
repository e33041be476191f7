"""Starts a private Prosody whose data, configuration and log live in one folder."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from servers import DOMAIN, PASSWORDS, Certificate, Server, process
from servers.installations import Installation

OWN = Installation("prosody")
STOCK_RATE = "10kb/s"
CONFIGURATION = Path(__file__).with_name("prosody.cfg.lua")
MODULE = Path(__file__).parents[2] / "prosody" / "mod_muc_space_parent.lua"


def missing() -> str | None:
    """Why the running system's own cannot be started, or None."""
    return OWN.missing()


@contextlib.contextmanager
def start(
    folder: Path,
    *,
    installation: Installation = OWN,
    storage: Literal["internal", "memory"] = "internal",
    rate: str | None = None,
    max_items: int | None = None,
    nagle: bool = True,
    certificate: Certificate | None = None,
    log_level: Literal["info", "debug"] = "info",
    space_parent: bool = False,
    persistent_for_all: bool = True,
    services: bool = True,
    more: str = "",
) -> Iterator[Server]:
    """Started again on the same folder it has the same ports and data. With a certificate,
    encryption is required. With `space_parent` rooms have our module of that name. Without
    `persistent_for_all` only admins may make a room persistent. Without `services` there is none
    for nodes and none for rooms. `more` is added to the configuration."""
    port, tls_port, component_port = process.ports(folder, 3)
    configuration = _write(folder, certificate, space_parent=space_parent)
    (folder / "more.cfg.lua").write_text(more)
    given = {
        "FOLDER": str(folder),
        "PORT": str(port),
        "TLS_PORT": str(tls_port),
        "COMPONENT_PORT": str(component_port),
        "STORAGE": storage,
        "NAGLE": "on" if nagle else "off",
        "LOG_LEVEL": log_level,
        "RATE": rate,
        "MAX_ITEMS": None if max_items is None else str(max_items),
        "TLS": "required" if certificate else None,
        "SPACE_PARENT": "on" if space_parent else None,
        "PERSISTENT": None if persistent_for_all else "admins",
        "SERVICES": "on" if services else None,
        "MORE": "on" if more else None,
    }
    environment = {name: value for name, value in given.items() if value is not None}
    command = [installation.program("prosody") or "prosody", "--config", str(configuration), "-F"]
    with process.run(command, folder, environment, port) as pid:
        yield Server(
            "prosody",
            installation.version or "",
            folder,
            pid,
            port,
            tls_port,
            component_port,
            newer=installation.suite is not None,
        )


def _write(folder: Path, certificate: Certificate | None, *, space_parent: bool) -> Path:
    """All that the server reads is copied: its user may not be able to pass our folders."""
    if certificate:
        shutil.copyfile(certificate.chain, folder / "chain.pem")
        shutil.copyfile(certificate.key, folder / "key.pem")
    if space_parent:
        plugins = folder / "plugins"
        plugins.mkdir(exist_ok=True)
        shutil.copyfile(MODULE, plugins / MODULE.name)
    accounts = folder / "data" / DOMAIN.replace(".", "%2e") / "accounts"
    accounts.mkdir(parents=True, exist_ok=True)
    for user, password in PASSWORDS.items():
        (accounts / f"{user}.dat").write_text(f'return {{ ["password"] = "{password}"; }};\n')
    return Path(shutil.copyfile(CONFIGURATION, folder / CONFIGURATION.name))
