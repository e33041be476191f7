"""A document in several files: one a space, which a directory holds together."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from itertools import chain, count
from typing import Final

from spaces_sync.document.dump import SCHEMA, Wanted, head, sections
from spaces_sync.document.yaml_text import Line, Remark, Row, Section, written
from spaces_sync.model.addresses import NodeAddress
from spaces_sync.model.state import Reading

_ODD: Final = re.compile("[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 64  # characters of a file name before its suffix


def split(reading: Reading, wanted: Wanted) -> Mapping[str, str]:
    """What `dump` writes, as texts by file name: one a space, and one of all rooms or nodes."""
    files: dict[str, list[Line]] = {"service.yaml": list(head(wanted))}
    taken = {"service.yaml", "rooms.yaml", "nodes.yaml"}
    for section, entries in sections(reading, wanted):
        for address, entry in entries:
            name = f"{section}.yaml"
            if isinstance(entry, Remark):
                name = "service.yaml"
            elif isinstance(address, NodeAddress) and section == "spaces":
                name = _unused(address.node, taken)
                taken.add(name.lower())
            rows = files.setdefault(name, [Remark(SCHEMA), Row("version", 1)])
            if isinstance(entry, Remark):
                rows.append(entry)
            elif isinstance(rows[-1], Section):
                rows[-1] = Section(section, (*rows[-1].rows, entry))
            else:
                rows.append(Section(section, (entry,)))
    return {name: written(rows).text for name, rows in files.items()}


def _unused(node: str, names: Container[str]) -> str:
    """A file name that a node id gives, and none of `names`, whatever case of letters says."""
    stem = _ODD.sub("-", node).strip("-.")[:_LONGEST_NAME] or "space"
    numbered = (f"{stem}-{number}.yaml" for number in count(2))
    return next(each for each in chain((f"{stem}.yaml",), numbered) if each.lower() not in names)
