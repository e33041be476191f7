"""What is in spaces, nodes and rooms, as rows of a document: children and people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.document.wanted import Wanted, key_of, section_of
from spaces_sync.document.yaml_text import Line, Plain, Row, left_out
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.children import BY_NAME, SECTIONS, decode, is_reserved
from spaces_sync.model.children.kind import Kind
from spaces_sync.model.children.opaque import KIND as OPAQUE
from spaces_sync.model.counting import plural
from spaces_sync.model.shapes import is_remark
from spaces_sync.model.state import Address, Child, Node, Room, live_item

_REMARK: Final = "a key that begins with 'x-' is a remark"


def children(node: Node, wanted: Wanted, address: NodeAddress) -> Iterator[Line]:
    """The sections of a space, with an entry for each child or a remark on why it has none."""
    for section, kind in SECTIONS.items():
        mine = (child for key, child in sorted(node.children.items()) if key.kind == kind.name)
        if not kind.keys:
            yield from (
                _child(child, wanted, address) for child in mine if child.key.target == section
            )
        else:
            yield from section_of(section, [_child(child, wanted, address) for child in mine])


def _child(child: Child, wanted: Wanted, address: NodeAddress) -> Line:
    kind, key = BY_NAME[child.key.kind], child.key
    path = (address, key)
    name, target = key.target, kind.address(key.target)
    if target is not None:
        name = key_of(target, address.service)
    why = _why_not(child, wanted) or wanted.without.get(path, "")
    if why := why or (_REMARK if is_remark(name) else ""):
        return left_out(name, why)
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


def people(found: Node | Room, wanted: Wanted, address: Address, account: Jid) -> Iterator[Line]:
    """Who may do what, without the account itself, and who is subscribed."""
    if found.affiliations is None:
        yield left_out("affiliations", "this account may not see who may do what")
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
            rows.append(left_out(jid, why))
        elif jid != account:
            rows.append(Row(key_of(jid, wanted.service), word, path))
    yield from section_of(section, rows)
