"""Starts a private ejabberd whose data, configuration and log live in one folder."""

import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml

from servers import DOMAIN, HOST, PASSWORDS, Server, process
from servers.databases import Database
from servers.installations import Installation, ejabberd_library

OWN = Installation("ejabberd")
CONFIGURATION = Path(__file__).with_name("ejabberd.yml")


def missing() -> str | None:
    """Why the running system's own cannot be started, or None."""
    return OWN.missing()


@contextlib.contextmanager
def start(
    folder: Path,
    *,
    installation: Installation = OWN,
    shaper: Literal["normal", "none"] = "none",
    log_level: Literal["info", "debug"] = "info",
    anonymous: bool = False,
    max_items: int = 1000,
    database: Database | None = None,
    forced: str = "",
    persistent_for_all: bool = True,
    services: bool = True,
    more: str = "",
) -> Iterator[Server]:
    """Started again on the same folder it has the same ports and data. `normal` is the shaper
    of Debian's file: 3 kB/s for everybody but the admin. `anonymous`: lets in whoever comes, too.
    `max_items`: the `max_items_node`, which as it comes is 1000. `database`: where nodes and items
    are kept. `forced`: what `force_node_config` makes of every node, in YAML. Without
    `persistent_for_all` only admins may make a room persistent. Without `services` there is none
    for nodes and none for rooms. `more`: what is laid over the configuration, in YAML.
    """
    port, tls_port, component_port, api_port = process.ports(folder, 4)
    (folder / "data").mkdir(exist_ok=True)
    configuration = folder / CONFIGURATION.name
    configuration.write_text(
        Template(CONFIGURATION.read_text()).substitute(
            log_level=log_level,
            port=port,
            component_port=component_port,
            api_port=api_port,
            auth_method="[internal, anonymous]" if anonymous else "internal",
            max_items=max_items,
            sql=database.options if database else "",
            pubsub_db="sql" if database else "mnesia",
            persistent="create" if persistent_for_all else "own_rooms",
            forced=f"force_node_config: {{'*': {{{forced}}}}}" if forced else "",
            shaper="c2s_shaper" if shaper == "normal" else "none",
        )
    )
    if more or not services:
        _change(configuration, more, services=services)
    environment = {
        "EJABBERD_CONFIG_PATH": str(configuration),
        "EJABBERD_LOG_PATH": str(folder / "server.log"),
        "ERL_LIBS": str(ejabberd_library(installation)),
        "ERL_CRASH_DUMP_BYTES": "0",
    }
    # Run bare: ejabberdctl takes root or its own user only, and starts a daemon for clusters.
    command = [
        installation.program("erl") or "erl",
        "+K",
        "true",
        *("+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"),  # idle, it leaves the core
        "-noinput",
        "-mnesia",
        "dir",
        f'"{folder / "data"}"',
    ]
    command += ["-ejabberd", "log_rotate_count", "0", "-s", "ejabberd"]
    with process.run(command, folder, environment, port) as pid:
        _register(api_port)
        yield Server(
            "ejabberd",
            installation.version or "",
            folder,
            pid,
            port,
            tls_port,
            component_port,
            newer=installation.suite is not None,
        )


def _change(configuration: Path, more: str, *, services: bool) -> None:
    known = yaml.safe_load(configuration.read_text())
    if not services:
        del known["modules"]["mod_pubsub"], known["modules"]["mod_muc"]
    configuration.write_text(yaml.safe_dump(_merged(known, yaml.safe_load(more or "{}"))))


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; of anything else what is above stands."""
    found = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        found[key] = _merged(below[key], value) if both else value
    return found


def _register(api_port: int) -> None:
    for user, password in PASSWORDS.items():
        request = urllib.request.Request(
            f"http://{HOST}:{api_port}/api/register",
            json.dumps({"user": user, "host": DOMAIN, "password": password}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - http, made above
        except urllib.error.HTTPError as error:
            with error:
                if error.code != HTTPStatus.CONFLICT:  # it was there before a restart
                    raise
