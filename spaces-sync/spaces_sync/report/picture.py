"""What a map shows: services, what is on them, who may enter, what points back, what changes.

All texts are raw: services, documents and people wrote them. A renderer escapes them. No password
is part of a picture, only whether there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.annotations import REQUIRED
from spaces_sync.model.state import Address

PlanSign: TypeAlias = Literal["", "+", "~", "-", "→"]
"""What a plan does to it, by the sign of reports; empty: nothing, or there is no plan."""

Sort: TypeAlias = Literal["space", "node", "room"]

Found: TypeAlias = Literal["whole", "outside", "planned", "absent", "unread"]
"""How much is known of an object.

`whole`: all of it, as its owners see it. `outside`: what it tells everybody. `planned`: it is not
there yet. `absent`: it is not there. `unread`: it could not be read, or nobody asked for it.
"""

LACKS: Final[Mapping[Found, str]] = {"absent": "is not there", "unread": "was not read"}
"""What is said of an object of which there is nothing to tell."""

Back: TypeAlias = Literal["here", "elsewhere", "nowhere", "untold", ""]
"""Which space a room or node names as its own, seen from a space that lists it.

`here`: that one. `elsewhere`: another. `nowhere`: none. `untold`: its service has no such field, or
it could not be read. Empty: what is listed is neither a room nor a node.
"""

Claim: TypeAlias = Literal["listed", "not listed", "unknown", ""]
"""Whether the space that an object names lists it; empty: it names none."""

SignOf: TypeAlias = Annotated[
    PlanSign, "What the plan does to it: `+`, `~`, `-` or `→` (renamed); empty: nothing."
]


@dataclass(frozen=True, slots=True)
class PicturedPerson:
    """Somebody with a right in a node or room, or a subscription to a node."""

    jid: Annotated[Jid, "The account."]
    affiliation: Annotated[str, "What it may do there; empty: nothing is said of it."] = ""
    subscription: Annotated[str, "Its subscription; empty: it has none."] = ""
    sign: SignOf = ""


@dataclass(frozen=True, slots=True)
class PicturedChild:
    """Something that a space lists."""

    kind: Annotated[str, "`room`, `node`, `link`, `image`, or `item` for any other payload."]
    target: Annotated[str, "The room's JID, the node's URI, the link; else the id of the item."]
    name: Annotated[str, "What the space calls it, empty where it does not say."] = ""
    facts: Annotated[tuple[str, ...], "What else it says, in words."] = ()
    address: Annotated[Address | None, "The room or node that it points at."] = None
    back: Annotated[
        Back,
        "Which space the room or node names: `here` this one, `elsewhere` another, `nowhere` none; "
        "`untold`: its service has no such field, or it could not be read. Empty: it is neither.",
    ] = ""
    sign: SignOf = ""
    former: Annotated[str, "What a renamed child pointed at before; empty: it is not renamed."] = ""


@dataclass(frozen=True, slots=True)
class PicturedObject:
    """A space, another node, or a room."""

    address: Annotated[Address, "Its address."]
    sort: Annotated[Sort, "What it is."]
    title: Annotated[str, "Its title or name, empty where it has none."] = ""
    description: Annotated[str, "What it is for, as it says itself."] = ""
    found: Annotated[
        Found,
        "How much is known of it. `whole`: as its owners see it. `outside`: what it tells "
        "everybody. `planned`: it is not there yet. `absent`: it is not there. `unread`: it could "
        "not be read, or nobody asked for it.",
    ] = "whole"
    note: Annotated[
        str, "Why not all of it is known, for people; empty: it is, or nobody asked."
    ] = ""
    exposure: Annotated[
        str,
        "Of a space: `public`, `private`, or an access model that is neither (XEP-0503 3).",
    ] = ""
    access_model: Annotated[str, "Of a node: who may read it; empty where that is not known."] = ""
    publish_model: Annotated[str, "Of a node: who may publish; empty where not known."] = ""
    members_only: Annotated[
        bool | None, "Of a room: whether only members may enter; null where not known.", REQUIRED
    ] = None
    password: Annotated[
        bool | None,
        "Of a room: whether entering takes a password; null where not known.",
        REQUIRED,
    ] = None
    enters: Annotated[str, "Who can read or enter it, in words; empty where not known."] = ""
    items: Annotated[
        int | None,
        "Of a node: how many items it holds that are not ours; null where not known.",
        REQUIRED,
    ] = None
    complete: Annotated[bool, "Whether its service gave all of its items."] = True
    children: Annotated[tuple[PicturedChild, ...], "Of a space: what it lists."] = ()
    people: Annotated[
        tuple[PicturedPerson, ...] | None,
        "Who has a right in it or a subscription, by JID; null where that is not known.",
        REQUIRED,
    ] = None
    parent: Annotated[NodeAddress | None, "The space that it names as its own (XEP-0503 5.5)."] = (
        None
    )
    claim: Annotated[
        Claim, "Whether the space that it names lists it: `listed`, `not listed` or `unknown`."
    ] = ""
    listed_in: Annotated[tuple[NodeAddress, ...], "The spaces that list it."] = ()
    source: Annotated[str, "The source that manages a space by its marker; empty: none."] = ""
    sign: SignOf = ""


@dataclass(frozen=True, slots=True)
class PicturedService:
    """A service with what is on it: spaces, other nodes, then rooms, each by name."""

    jid: Annotated[Jid, "Its JID."]
    name: Annotated[str, "What it calls itself."] = ""
    holds_nodes: Annotated[bool, "Whether it is one of pubsub, else of rooms.", REQUIRED] = True
    objects: Annotated[tuple[PicturedObject, ...], "What is on it.", REQUIRED] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """All services, those of pubsub first, then those of rooms, each by JID.

    Each space, node and room stands in it exactly once. A child of a space that could be one of
    these is besides in `children` of each space that lists it.
    """

    services: Annotated[
        tuple[PicturedService, ...], "The services, those of pubsub first.", REQUIRED
    ] = ()
    planned: Annotated[
        bool, "Whether it shows what will be when a plan has been applied, with signs.", REQUIRED
    ] = False

    @property
    def objects(self) -> Iterator[PicturedObject]:
        """Everything on all services, in order."""
        return (each for service in self.services for each in service.objects)
