"""The ledger: what a source owns, as items of a pubsub node that nobody else can read.

It names objects (spaces, plain nodes, rooms) in clear, and as digests what of them the source
put there: items, fields of configurations, people's rights. Two kinds of items hold that: a
*record* says what is so, an *intent* what an apply that is at work, or was cut off, may have
done. Whoever reads takes both together, so that nothing that was ever sent is unknown. What only an
intent says is *doubtful*: it counts where what is there has the value that was to be put there,
since else somebody else put it there. A name stands there once for each value that it may have. A
*statement* says who works for the source, and where else it has ledgers.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain
from typing import Final, TypeAlias

from spaces_sync.model.addresses import Jid, NodeAddress, bare_jid, is_uri, node_uri
from spaces_sync.model.state import (
    Address,
    Item,
    Owned,
    Values,
    either,
    joined,
    nothing,
    plain_boolean,
)
from spaces_sync.model.statement import Statement, encoded, understood
from spaces_sync.model.xml import Xml, element, serialise

_ANY_VERSION: Final = "urn:spaces-sync:ledger:"
NS: Final = f"{_ANY_VERSION}0"
NODE_PREFIX: Final = f"{NS}:"  # of the node's id; the name of the source follows

BUCKETS: Final = 32  # records that a ledger consists of, but for those too large for one item
PART: Final = 64_000  # bytes of an item; Prosody ends a stream at a stanza of some 260 000
_DOUBTFUL: Final = "?"  # no character of base64
_TOKEN: Final = 8  # characters of base64, 48 bits: 2 000 names collide once in 10^8 objects
_LONGEST: Final = 2 * _TOKEN + 2  # of a name, one of its values, its sign and a space

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
    def settled(self) -> Mapping[Address, Owned]:
        """What the records say."""
        return united(self.records.values())

    @property
    def intended(self) -> Mapping[Address, Owned]:
        """What the intents say."""
        return united(intent.objects for intent in self.intents.values())

    def is_about(self, service: Jid) -> bool:
        """Whether it says what is owned on a service."""
        known = chain(self.settled, self.intended)
        named = any(isinstance(each, NodeAddress) and each.service == service for each in known)
        return named or service in self.stated().here

    def names(self, address: Address) -> bool:
        """Whether it says anything of an object."""
        return address in self.settled or address in self.intended

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

    def intended_by_others(self, run: str) -> Objects:
        """What the intents say, but for those of one apply."""
        return united(each.objects for each in self.intents.values() if each.run != run)


def all_doubtful(objects: Objects) -> Objects:
    """`objects` as an intent says them: whether it came to that is not known."""
    return {a: replace(each, doubtful=frozenset(each.applied)) for a, each in objects.items()}


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


def _token(text: str) -> str:
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: _TOKEN * 3 // 4]).decode("ascii")


# --- items -----------------------------------------------------------------------------------


def fresh_id() -> str:
    """An item id, or the name of a run, that nobody has used.

    The first characters differ already, and not only in case: ejabberd on MySQL compares no more.
    """
    return secrets.token_hex(8)


def bucket(address: Address) -> int:
    """The number of the bucket whose records hold an object."""
    return hashlib.sha256(_text(address).encode(errors="surrogatepass")).digest()[0] % BUCKETS


def parts(objects: Mapping[Address, Owned]) -> Iterator[Mapping[Address, Owned]]:
    """`objects` in pieces that an item can hold each; a large object is in several of them."""
    piece: dict[Address, Owned] = {}
    size = 0
    for address, owned in sorted(objects.items(), key=lambda pair: _text(pair[0])):
        head = 100 + len(_text(address).encode(errors="surrogatepass")) + len(owned.copies)
        for some in _split(owned):
            length = head + len(_words(some)) * _LONGEST
            if piece and size + length > PART:
                yield piece
                piece, size = {}, 0
            piece[address] = joined(piece[address], some) if address in piece else some
            size += length
    if piece:
        yield piece


def _split(owned: Owned) -> Iterator[Owned]:
    most = PART // (2 * _LONGEST)
    words = _words(owned)
    for start in range(0, max(len(words), 1), most):
        some = _of_words(words[start : start + most])
        yield replace(owned, applied=some, doubtful=owned.doubtful & some.keys())


def _words(owned: Owned) -> list[tuple[str, str]]:
    """Each name with each of the values that it may have."""
    pairs = sorted(owned.applied.items())
    return [(name, each) for name, value in pairs for each in value.split() or [""]]


def _of_words(words: Iterable[tuple[str, str]]) -> dict[str, str]:
    applied: dict[str, str] = {}
    for name, value in words:
        applied[name] = either(applied[name], value) if name in applied else value
    return applied


def encode_record(objects: Mapping[Address, Owned]) -> Xml:
    """The payload of a record of `objects`."""
    return element(NS, "record", {}, *_encoded(objects, _DOUBTFUL))


def encode_intent(intent: Intent) -> Xml:
    """The payload of an item of an intent."""
    said = {"run": intent.run, "holder": intent.holder, "beat": intent.beat}
    attributes = {name: text for name, text in said.items() if text}
    return element(NS, "intent", attributes, *_encoded(intent.objects))


def encode_statement(statement: Statement) -> Xml:
    """The payload of the item of a statement."""
    return encoded(statement, NS)


def _encoded(objects: Mapping[Address, Owned], doubtful: str = "") -> Iterator[Xml]:
    """`doubtful`: what stands before a name that is; in an intent all of them are."""
    for address, owned in sorted(objects.items(), key=lambda pair: _text(pair[0])):
        attributes = {"address": _text(address)}
        if owned.protect:
            attributes["protect"] = "true"
        if owned.copies:
            attributes["copies"] = owned.copies
        signs = dict.fromkeys(owned.doubtful, doubtful)
        tokens = " ".join(signs.get(name, "") + name + value for name, value in _words(owned))
        yield element(NS, "object", attributes, tokens)


def _text(address: Address) -> str:
    return address.uri if isinstance(address, NodeAddress) else address


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
        if payload is not None and payload.is_a((NS, "record")):
            records[item.id] = _decoded(node, item.id, payload)
        elif payload is not None and payload.is_a((NS, "intent")):
            run, holder, beat = (payload.get(name) or "" for name in ("run", "holder", "beat"))
            objects = _decoded(node, item.id, payload)
            intents[item.id] = Intent(run, holder, beat, all_doubtful(objects))
        elif payload is not None and payload.is_a((NS, "statement")):
            try:
                statements[item.id] = understood(payload, NS)
            except ValueError as error:
                raise _unreadable(node, item.id, str(error)) from None
        else:
            raise _unreadable(node, item.id, "it is no record, no intent and no statement")
    told = ((item.id, publisher(item)) for item in items)
    writers = {item_id: jid for item_id, jid in told if jid is not None}
    return Ledger(node, True, records, intents, statements=statements, writers=writers)


def publisher(item: Item) -> Jid | None:
    """The account that published an item, as its service tells; None where it does not."""
    return None if item.publisher is None else bare_jid(item.publisher.partition("/")[0])


def _decoded(node: NodeAddress, item_id: str, payload: Xml) -> Mapping[Address, Owned]:
    found: dict[Address, Owned] = {}
    for each in payload.elements:
        text = each.get("address")
        if not each.is_a((NS, "object")) or text is None:
            raise _unreadable(node, item_id, f"it holds a <{each.name}/> without an address")
        try:
            address = node_uri(text) if is_uri(text) else bare_jid(text)
        except ValueError as error:
            raise _unreadable(node, item_id, f"its address is none: {error}") from None
        tokens = {word: word.removeprefix(_DOUBTFUL) for word in each.text.split()}
        if any(len(token) not in (_TOKEN, 2 * _TOKEN) for token in tokens.values()):
            raise _unreadable(node, item_id, "one of its tokens was cut")
        applied = _of_words((token[:_TOKEN], token[_TOKEN:]) for token in tokens.values())
        sure = {token[:_TOKEN] for word, token in tokens.items() if token == word}
        protect, copies = each.get("protect") == "true", each.get("copies", "") or ""
        owned = Owned(applied, protect, copies, frozenset(applied.keys() - sure))
        found[address] = joined(found[address], owned) if address in found else owned
    return found


def _unreadable(node: NodeAddress, item_id: str, why: str) -> LedgerError:
    return LedgerError(
        f"item {item_id!r} of the ledger {node} cannot be understood: {why}. A later version of "
        "spaces-sync may have written it: use that one"
    )
