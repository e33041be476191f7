"""One shape for what a file declares and for what is live: nodes with their children, and rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.annotations import REQUIRED
from spaces_sync.model.xml import Xml

Address: TypeAlias = NodeAddress | Jid
"""A node by service and id, or a room by its bare JID."""

Values: TypeAlias = tuple[str, ...]
"""The values of one data form field as strings; booleans are `true` and `false`."""

Fields: TypeAlias = Mapping[str, Any]
"""What is said about a child, by the language's keys; what is not said has no key."""

EMPTY: Final[Mapping[Any, Any]] = MappingProxyType({})


def nothing() -> Mapping[Any, Any]:
    """The default of a mapping in a dataclass, which takes no mapping itself as one."""
    return EMPTY


class Key(NamedTuple):
    """What a child of a space points at: its identity, whatever item id it has."""

    kind: Annotated[str, "`room`, `node`, `link`, `image` or `item`."]
    target: Annotated[
        str, "A room's JID, a node's URI, a link's URL, the name of a picture or an item id."
    ]


@dataclass(frozen=True, slots=True)
class Item:
    """A pubsub item as it lies on the service. Well-formed ones hold exactly one payload."""

    id: Annotated[str, "The item id."]
    payloads: Annotated[tuple[Xml, ...], "Its elements; a well-formed item has one."]
    publisher: Annotated[str | None, "Who published it, as the service says."] = None


@dataclass(frozen=True, slots=True)
class Child:
    """Something that a space lists. `item` is where it was found; a declared child has none."""

    key: Key
    fields: Fields
    item: Item | None = None


def live_item(child: Child) -> Item:
    """Where a child was found, which is live: what `decode` of `model/children/` made."""
    assert child.item is not None, "a live child has its item"  # noqa: S101 - holds by decode()
    return child.item


@dataclass(frozen=True, slots=True)
class Field:
    """A data form field (XEP-0004): a file states values, a service also what it would take."""

    values: Annotated[Values, "What it holds; booleans are `true` and `false`."]
    type: Annotated[str, "Its type, such as `boolean`."] = ""
    options: Annotated[Values, "The values that the service would take."] = ()
    highest: Annotated[int | None, "The end of its range (XEP-0122)."] = None


Form: TypeAlias = Mapping[str, Field]
"""A data form (XEP-0004): its fields by name (`var`)."""


def values_of(form: Form, var: str) -> Values:
    """The values of the field `var` of `form`; none where it is not there."""
    return form[var].values if var in form else ()


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password and its origin (`env:NAME`, `file:PATH`), which is all that is ever shown.

    The value is empty where it is neither sent nor compared: in a plan file, or without secrets.
    """

    value: str
    origin: str = ""

    def __repr__(self) -> str:
        return f"Secret({self.origin!r})"


NO_PASSWORD: Final = Secret("", "none")
"""Of a live room that has no password."""

FROM_SERVICE: Final = "service"
"""The origin of a live room's password that its service told us."""


@dataclass(frozen=True, slots=True)
class Node:
    """A pubsub node. In a declaration None and a missing key say: as it is found."""

    config: Form
    children: Mapping[Key, Child] = field(default_factory=nothing)
    affiliations: Mapping[Jid, str] | None = None
    subscriptions: Mapping[Jid, str] | None = None
    complete: bool = True  # False: the service held items back, so nothing follows from absence
    marker: Item | None = None  # our item that says who manages a space; none of the children

    @property
    def items(self) -> Iterator[Item]:
        """The items of a live node, the marker last; a declared node has none."""
        yield from (child.item for child in self.children.values() if child.item is not None)
        if self.marker is not None:
            yield self.marker


@dataclass(frozen=True, slots=True)
class Room:
    """A multi-user chat room (XEP-0045); `config` holds its `muc#roomconfig` form."""

    config: Annotated[Form, "Its configuration."]
    affiliations: Annotated[Mapping[Jid, str] | None, "Who may do what in it."] = None
    password: Annotated[
        Secret | None,
        "Where the password comes from (`env:NAME`, `file:PATH`; `none`: there is none). It is "
        "never written itself.",
    ] = None
    stays: Annotated[
        bool, "Whether its service says that it stays when nobody is in it, field or not."
    ] = False


