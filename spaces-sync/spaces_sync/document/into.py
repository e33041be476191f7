"""What is live and not declared in a file, as what is to be added to it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from spaces_sync.document.dump import sections
from spaces_sync.document.splicing import Addition
from spaces_sync.document.wanted import Wanted
from spaces_sync.document.yaml_text import Line, Remark, Row, Section
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.declaration import Declaration, Place
from spaces_sync.model.state import Address, Key, Node, Reading, live_item


class Added(NamedTuple):
    """What is to be added, the remarks on what is not, and why, and the keys of what is not since a
    plan of the files changes or removes it.
    """

    additions: Sequence[Addition]
    left_out: Sequence[str]
    planned: Sequence[str]


def missing(
    reading: Reading, wanted: Wanted, declaration: Declaration, planned: Collection[Hashable]
) -> Added:
    """What of `wanted` the files do not declare.

    planned: what a plan of them changes or removes, as `Declaration.places`: it stays as they say.
    """
    additions: list[Addition] = []
    left_out: list[str] = []
    for section, entries in sections(reading, wanted):
        for address, line in entries:
            if address in declaration.absent:
                continue
            place = declaration.places.get((address,))
            if isinstance(line, Remark):
                left_out.extend([line.left_out] if line.left_out and place is None else [])
            elif place is None:
                additions.append(Addition(section, None, "", line))
                left_out.extend(_remarks(line))
            elif isinstance(line, Section):
                additions.extend(_of_entry(section, place, line, reading, declaration))
    meant = [each for each in additions if each.row.about not in planned]
    kept = [each.row.key for each in additions if each.row.about in planned]
    return Added(meant, left_out, kept)


def _of_entry(
    section: str,
    place: Place,
    entry: Section,
    reading: Reading,
    declaration: Declaration,
) -> Iterator[Addition]:
    """What an entry of the file lacks. What has no place of its own there is not looked at."""

    def lacks(row: Line) -> bool:
        about: Any = isinstance(row, Row) and row.about
        return bool(about) and not _declares(declaration, reading, about)

    for row in entry.rows:
        if isinstance(row, Row) and lacks(row):
            yield Addition(section, place, "", row)
        elif isinstance(row, Section):
            for each in row.rows:
                if isinstance(each, Row) and lacks(each):
                    yield Addition(section, place, row.key, each)


def _declares(declaration: Declaration, reading: Reading, about: tuple[Hashable, ...]) -> bool:
    """Whether the files speak of a field, a child or a person of an object that they declare."""
    address: Any
    address, what, *rest = about
    declared = declaration.state.get(address)
    if isinstance(what, Key):
        live = reading.state.nodes[address].children[what]
        gone = live_item(live).id in declaration.policies[address].absent_items
        return gone or (isinstance(declared, Node) and what in declared.children)
    if what == "config":
        return declared is not None and rest[0] in declared.config
    people = getattr(declared, str(what)) or {}
    return rest[0] in people or rest[0] in declaration.operators


def _remarks(line: Line) -> Iterator[str]:
    """What is said of what a new entry leaves out, each with the keys that it is under."""
    if isinstance(line, Remark) and line.left_out:
        yield line.left_out
    elif isinstance(line, Section):
        for each in line.rows:
            yield from (f"{line.key}: {text}" for text in _remarks(each))


def lost(old: Declaration, new: Declaration) -> str:
    """Of what `new` does not say all that `old` says, by name; empty where there is nothing."""
    about = (old.source, old.home, old.operators, old.absent)
    if about != (new.source, new.home, new.operators, new.absent) or old.services - new.services:
        return "the file itself"
    changed = (each for each in old.policies if not _is_kept(each, old, new))
    found = next(changed, "")
    return found.node if isinstance(found, NodeAddress) else found


def _is_kept(address: Address, old: Declaration, new: Declaration) -> bool:
    before, after = old.state.get(address), new.state.get(address)
    if before is None or after is None or type(before) is not type(after):
        return False
    one, other = old.policies[address], new.policies[address]
    # What its sections are, and who is in its spaces, may have become more.
    same = replace(one, sections=other.sections, invited=other.invited) == other
    parts = ("config", "affiliations", "children", "subscriptions")
    pairs = ((getattr(each, part, None) or {} for each in (before, after)) for part in parts)
    return same and all(one.items() <= other.items() for one, other in pairs)
