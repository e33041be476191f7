"""The ports: what we ask of pubsub and room services, and the ways in which they fail to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Form, Item, Secret, Service, Values
from spaces_sync.model.xml import Xml


class PortError(Exception):
    """What a request can end in instead of a value; the text is for people."""


class UnusableAnswerError(PortError):
    """The service answered, but not with what was asked for."""


class ServiceError(UnusableAnswerError):
    """A stanza error (RFC 6120 8.3): the service refused the request."""

    def __init__(self, condition: str, error_type: str, text: str = "", detail: str = "") -> None:
        super().__init__(condition)
        self.condition = condition  # of RFC 6120, such as `item-not-found`
        self.error_type = error_type  # auth, cancel, continue, modify or wait
        self.text = text  # foreign, for people
        self.detail = detail  # the condition of XEP-0060, such as `closed-node`

    def __str__(self) -> str:
        words = [self.condition, f"({self.detail})" if self.detail else "", self.text and "-"]
        return " ".join(filter(None, [*words, self.text]))


class MalformedAnswerError(UnusableAnswerError):
    """An answer without the shape that its XEP gives it; the text says what is missing."""


class NoAnswerError(PortError):
    """No answer: timeout or a lost stream. Whether the request took effect is not known."""


class NotSentError(PortError):
    """Nothing of a change was sent: sending was stopped before its first request went out."""


class NoServiceError(PortError):
    """There is no usable pubsub service at an address; the text says what was there."""


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """A line of a service's node list (disco#items)."""

    address: NodeAddress
    name: str


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """disco#info of a node: its `pubsub#meta-data` form (XEP-0060 5.4)."""

    metadata: Form


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """disco#info of a room: name, features and its `muc#roominfo` form (XEP-0045 6.4)."""

    name: str
    features: frozenset[str]
    info: Form


@dataclass(frozen=True, slots=True)
class ItemList:
    """The items of a node. `complete` is False where the service held some back."""

    items: Sequence[Item]
    complete: bool = True


class Reader(Protocol):
    """Questions. None of them creates or changes anything on either server.

    Each raises `ServiceError`, `NoAnswerError` or `MalformedAnswerError`.
    """

    @property
    def account(self) -> Jid: ...

    async def service(self, jid: Jid) -> Service: ...
    async def node_list(self, service: Jid) -> Sequence[NodeEntry]: ...
    async def node_info(self, node: NodeAddress) -> NodeInfo: ...
    async def node_config(self, node: NodeAddress) -> Form: ...
    async def items(self, node: NodeAddress) -> ItemList: ...

    async def item(self, node: NodeAddress, item_id: str) -> Item | None:
        """One item by its id (XEP-0060 6.5.8), None where the node does not have it."""
        ...

    async def own_nodes(self, service: Jid) -> Sequence[NodeAddress]:
        """Nodes on which the account has an affiliation (XEP-0060 5.7).

        Where the service does not tell, those that it lists.
        """
        ...

    async def affiliations(self, node: NodeAddress) -> Mapping[Jid, str]: ...
    async def subscriptions(self, node: NodeAddress) -> Mapping[Jid, str]: ...

    async def room_info(self, room: Jid) -> RoomInfo: ...

    async def room_config(self, room: Jid) -> Form:
        """The owner form, only of a room that `room_info` proved: ejabberd creates on asking."""
        ...

    async def room_affiliations(self, room: Jid) -> Mapping[Jid, str]: ...


class Writer(Reader, Protocol):
    """Changes. Each returns when the service said `result`, which is not yet a proof.

    Each raises `ServiceError`, `NoAnswerError` or `MalformedAnswerError`; within `one_change`
    also `NotSentError`.
    """

    async def create_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None: ...
    async def configure_node(self, node: NodeAddress, config: Mapping[str, Values]) -> None: ...
    async def delete_node(self, node: NodeAddress) -> None: ...
    async def publish(self, node: NodeAddress, item_id: str, payload: Xml) -> None: ...
    async def retract(self, node: NodeAddress, item_id: str) -> None: ...
    async def set_affiliation(self, node: NodeAddress, jid: Jid, affiliation: str) -> None: ...
    async def set_subscription(self, node: NodeAddress, jid: Jid, subscription: str) -> None: ...

    async def create_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None:
        """Raises `ServiceError` `conflict` where the room turns out to exist already."""
        ...

    async def configure_room(
        self, room: Jid, config: Mapping[str, Values], password: Secret | None
    ) -> None: ...
    async def destroy_room(self, room: Jid) -> None: ...
    async def set_room_affiliation(self, room: Jid, jid: Jid, affiliation: str) -> None: ...


@dataclass(slots=True)
class _Change:
    stopped: Callable[[], bool]
    begun: bool = False


_CHANGE: Final[ContextVar[_Change | None]] = ContextVar("change", default=None)


@contextmanager
def one_change(stopped: Callable[[], bool]) -> Iterator[None]:
    """All requests that the block makes are one change, of which a stop leaves all or nothing.

    Once `stopped()` is true, a change of which nothing was sent raises `NotSentError` instead of
    its first request, also where that has waited for its turn. A change that was begun goes on.
    """
    token = _CHANGE.set(_Change(stopped))
    try:
        yield
    finally:
        _CHANGE.reset(token)


def admit() -> None:
    """What a `Writer` calls at the moment when it sends a request that changes something.

    Raises `NotSentError` where that must not be sent any more. Outside `one_change` all is sent.
    """
    change = _CHANGE.get()
    if change is None:
        return
    if not change.begun and change.stopped():
        raise NotSentError("not sent: sending was stopped before")
    change.begun = True
