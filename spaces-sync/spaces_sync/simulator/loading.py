"""A simulated world from JSON data, each part checked, with the place of whatever is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from spaces_sync.model.addresses import Jid, bare_jid, node_uri
from spaces_sync.model.cursor import Cursor
from spaces_sync.model.data import address_from_data
from spaces_sync.model.state import Field, Item, Service
from spaces_sync.model.xml import parse
from spaces_sync.simulator.profiles import PROFILES, PROSODY, Profile, profile_of
from spaces_sync.simulator.rooms import PERSISTENT
from spaces_sync.simulator.simulator import Simulator
from spaces_sync.simulator.world import Host, StoredNode, StoredRoom, World, fresh_host

FORMAT_VERSION: Final = "1.0"
ANYBODY: Final = Jid("nobody@simulator.invalid")
"""The account where neither the caller nor the snapshot names one."""

_SOMEBODY: Final = "somebody"
"""The occupant that a room must have had which was there without being persistent."""

_PARTS: Final = frozenset(
    {"account", "profile", "services", "nodes", "rooms", "failed", "destroyed"}
)
_FIELD: Final = frozenset({"type", "options", "highest"})


def load(data: Any, account: Jid | None = None) -> Simulator:
    """The world that a snapshot describes, as `account` or the one that took it sees it.

    The account may create nodes and rooms there: a snapshot does not say who may on the server.
    Raises `DataError`.
    """
    whole = Cursor(data)
    version = whole.get("format_version")
    if version is not None and version.value != FORMAT_VERSION:
        version.fail(f"this program reads version {FORMAT_VERSION}")
    parts = whole.fields(frozenset({"format_version"}), _PARTS)
    hosts = _hosts(parts.get("services", Cursor({})))
    profile = _profile(parts["profile"]) if "profile" in parts else _commonest(hosts)
    who = account or (parts["account"].read(bare_jid) if "account" in parts else ANYBODY)
    world = World(admins={who}, hosts=hosts, open="profile" in parts or not hosts)
    for key, value in _pairs(parts, "nodes"):
        address = key.read(node_uri)
        host = hosts.setdefault(address.service, fresh_host(address.service, profile))
        host.nodes[address.node] = _node(value)
    for key, value in _pairs(parts, "rooms"):
        world.rooms[key.read(bare_jid)] = _room(value)
    for key, value in _pairs(parts, "failed"):
        world.failed[key.read(address_from_data)] = value.text()
    if "destroyed" in parts:
        world.destroyed = {each.read(bare_jid) for each in parts["destroyed"].each()}
    return Simulator(who, profile, world)


def _pairs(parts: dict[str, Cursor], name: str) -> Iterable[tuple[Cursor, Cursor]]:
    return parts[name].pairs() if name in parts else ()


def _commonest(hosts: dict[Jid, Host]) -> Profile:
    """The profile of most services: that of the room services, which a snapshot does not tell."""
    names = sorted(host.profile.name for host in hosts.values())
    return PROFILES[max(names, key=names.count)] if names else PROSODY


def _profile(value: Cursor) -> Profile:
    return PROFILES[value.one_of(*PROFILES)]


def _hosts(services: Cursor) -> dict[Jid, Host]:
    hosts = {}
    for key, value in services.pairs():
        jid = key.read(bare_jid)
        parts = value.fields(
            frozenset({"name"}), frozenset({"profile", "features", "default_config"})
        )
        service = Service(
            jid,
            parts["name"].text(),
            frozenset(parts["features"].texts()) if "features" in parts else frozenset(),
            _form(parts["default_config"]) if "default_config" in parts else {},
        )
        profile = _profile(parts["profile"]) if "profile" in parts else profile_of(service)
        hosts[jid] = Host(service, profile)
    return hosts


def _form(value: Cursor) -> dict[str, Field]:
    form = {}
    for var, each in value.pairs():
        parts = each.fields(frozenset({"values"}), _FIELD)
        form[var.text()] = Field(
            parts["values"].texts(),
            parts["type"].text() if "type" in parts else "",
            parts["options"].texts() if "options" in parts else (),
            parts["highest"].number() if "highest" in parts else None,
        )
    return form


def _node(value: Cursor) -> StoredNode:
    parts = value.fields(
        frozenset({"config"}),
        frozenset({"items", "affiliations", "subscriptions", "complete"}),
    )
    node = StoredNode(
        _form(parts["config"]),
        affiliations=_jids(parts.get("affiliations", Cursor({}))),
        subscriptions=_jids(parts.get("subscriptions", Cursor({}))),
        complete=parts["complete"].boolean() if "complete" in parts else True,
    )
    for each in parts["items"].each() if "items" in parts else ():
        item = _item(each)
        if item.id in node.items:
            each.fail(f"the id {item.id!r} is there twice")
        node.items[item.id] = item
    return node


def _item(value: Cursor) -> Item:
    parts = value.fields(frozenset({"id", "payloads"}), frozenset({"publisher"}))
    return Item(
        parts["id"].text(),
        tuple(each.read(parse) for each in parts["payloads"].each()),
        parts["publisher"].text() if "publisher" in parts else None,
    )


def _room(value: Cursor) -> StoredRoom:
    parts = value.fields(frozenset({"config"}), frozenset({"affiliations", "protected"}))
    room = StoredRoom(
        _form(parts["config"]),
        _jids(parts.get("affiliations", Cursor({}))),
        "protected" in parts and parts["protected"].boolean(),
    )
    if not room.is_on(PERSISTENT):
        room.occupants.add(_SOMEBODY)
    return room


def _jids(value: Cursor) -> dict[Jid, str] | None:
    if value.value is None:
        return None
    return {jid.read(bare_jid): word.text() for jid, word in value.pairs()}
