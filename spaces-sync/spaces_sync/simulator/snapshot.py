"""The live state as JSON data: a reading or a simulated world written down, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from spaces_sync import inputs
from spaces_sync.codec import DataError, write
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import without_secrets
from spaces_sync.model.state import NO_PASSWORD, Form, Item, Reading, Service
from spaces_sync.profile import SECRET
from spaces_sync.simulator.loading import ANYBODY, load
from spaces_sync.simulator.profiles import Profile
from spaces_sync.simulator.raw import RawSimulator
from spaces_sync.simulator.simulator import Simulator
from spaces_sync.simulator.snapshot_format import (
    CODEC,
    SNAPSHOT_VERSION,
    SnapshotFile,
    SnapshotNode,
    SnapshotRoom,
    SnapshotService,
    SnapshotVersion,
)
from spaces_sync.simulator.versions import profile_of

__all__ = ["SNAPSHOT_VERSION", "dump", "load", "read", "render", "world_to_data"]


_FOREIGN: Final = re.compile(r"[^\n -~]")  # beyond printable ASCII


def dump(reading: Reading, cut: Collection[Jid] = ()) -> dict[str, Any]:
    """What was read of the services. No secret is in it: a room's password stays out.

    cut: the services that have, or may have, nodes that were not found.
    """
    nodes = {
        address: SnapshotNode(
            node.config,
            node.affiliations,
            node.subscriptions,
            node.complete,
            {item.id: _public(item) for item in node.items},
        )
        for address, node in reading.state.nodes.items()
    }
    rooms = {
        jid: _room(room.config, room.affiliations, protected=room.password != NO_PASSWORD)
        for jid, room in reading.state.rooms.items()
    }
    forms = [room.config for room in reading.state.rooms.values()]
    services = {
        jid: _service(each, profile_of(each, forms), complete=jid not in cut)
        for jid, each in reading.services.items()
    }
    file = SnapshotFile(
        SnapshotVersion(SNAPSHOT_VERSION), reading.account, None, services, nodes, rooms
    )
    return _data(replace(file, failed=reading.failed))


def _public(item: Item) -> Item:
    """Without a password that somebody put into it, though all read it who may read the space."""
    return replace(item, payloads=tuple(map(without_secrets, item.payloads)))


def world_to_data(simulator: RawSimulator | Simulator) -> dict[str, Any]:
    """All that `load` needs to make the same world again, but for the passwords of rooms."""
    world = simulator.world
    nodes = {
        NodeAddress(jid, name): SnapshotNode(
            node.config, node.affiliations, node.subscriptions, node.complete, node.items
        )
        for jid, host in world.hosts.items()
        for name, node in host.nodes.items()
    }
    rooms = {
        jid: _room(
            room.config, room.affiliations, protected=room.protected or bool(room.value(SECRET))
        )
        for jid, room in world.rooms.items()
    }
    services = {
        jid: _service(host.service, host.profile, complete=host.complete)
        for jid, host in world.hosts.items()
    }
    profile = simulator.profile if world.open else None
    file = SnapshotFile(
        SnapshotVersion(SNAPSHOT_VERSION), simulator.account, profile, services, nodes, rooms
    )
    return _data(replace(file, failed=world.failed, destroyed=frozenset(world.destroyed)))


def _data(file: SnapshotFile) -> dict[str, Any]:
    data: dict[str, Any] = write(CODEC, file, SnapshotFile)
    return data


def _service(service: Service, profile: Profile, *, complete: bool) -> SnapshotService:
    form = service.default_config
    return SnapshotService(service.name, profile, service.features, form, complete)


def _room(config: Form, affiliations: Mapping[Jid, str] | None, *, protected: bool) -> SnapshotRoom:
    # The field stays, without its values: that a room has a password is no secret.
    public = {SECRET: replace(config[SECRET], values=())} if SECRET in config else {}
    return SnapshotRoom({**config, **public}, affiliations, protected and bool(public))


def read(path: Path, account: Jid | None = None) -> Simulator:
    """The world in the file `path`; where there is none, an empty one with Prosody's ways.

    Raises `DataError` for a file that is no snapshot, `OSError` for one that cannot be read.
    """
    try:
        text = inputs.read(path).decode()
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
    return text_of(world_to_data(simulator))


def text_of(data: Mapping[str, Any]) -> str:
    """A snapshot as the text of its file, with an escape for whatever is not printable.

    Control characters and bidi marks would steer the terminal of whoever looks at the file; JSON
    allows those from U+007F on as they are.
    """
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return _FOREIGN.sub(_escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return character if character.isprintable() else json.dumps(character)[1:-1]
