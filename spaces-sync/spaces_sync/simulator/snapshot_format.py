"""The format of snapshots: what a file of the live state holds, and how that stands in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Annotated, Final, NewType, TypeAlias

from spaces_sync.codec import MODEL, Codec, DataError, Format, Notation
from spaces_sync.codec.notations import as_it_is, enumeration
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.state import Address, Form, Item, nothing
from spaces_sync.simulator.profiles import Profile
from spaces_sync.simulator.versions import ALL_PROFILES

SNAPSHOT_VERSION: Final = "1.0"

SnapshotVersion = NewType("SnapshotVersion", str)
ItemsById: TypeAlias = dict[str, Item]
"""By their ids, the oldest first."""
People: TypeAlias = Mapping[Jid, str]


@dataclass(frozen=True, slots=True)
class SnapshotService:
    """A pubsub service as it describes itself."""

    name: Annotated[str, "Of the service's disco#info identity."]
    profile: Annotated[
        Profile | None,
        "The server that it is taken for. Without it, name and features decide; a service that is "
        "not recognised follows Prosody's rules within its own default configuration.",
    ] = None
    features: Annotated[frozenset[str], "Of its disco#info, in full."] = frozenset()
    default_config: Annotated[Form, "The configuration of a new node."] = field(
        default_factory=nothing
    )
    complete: Annotated[bool, "False where it has, or may have, nodes that are not here."] = True


@dataclass(frozen=True, slots=True)
class SnapshotNode:
    """A pubsub node with all that it holds."""

    config: Annotated[Form, "Its configuration: form fields by `var`."]
    affiliations: Annotated[
        People | None, "Who may do what with it; null where the account may not see that."
    ] = field(default_factory=nothing)
    subscriptions: Annotated[
        People | None, "Who is subscribed to it, and how; null where the account may not see that."
    ] = field(default_factory=nothing)
    complete: Annotated[bool, "False where the service held items back."] = True
    items: Annotated[ItemsById, "Its items, the oldest first: overflow takes that one first."] = (
        field(default_factory=dict)
    )


@dataclass(frozen=True, slots=True)
class SnapshotRoom:
    """A multi-user chat room (XEP-0045)."""

    config: Annotated[
        Form, "The `muc#roomconfig` form, its `muc#roomconfig_roomsecret` without values."
    ]
    affiliations: Annotated[
        People | None, "Who may do what in it; null where the account may not see that."
    ] = field(default_factory=nothing)
    protected: Annotated[bool, "Whether it has a password, which is not told here."] = False


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """The live state of pubsub and room services as a file. `spaces-sync snapshot` writes it,
    `--live` reads it in place of the services. It never holds a password.
    """

    format_version: SnapshotVersion
    account: Annotated[
        Jid | None,
        "The account that took the snapshot. Who works on the snapshot without naming another "
        "account works as this one.",
    ] = None
    profile: Annotated[
        Profile | None,
        "Services that are not listed exist, are empty, and behave like this server. Without it no "
        "others exist, unless none is listed. A file with nothing but `format_version` and "
        "`profile` is an empty server to try things on.",
    ] = None
    services: Annotated[Mapping[Jid, SnapshotService] | None, "Pubsub services by JID."] = None
    nodes: Annotated[
        Mapping[NodeAddress, SnapshotNode] | None,
        "Pubsub nodes by XMPP URI (`xmpp:SERVICE?;node=ID`, the id percent-encoded).",
    ] = None
    rooms: Annotated[Mapping[Jid, SnapshotRoom] | None, "Rooms by JID."] = None
    failed: Annotated[
        Mapping[Address, str],
        "Nodes and rooms that could not be read, with the reason. Nothing follows from it about "
        "whether they exist.",
    ] = field(default_factory=nothing)
    destroyed: Annotated[
        frozenset[Jid], "Rooms that were destroyed and whose name the service keeps blocked."
    ] = frozenset()


def _version(text: str) -> SnapshotVersion:
    if text != SNAPSHOT_VERSION:
        raise DataError(f"this program reads version {SNAPSHOT_VERSION}")
    return SnapshotVersion(text)


def _in_order(items: ItemsById) -> tuple[Item, ...]:
    return tuple(items.values())


def _by_id(items: tuple[Item, ...]) -> ItemsById:
    found: ItemsById = {}
    for index, item in enumerate(items):
        if item.id in found:
            raise DataError(f"the id {item.id!r} is there twice", f"$[{index}]")
        found[item.id] = item
    return found


CODEC: Final = Codec(
    (
        *MODEL,
        Notation(
            "version",
            SnapshotVersion,
            str,
            as_it_is,
            _version,
            "Of this format.",
            {"const": SNAPSHOT_VERSION},
        ),
        enumeration(
            "profile",
            Profile,
            ALL_PROFILES.values(),
            attrgetter("name"),
            "A server whose ways are imitated.",
        ),
        Notation(
            "items", ItemsById, tuple[Item, ...], _in_order, _by_id, "Items with different ids."
        ),
    ),
    rejects_unknown=True,
    ordered=True,
)

SNAPSHOT: Final = Format(
    CODEC, SnapshotFile, "urn:spaces-sync:schema:snapshot:1", "A snapshot of spaces-sync"
)
