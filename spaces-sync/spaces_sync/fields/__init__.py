"""The keys of the language: one row each, in a table for each section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.fields.nodes import NODES
from spaces_sync.fields.rooms import ROOMS
from spaces_sync.fields.spaces import SPACES
from spaces_sync.fields.spec import Effect, FieldSpec, Table

TABLES: Final[Mapping[str, Table]] = {"spaces": SPACES, "nodes": NODES, "rooms": ROOMS}


def _rows() -> Iterator[FieldSpec]:
    """The rows that decide a field of a configuration form."""
    return (row for table in TABLES.values() for row in table.rows if row.var)


LABELS: Final = {row.var: row.label or row.key.replace("_", " ") for row in _rows()}
"""What reports call a field of a configuration form, by its name."""

ACCESS: Final = frozenset(row.var for row in _rows() if "access" in row.effects)
"""The fields whose change decides who may enter, read or find a node or room."""

__all__ = ["ACCESS", "LABELS", "NODES", "ROOMS", "SPACES", "TABLES", "Effect", "FieldSpec", "Table"]
