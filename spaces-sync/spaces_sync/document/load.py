"""Files on disk into one `Declaration`: reads each, merges their sections, tells every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from spaces_sync.document import nodes, rooms, spaces
from spaces_sync.document.check import check
from spaces_sync.document.notes import DocumentEntry, Notes, SpaceRooms
from spaces_sync.document.problems import DocumentError, Problem, shown
from spaces_sync.document.reader import read
from spaces_sync.document.renames import check_renames
from spaces_sync.document.source import Source, sources
from spaces_sync.document.tree import Map, mark_of, place_of
from spaces_sync.document.values import expanded, heeded_jids, service_jid
from spaces_sync.fields import SPACES
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.state import Address, Node, Room, State

_START: Final = mark_of(0, 0)
_LONGEST_SOURCE: Final = 200
_SOURCE_LENGTHS: Final = range(1, _LONGEST_SOURCE + 1)


def load(paths: Sequence[Path], environment: Mapping[str, str]) -> Declaration:
    """What the files declare together; a directory means its `*.yaml` and `*.yml`, sorted.

    Raises `DocumentError` with every error of every file, in the order of the files and
    within one from top to bottom.
    """
    declaration, problems = examine(paths, environment)
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise DocumentError(errors)
    return declaration


def examine(
    paths: Sequence[Path], environment: Mapping[str, str]
) -> tuple[Declaration, tuple[Problem, ...]]:
    """As `load`, with warnings among the problems; after an error the declaration means nothing."""
    notes = Notes(environment)
    order: dict[str, int] = {}
    trees: list[_Tree] = []
    for found in sources(paths):
        if isinstance(found, Problem):
            order.setdefault(found.place.file, len(order))
            notes.problems.append(found)
            continue
        order.setdefault(found.name, len(order))
        if (root := _tree(found, notes)) is not None:
            trees.append(_Tree(found.name, root))
    declaration = _declaration(trees, notes)
    # The same value can be reached through several aliases: one problem is enough.
    once = dict.fromkeys(notes.problems)
    problems = tuple(sorted(once, key=lambda problem: _position(problem.place, order)))
    warnings = ((each.place, each.message) for each in problems if each.severity == "warning")
    return replace(declaration, warnings=tuple(warnings)), problems


def _position(place: Place, order: Mapping[str, int]) -> tuple[int, int, int]:
    return order[place.file], place.line, place.column


class _Tree(NamedTuple):
    file: str
    root: Map


def _tree(source: Source, notes: Notes) -> Map | None:
    """The part of a file that fits the schema; None where nothing does."""

    def report(mark: int, code: str, message: str) -> None:
        notes.problem(place_of(source.name, mark), message, code)

    before = len(notes.problems)
    root = read(source.text, report)
    if isinstance(root, Map):
        notes.problems.extend(check(root, source))
        return root
    if len(notes.problems) == before:
        words = "a mapping is wanted here, such as 'version: 1' and 'spaces:'"
        if root is None:
            words = "this file is empty; begin with 'version: 1'"
        report(_START, "file" if root is None else "type", words)
    return None


_A = TypeVar("_A", NodeAddress, Jid)


class _Row(NamedTuple, Generic[_A]):
    """An entry to read; one that does not count is only read for its problems."""

    address: _A
    entry: DocumentEntry
    counts: bool


def _declaration(trees: Sequence[_Tree], notes: Notes) -> Declaration:
    source = _source(trees, notes)
    service = _service(trees, notes)
    node_of = partial(nodes.address_of, service=service, notes=notes)
    space_rows = _rows(_entries("spaces", trees, notes), node_of, _unknown_node, notes)
    node_rows = _rows(_entries("nodes", trees, notes), node_of, _unknown_node, notes)
    room_of = partial(rooms.address_of, notes=notes)
    room_rows = _rows(_entries("rooms", trees, notes), room_of, _unknown_room, notes)

    state_nodes: dict[NodeAddress, Node] = {}
    state_rooms: dict[Jid, Room] = {}
    policies: dict[Address, Policy] = {}
    listed: dict[Jid, list[SpaceRooms]] = {}
    names = {row.address: row.entry.body["name"] for row in room_rows if "name" in row.entry.body}
    owned = any(root.said("source") for _, root in trees)
    for address, entry, counts in space_rows:
        declared, policy, listing = spaces.space(entry, address, names, notes, owned=owned)
        if counts:
            state_nodes[address], policies[address] = declared, policy
            for jid in listing.rooms:
                listed.setdefault(jid, []).append(listing)
    for address, entry, counts in node_rows:
        declared, policy = nodes.node(entry, address, notes)
        if counts:
            state_nodes[address], policies[address] = declared, policy
    known = _by_id(row.address for row in space_rows)
    for jid, entry, counts in room_rows:
        made, policy = rooms.room(entry, jid, listed.get(jid, ()), known, notes)
        if counts:
            state_rooms[jid], policies[jid] = made, policy
    check_renames({each: policy.previously for each, policy in policies.items()}, (), notes)
    hosts = {address.service for address in state_nodes}
    services = frozenset(hosts if service is None else {*hosts, service})
    return Declaration(State(state_nodes, state_rooms), policies, notes.places, source, services)


def _rows(
    entries: Iterable[DocumentEntry],
    address_of: Callable[[DocumentEntry], _A | None],
    unknown: Callable[[DocumentEntry], _A],
    notes: Notes,
) -> list[_Row[_A]]:
    """There may be one entry of an address only, in all sections."""
    made = []
    for entry in entries:
        address = address_of(entry)
        counts = address is not None
        if first := notes.places.get((address,)):
            message = f"{shown(entry.key)} is already declared at {first}"
            notes.problem(entry.place, message, "duplicate")
            counts = False
        elif address is not None:
            notes.places[address,] = entry.place
        made.append(_Row(address or unknown(entry), entry, counts))
    return made


def _unknown_node(entry: DocumentEntry) -> NodeAddress:
    return NodeAddress(nodes.UNKNOWN, entry.key)


def _unknown_room(_: DocumentEntry) -> Jid:
    return Jid(f"room@{nodes.UNKNOWN}")


def _by_id(addresses: Iterable[NodeAddress]) -> dict[str, list[NodeAddress]]:
    found: dict[str, list[NodeAddress]] = {}
    for address in dict.fromkeys(addresses):
        found.setdefault(address.node, []).append(address)
    return found


def _entries(section: str, trees: Iterable[_Tree], notes: Notes) -> list[DocumentEntry]:
    return [
        DocumentEntry(
            tree.file, key, mark, body, _defaults(tree) if section == "spaces" else Map(0)
        )
        for tree in trees
        if section in tree.root
        for key, body, mark, _ in heeded_jids(tree.file, tree.root[section], notes)
    ]


def _defaults(tree: _Tree) -> Map:
    """Of one file; where they are a problem already, they said everything."""
    if "defaults" in tree.root:
        found: Map = tree.root["defaults"]
        return found
    none = Map(0)
    if tree.root.said("defaults"):
        none.dropped = frozenset(SPACES.inherited)
    return none


def _source(trees: Iterable[_Tree], notes: Notes) -> str | None:
    agreed = _agreed("source", expanded, "environment", trees, notes)
    if agreed is None:
        return None
    source, place = agreed
    if not _is_name(source):
        message = f"'source' is a name in one line, of 1 to {_LONGEST_SOURCE} characters"
        notes.problem(place, message, "value")
    return source


def _is_name(source: str) -> bool:
    return source.isprintable() and source == source.strip() and len(source) in _SOURCE_LENGTHS


def _service(trees: Sequence[_Tree], notes: Notes) -> Jid | None:
    agreed = _agreed("service", service_jid, "address", trees, notes)
    if agreed is not None:
        return agreed[0]
    return nodes.UNKNOWN if any(root.said("service") for _, root in trees) else None


_S = TypeVar("_S", bound=str)


def _agreed(
    key: str,
    meaning: Callable[[str, Mapping[str, str]], _S],
    code: str,
    trees: Iterable[_Tree],
    notes: Notes,
) -> tuple[_S, Place] | None:
    """What several files may all say, if they mean the same, and where one says it first."""
    agreed: tuple[_S, Place] | None = None
    for file, root in trees:
        if key not in root:
            continue
        place = place_of(file, root.value_mark(key))
        try:
            meant = meaning(root[key], notes.environment)
        except ValueError as error:
            notes.refuse(place, error, code)
            continue
        if agreed is None:
            agreed = meant, place
        elif meant != agreed[0]:
            message = f"'{key}' has another value at {agreed[1]}; say it once"
            notes.problem(place_of(file, root.key_mark(key)), message, "contradiction")
    return agreed
