"""What a key of the language is: one row, which schema, reader, planner and reports share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from spaces_sync.model.shapes import Schema
from spaces_sync.model.state import nothing

Effect: TypeAlias = Literal["access"]
"""What a change of a field can do: `access`, decide who may enter, read or find."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One key of an entry under `spaces`, `nodes` or `rooms`: all that is known about it."""

    key: str
    schema: Schema  # of its value, with a description and examples
    var: str = ""  # the field of the configuration form that it decides
    verbatim: bool = True  # its value is the field's; False: a reader in `document` makes that
    others: tuple[str, ...] = ()  # further fields that it decides
    spelling: str = ""  # how a message tells to write it; "": by its key alone
    default: Any = None  # what counts where the file says nothing; None: it is left as found
    inherited: bool = False  # whether it may stand under `defaults`
    label: str = ""  # what reports call `var`; "": the key, in words
    effects: tuple[Effect, ...] = ()  # of a change of `var`
    refused: Mapping[str, str] = field(default_factory=nothing)  # words it never takes, and why
    ignored: str = ""  # a key without effect: the warning where it stands
    secret: bool = False  # its value is never shown

    @property
    def vars(self) -> tuple[str, ...]:
        """The fields that cannot stand under `config`, since this key decides them."""
        return (*((self.var,) if self.var else ()), *self.others)


@dataclass(frozen=True, slots=True)
class Table:
    """The keys that the entries of a section can have, and the form that they configure."""

    rows: tuple[FieldSpec, ...]
    prefix: str  # of the form's fields
    closed: bool  # whether the form has no fields of other prefixes
    fixed: frozenset[str] = frozenset()  # fields whose one value XEP-0503 demands

    @property
    def schemas(self) -> dict[str, Schema]:
        """The JSON Schema of each key, in the order of the rows."""
        return {row.key: row.schema for row in self.rows}

    @property
    def inherited(self) -> dict[str, Schema]:
        """Those of them that may stand under `defaults`."""
        return {row.key: row.schema for row in self.rows if row.inherited}

    @property
    def defaults(self) -> dict[str, Any]:
        """What counts for a key that the file does not have."""
        return {row.key: row.default for row in self.rows if row.default is not None}

    @property
    def verbatim(self) -> Iterator[FieldSpec]:
        """The rows whose value is that of a field."""
        return (row for row in self.rows if row.var and row.verbatim)

    def row(self, key: str) -> FieldSpec | None:
        return next((row for row in self.rows if row.key == key), None)

    def deciding(self, var: str) -> FieldSpec | None:
        """The row that decides the field `var`."""
        return next((row for row in self.rows if var in row.vars), None)
