"""The live state as JSON data: a reading or a simulated world written down, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.cursor import DataError
from spaces_sync.model.data import address_to_data, form_to_data, item_to_data, jids_to_data
from spaces_sync.model.state import Address, Form, Item, Reading, Secret, Service
from spaces_sync.profile import SECRET
from spaces_sync.simulator.loading import ANYBODY, FORMAT_VERSION, load
from spaces_sync.simulator.profiles import Profile, profile_of
from spaces_sync.simulator.raw import RawSimulator
from spaces_sync.simulator.simulator import Simulator

__all__ = ["FORMAT_VERSION", "dump", "load", "read", "render", "world_to_data"]


def dump(reading: Reading) -> dict[str, Any]:
    """What was read of the services. No secret is in it: a room's password stays out."""
    state = reading.state
    nodes = {
        address_to_data(address): _node(
            node.config,
            node.items,
            node.affiliations,
            node.subscriptions,
            complete=node.complete,
        )
        for address, node in state.nodes.items()
    }
    services = {
        jid: _service(service, profile_of(service)) for jid, service in reading.services.items()
    }
    rooms = {
        jid: _room(room.config, room.affiliations, protected=room.password != Secret("", "live"))
        for jid, room in state.rooms.items()
    }
    return _file(reading.account, services, nodes, rooms, failed=reading.failed)


def world_to_data(simulator: RawSimulator | Simulator) -> dict[str, Any]:
    """All that `load` needs to make the same world again, but for the passwords of rooms."""
    world = simulator.world
    nodes = {
        NodeAddress(jid, name).uri: _node(
            node.config,
            node.items.values(),
            node.affiliations,
            node.subscriptions,
            complete=node.complete,
        )
        for jid, host in world.hosts.items()
        for name, node in host.nodes.items()
    }
    services = {jid: _service(host.service, host.profile) for jid, host in world.hosts.items()}
    rooms = {
        jid: _room(
            room.config, room.affiliations, protected=room.protected or bool(room.value(SECRET))
        )
        for jid, room in world.rooms.items()
    }
    data = _file(simulator.account, services, nodes, rooms, failed=world.failed)
    if world.open:
        data["profile"] = simulator.profile.name
    if world.destroyed:
        data["destroyed"] = sorted(world.destroyed)
    return data


def _file(
    account: Jid,
    services: Mapping[Jid, Any],
    nodes: Mapping[str, Any],
    rooms: Mapping[Jid, Any],
    *,
    failed: Mapping[Address, str],
) -> dict[str, Any]:
    data = {
        "format_version": FORMAT_VERSION,
        "account": account,
        "services": dict(sorted(services.items())),
        "nodes": dict(sorted(nodes.items())),
        "rooms": dict(sorted(rooms.items())),
    }
    if failed:
        reasons = ((address_to_data(address), reason) for address, reason in failed.items())
        data["failed"] = dict(sorted(reasons))
    return data


def _service(service: Service, profile: Profile) -> dict[str, Any]:
    return {
        "name": service.name,
        "profile": profile.name,
        "features": sorted(service.features),
        "default_config": _form(service.default_config),
    }


def _node(
    config: Form,
    items: Iterable[Item],
    affiliations: Mapping[Jid, str] | None,
    subscriptions: Mapping[Jid, str] | None,
    *,
    complete: bool,
) -> dict[str, Any]:
    return {
        "config": _form(config),
        "affiliations": None if affiliations is None else jids_to_data(affiliations),
        "subscriptions": None if subscriptions is None else jids_to_data(subscriptions),
        "complete": complete,
        # In the order of publication: it says which one overflow takes first.
        "items": [item_to_data(item) for item in items],
    }


def _room(
    config: Form, affiliations: Mapping[Jid, str] | None, *, protected: bool
) -> dict[str, Any]:
    # The field stays, without its values: that a room has a password is no secret.
    public = {SECRET: replace(config[SECRET], values=())} if SECRET in config else {}
    return {
        "config": _form({**config, **public}),
        "affiliations": None if affiliations is None else jids_to_data(affiliations),
        **({"protected": True} if protected and public else {}),
    }


def _form(form: Form) -> dict[str, Any]:
    return dict(sorted(form_to_data(form).items()))


def read(path: Path, account: Jid | None = None) -> Simulator:
    """The world in the file `path`; where there is none, an empty one with Prosody's ways.

    Raises `DataError` for a file that is no snapshot, `OSError` for one that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Simulator(account or ANYBODY)
    except UnicodeDecodeError:
        raise DataError("this is no text in UTF-8") from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise DataError("nested too deeply") from None
    except ValueError:  # beyond what Python reads as a number
        raise DataError("a number is too long") from None
    return load(data, account)


def render(simulator: RawSimulator | Simulator) -> str:
    """The world as the text of a file, for people and diffs."""
    return json.dumps(world_to_data(simulator), ensure_ascii=False, indent=2) + "\n"
