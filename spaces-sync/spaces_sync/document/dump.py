"""What is live as a document: the smallest one that says it, with remarks on what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from spaces_sync.document.contents import children, people
from spaces_sync.document.parents import NONE
from spaces_sync.document.wanted import Wanted, key_of, section_of
from spaces_sync.document.yaml_text import (
    Line,
    Remark,
    Row,
    Scalar,
    Section,
    Written,
    in_one_line,
    left_out,
    written,
)
from spaces_sync.fields import NODES, ROOMS, SPACES, Table
from spaces_sync.model.addresses import Jid, NodeAddress, node_uri
from spaces_sync.model.children import rooms_among
from spaces_sync.model.declaration import Exposure
from spaces_sync.model.grouping import grouped
from spaces_sync.model.shapes import Schema
from spaces_sync.model.state import (
    Address,
    Form,
    Reading,
    Room,
    is_true,
    same_values,
    values_of,
)
from spaces_sync.profile import (
    ACCESS_MODEL,
    ACCESS_MODELS,
    MAX_ITEMS,
    NOTIFY,
    PARENT,
    PUBLISH_MODEL,
    has_password,
)

SCHEMA: Final = "yaml-language-server: $schema=spaces.schema.json"
"""The remark at the top of a file, which editors read."""
_NO_SOURCE: Final = (
    "source: my-community\n"
    "A name for this file: what it puts there is recorded under it, so that what is taken out of\n"
    "the file later can be removed. Without one nothing is recorded."
)
_TEXTS: Final = ("title", "description")
_NUMBER: Final = re.compile("[0-9]{1,18}")  # what a document takes as one
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


def dump(reading: Reading, wanted: Wanted) -> Written:
    """The text; a line is about the path of the space, node, room, child or person in it."""
    rows = list(head(wanted))
    for section, entries in sections(reading, wanted):
        rows.extend(section_of(section, [each for _, each in entries]))
    return written(rows)


def head(wanted: Wanted) -> Iterator[Line]:
    """What stands before the sections."""
    yield Remark(SCHEMA)
    yield from map(Remark, map(in_one_line, wanted.above))
    yield Row("version", 1)
    yield Remark(_NO_SOURCE) if wanted.source is None else Row("source", wanted.source)
    if wanted.service:
        yield Row("service", wanted.service)


def sections(
    reading: Reading, wanted: Wanted
) -> Iterator[tuple[str, Sequence[tuple[Address, Line]]]]:
    """Each section with its entries, and what these are about."""
    yield "spaces", [(each, _space(reading, wanted, each)) for each in sorted(wanted.spaces)]
    listed_in = _listed_in(reading, wanted)
    rooms = sorted(wanted.rooms)
    yield "rooms", [(each, _room(reading, wanted, each, listed_in)) for each in rooms]
    yield "nodes", [(each, _node(reading, wanted, each)) for each in sorted(wanted.nodes)]


def _entry(wanted: Wanted, address: Address, rows: Iterable[Line], why: str = "") -> Line:
    """`rows` under the key that names an object; a remark that says `why` where it is left out."""
    name = key_of(address, wanted.service)
    if why := why or wanted.without.get((address,), ""):
        return left_out(name, why)
    return Section(name, tuple(rows), (address,))


def _unread(reading: Reading, wanted: Wanted, address: Address) -> Line:
    why = reading.failed.get(address, "it is not there")
    return _entry(wanted, address, (), why)


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
        *children(found, wanted, address),
        *people(found, wanted, address, reading.account),
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
        *people(found, wanted, address, reading.account),
    ]
    return _entry(wanted, address, rows)


def _listed_in(reading: Reading, wanted: Wanted) -> Mapping[Jid, Collection[NodeAddress]]:
    """The spaces that list a room, by room."""
    nodes = (
        (each, reading.state.nodes[each]) for each in wanted.spaces if each in reading.state.nodes
    )
    return grouped((room, space) for space, node in nodes for room in rooms_among(node.children))


def _room(
    reading: Reading,
    wanted: Wanted,
    address: Jid,
    listed_in: Mapping[Jid, Collection[NodeAddress]],
) -> Line:
    found = reading.state.rooms.get(address)
    if found is None:
        return _unread(reading, wanted, address)
    rows: list[Line] = []
    if has_password(found):
        why = "it has one, which is not written down"
        rows.append(Remark(f"password: {{env: NAME}} - left out: {why}", f"password: {why}"))
    # True wants the password.
    usual = _NEUTRAL if not has_password(found) else {**_NEUTRAL, "password_protected": "true"}
    keyed = _keyed(ROOMS, found.config, usual, wanted, address)
    rows = [
        *keyed,
        *_parent(found, listed_in.get(address, ())),
        *_protection(reading, address),
        *rows,
        *people(found, wanted, address, reading.account),
    ]
    return _entry(wanted, address, rows)


def _parent(room: Room, listed_in: Collection[NodeAddress]) -> Iterator[Row]:
    """The space that a room advertises, where the document would have it advertise another one."""
    uri = _value(room.config, PARENT)
    default = next(iter(listed_in)) if len(listed_in) == 1 else None
    if PARENT not in room.config or (not uri and default is None):
        return
    try:
        found = node_uri(uri)
    except ValueError:
        yield Row("parent", "" if uri else NONE)
        return
    if found != default:
        yield Row("parent", uri)


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
            yield left_out(row.key, wanted.without[path])
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
