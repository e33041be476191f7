"""What a check goes by: the answers of the services, as frozen values, and those that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from spaces_sync.model.addresses import Jid, NodeAddress, domain_of
from spaces_sync.model.declaration import Declaration, Exposure
from spaces_sync.model.state import Child, Form, Key, Service, nothing, values_of
from spaces_sync.ports import ItemList, NodeInfo, NodeList, RoomInfo
from spaces_sync.profile import ACCESS_MODEL, ACCESS_MODELS, is_space

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer; foreign text. `condition`: of RFC 6120, "" where no error came."""

    reason: str
    condition: str = ""

    @property
    def is_absence(self) -> bool:
        """Whether it says that what was asked for is not there."""
        return self.condition in ("item-not-found", "gone")


Answer: TypeAlias = T | Refusal

NOT_ALL: Final = "not all of its items were given"
"""Why of a list that was cut nothing is known about what it lacks."""


@dataclass(frozen=True, slots=True)
class ServiceAnswers:
    """What a pubsub service says of itself, of its nodes, and of the account's part in them."""

    service: Service
    listed: Answer[NodeList]
    own: Answer[Mapping[NodeAddress, str]]


@dataclass(frozen=True, slots=True)
class SpaceAnswers:
    """What is known of a space; `children`: its items, by what they point at."""

    address: NodeAddress
    info: Answer[NodeInfo]
    config: Answer[Form]
    items: Answer[ItemList]
    affiliations: Answer[Mapping[Jid, str]]
    subscriptions: Answer[Mapping[Jid, str]]
    children: Mapping[Key, Child] = field(default_factory=nothing)

    @property
    def metadata(self) -> Form:
        """Empty where it was not told."""
        return {} if isinstance(self.info, Refusal) else self.info.metadata

    @property
    def form(self) -> Form:
        """The owner form where we may see it, else what everybody is told."""
        return self.metadata if isinstance(self.config, Refusal) else self.config

    @property
    def is_space(self) -> bool:
        """Whether it is known to be one."""
        return is_space(self.metadata) or is_space(self.form)

    @property
    def exposure(self) -> Exposure | None:
        """By its access model (XEP-0503 3, table 1); None of one that is neither, or not known."""
        model = values_of(self.form, ACCESS_MODEL)
        found = (e for e, models in ACCESS_MODELS.items() if {*model} & {*models})
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All answers. `rooms`: those that spaces list, that files declare, and that the room services
    beside ours list, as far as they do.

    nodes: those that spaces list. claimed: what spaces list that rooms say they belong to, and
    that are not among `spaces`. declaration: what the files declare, if there are any. unlisted:
    the room services that did not list all of their rooms.
    """

    account: Jid
    services: Mapping[Jid, ServiceAnswers] = field(default_factory=nothing)
    spaces: Mapping[NodeAddress, SpaceAnswers] = field(default_factory=nothing)
    rooms: Mapping[Jid, Answer[RoomInfo]] = field(default_factory=nothing)
    nodes: Mapping[NodeAddress, Answer[NodeInfo]] = field(default_factory=nothing)
    claimed: Mapping[NodeAddress, Answer[frozenset[Jid]]] = field(default_factory=nothing)
    declaration: Declaration | None = None
    unlisted: tuple[Jid, ...] = ()

    def exposure(self, address: NodeAddress) -> Exposure | None:
        """What the files declare, else what the space has."""
        policy = self.declaration.policies.get(address) if self.declaration else None
        return (policy and policy.exposure) or self.spaces[address].exposure


def is_local(host: str, account: Jid, services: Mapping[Jid, object]) -> bool:
    """Whether who has an account beside us can open rooms there: by its name, as far as that tells.

    It is below the domain of the account, or beside a pubsub service: below its name less the
    first label, where that leaves two. A service that is an account tells nothing.
    """
    own = domain_of(account)
    domains = {own}
    for service in services:
        rest = service.partition(".")[2]
        if "@" not in service and service != own and "." in rest:
            domains.add(Jid(rest))
    return any(host == each or host.endswith(f".{each}") for each in domains)
