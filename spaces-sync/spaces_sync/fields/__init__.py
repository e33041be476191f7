"""The keys of the language: one row each, in a table for each section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from spaces_sync.fields.effects import EFFECTS, Effect, FieldEffect, effects
from spaces_sync.fields.nodes import NODES
from spaces_sync.fields.rooms import ROOMS
from spaces_sync.fields.spaces import SPACES
from spaces_sync.fields.spec import FieldSpec, Table

TABLES: Final[Mapping[str, Table]] = {"spaces": SPACES, "nodes": NODES, "rooms": ROOMS}


def _rows() -> Iterator[FieldSpec]:
    """The rows that decide a field of a configuration form."""
    return (row for table in TABLES.values() for row in table.rows if row.var)


LABELS: Final = {row.var: row.label or row.key.replace("_", " ") for row in _rows()}
"""What reports call a field of a configuration form, by its name."""

__all__ = [
    "EFFECTS",
    "LABELS",
    "NODES",
    "ROOMS",
    "SPACES",
    "TABLES",
    "Effect",
    "FieldEffect",
    "FieldSpec",
    "Table",
    "effects",
]
