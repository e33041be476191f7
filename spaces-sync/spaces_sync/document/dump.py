"""What is live as a document: the smallest one that says it, with remarks on what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from spaces_sync.document.yaml_text import (
    Line,
    Plain,
    Remark,
    Row,
    Scalar,
    Section,
    Written,
    written,
)
from spaces_sync.fields import NODES, ROOMS, SPACES, Table
from spaces_sync.model.addresses import Jid, NodeAddress, is_uri
from spaces_sync.model.children import BY_NAME, SECTIONS, decode, is_reserved
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.children.opaque import KIND as OPAQUE
from spaces_sync.model.counting import plural
from spaces_sync.model.declaration import Exposure
from spaces_sync.model.shapes import Schema, is_remark
from spaces_sync.model.state import (
    Address,
    Child,
    Form,
    Node,
    Reading,
    Room,
    is_true,
    live_item,
    nothing,
    same_values,
    values_of,
)
from spaces_sync.profile import (
    ACCESS_MODEL,
    ACCESS_MODELS,
    MAX_ITEMS,
    NOTIFY,
    PASSWORD_PROTECTED,
    PUBLISH_MODEL,
)

About: TypeAlias = tuple[Hashable, ...]
"""What a part of a document is about, as a key of `Declaration.places`."""

SCHEMA: Final = "yaml-language-server: $schema=spaces.schema.json"
"""The remark at the top of a file, which editors read."""
_NO_SOURCE: Final = (
    "source: my-community\n"
    "A name for this file: what it puts there is recorded under it, so that what is taken out of\n"
    "the file later can be removed. Without one nothing is recorded."
)
_TEXTS: Final = ("title", "description")
_NUMBER: Final = re.compile("[0-9]{1,18}")  # what a document takes as one
_REMARK: Final = "a key that begins with 'x-' is a remark"
_NEUTRAL: Final[Mapping[str, str]] = {
    "persistent": "true",
    "public": "true",
    "members_only": "false",
    "moderated": "false",
    "password_protected": "false",
    "whois": "moderators",
    "allow_invites": "false",
    "change_subject": "false",
    "max_users": "none",
}
"""What is not written of a room: what a file says of it without a word, and what rooms mostly are.