@dataclass(frozen=True, slots=True)
class State:
    """Nodes and rooms by address, as files want them or as services have them."""

    nodes: Mapping[NodeAddress, Node] = field(default_factory=nothing)
    rooms: Mapping[Jid, Room] = field(default_factory=nothing)

    def get(self, address: Address) -> Node | Room | None:
        """The node or room with that address, if it is among them."""
        if isinstance(address, NodeAddress):
            return self.nodes.get(address)
        return self.rooms.get(address)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as it describes itself: disco#info, and the configuration of a new node.

    `default_failed`: why nothing is known of that configuration; empty: it was told, or the service
    has no such question. `server`: it is a whole server, which has no nodes but those of accounts.
    """

    jid: Jid
    name: str  # of its disco#info identity, foreign text
    features: frozenset[str] = frozenset()
    default_config: Form = field(default_factory=nothing)
    default_failed: str = ""
    server: bool = False


@dataclass(frozen=True, slots=True)
class Owned:
    """What a source put into one object: a token for each name, and tokens for its value.

    Of several values, with blanks between them, each may be the one that was put there. A value is
    empty where it is not known: what is there is the source's, whatever it holds.
    """

    applied: Annotated[
        Mapping[str, str],
        "Tokens of the names of what the source put there, and of their values: several, with "
        "blanks between them, where it is not known which of them it was.",
        REQUIRED,
    ] = field(default_factory=nothing)
    protect: Annotated[
        bool, "Whether nothing may remove it, also when the file names it no more.", REQUIRED
    ] = False
    copies: Annotated[
        str, "The URI of the node or room of which not all has arrived here; empty: none.", REQUIRED
    ] = ""
    doubtful: Annotated[
        frozenset[str],
        "Of these names it is not known whether what they name was put there: it was, where one of "
        "the values is what is there.",
    ] = frozenset()
    uncertain: Annotated[
        bool,
        "Whether it is not known that the object itself is the source's: it is, where the doubtful "
        "names show that.",
    ] = False
    leaves: Annotated[
        Mapping[str, str],
        "Of what an apply is about to take away: the names, and what is there until then.",
    ] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class LedgerNode:
    """The node of a ledger: its affiliations, and who works for the source, or did until now."""

    node: NodeAddress
    people: Mapping[Jid, str] = field(default_factory=nothing)
    stated: frozenset[Jid] = frozenset()


@dataclass(frozen=True, slots=True)
class Ownership:
    """What ledgers say about a source, and about others.

    `settled`: what its records say. `intended`: what an apply of it that is at work, or was cut
    off, may have done. `others`: which other source owns an object. `theirs`: what the ledger of
    that one says of it. `unread`: why nothing is known of what is in the ledger of another.
    `unusable`: why nothing is known of what it owns on a service. `ledgers`: the source's ledgers,
    by the services that they are about. `disproved`: what was uncertain, and is not the source's by
    what is there.
    """

    settled: Mapping[Address, Owned] = field(default_factory=nothing)
    intended: Mapping[Address, Owned] = field(default_factory=nothing)
    others: Mapping[Address, str] = field(default_factory=nothing)
    unread: Mapping[NodeAddress, str] = field(default_factory=nothing)
    unusable: Mapping[Jid, str] = field(default_factory=nothing)
    ledgers: Mapping[Jid, LedgerNode] = field(default_factory=nothing)
    theirs: Mapping[Address, Owned] = field(default_factory=nothing)
    disproved: frozenset[Address] = frozenset()

    def owned(self, address: Address) -> Owned | None:
        """What records and intents say together of an object; None where they do not name it."""
        settled, intended = self.settled.get(address), self.intended.get(address)
        if settled is None or intended is None:
            return settled or intended
        return joined(settled, intended)

    def agrees(self, other: Ownership, addresses: Iterable[Address]) -> bool:
        """Whether records and intents say the same of these objects in both."""
        return all(
            self.settled.get(each) == other.settled.get(each)
            and self.intended.get(each) == other.intended.get(each)
            for each in addresses
        )

    def updated(self, records: Mapping[Address, Owned | None]) -> Ownership:
        """With what ledgers say of some objects by now; None: nothing."""
        settled = {a: owned for a, owned in self.settled.items() if a not in records}
        settled |= {a: owned for a, owned in records.items() if owned is not None}
        intended = {a: owned for a, owned in self.intended.items() if a not in records}
        others = {a: source for a, source in self.others.items() if a not in records}
        return replace(self, settled=settled, intended=intended, others=others)

    @property
    def addresses(self) -> frozenset[Address]:
        """Each object that the source owns, or may own."""
        return frozenset((*self.settled, *self.intended))


def joined(one: Owned, other: Owned) -> Owned:
    """What either says; where they differ on a value, it is one of both."""
    applied = _values_of_both(one.applied, other.applied)
    known = (one.applied.keys() - one.doubtful) | (other.applied.keys() - other.doubtful)
    return Owned(
        applied,
        one.protect or other.protect,
        one.copies or other.copies,
        frozenset(applied.keys() - known),
        one.uncertain and other.uncertain,
        _values_of_both(one.leaves, other.leaves),
    )


def _values_of_both(one: Mapping[str, str], other: Mapping[str, str]) -> Mapping[str, str]:
    found = dict(one)
    for name, value in other.items():
        found[name] = either(found[name], value) if name in found else value
    return found


def may_be(known: str, value: str) -> bool:
    """Whether the value of a name in `Owned` may be this one: it is, or nothing is known of it."""
    return not known or value in known.split()


def either(one: str, other: str) -> str:
    """The value of a name in `Owned` that is one of two; empty where either is not known."""
    if one == other or not (one and other):
        return one and other
    return " ".join(sorted({*one.split(), *other.split()}))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of the services found. Each asked address is in one of three places.

    Only a disco#info answer of `item-not-found` makes an address absent; whatever else went
    wrong is a failure with its reason, from which nothing may be concluded.
    """

    account: Jid
    state: State = field(default_factory=State)
    absent: frozenset[Address] = frozenset()
    failed: Mapping[Address, str] = field(default_factory=nothing)
    services: Mapping[Jid, Service] = field(default_factory=nothing)
    destroyed: frozenset[Address] = frozenset()  # of the failed: rooms that block their name
    ownership: Ownership = Ownership()
    # Of nodes that were just configured, names and values as a ledger has them (`overruled_name`).
    overruled: Mapping[Address, Mapping[str, str]] = field(default_factory=nothing)
    # Rooms that spaces list, and that are not there; and of many those that were not asked for.
    unmade: frozenset[Jid] = frozenset()
    unasked: frozenset[Jid] = frozenset()
    # Where declared nodes are not there: may the account create some? None: only an attempt tells.
    creates: Mapping[Jid, bool | None] = field(default_factory=nothing)
    # Of spaces that rooms are to advertise and nothing else is known of: the rooms that they list,
    # why that is not known, or None where they are not there.
    listings: Mapping[NodeAddress, frozenset[Jid] | str | None] = field(default_factory=nothing)


_BOOLEANS: Final = {"1": "true", "0": "false"}


def boolean(value: bool) -> str:
    """A boolean as it is written into data forms and XML attributes: `true` or `false`."""
    return "true" if value else "false"


def plain_boolean(value: str) -> str:
    """`true` for `1` and `false` for `0` (XEP-0004 3.3, XML Schema); all else as it is."""
    return _BOOLEANS.get(value, value)


def is_true(value: str | None) -> bool:
    """Whether `value` is one of the two spellings of true."""
    return value in ("true", "1")


def same_values(one: Values, other: Values) -> bool:
    """Equal as sets, with the four spellings of booleans as two (XEP-0004 3.3)."""
    return one == other or _meaning(one, other) == _meaning(other, one)


def _meaning(values: Values, beside: Values) -> frozenset[str]:
    """`values` as a set. `1` and `0` are booleans only where a `true` or `false` stands too."""
    booleans = any(value in ("true", "false") for value in (*values, *beside))
    return frozenset(map(plain_boolean, values) if booleans else values) - {""}
