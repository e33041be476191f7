"""Files on disk into one `Declaration`: each is read, then their sections are merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from spaces_sync.document import nodes, rooms, spaces
from spaces_sync.document.absent import check_alone, check_nodes, check_rooms, is_absent
from spaces_sync.document.advice import advise_nodes, advise_room, advise_space
from spaces_sync.document.check import check
from spaces_sync.document.context import Context, DocumentEntry, SpaceRooms
from spaces_sync.document.files import DocumentFile, document_files
from spaces_sync.document.parents import DeclaredSpaces
from spaces_sync.document.problems import DocumentError, Problem, shown
from spaces_sync.document.reader import read
from spaces_sync.document.renames import check_renames
from spaces_sync.document.tree import Map, mark_of, place_of
from spaces_sync.document.values import expanded, jid, jid_entries_of, service_jid
from spaces_sync.fields import SPACES
from spaces_sync.model import ledger, storage
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.grouping import grouped
from spaces_sync.model.selection import Section
from spaces_sync.model.state import Address, Node, Room, State

_START: Final = mark_of(0, 0)
_MAX_SOURCE: Final = 200
_SOURCE_LENGTHS: Final = range(1, _MAX_SOURCE + 1)


def load(
    paths: Sequence[Path], environment: Mapping[str, str], *, secrets: bool = True
) -> Declaration:
    """What the files declare together.

    paths: files, and directories, which stand for their `*.yaml` and `*.yml` in order of names.
    environment: the variables that the files may use, by name.
    secrets: whether passwords are looked up, which who sends or compares them needs.

    Raises `DocumentError` with every error of every file, in the order of the files and within
    one from top to bottom.
    """
    declaration, problems = examine(paths, environment, secrets=secrets)
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise DocumentError(errors)
    return declaration


def examine(
    paths: Sequence[Path], environment: Mapping[str, str], *, secrets: bool = True
) -> tuple[Declaration, tuple[Problem, ...]]:
    """As `load`, with all errors and warnings as values instead of an exception.

    The declaration is complete only where there is no error among them.
    """
    return examine_files(document_files(paths), environment, secrets=secrets)


def examine_files(
    files: Iterable[DocumentFile | Problem],
    environment: Mapping[str, str],
    *,
    secrets: bool = True,
) -> tuple[Declaration, tuple[Problem, ...]]:
    """As `examine`, of files that have been read."""
    context = Context(environment, secrets)
    order: dict[str, int] = {}
    trees: list[_Tree] = []
    for found in files:
        if isinstance(found, Problem):
            order.setdefault(found.place.file, len(order))
            context.problems.append(found)
            continue
        order.setdefault(found.name, len(order))
        if (root := _tree(found, context)) is not None:
            trees.append(_Tree(found.name, root))
    declaration = _declaration(trees, context)
    # The same value can be reached through several aliases, and is reported once.
    once = dict.fromkeys(context.problems)
    problems = tuple(sorted(once, key=lambda problem: _position(problem.place, order)))
    warnings = ((each.place, each.message) for each in problems if each.severity == "warning")
    return replace(declaration, warnings=tuple(warnings)), problems


def _position(place: Place, order: Mapping[str, int]) -> tuple[int, int, int]:
    return order[place.file], place.line, place.column


class _Tree(NamedTuple):
    file: str
    root: Map


def _tree(file: DocumentFile, context: Context) -> Map | None:
    """The part of a file that fits the schema; None where there is none. Problems are reported."""

    def report(mark: int, code: str, message: str) -> None:
        context.problem(place_of(file.name, mark), message, code)

    before = len(context.problems)
    root = read(file.text, report)
    if isinstance(root, Map):
        context.problems.extend(check(root, file))
        return root
    if len(context.problems) == before:
        words = "a mapping is wanted here, such as 'version: 1' and 'spaces:'"
        if root is None:
            words = "this file is empty; begin with 'version: 1'"
        report(_START, "file" if root is None else "type", words)
    return None


_A = TypeVar("_A", NodeAddress, Jid)


class _Row(NamedTuple, Generic[_A]):
    """An entry to read. One that does not count is read for its problems alone."""

    address: _A
    entry: DocumentEntry
    counts: bool


def _declaration(trees: Sequence[_Tree], context: Context) -> Declaration:
    source = _source(trees, context)
    service = _service(trees, context)
    node_of = partial(nodes.address_of, service=service, context=context)
    space_rows = _rows(_entries("spaces", trees, context), node_of, _unknown_node, context)
    node_rows = _rows(_entries("nodes", trees, context), node_of, _unknown_node, context)
    room_of = partial(rooms.address_of, context=context)
    room_rows = _rows(_entries("rooms", trees, context), room_of, _unknown_room, context)
    all_spaces = [row.address for row in space_rows]
    absent: dict[Address, Section] = {}
    space_rows = _present(space_rows, "spaces", absent, context)
    node_rows = _present(node_rows, "nodes", absent, context)
    room_rows = _present(room_rows, "rooms", absent, context)

    state_nodes: dict[NodeAddress, Node] = {}
    state_rooms: dict[Jid, Room] = {}
    policies: dict[Address, Policy] = {}
    listed: dict[Jid, list[SpaceRooms]] = {}
    names = {row.address: row.entry.body["name"] for row in room_rows if "name" in row.entry.body}
    owned = any(root.mentions("source") for _, root in trees)
    run = {row.address for row in room_rows}
    for address, entry, counts in space_rows:
        declared, policy, listing = spaces.space(entry, address, names, context, owned=owned)
        if counts:
            advise_space(entry, declared, listing, run, context)
            state_nodes[address], policies[address] = declared, policy
            for jid in listing.rooms:
                listed.setdefault(jid, []).append(listing)
    for address, entry, counts in node_rows:
        declared, policy = nodes.node(entry, address, context)
        if counts:
            state_nodes[address], policies[address] = declared, policy
    listing_rooms = frozenset(node for node in state_nodes if "room" in policies[node].sections)
    known = DeclaredSpaces(_by_id(all_spaces), listing_rooms)
    for jid, entry, counts in room_rows:
        listed_in = listed.get(jid, ())
        made, policy = rooms.room(entry, jid, listed_in, known, context)
        if counts:
            private = [each for each in listed_in if policies[each.address].is_private]
            advise_room(entry, made, policy, private, context)
            state_rooms[jid], policies[jid] = made, policy
    _check_together(state_nodes, state_rooms, policies, absent, context)
    nodes_named = (each for each in (*state_nodes, *absent) if isinstance(each, NodeAddress))
    hosts = {address.service for address in nodes_named}
    services = frozenset(hosts if service is None else {*hosts, service})
    home = service if service != nodes.UNKNOWN else None
    return Declaration(
        State(state_nodes, state_rooms),
        policies,
        context.places,
        source,
        services,
        home,
        _operators(trees, context),
        absent=absent,
    )


def _check_together(
    state_nodes: Mapping[NodeAddress, Node],
    state_rooms: Mapping[Jid, Room],
    policies: Mapping[Address, Policy],
    absent: Mapping[Address, Section],
    context: Context,
) -> None:
    """Reports what entries of the document say against each other."""
    renames = {each: policy.previously for each, policy in policies.items()}
    check_renames(renames, (), context, absent)
    check_nodes(state_nodes, absent, context)
    advise_nodes(state_nodes, policies, context)
    check_rooms(state_rooms, absent, context)


def _present(
    rows: Iterable[_Row[_A]], section: Section, absent: dict[Address, Section], context: Context
) -> list[_Row[_A]]:
    """Those whose object shall exist. The addresses of the others are added to `absent`."""
    made = []
    for row in rows:
        if not is_absent(row.entry):
            made.append(row)
            continue
        check_alone(row.entry, context)
        if row.counts:
            absent[row.address] = section
    return made


def _rows(
    entries: Iterable[DocumentEntry],
    address_of: Callable[[DocumentEntry], _A | None],
    unknown: Callable[[DocumentEntry], _A],
    context: Context,
) -> list[_Row[_A]]:
    """The entries with their addresses; an address that is declared already is reported.

    address_of: of an entry, None where it is a problem. unknown: an address to use instead.
    """
    made = []
    for entry in entries:
        address = address_of(entry)
        counts = address is not None
        if first := context.places.get((address,)):
            message = f"{shown(entry.key)} is already declared at {first}"
            context.problem(entry.place, message, "duplicate")
            counts = False
        elif address is not None:
            context.places[address,] = entry.place
        made.append(_Row(address or unknown(entry), entry, counts))
    return made


def _unknown_node(entry: DocumentEntry) -> NodeAddress:
    return NodeAddress(nodes.UNKNOWN, entry.key)


def _unknown_room(_: DocumentEntry) -> Jid:
    return Jid(f"room@{nodes.UNKNOWN}")


def _by_id(addresses: Iterable[NodeAddress]) -> Mapping[str, Sequence[NodeAddress]]:
    return grouped((address.node, address) for address in dict.fromkeys(addresses))


def _entries(section: str, trees: Iterable[_Tree], context: Context) -> list[DocumentEntry]:
    return [
        DocumentEntry(
            tree.file, key, mark, body, _defaults(tree) if section == "spaces" else Map(0)
        )
        for tree in trees
        if section in tree.root
        for key, body, mark, _ in jid_entries_of(tree.file, tree.root[section], context)
    ]


def _defaults(tree: _Tree) -> Map:
    """The `defaults` of one file. Where they are wrong as a whole, they mention every key."""
    if "defaults" in tree.root:
        found: Map = tree.root["defaults"]
        return found
    none = Map(0)
    if tree.root.mentions("defaults"):
        none.dropped = frozenset(SPACES.inherited)
    return none


def _source(trees: Iterable[_Tree], context: Context) -> str | None:
    agreed = _agreed("source", expanded, "environment", trees, context)
    if agreed is None:
        return None
    source, place = agreed
    if not _is_name(source):
        message = f"'source' is a name in one line, of 1 to {_MAX_SOURCE} characters"
        context.problem(place, message, "value")
        return source
    try:
        storage.check_node(ledger.node_of(source))
    except ValueError as error:
        words = f"'source' is too long as the id of its ledger's node: {error}"
        context.problem(place, words, "value")
    return source


def _operators(trees: Iterable[_Tree], context: Context) -> tuple[Jid, ...]:
    """Those of all files, each once."""
    found: dict[Jid, None] = {}
    for tree in trees:
        listed = tree.root.get("operators", ())
        for text, mark in zip(listed, listed.marks if listed else (), strict=True):
            try:
                who = jid(text, context.environment)
                context.places.setdefault(("operators", who), place_of(tree.file, mark))
                found[who] = None
            except ValueError as error:
                context.reject(place_of(tree.file, mark), error)
    return tuple(found)


def _is_name(source: str) -> bool:
    return source.isprintable() and source == source.strip() and len(source) in _SOURCE_LENGTHS


def _service(trees: Sequence[_Tree], context: Context) -> Jid | None:
    agreed = _agreed("service", service_jid, "address", trees, context)
    if agreed is not None:
        return agreed[0]
    return nodes.UNKNOWN if any(root.mentions("service") for _, root in trees) else None


_S = TypeVar("_S", bound=str)


def _agreed(
    key: str,
    meaning: Callable[[str, Mapping[str, str]], _S],
    code: str,
    trees: Iterable[_Tree],
    context: Context,
) -> tuple[_S, Place] | None:
    """The meaning of a key that several files may have, and where the first value stands.

    All must mean the same; a difference is reported. None where no file has a valid value.
    meaning: of a text in the environment. Raises `ValueError`, which is reported with `code`.
    """
    agreed: tuple[_S, Place] | None = None
    for file, root in trees:
        if key not in root:
            continue
        place = place_of(file, root.value_mark(key))
        try:
            meant = meaning(root[key], context.environment)
        except ValueError as error:
            context.reject(place, error, code)
            continue
        if agreed is None:
            agreed = meant, place
        elif meant != agreed[0]:
            message = f"'{key}' has another value at {agreed[1]}; say it once"
            context.problem(place_of(file, root.key_mark(key)), message, "contradiction")
    return agreed