The defaults of a service nobody can ask for.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a reading is to be written, and how.

    service: of the nodes that are named by id. private: the access model of a new private space,
    by service. items, subscriptions: whether payloads of other kinds, and who is subscribed, are
    written. as_found: what XEP-0503 only recommends and is not so is declined. without: what is
    left out, and why. above: remarks at the top.
    """

    service: Jid
    private: Mapping[Jid, str]
    spaces: Sequence[NodeAddress]
    nodes: Sequence[NodeAddress] = ()
    rooms: Sequence[Jid] = ()
    source: str | None = None
    items: bool = False
    subscriptions: bool = False
    as_found: bool = False
    without: Mapping[Hashable, str] = field(default_factory=nothing)
    above: Sequence[str] = ()


def dump(reading: Reading, wanted: Wanted) -> Written:
    """The text; a line is about the path of the space, node, room, child or person in it."""
    rows = list(head(wanted))
    for section, entries in sections(reading, wanted):
        rows.extend(_section(section, [each for _, each in entries]))
    return written(rows)


def head(wanted: Wanted) -> Iterator[Line]:
    """What stands before the sections."""
    yield Remark(SCHEMA)
    yield from map(Remark, wanted.above)
    yield Row("version", 1)
    yield Remark(_NO_SOURCE) if wanted.source is None else Row("source", wanted.source)
    yield Row("service", wanted.service)


def sections(
    reading: Reading, wanted: Wanted
) -> Iterator[tuple[str, Sequence[tuple[Address, Line]]]]:
    """Each section with its entries, and what these are about."""
    yield "spaces", [(each, _space(reading, wanted, each)) for each in sorted(wanted.spaces)]
    yield "rooms", [(each, _room(reading, wanted, each)) for each in sorted(wanted.rooms)]
    yield "nodes", [(each, _node(reading, wanted, each)) for each in sorted(wanted.nodes)]


def _section(key: str, entries: Sequence[Line]) -> Iterator[Line]:
    """Only the remarks where there is nothing else: an empty section says that all shall go."""
    if any(not isinstance(each, Remark) for each in entries):
        yield Section(key, tuple(entries))
    else:
        yield from entries


def _entry(wanted: Wanted, address: Address, rows: Iterable[Line], why: str = "") -> Line:
    """`rows` under the key that names an object; a remark that says `why` where it is left out."""
    name = _key(address, wanted.service)
    if why := why or wanted.without.get((address,), ""):
        return Remark(f"{name}: left out: {why}", left_out=True)
    return Section(name, tuple(rows), (address,))


def _unread(reading: Reading, wanted: Wanted, address: Address) -> Line:
    why = reading.failed.get(address, "it is not there")
    return _entry(wanted, address, (), why)


def _key(address: Address, service: Jid) -> str:
    """What names an object where ids are of nodes of `service`: keys with `x-` are remarks.

    Of a JID case says nothing.
    """
    if not isinstance(address, NodeAddress):
        return f"X{address[1:]}" if is_remark(address) else address
    plain = address.service == service and not (is_uri(address.node) or is_remark(address.node))
    return address.node if plain else address.uri


# --- spaces, nodes and rooms -----------------------------------------------------------------


def _space(reading: Reading, wanted: Wanted, address: NodeAddress) -> Line:
    found = reading.state.nodes.get(address)
    if found is None:
        return _unread(reading, wanted, address)
    model = _value(found.config, ACCESS_MODEL)
    exposure = next((each for each, models in ACCESS_MODELS.items() if model in models), None)
    if exposure is None:
        why = f"its access model is {model!r}, which fits neither exposure of XEP-0503"
        return _entry(wanted, address, (), why)
    usual = {"publish_model": "publishers", "access_model": _model(wanted, address, exposure)}
    if _value(found.config, MAX_ITEMS) in ("max", _highest(found.config)):
        usual["max_items"] = _value(found.config, MAX_ITEMS)
    keyed = list(_keyed(SPACES, found.config, usual, wanted, address))
    texts = sum(isinstance(each, Row) and each.key in _TEXTS for each in keyed)
    rows = [
        *keyed[:texts],
        Row("exposure", exposure),
        *keyed[texts:],
        *(_declined(found.config) if wanted.as_found else ()),
        *_protection(reading, address),
        *_children(found, wanted, address),
        *_people(found, wanted, address, reading.account),
    ]
    return _entry(wanted, address, rows)


def _model(wanted: Wanted, address: NodeAddress, exposure: Exposure) -> str:
    """The access model that an exposure stands for where the file names none."""
    return "open" if exposure == "public" else wanted.private[address.service]


def _node(reading: Reading, wanted: Wanted, address: NodeAddress) -> Line:
    found = reading.state.nodes.get(address)
    if found is None:
        return _unread(reading, wanted, address)
    default = reading.services[address.service].default_config
    usual = {row.key: _value(default, row.var) for row in NODES.verbatim}
    rows = [
        *_keyed(NODES, found.config, usual, wanted, address),
        *_protection(reading, address),
        *_people(found, wanted, address, reading.account),
    ]
    return _entry(wanted, address, rows)


def _room(reading: Reading, wanted: Wanted, address: Jid) -> Line:
    found = reading.state.rooms.get(address)
    if found is None:
        return _unread(reading, wanted, address)
    rows: list[Line] = []
    if is_true(_value(found.config, PASSWORD_PROTECTED)):
        words = "password: {env: NAME} - left out: it has one, which is not written down"
        rows.append(Remark(words, left_out=True))
    usual = {**_NEUTRAL, "password_protected": "true"}  # which wants the password
    keyed = _keyed(ROOMS, found.config, usual, wanted, address)
    rows = [
        *keyed,
        *_protection(reading, address),
        *rows,
        *_people(found, wanted, address, reading.account),
    ]
    return _entry(wanted, address, rows)


def _protection(reading: Reading, address: Address) -> Iterator[Row]:
    """As the ledger of the document's source has it, if it has one."""
    owned = reading.ownership.owned(address)
    if owned is not None and owned.protect:
        yield Row("protect", value=True)


