"""A document in several files: one a space, which a directory holds together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain, count
from typing import Final

from spaces_sync.document.dump import SCHEMA, head, sections
from spaces_sync.document.wanted import Wanted
from spaces_sync.document.yaml_text import Line, Remark, Row, Section, written
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Reading

_ODD: Final = re.compile("[^A-Za-z0-9._-]+")
_SERVICE: Final = "service.yaml"  # what holds for all files
_RESERVED: Final = (_SERVICE, "rooms.yaml", "nodes.yaml")
_LONGEST_NAME: Final = 64  # characters of a file name before its suffix


def split(reading: Reading, wanted: Wanted) -> Mapping[str, str]:
    """What `dump` writes, as texts by file name: one a space, and one of all rooms or nodes."""
    remarks: list[Line] = []
    files: dict[str, tuple[str, list[Line]]] = {}
    for section, entries in sections(reading, wanted):
        for address, entry in entries:
            if isinstance(entry, Remark):
                remarks.append(entry)
                continue
            name = f"{section}.yaml"
            if isinstance(address, NodeAddress) and section == "spaces":
                name = _unused(address.node, files)
            files.setdefault(name, (section, []))[1].append(entry)
    texts = {
        name: written((Remark(SCHEMA), Row("version", 1), Section(section, tuple(rows)))).text
        for name, (section, rows) in files.items()
    }
    return {_SERVICE: written((*head(wanted), *remarks)).text, **texts}


def _unused(node: str, names: Iterable[str]) -> str:
    """A file name that a node id gives, and none of `names`, on any disk."""
    taken = {name.casefold() for name in (*names, *_RESERVED)}
    stem = _ODD.sub("-", node).strip("-.")[:_LONGEST_NAME] or "space"
    numbered = (f"{stem}-{number}.yaml" for number in count(2))
    found = (each for each in chain((f"{stem}.yaml",), numbered) if each.casefold() not in taken)
    return next(found)
