"""What the ports give: answers as they came, and what the careful client makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Form, Item, nothing

# Of the raw ports


class Identity(NamedTuple):
    """What an entity says that it is (XEP-0030 3.1), such as `pubsub`, `service`; foreign text."""

    category: str
    type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DiscoInfo:
    """An answer to disco#info: identities as listed, features, extended information by FORM_TYPE.

    Of several forms of one FORM_TYPE (XEP-0128) the first counts; one without is left out.
    """

    identities: Sequence[Identity] = ()
    features: frozenset[str] = frozenset()
    forms: Mapping[str, Form] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """A line of a service's node list (disco#items): the node and its title, which may be empty."""

    address: NodeAddress
    name: str


Listing: TypeAlias = Literal["nodes", "spaces", "descendants"]
"""What a service is asked to list: its nodes (XEP-0060 5.2), those whose type is that of a space
(XEP-0462), or its nodes and all that are below them in a tree (XEP-0499)."""


@dataclass(frozen=True, slots=True)
class NodePage:
    """Nodes of a service as one answer holds them, with what XEP-0059 says about the rest."""

    entries: Sequence[NodeEntry]
    last: str = ""  # as of an `ItemPage`
    count: int = 0  # as of an `ItemPage`


@dataclass(frozen=True, slots=True)
class RoomPage:
    """Rooms of a room service as one answer holds them, with what XEP-0059 says about the rest."""

    rooms: Sequence[Jid]
    last: str = ""  # as of an `ItemPage`
    count: int = 0  # as of an `ItemPage`


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Items of a node as one answer holds them, with what XEP-0059 says about the rest."""

    items: Sequence[Item]
    last: str = ""  # where the next page begins; opaque, empty where the service does not page
    count: int = 0  # how many items the node has; 0 where the service does not tell


class Affiliation(NamedTuple):
    """A line of an affiliation list. `jid` is foreign text: bare, full, or no JID at all."""

    jid: str
    affiliation: str


class Subscription(NamedTuple):
    """A line of a subscription list. `jid` is foreign text: bare, full, or no JID at all."""

    jid: str
    subscription: str
    subid: str = ""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Our own presence in a room, as the room reflects it; empty where it tells nothing."""

    affiliation: str = ""
    statuses: frozenset[str] = frozenset()  # codes of XEP-0045 15.6, such as `201` (created)


# Of the careful ports

# COMPAT(ejabberd 23.01): the list of nodes ends at 100 (`max_nodes_discoitems`) without a sign.
# Shown by test_compat_ejabberd_lists_a_hundred_nodes_and_does_not_say_so.
SHORT_LIST: Final = 100


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What a node tells everybody: its `pubsub#meta-data` form (XEP-0060 5.4), its features, and
    the form in which it names its space (XEP-0503 5.5).
    """

    metadata: Form
    features: frozenset[str] = frozenset()
    membership: Form = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """What a room tells everybody: name, features, its `muc#roominfo` form (XEP-0045 6.4), and the
    form in which it names its space (XEP-0503 5.5).
    """

    name: str
    features: frozenset[str]
    info: Form
    membership: Form = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class NodeList:
    """The nodes that a service lists, each once. `complete`: as of an `ItemList`."""

    entries: Sequence[NodeEntry]
    complete: bool = True

    @property
    def may_be_cut(self) -> bool:
        """Whether it ends where a service ends its list without a sign."""
        return len(self.entries) == SHORT_LIST


@dataclass(frozen=True, slots=True)
class RoomList:
    """The rooms that a room service lists, each once. `complete`: as of an `ItemList`."""

    rooms: Sequence[Jid]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class ItemList:
    """The items of a node. `complete` is False where the service held some back."""

    items: Sequence[Item]
    complete: bool = True
