"""What the simulated services hold: nodes and rooms, which requests change in place."""

from __future__ import annotations

from dataclasses import dataclass, field

from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.state import Address, Form, Item, Service, Values, is_true
from spaces_sync.simulator.error_answers import NO_SUCH_SERVICE, UNREADABLE
from spaces_sync.simulator.profiles import Profile


@dataclass(slots=True)
class Configured:
    """What has a configuration: a node or a room."""

    config: Form

    def values(self, var: str) -> Values:
        """The values of the field `var`, empty where the configuration has no such field."""
        found = self.config.get(var)
        return () if found is None else found.values

    def value(self, var: str, default: str = "") -> str:
        """The first value of the field `var`; `default` where it has none."""
        return next(iter(self.values(var)), default)

    def is_on(self, var: str) -> bool:
        """Whether the field `var` is true."""
        return is_true(self.value(var))


@dataclass(slots=True)
class StoredNode(Configured):
    """A node with all that its service keeps of it."""

    items: dict[str, Item] = field(default_factory=dict)  # oldest first
    affiliations: dict[Jid, str] | None = field(default_factory=dict)  # None: nobody may see them
    subscriptions: dict[Jid, str] | None = field(default_factory=dict)
    publishers: dict[str, Jid] = field(default_factory=dict)  # by item id, where it matters
    replacers: dict[str, Jid] = field(default_factory=dict)  # who published it last, likewise
    complete: bool = True  # False: a snapshot holds only some of its items


@dataclass(slots=True)
class StoredRoom(Configured):
    """A room with all that its service keeps of it."""

    affiliations: dict[Jid, str] | None = field(default_factory=dict)
    protected: bool = False  # by a password that the snapshot did not hold
    occupants: set[str] = field(default_factory=set, compare=False)  # no snapshot tells them
    just_created: bool = field(default=False, compare=False)  # and nobody has entered it yet


@dataclass(slots=True)
class Host:
    """A pubsub service with its nodes."""

    service: Service
    profile: Profile
    nodes: dict[str, StoredNode] = field(default_factory=dict)
    complete: bool = True  # False: a snapshot may hold only some of its nodes
    # By node id, who was subscribed to a node that was deleted; no snapshot tells them.
    former: dict[str, set[Jid]] = field(default_factory=dict, compare=False)

    @property
    def fresh(self) -> Form:
        """The form of a new node: what the service says itself, else what its server has."""
        return self.service.default_config or self.profile.node.fresh


@dataclass(slots=True)
class World:
    """All services that there are; an open one has also those that nobody has listed."""

    admins: set[Jid] = field(default_factory=set)  # of every service
    hosts: dict[Jid, Host] = field(default_factory=dict)
    rooms: dict[Jid, StoredRoom] = field(default_factory=dict)
    destroyed: set[Jid] = field(default_factory=set)
    failed: dict[Address, str] = field(default_factory=dict)  # could not be read, and why
    open: bool = True  # services that are not listed exist, too


def fresh_host(jid: Jid, profile: Profile) -> Host:
    """A service as an unchanged installation of that server describes itself."""
    name, features, form = profile.service()
    return Host(Service(jid, name, features, form), profile)


@dataclass(frozen=True, slots=True)
class NodeCall:
    """A request: by whom, about what, and the profile of services that are not listed."""

    world: World
    profile: Profile
    actor: Jid
    address: NodeAddress

    @property
    def host(self) -> Host:
        """The service that the request goes to. Raises as `host`."""
        return host(self.world, self.address.service, self.profile)

    def check_readable(self) -> None:
        """As the function `check_readable`, of the node."""
        check_readable(self.world, self.address)


def host(world: World, jid: Jid, profile: Profile) -> Host:
    """The service `jid`.

    In an open world one that is not listed is an unchanged installation, which is not kept.
    Raises `ServiceError` in a closed one, and as `check_readable`.
    """
    check_readable(world, jid)
    if found := world.hosts.get(jid):
        return found
    if not world.open:
        raise NO_SUCH_SERVICE.error(value=jid)
    return fresh_host(jid, profile)


def room_hosts(world: World) -> set[Jid]:
    """The services that rooms are on, and no nodes."""
    return {domain_of(room) for room in world.rooms} - world.hosts.keys()


def listed_by(world: World, server: Jid) -> list[Jid]:
    """The services below the domain of a server."""
    known = {*world.hosts, *room_hosts(world)}
    return sorted(jid for jid in known if jid.endswith(f".{server}"))


def check_readable(world: World, address: Address) -> None:
    """Raises `ServiceError` for what could not be read when the snapshot was taken."""
    if (reason := world.failed.get(address)) is not None:
        raise UNREADABLE.error(value=reason)
