"""Files on disk into one `Declaration`: reads each, merges their sections, tells every problem."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from spaces_sync.document import nodes, rooms, spaces
from spaces_sync.document.check import check
from spaces_sync.document.keys import DEFAULTS
from spaces_sync.document.notes import Entry, Listed, Notes
from spaces_sync.document.problems import DocumentError, Problem, shown
from spaces_sync.document.reader import read
from spaces_sync.document.schema import SECTIONS
from spaces_sync.document.source import Source, sources
from spaces_sync.document.tree import Map, mark_of, place_of
from spaces_sync.document.values import expanded, service_jid, told
from spaces_sync.model.addresses import Jid, NodeAddress
from spaces_sync.model.declaration import Declaration, Place, Policy
from spaces_sync.model.state import Address, Node, Room, State

# Stands for a service that is a problem already, which need not be told of each node again.
_UNKNOWN: Final = Jid("service.invalid")
_START: Final = mark_of(0, 0)
_LONGEST_SOURCE: Final = 200
_SOURCE_LENGTHS: Final = range(1, _LONGEST_SOURCE + 1)


def load(paths: Sequence[Path], environment: Mapping[str, str]) -> Declaration:
    """What the files declare together; a directory means its `*.yaml` and `*.yml`, sorted.

    Raises `DocumentError` with every problem of every file, in the order of the files and
    within one from top to bottom.
    """
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
    if notes.problems:
        # The same value can be reached through several aliases: one problem is enough.
        once = dict.fromkeys(notes.problems)
        raise DocumentError(sorted(once, key=lambda problem: _position(problem.place, order)))
    return declaration


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


def _declaration(trees: Iterable[_Tree], notes: Notes) -> Declaration:
    settings = _settings(trees, notes)
    entries = {section: _entries(section, trees) for section in SECTIONS}
    service = settings.service
    space_of: dict[NodeAddress, Entry] = {}
    node_of: dict[NodeAddress, Entry] = {}
    room_of: dict[Jid, Entry] = {}
    taken: dict[Address, Entry] = {}
    for entry in entries["spaces"]:
        _take(nodes.address_of(entry, service, notes), entry, space_of, taken, notes)
    for entry in entries["nodes"]:
        _take(nodes.address_of(entry, service, notes), entry, node_of, taken, notes)
    for entry in entries["rooms"]:
        _take(rooms.address_of(entry, notes), entry, room_of, taken, notes)

    state_nodes: dict[NodeAddress, Node] = {}
    state_rooms: dict[Jid, Room] = {}
    policies: dict[Address, Policy] = {}
    listed: dict[Jid, list[Listed]] = {}
    names = {jid: e.body["name"] for jid, e in room_of.items() if "name" in e.body}
    for address, entry in space_of.items():
        made = spaces.space(entry, address, settings.defaults, names, notes)
        state_nodes[address], policies[address], space = made
        for jid in space.rooms & room_of.keys():
            listed.setdefault(jid, []).append(space)
    for address, entry in node_of.items():
        state_nodes[address], policies[address] = nodes.node(entry, address, notes)
    known: dict[str, list[NodeAddress]] = {}
    for address in space_of:
        known.setdefault(address.node, []).append(address)
    for jid, entry in room_of.items():
        around = listed.get(jid, ())
        made_room = rooms.room(entry, jid, around, known, notes)
        state_rooms[jid], policies[jid] = made_room
    _check_previously(policies, taken, notes)
    state = State(state_nodes, state_rooms)
    hosts = frozenset(address.service for address in state_nodes)
    return Declaration(
        state,
        policies,
        notes.places,
        settings.source,
        hosts | ({service} if service is not None else frozenset()),
        tuple(notes.warnings),
    )


_A = TypeVar("_A", NodeAddress, Jid)


def _take(
    address: _A | None,
    entry: Entry,
    into: dict[_A, Entry],
    taken: dict[Address, Entry],
    notes: Notes,
) -> None:
    """Keeps an entry under its address, of which there may be one only in all sections."""
    if address is None:
        return
    if address in taken:
        first = taken[address].place
        message = f"{shown(entry.key)} is already declared at {first}"
        notes.problem(entry.place, message, "duplicate")
        return
    into[address] = taken[address] = entry
    path: tuple[Hashable, ...] = (address,)
    notes.places[path] = entry.place


def _entries(section: str, trees: Iterable[_Tree]) -> list[Entry]:
    return [
        Entry(tree.file, key, mark, body)
        for tree in trees
        if section in tree.root
        for key, body, mark, _ in told(tree.root[section])
    ]


class _Settings(NamedTuple):
    source: str | None
    service: Jid | None
    defaults: Mapping[str, Any]


def _settings(trees: Iterable[_Tree], notes: Notes) -> _Settings:
    """What several files may all say, if they say the same."""
    top: dict[str, tuple[Any, Place]] = {}
    defaults: dict[str, tuple[Any, Place]] = {}
    for file, root in trees:
        _agree(top, {"source", "service"}, file, root, notes)
        if "defaults" in root:
            _agree(defaults, set(DEFAULTS), file, root["defaults"], notes)
    source, service = None, None
    top = {key: pair for key, pair in top.items() if pair[0] is not None}
    if "source" in top:
        source = _expanded(*top["source"], notes)
        if source is not None and not _is_name(source):
            message = f"'source' is a name in one line, of 1 to {_LONGEST_SOURCE} characters"
            notes.problem(top["source"][1], message, "value")
    if "service" in top:
        text, place = top["service"]
        try:
            service = service_jid(text, notes.environment)
        except ValueError as error:
            notes.refuse(place, error)
            service = _UNKNOWN
    elif any(root.said("service") for _, root in trees):
        service = _UNKNOWN
    return _Settings(source, service, {key: value for key, (value, _) in defaults.items()})


def _is_name(source: str) -> bool:
    return source.isprintable() and source == source.strip() and len(source) in _SOURCE_LENGTHS


def _agree(
    into: dict[str, tuple[Any, Place]], keys: set[str], file: str, body: Map, notes: Notes
) -> None:
    for key in keys & body.dropped:
        into.setdefault(key, (None, place_of(file, body.mark)))  # it is a problem already
    for key, value, mark, value_mark in body.entries():
        if key not in keys:
            continue
        kept, where = into.setdefault(key, (value, place_of(file, value_mark)))
        if kept != value and kept is not None:
            message = f"'{key}' has another value at {where}; say it once"
            notes.problem(place_of(file, mark), message, "contradiction")


def _expanded(text: str, place: Place, notes: Notes) -> str | None:
    try:
        return expanded(text, notes.environment)
    except ValueError as error:
        notes.refuse(place, error, "environment")
        return None


def _check_previously(
    policies: Mapping[Address, Policy], taken: Mapping[Address, Entry], notes: Notes
) -> None:
    """Nothing can have become something else and still be declared, or become two things."""
    claimed: dict[Address, Place] = {}
    for address, policy in policies.items():
        place = taken[address].place_of("previously") if policy.previously else None
        for old in policy.previously if place else ():
            if place and (other := taken[old].place if old in taken else claimed.get(old)):
                verb = "declares" if old in taken else "names"
                message = f"'previously' names {shown(str(old))}, which {other} {verb} too"
                notes.problem(place, message, "contradiction")
            elif place:
                claimed[old] = place
