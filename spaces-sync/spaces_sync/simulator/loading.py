"""A simulated world from JSON data, each part checked, with the place of whatever is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from spaces_sync.client.forms import with_names_of
from spaces_sync.codec import read
from spaces_sync.model.addresses import Jid
from spaces_sync.model.state import EMPTY, Service
from spaces_sync.profile import PERSISTENT
from spaces_sync.simulator.profiles import PROSODY, Profile
from spaces_sync.simulator.simulator import Simulator
from spaces_sync.simulator.snapshot_format import (
    CODEC,
    SnapshotFile,
    SnapshotNode,
    SnapshotRoom,
    SnapshotService,
)
from spaces_sync.simulator.versions import ALL_PROFILES, profile_of
from spaces_sync.simulator.world import Host, StoredNode, StoredRoom, World, fresh_host

ANYBODY: Final = Jid("nobody@simulator.invalid")
"""The account where neither the caller nor the snapshot names one."""

_SOMEBODY: Final = "somebody"
"""The occupant that a room must have had which was there without being persistent."""


def load(data: Any, account: Jid | None = None) -> Simulator:
    """The world that a snapshot describes, as `account` or the one that took it sees it.

    The account may create nodes and rooms there: a snapshot does not say who may on the server.
    Raises `DataError`.
    """
    file = read(CODEC, data, SnapshotFile)
    hosts = {jid: _host(jid, each) for jid, each in (file.services or EMPTY).items()}
    profile = file.profile or _commonest(hosts)
    who = account or file.account or ANYBODY
    world = World(admins={who}, hosts=hosts, open=file.profile is not None or not hosts)
    for address, node in (file.nodes or EMPTY).items():
        host = hosts.setdefault(address.service, fresh_host(address.service, profile))
        host.nodes[address.node] = _node(node)
    world.rooms.update((jid, _room(room, profile)) for jid, room in (file.rooms or EMPTY).items())
    world.failed.update(file.failed)
    world.destroyed.update(file.destroyed)
    return Simulator(who, profile, world)


def _commonest(hosts: dict[Jid, Host]) -> Profile:
    """The profile of most services: that of the room services, which a snapshot does not tell."""
    names = sorted(host.profile.name for host in hosts.values())
    return ALL_PROFILES[max(names, key=names.count)] if names else PROSODY


def _host(jid: Jid, snapshot: SnapshotService) -> Host:
    service = Service(jid, snapshot.name, snapshot.features, snapshot.default_config)
    profile = snapshot.profile or profile_of(service)
    return Host(service, profile, complete=snapshot.complete)


def _node(snapshot: SnapshotNode) -> StoredNode:
    people = _mutable_copy(snapshot.affiliations), _mutable_copy(snapshot.subscriptions)
    return StoredNode(snapshot.config, snapshot.items, *people, complete=snapshot.complete)


def _room(snapshot: SnapshotRoom, profile: Profile) -> StoredRoom:
    config = with_names_of(profile.room.fresh, snapshot.config)
    room = StoredRoom(config, _mutable_copy(snapshot.affiliations), snapshot.protected)
    if not room.is_on(PERSISTENT):
        room.occupants.add(_SOMEBODY)
    return room


def _mutable_copy(people: Mapping[Jid, str] | None) -> dict[Jid, str] | None:
    return None if people is None else dict(people)
