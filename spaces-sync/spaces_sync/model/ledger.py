"""The ledger: what a source owns, as items of a pubsub node that nobody else can read.

It names objects (spaces, plain nodes, rooms) in clear, and as digests what of them the source
put there: items, fields of configurations, people's rights. Two kinds of items hold that: a
*record* says what is so, an *intent* what an apply that is at work, or was cut off, may have
done. Whoever reads takes both together, so that nothing that was ever sent is unknown. What only an
intent says is *doubtful*: it counts where what is there has the value that was to be put there,
since else somebody else put it there. So is what an intent takes away: it counts where what is
there has the value that it had. A name stands there once for each value that it may have. A
*statement* says who works for the source, and where else it has ledgers.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from itertools import chain
from typing import Final, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid
from spaces_sync.model.ledger_text import (
    TOKEN,
    decoded,
    encoded,
)
from spaces_sync.model.state import (
    EMPTY,
    Address,
    Item,
    Owned,
    Values,
    joined,
    nothing,
    plain_boolean,
)
from spaces_sync.model.statement import Statement, understood
from spaces_sync.model.statement import encoded as encoded_statement
from spaces_sync.model.xml import Xml, element, serialise

_ANY_VERSION: Final = "urn:spaces-sync:ledger:"
NS: Final = f"{_ANY_VERSION}0"
NODE_PREFIX: Final = f"{NS}:"  # of the node's id; the name of the source follows


Objects: TypeAlias = Mapping[Address, Owned]
"""What a source owns, by object."""


class LedgerError(Exception):
    """A ledger that cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What one apply may do. It is a lock, too: where it is, no other apply may work.

    `run`: the apply, a random text. `holder`: digest of its process. `beat`: changes with each
    renewal; empty in all but the first of its items.
    """

    run: str
    holder: str = ""
    beat: str = ""
    objects: Objects = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A source's ledger by item id. `exists`: whether its node is there.

    `keeps`: how many items that is sure to keep; None: not known. `unfit`: fields of its node that
    are not as a ledger's, and what they have to be. `writers`: who published an item, where the
    service tells. `people`: the affiliations of its node.
    """

    node: NodeAddress
    exists: bool = False
    records: Mapping[str, Objects] = field(default_factory=nothing)
    intents: Mapping[str, Intent] = field(default_factory=nothing)
    keeps: int | None = None
    unfit: Mapping[str, Values] = field(default_factory=nothing)
    statements: Mapping[str, Statement] = field(default_factory=nothing)
    writers: Mapping[str, Jid] = field(default_factory=nothing)
    people: Mapping[Jid, str] = field(default_factory=nothing)

    @property
    def stored(self) -> int:
        """How many items it consists of."""
        return len(self.records) + len(self.intents) + len(self.statements)

    @property
    def recorded(self) -> Objects:
        """What the records say."""
        return united(self.records.values())

    @property
    def settled(self) -> Objects:
        """What the records say, in doubt where an intent takes it away."""
        return self.settled_but_for("")

    @property
    def intended(self) -> Objects:
        """What the intents say that may have been put there."""
        return self.intended_by_others("")

    def is_about(self, service: Jid) -> bool:
        """Whether it says what is owned on a service."""
        known = chain(self.recorded, self.intended)
        named = any(isinstance(each, NodeAddress) and each.service == service for each in known)
        return named or service in self.stated().here

    def names(self, address: Address) -> bool:
        """Whether it says anything of an object."""
        return address in self.recorded or address in self.intended

    def records_of_others(self, works: Collection[Jid]) -> frozenset[str]:
        """The ids of records that accounts published which are none of `works`."""
        return frozenset(
            n for n in self.records if n in self.writers and self.writers[n] not in works
        )

    def stated(self, by: Collection[Jid] | None = None) -> Statement:
        """All statements together; `by`: of those accounts only, and where nothing tells whose."""
        found = (
            each
            for item_id, each in self.statements.items()
            if by is None or self.writers.get(item_id) in (None, *by)
        )
        return reduce(Statement.__or__, found, Statement())

    def settled_but_for(self, run: str) -> Objects:
        """As `settled`, without what the intents of one apply say."""
        leaving = self._said_by_others(run)
        return {
            address: _in_doubt(owned, leaving[address].leaves) if address in leaving else owned
            for address, owned in self.recorded.items()
        }

    def intended_by_others(self, run: str) -> Objects:
        """As `intended`, without what the intents of one apply say."""
        return {a: replace(each, leaves=EMPTY) for a, each in self._said_by_others(run).items()}

    def _said_by_others(self, run: str) -> Objects:
        return united(each.objects for each in self.intents.values() if not run or each.run != run)


def _in_doubt(owned: Owned, leaves: Mapping[str, str]) -> Owned:
    """`owned` when an apply may have taken away what `leaves` says."""
    whole = WHOLE in leaves
    names = owned.applied.keys() if whole else owned.applied.keys() & leaves.keys()
    return replace(
        owned,
        applied={name: leaves.get(name, value) for name, value in owned.applied.items()},
        doubtful=owned.doubtful | names,
        uncertain=owned.uncertain or whole,
    )