def _keyed(
    table: Table, config: Form, usual: Mapping[str, str], wanted: Wanted, address: Address
) -> Iterator[Line]:
    """The keys of a form's fields that are not as without them. `usual`: how that is, by key."""
    for row in table.verbatim:
        value, path = _value(config, row.var), (address, "config", row.var)
        if row.var not in config or same_values((value,), (usual.get(row.key, ""),)):
            continue
        if path in wanted.without:
            yield Remark(f"{row.key}: left out: {wanted.without[path]}", left_out=True)
            continue
        yield Row(row.key, _typed(row.schema, value), path)
        if row.var == PUBLISH_MODEL and value == "open":
            yield Row("allow_open_publishing", value=True)


def _value(config: Form, var: str) -> str:
    """The value of a field; empty where it has none."""
    return "".join(values_of(config, var))


def _typed(schema: Schema, value: str) -> Scalar:
    types = schema.get("type", "string")
    if "boolean" in types:
        return is_true(value)
    return int(value) if "integer" in types and _NUMBER.fullmatch(value) else value


def _highest(config: Form) -> str:
    found = config.get(MAX_ITEMS)
    return str(found.highest) if found is not None and found.highest is not None else "max"


def _declined(config: Form) -> Iterator[Row]:
    """What XEP-0503 recommends to tell people of, and the space does not."""
    off = {what: False for what, var in NOTIFY.items() if _value(config, var) in ("false", "0")}
    if off:
        yield Row("notify", off)


# --- what is in them -------------------------------------------------------------------------


def _children(node: Node, wanted: Wanted, address: NodeAddress) -> Iterator[Line]:
    for section, kind in SECTIONS.items():
        mine = (child for key, child in sorted(node.children.items()) if key.kind == kind.name)
        if not kind.keys:
            yield from (
                _child(child, wanted, address) for child in mine if child.key.target == section
            )
        else:
            yield from _section(section, [_child(child, wanted, address) for child in mine])


def _child(child: Child, wanted: Wanted, address: NodeAddress) -> Line:
    kind, key = BY_NAME[child.key.kind], child.key
    path = (address, key)
    name, target = key.target, kind.address(key.target)
    if target is not None:
        name = _key(target, address.service)
    why = _why_not(child, wanted) or wanted.without.get(path, "")
    if why := why or (_REMARK if is_remark(name) else ""):
        return Remark(f"{name}: left out: {why}", left_out=True)
    entry = _ordered(kind, kind.to_yaml(child.fields))
    if isinstance(entry, Mapping) and list(entry) == [kind.short]:
        entry = next(iter(entry.values()))
    return Row(name, entry, path)


def _ordered(kind: Kind, entry: Plain) -> Plain:
    """An entry, or each of a list of entries, with its keys in the order of the language."""
    if isinstance(entry, Mapping):
        known = {name: entry[name] for name in kind.properties if name in entry}
        return {**known, **entry}
    return [_ordered(kind, each) for each in entry] if isinstance(entry, list) else entry


def _why_not(child: Child, wanted: Wanted) -> str:
    """Why a child is not written; empty where it is."""
    item = live_item(child)
    if len(item.payloads) != 1:
        return f"it has {plural(len(item.payloads), 'payload')}, where one is right"
    if child.key.kind != OPAQUE.name:
        return ""
    if is_reserved(item.id):
        return "its id is reserved"
    (alone,) = decode((item,))
    if alone != child.key:
        return f"it points at the same {alone.kind} as another item"
    return "" if wanted.items else "of no kind that is known here; --with-items writes it"


def _people(found: Node | Room, wanted: Wanted, address: Address, account: Jid) -> Iterator[Line]:
    """Who may do what, without the account itself, and who is subscribed."""
    if found.affiliations is None:
        words = "affiliations: left out: this account may not see who may do what"
        yield Remark(words, left_out=True)
    else:
        yield from _words("affiliations", found.affiliations, wanted, address, account)
    if wanted.subscriptions and isinstance(found, Node) and found.subscriptions is not None:
        there = {jid: word for jid, word in found.subscriptions.items() if word == "subscribed"}
        yield from _words("subscriptions", there, wanted, address, account)


def _words(
    section: str, people: Mapping[Jid, str], wanted: Wanted, address: Address, account: Jid
) -> Iterator[Line]:
    rows: list[Line] = []
    for jid, word in sorted(people.items()):
        path = (address, section, jid)
        if jid != account and (why := wanted.without.get(path, "")):
            rows.append(Remark(f"{jid}: left out: {why}", left_out=True))
        elif jid != account:
            rows.append(Row(_key(jid, wanted.service), word, path))
    yield from _section(section, rows)