def all_doubtful(objects: Objects) -> Objects:
    """`objects` as an intent says them: whether it came to that is not known."""
    return {
        address: replace(owned, doubtful=frozenset(owned.applied), uncertain=True)
        for address, owned in objects.items()
    }


def node_of(source: str) -> str:
    """The id of the node in which `source` keeps its ledger."""
    return NODE_PREFIX + source


def source_of(node: str) -> str | None:
    """Whose ledger the node with this id is; None where it is no ledger of this version."""
    return node.removeprefix(NODE_PREFIX) if node.startswith(NODE_PREFIX) else None


def is_ledger(node: str) -> bool:
    """Whether a node with this id is a ledger, of this version or another."""
    return node.startswith(_ANY_VERSION)


def united(several: Iterable[Mapping[Address, Owned]]) -> Mapping[Address, Owned]:
    """All of them together; of an object that several name, what any of them says."""
    found: dict[Address, Owned] = {}
    for objects in several:
        for address, owned in objects.items():
            found[address] = joined(found[address], owned) if address in found else owned
    return found


# --- names and values ------------------------------------------------------------------------


def item_name(item_id: str) -> str:
    """What a ledger calls the item `item_id`."""
    return _token(f"item {item_id}")


def config_name(var: str) -> str:
    """What a ledger calls the configuration field `var`."""
    return _token(f"config {var}")


def overruled_name(var: str) -> str:
    """What a ledger calls what became of a field that the service did not keep as it was sent."""
    return _token(f"overruled {var}")


def overruled_value(sent: Values, found: Values) -> str:
    """The value that a ledger has for that: what was sent, and what is there since."""
    return _token(f"{values_value(sent)} {values_value(found)}")


def affiliation_name(jid: str) -> str:
    """What a ledger calls somebody's affiliation."""
    return _token(f"affiliation {jid}")


def invitation_name(jid: str) -> str:
    """What a ledger calls it that somebody was let into a room for being in a space."""
    return _token(f"invitation {jid}")


def subscription_name(jid: str) -> str:
    """What a ledger calls somebody's subscription."""
    return _token(f"subscription {jid}")


def payload_value(payload: Xml) -> str:
    """The value that a ledger has for an item with this payload."""
    return _token(serialise(payload))


def values_value(values: Values) -> str:
    """The value that a ledger has for a set of values; booleans count by meaning."""
    return _token("\n".join(sorted(map(plain_boolean, values))))


@lru_cache(maxsize=1 << 14)  # a plan asks for the same names several times
def _token(text: str) -> str:
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: TOKEN * 3 // 4]).decode("ascii")


WHOLE: Final = _token("object")
"""What an intent calls an object itself that goes."""


# --- items -----------------------------------------------------------------------------------


def fresh_id() -> str:
    """An item id, or the name of a run, that nobody has used.

    The first characters differ already, and not only in case: ejabberd on MySQL compares no more.
    """
    return secrets.token_hex(8)


def encode_record(objects: Mapping[Address, Owned]) -> Xml:
    """The payload of a record of `objects`."""
    return element(NS, "record", {}, *encoded(objects, NS))


def encode_intent(intent: Intent) -> Xml:
    """The payload of an item of an intent."""
    said = {"run": intent.run, "holder": intent.holder, "beat": intent.beat}
    attributes = {name: text for name, text in said.items() if text}
    return element(NS, "intent", attributes, *encoded(intent.objects, NS, intends=True))


def encode_statement(statement: Statement) -> Xml:
    """The payload of the item of a statement."""
    return encoded_statement(statement, NS)


def decode(node: NodeAddress, items: Iterable[Item]) -> Ledger:
    """The ledger that consists of `items`.

    Raises `LedgerError` where any of them is none of this version: what it says, another version
    knows, and to go on without it would be to forget what is owned.
    """
    records: dict[str, Mapping[Address, Owned]] = {}
    intents: dict[str, Intent] = {}
    statements: dict[str, Statement] = {}
    items = tuple(items)
    for item in items:
        payload = item.payloads[0] if len(item.payloads) == 1 else None
        try:
            if payload is not None and payload.is_a((NS, "record")):
                records[item.id] = decoded(payload, NS)
            elif payload is not None and payload.is_a((NS, "intent")):
                run, holder, beat = (payload.get(name) or "" for name in ("run", "holder", "beat"))
                objects = all_doubtful(decoded(payload, NS))
                intents[item.id] = Intent(run, holder, beat, objects)
            elif payload is not None and payload.is_a((NS, "statement")):
                statements[item.id] = understood(payload, NS)
            else:
                raise _unreadable(node, item.id, "it is no record, no intent and no statement")
        except ValueError as error:
            raise _unreadable(node, item.id, str(error)) from None
    told = ((item.id, publisher(item)) for item in items)
    writers = {item_id: jid for item_id, jid in told if jid is not None}
    return Ledger(node, True, records, intents, statements=statements, writers=writers)


def publisher(item: Item) -> Jid | None:
    """The account that published an item, as its service tells; None where it does not."""
    return None if item.publisher is None else bare_jid(item.publisher.partition("/")[0])


def _unreadable(node: NodeAddress, item_id: str, why: str) -> LedgerError:
    return LedgerError(
        f"item {item_id!r} of the ledger {node} cannot be understood: {why}. A later version of "
        "spaces-sync may have written it: use that one"
    )
